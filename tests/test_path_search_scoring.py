"""PathSearchCV's scores: quick for scikit-learn's own metrics, and as they are otherwise."""

from itertools import product

import numpy as np
import pytest
from sklearn import config_context
from sklearn.datasets import load_diabetes, load_iris
from sklearn.metrics import get_scorer, make_scorer, r2_score
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler, scale

from sknormreg import Lasso, LassoClassifier, Ridge, RidgeClassifier
from sknormreg.linear_model._base import LinearModel
from sknormreg.model_selection import PathSearchCV, _path_scoring

X, Y = load_diabetes(return_X_y=True)
X, Y = 20 * X[:90], Y[:90]
TWO = np.column_stack([Y, X[:, 0]])
IRIS = scale(load_iris().data), load_iris().target
ALPHAS = [0.1, 0.001, 0.01, 0.003]
GRID, STRONG = {"alpha": ALPHAS}, {"alpha": [0.1, 0.3, 0.03]}
WEIGHTS = np.random.default_rng(0).integers(0, 4, 90).astype(float)
ERRORS = ["neg_mean_squared_error", "neg_root_mean_squared_error", "neg_mean_absolute_error"]


def same_scores(estimator, grid, X, y, params=None, **options):
    """Of PathSearchCV and GridSearchCV."""
    found, expected = (
        kind(estimator, grid, cv=3, refit=False, **options).fit(X, y, **(params or {})).cv_results_
        for kind in (PathSearchCV, GridSearchCV)
    )
    keys = [key for key in expected if key.startswith("split")]
    assert keys
    for key in keys:
        np.testing.assert_allclose(found[key], expected[key], rtol=1e-7, atol=1e-7)


@pytest.fixture
def products(monkeypatch):
    """Numbers of samples in each product with X that predicts."""
    plain, found = LinearModel._read_to_predict, []

    def counted(self, X):
        found.append(X.shape[0])
        return plain(self, X)

    monkeypatch.setattr(LinearModel, "_read_to_predict", counted)
    return found


REGRESSION = [*product([None, "r2", *ERRORS], [Y, TWO], [None, WEIGHTS]), ("neg_max_error", Y, None)]


@pytest.mark.parametrize(("scoring", "y", "weight"), REGRESSION)
def test_one_product_a_fold_gives_all_scores(scoring, y, weight, products):
    params = {} if weight is None else {"sample_weight": weight}
    pipeline = make_pipeline(StandardScaler(), Ridge())
    PathSearchCV(Ridge(), GRID, scoring=scoring, cv=4, refit=False).fit(X, y, **params)
    PathSearchCV(pipeline, {"ridge__alpha": ALPHAS}, scoring=scoring, cv=4, refit=False).fit(X, y)
    assert len(products) == 2 * 4
    same_scores(Ridge(), GRID, X, y, params, scoring=scoring)


@pytest.mark.parametrize(
    "labels", [[0, 1, 2], [3, 5, 5], [False, True, True], [-1.0, 1.0, 1.0], ["a", "b", "c"]], ids=repr
)
@pytest.mark.parametrize("dtype", [None, object])
@pytest.mark.parametrize("model", [LassoClassifier(), RidgeClassifier()], ids=repr)
def test_one_product_a_fold_gives_all_accuracies(model, labels, dtype, products):
    data, target = IRIS
    y = np.array(labels)[target]
    if dtype is object:
        y = np.array(labels, dtype=object)[target] if isinstance(labels[0], str) else y.astype(np.int8)
    for scoring in (None, "accuracy"):
        products.clear()
        PathSearchCV(model, STRONG, scoring=scoring, cv=4, refit=False).fit(data, y)
        assert len(products) == 4
        same_scores(model, STRONG, data, y, {"sample_weight": np.resize(1 + WEIGHTS, 150)}, scoring=scoring)


@pytest.mark.parametrize("labels", [[0, 1, 2], [3, 5, 5], ["a", "b", "c"]], ids=repr)
@pytest.mark.parametrize("model", [LassoClassifier(), RidgeClassifier(loss="log_loss")], ids=repr)
def test_one_product_a_fold_gives_all_log_losses(model, labels, products):
    data, target = IRIS
    y, far = np.array(labels)[target], {"alpha": [1e-7, 1e-2, 10.0]}  # of sure predictions and of none
    PathSearchCV(model, far, scoring="neg_log_loss", cv=4, refit=False).fit(data, y.tolist())
    assert len(products) == 4
    same_scores(model, far, data, y, {"sample_weight": np.resize(1 + WEIGHTS, 150)}, scoring="neg_log_loss")


