"""PathSearchCV walks through what scikit-learn wraps around a model, with the answers of GridSearchCV."""

from collections import Counter

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn import config_context
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import TransformedTargetRegressor
from sklearn.datasets import load_diabetes, load_iris, make_multilabel_classification
from sklearn.linear_model import LinearRegression
from sklearn.metrics import get_scorer
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import MultiOutputClassifier, MultiOutputRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from sknormreg import ElasticNet, Lasso, LassoClassifier, PathSearchCV, Ridge, RidgeClassifier

X, Y = load_diabetes(return_X_y=True)
X, Y = 20 * X[:120], Y[:120]
MANY = np.column_stack([Y, X[:, 1] + Y / 90, X[:, 2] * X[:, 3]])
LABELS = make_multilabel_classification(150, 8, n_classes=3, random_state=0)
IRIS = load_iris(return_X_y=True)
WEIGHTS = np.random.default_rng(0).integers(0, 4, 120).astype(float)
ALPHAS = [0.1, 0.003, 1.0, 0.03]


def logarithmic(model):
    return TransformedTargetRegressor(model, func=np.log, inverse_func=np.exp)


def scaled(model):
    return make_pipeline(StandardScaler(), model)


TARGET, OUTPUT = "transformedtargetregressor__regressor", "multioutputregressor"
CASES = {
    "target": (logarithmic(Lasso()), "regressor__alpha", X, Y, {}),
    "target, weighted": (logarithmic(Ridge()), "regressor__alpha", X, Y, {"sample_weight": WEIGHTS}),
    "transformer": (
        TransformedTargetRegressor(ElasticNet(), transformer=MinMaxScaler()), "regressor__alpha",
        X, MANY, {},
    ),
    "pipeline in a target": (logarithmic(scaled(Lasso())), "regressor__lasso__alpha", X, Y, {}),
    "the same, weighted": (
        logarithmic(scaled(Lasso())), "regressor__lasso__alpha", X, Y, {"lasso__sample_weight": WEIGHTS},
    ),
    "target in a pipeline": (scaled(logarithmic(Ridge())), f"{TARGET}__alpha", X, Y, {}),
    "target between pipelines": (scaled(logarithmic(scaled(Ridge()))), f"{TARGET}__ridge__alpha", X, Y, {}),
    "outputs": (MultiOutputRegressor(Lasso()), "estimator__alpha", X, MANY, {}),
    "outputs, weighted": (
        MultiOutputRegressor(Lasso()), "estimator__alpha", X, MANY, {"sample_weight": WEIGHTS},
    ),
    "outputs of pipelines": (
        scaled(MultiOutputRegressor(scaled(Lasso()))), f"{OUTPUT}__estimator__lasso__alpha", X, MANY, {},
    ),
    "outputs of targets": (
        MultiOutputRegressor(logarithmic(Lasso())), "estimator__regressor__alpha", X, np.exp(MANY / 99), {},
    ),
    "target of outputs": (
        TransformedTargetRegressor(MultiOutputRegressor(Ridge()), transformer=StandardScaler()),
        "regressor__estimator__alpha", X, MANY, {},
    ),
    "labels": (MultiOutputClassifier(LassoClassifier()), "estimator__alpha", *LABELS, {}),
    "one against the rest": (OneVsRestClassifier(LassoClassifier()), "estimator__alpha", *LABELS, {}),
    "classes": (
        OneVsRestClassifier(scaled(RidgeClassifier())), "estimator__ridgeclassifier__alpha", *IRIS, {},
    ),
}  # fmt: skip


def compare(estimator, grid, X, y, params, **options):
    options = {"cv": KFold(3, shuffle=True, random_state=0), "return_train_score": True, **options}
    found = PathSearchCV(estimator, grid, verbose=1, **options).fit(X, y, **params)
    expected = GridSearchCV(estimator, grid, **options).fit(X, y, **params)
    for key, values in expected.cv_results_.items():
        if key.startswith(("split", "mean_t", "std_t")):
            assert_allclose(found.cv_results_[key], values, rtol=1e-7, atol=1e-9)
    assert found.best_params_ == expected.best_params_
    assert_allclose(found.predict(X), expected.predict(X))


@pytest.mark.parametrize("name", CASES)
def test_the_answers_of_grid_search(name, capsys):
    estimator, parameter, *data = CASES[name]
    compare(estimator, {parameter: ALPHAS}, *data)
    assert "Fitted 12 by 3 walks along a path and 0 one by one" in capsys.readouterr().out


def test_other_parameters_and_scores(capsys):
    grid = {"regressor__lasso__alpha": ALPHAS, "regressor__standardscaler__with_std": [True, False]}
    scoring = ["r2", "neg_mean_absolute_error"]
    compare(logarithmic(scaled(Lasso())), grid, X, Y, {}, scoring=scoring, refit="r2")
    assert "Fitted 24 by 6 walks along a path and 0 one by one" in capsys.readouterr().out


def test_each_candidate_is_as_fit_leaves_it():
    """A scorer that looks sees parameters and fitted attributes alike."""

    def looking(estimator, X, y):
        alpha = estimator.estimator.alpha
        assert all(one.alpha == alpha for one in estimator.estimators_)
        assert not hasattr(estimator.estimator, "coef_")
        assert estimator.n_features_in_ == X.shape[1]
        return -alpha - sum(np.count_nonzero(one.coef_) for one in estimator.estimators_)

    compare(MultiOutputRegressor(Lasso()), {"estimator__alpha": ALPHAS}, X, MANY, {}, scoring=looking)


def test_with_metadata_routing(capsys):
    with config_context(enable_metadata_routing=True):
        lasso = Lasso().set_fit_request(sample_weight=True).set_score_request(sample_weight=False)
        weights = {"sample_weight": WEIGHTS}
        r2 = {"scoring": get_scorer("r2").set_score_request(sample_weight=False)}
        compare(logarithmic(lasso), {"regressor__alpha": ALPHAS}, X, Y, weights, **r2)
        compare(MultiOutputRegressor(lasso), {"estimator__alpha": ALPHAS}, X, MANY, weights, **r2)
    assert capsys.readouterr().out.count("Fitted 12 by 3 walks along a path and 0 one by one") == 2


class Counted(TransformerMixin, BaseEstimator):
    done = Counter()

    def fit(self, X, y=None):
        self.done["fit"] += 1
        self.n_features_in_ = X.shape[1]
        return self

    def transform(self, X):
        return X


def test_transformers_are_fitted_once_per_walk():
    Counted.done.clear()
    pipeline = make_pipeline(Counted(), Lasso())
    PathSearchCV(logarithmic(pipeline), {"regressor__lasso__alpha": ALPHAS}, cv=4, refit=False).fit(X, Y)
    assert Counted.done["fit"] == 4
    Counted.done.clear()
    search = PathSearchCV(
        MultiOutputRegressor(pipeline), {"estimator__lasso__alpha": ALPHAS}, cv=4, refit=False
    )
    search.fit(X, MANY)
    assert Counted.done["fit"] == 4 * 3
    assert not hasattr(pipeline[0], "n_features_in_")


class Twice(TransformedTargetRegressor):
    """Fits as it likes."""

    def fit(self, X, y, **params):
        super().fit(X, y, **params)
        self.twice_ = LinearRegression().fit(X, y)
        return self

    def predict(self, X):
        return super().predict(X) + self.twice_.predict(X)


class Selected(TransformedTargetRegressor):
    """Wraps once more what it was given."""

    def _get_regressor(self, get_clone=False):
        return scaled(super()._get_regressor(get_clone))


class Failing(Lasso):
    def fit_path(self, X, y, values, sample_weight=None):
        raise RuntimeError("no path today")


class Lavish(Lasso):
    def fit_path(self, X, y, values, sample_weight=None):
        models = super().fit_path(X, y, values, sample_weight)
        return models[:1] + models


@pytest.mark.parametrize(
    ("estimator", "why"),
    [
        (Twice(Lasso()), "Twice has no fit_path"),
        (Selected(Lasso()), "a path raised AttributeError"),
        (logarithmic(Failing()), "a path raised RuntimeError: no path today"),
        (logarithmic(Lavish()), "a path raised ValueError: Lavish.fit_path gave 5 models for 4 values"),
    ],
    ids=["fit overridden", "regressor overridden", "raises", "too many"],
)
def test_what_cannot_walk_is_fitted_one_by_one_and_says_so(estimator, why, capsys):
    compare(estimator, {"regressor__alpha": ALPHAS}, X, Y, {})
    assert f"Fitted 0 by 0 walks along a path and 12 one by one: {why}" in capsys.readouterr().out