def test_options_of_a_metric_may_come_with_the_data():
    with config_context(enable_metadata_routing=True):
        scoring = get_scorer("r2").set_score_request(multioutput=True)
        same_scores(Ridge(), GRID, X, TWO, {"multioutput": "variance_weighted"}, scoring=scoring)


def test_several_scores_share_the_product(products):
    options = {"scoring": ["r2", *ERRORS], "cv": 4, "refit": False, "return_train_score": True}
    PathSearchCV(Lasso(), GRID, **options).fit(X, Y)
    assert len(products) == 2 * 4


def test_models_are_scored_in_blocks(monkeypatch, products):
    monkeypatch.setattr(_path_scoring, "LARGEST", 2 * 30)
    PathSearchCV(Lasso(), GRID, cv=3, refit=False).fit(X, Y)
    assert products == [30] * 2 * 3
    same_scores(Lasso(), GRID, X, Y, scoring=["r2", "neg_max_error"])


class Doubled(Lasso):
    """Derived from one of ours, and predicts otherwise."""

    def predict(self, X):
        return 2 * super().predict(X)


class Reversed(LassoClassifier):
    """The same, by its decisions."""

    def decision_function(self, X):
        return -super().decision_function(X)


class Own(Lasso):
    """Scores in its own way."""

    def score(self, X, y):
        return -np.abs(self.predict(X) - y).max()


class Halving(Pipeline):
    """A pipeline that does more than its steps say."""

    def predict(self, X):
        return super().predict(X) / 2


SINGLE = X.astype(np.float32)
SEVERAL_LABELS = np.column_stack([Y > 100, Y > 200]).astype(int)
BOTH = ["r2", "neg_median_absolute_error"]
OTHERS = {
    "a derived regressor": (Doubled(), GRID, X, Y, "r2"),
    "a derived classifier": (Reversed(), GRID, *IRIS, "accuracy"),
    "a score method of its own": (Own(), GRID, X, Y, None),
    "the same in a pipeline": (make_pipeline(Own()), {"own__alpha": ALPHAS}, X, Y, None),
    "a derived pipeline": (Halving([("lasso", Lasso())]), {"lasso__alpha": ALPHAS}, X, Y, None),
    "its scores": (Halving([("lasso", Lasso())]), {"lasso__alpha": ALPHAS}, X, Y, BOTH),
    "several labels": (RidgeClassifier(), GRID, X, SEVERAL_LABELS, None),
    "errors of several labels": (RidgeClassifier(), GRID, X, SEVERAL_LABELS, ERRORS),
    "errors of classes": (LassoClassifier(), GRID, X, (Y > 140).astype(int), "r2"),
    "single precision": (Lasso(), GRID, SINGLE, Y, BOTH),
    "single precision throughout": (Lasso(), GRID, SINGLE, Y.astype(np.float32), BOTH),
    "other options": (Lasso(), GRID, X, TWO, make_scorer(r2_score, multioutput="variance_weighted")),
    "a column for a target": (Ridge(), GRID, X, Y[:, None], BOTH),
}


@pytest.mark.parametrize("name", OTHERS)
def test_what_has_no_formula_is_left_to_scikit_learn(name):
    *case, scoring = OTHERS[name]
    same_scores(*case, scoring=scoring)


def test_other_scorers_are_called_as_they_are():
    """Once per fold and candidate, with the whole pipeline, fitted, and X as it was given."""
    seen = []

    def scorer(estimator, X, y):
        seen.append((type(estimator), estimator["lasso"].alpha, X.mean()))
        return estimator.score(X, y)

    pipeline = make_pipeline(StandardScaler(), Lasso())
    PathSearchCV(pipeline, {"lasso__alpha": ALPHAS}, cv=KFold(3), scoring=scorer, refit=False).fit(X, Y)
    assert seen == [(Pipeline, a, X[test].mean()) for _, test in KFold(3).split(X) for a in ALPHAS]
