"""PathSearchCV gives what GridSearchCV gives, from one path per fold."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn import config_context, linear_model
from sklearn.base import BaseEstimator, clone
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_diabetes, load_iris, make_classification
from sklearn.decomposition import PCA
from sklearn.exceptions import UnsetMetadataPassedError
from sklearn.metrics import get_scorer, make_scorer, mean_pinball_loss
from sklearn.model_selection import GridSearchCV, GroupKFold, KFold, ShuffleSplit
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    OneHotEncoder,
    PolynomialFeatures,
    StandardScaler,
    scale,
)
from threads import alike

from sknormreg import ElasticNet, Lasso, LassoClassifier, Ridge, RidgeClassifier, one_standard_error
from sknormreg.linear_model import _fit_path
from sknormreg.model_selection import PathSearchCV

ALPHAS = [3.0, 0.3, 0.01, 1.0, 0.1]
WEAK = [0.1, 0.003, 0.01, 0.03]
X, Y = load_diabetes(return_X_y=True)
X, Y = 20 * X[:120], Y[:120]
SMALL = X, Y
TWO_TARGETS = X, np.column_stack([Y, X[:, 1] + Y / 90])
BINARY = make_classification(150, 8, n_informative=4, flip_y=0.1, random_state=0)
WORDS = sparse.random(150, 30, 0.2, "csr", random_state=0), np.where(BINARY[1], "yes", "no")
IRIS = scale(load_iris().data), load_iris().target_names[load_iris().target]
FRAME = pd.DataFrame(X, columns=[f"f{j}" for j in range(10)]).assign(f1=X[:, 1] > 0), pd.Series(Y)
WEIGHTS = np.random.default_rng(0).integers(0, 4, 120).astype(float)
GROUPS = np.arange(120) // 7
SCORES = ["r2", "neg_mean_squared_error", "neg_root_mean_squared_error", "neg_mean_absolute_error"]


def scaled(*steps):
    return make_pipeline(StandardScaler(), *steps)


def frugal(estimator, X, y):
    """A scorer that looks into the estimator that was searched."""
    return estimator.score(X, y) - 0.01 * np.count_nonzero(estimator[-1].coef_)


def two_numbers(estimator, X, y):
    return {"good": estimator.score(X, y), "big": float(np.abs(estimator.predict(X)).max())}


def case(estimator, grid, data, walks=1, params=None, **options):
    return estimator, grid, data, walks, params or {}, options


GRID = {"lasso__alpha": ALPHAS}
COLUMNS = make_column_transformer(
    (StandardScaler(), ["f0", "f2", "f3"]), (OneHotEncoder(drop="if_binary"), ["f1"])
)
CASES = {
    "bare": case(Lasso(), {"alpha": ALPHAS}, SMALL),
    "scaled": case(scaled(Ridge()), {"ridge__alpha": ALPHAS}, SMALL),
    "pca": case(
        scaled(PCA(random_state=0), Ridge()),
        {"pca__n_components": [2, 5], "ridge__alpha": ALPHAS},
        SMALL,
        walks=2,
        scoring="neg_mean_absolute_error",
    ),
    "polynomial": case(
        make_pipeline(PolynomialFeatures(), StandardScaler(), Lasso()),
        {"polynomialfeatures__degree": [1, 2], **GRID},
        SMALL,
        walks=2,
    ),
    "frame": case(
        make_pipeline(COLUMNS, ElasticNet()),
        {"elasticnet__l1_ratio": [0.2, 1.0], "elasticnet__alpha": ALPHAS},
        FRAME,
        walks=2,
        scoring=SCORES,
        refit="r2",
    ),
    "sparse": case(LassoClassifier(), {"alpha": WEAK}, WORDS, scoring="roc_auc"),
    "labels": case(LassoClassifier(), {"alpha": WEAK}, WORDS),
    "two targets": case(Ridge(), {"alpha": ALPHAS}, TWO_TARGETS, scoring=SCORES, refit=SCORES[2]),
    "two targets, paths": case(scaled(Lasso()), GRID, TWO_TARGETS),
    "ridge classifier": case(
        RidgeClassifier(), {"alpha": [1.0, 0.1], "loss": ["squared", "log_loss"]}, BINARY, walks=2
    ),
    "multinomial": case(LassoClassifier(), {"alpha": WEAK}, IRIS),
    "hinge": case(
        LassoClassifier(loss="squared_hinge"),
        {"alpha": WEAK},
        BINARY,
        scoring=["accuracy", "roc_auc", "f1"],
        refit="f1",
    ),
    "probabilities": case(
        scaled(LassoClassifier()),
        {"lassoclassifier__alpha": WEAK},
        IRIS,
        scoring={"loss": "neg_log_loss", "hits": "accuracy"},
        refit="loss",
    ),
    "list of grids": case(
        ElasticNet(),
        [{"l1_ratio": [0.5], "alpha": ALPHAS}, {"l1_ratio": [0.1, 0.9]}, {"alpha": ALPHAS[:2]}],
        SMALL,
    ),
    "last step varied": case(
        Pipeline([("scale", StandardScaler()), ("model", Lasso())]),
        {
            "model": [Lasso(), linear_model.Ridge(positive=True), Ridge()],
            "model__alpha": ALPHAS,
            "scale": ["passthrough"],
        },
        SMALL,
        walks=2,
    ),
    "data frames between steps": case(
        make_pipeline(StandardScaler(), PCA(3), Lasso()).set_output(transform="pandas"), GRID, FRAME
    ),
    "pipelines in a pipeline": case(
        make_pipeline(scaled(PCA(3)), scaled(Lasso())), {"pipeline-2__lasso__alpha": ALPHAS}, SMALL
    ),
    "kinds of scorers": case(
        scaled(Lasso()),
        GRID,
        SMALL,
        scoring={"own": frugal, "max": "neg_max_error", "r2": "r2"},
        refit="own",
    ),
    "own scorer": case(scaled(Lasso()), GRID, SMALL, scoring=frugal),
    "own scorer of two": case(Lasso(), {"alpha": ALPHAS}, SMALL, scoring=two_numbers, refit="big"),
    "own metric": case(
        scaled(Lasso()),
        GRID,
        SMALL,
        scoring=make_scorer(mean_pinball_loss, greater_is_better=False, alpha=0.9),
    ),
    "groups": case(scaled(Lasso()), GRID, SMALL, params={"groups": GROUPS}, cv=GroupKFold(4)),
    "weights": case(
        scaled(Lasso()),
        GRID,
        SMALL,
        params={"lasso__sample_weight": WEIGHTS, "standardscaler__sample_weight": WEIGHTS},
    ),
    "weights, bare": case(
        ElasticNet(),
        {"alpha": ALPHAS},
        SMALL,
        params={"sample_weight": WEIGHTS},
        scoring=SCORES,
        refit="r2",
    ),
    "refit by rule": case(
        scaled(Lasso()),
        GRID,
        SMALL,
        scoring=["r2", "neg_max_error"],
        refit=one_standard_error(scoring="r2"),
    ),
    "no refit": case(Lasso(), {"alpha": ALPHAS}, SMALL, refit=False),
    "array of alphas": case(
        Lasso(), {"alpha": np.array(ALPHAS)}, SMALL, cv=ShuffleSplit(3, random_state=0)
    ),
    "lists": case(Lasso(), {"alpha": ALPHAS}, (X.tolist(), Y.tolist())),
    "single precision": case(scaled(Lasso()), GRID, (X.astype(np.float32), Y)),
    "constant target": case(
        Lasso(), {"alpha": ALPHAS}, (X, np.where(np.arange(120) < 40, 0.1, Y)), cv=KFold(3)
    ),
    "one sample a fold": case(
        Lasso(), {"alpha": ALPHAS}, (X[:12], Y[:12]), scoring="neg_mean_absolute_error", cv=KFold(12)
    ),
}


def assert_same_search(found, expected):
    """Two fitted searches are alike but for their times; ranks count where scores really differ."""
    results, reference = found.cv_results_, expected.cv_results_
    assert list(results) == list(reference)
    assert repr(results["params"]) == repr(reference["params"])
    for key, values in reference.items():
        if key.startswith("param_"):
            assert repr(results[key]) == repr(values)
            assert results[key].dtype == values.dtype
        elif key.startswith("rank_"):
            score = reference[key.replace("rank", "mean", 1)]
            apart = np.abs(score[:, None] - score) > 1e-7 * (1 + np.abs(score))
            order, wanted = (np.sign(rank[:, None] - rank) for rank in (results[key], values))
            np.testing.assert_array_equal(order[apart], wanted[apart])
        elif key != "params" and "time" not in key:
            np.testing.assert_allclose(results[key], values, rtol=1e-7, atol=1e-7)
    for name in ("n_splits_", "multimetric_", "best_index_", "best_params_"):
        assert repr(getattr(found, name, None)) == repr(getattr(expected, name, None)), name
    for name in ("best_score_", "best_estimator_", "refit_time_", "feature_names_in_"):
        assert hasattr(found, name) == hasattr(expected, name), name
    assert repr(found.scorer_) == repr(expected.scorer_)


@pytest.fixture
def walked(monkeypatch):
    """Counts the paths of our estimators."""
    count, plain = Counter(), _fit_path.solve_paths

    def solve_paths(problems, *args, **options):
        count["paths"] += 1
        return plain(problems, *args, **options)

    monkeypatch.setattr(_fit_path, "solve_paths", solve_paths)
    return count


@pytest.mark.parametrize("name", CASES)
def test_the_answers_of_grid_search(name, walked):
    estimator, grid, (X, y), walks, params, options = CASES[name]
    options = {"return_train_score": True, "cv": KFold(3, shuffle=True, random_state=0), **options}
    found = PathSearchCV(clone(estimator), grid, **options).fit(X, y, **params)
    assert walked.total() == walks * found.n_splits_
    expected = GridSearchCV(clone(estimator), grid, **options).fit(X, y, **params)
    assert_same_search(found, expected)
    if options.get("refit", True):
        np.testing.assert_array_equal(found.predict(X), expected.predict(X))
        assert callable(found.refit) or found.score(X, y) == expected.score(X, y)


def cubed(x):
    return x**3


def bell(x):
    return np.exp(-(x**2))


REPEATED = {
    "default named or not": (
        ElasticNet(max_iter=500),
        [
            {"alpha": np.geomspace(0.003, 3, 11), "l1_ratio": [0.5, 0.7]},
            {"alpha": [0.003, 1, 3.0], "max_iter": [500]},
            {"l1_ratio": [0.5, 0.7]},
        ],
        2,
    ),
    "transformers": (
        scaled(PCA(4, random_state=3), Lasso(alpha=0.3)),
        [
            {"pca": [PCA(3, random_state=3), PCA(4, random_state=3)], "lasso__alpha": ALPHAS},
            {"pca__n_components": [np.int64(3), 4], "lasso__alpha": [0.2, 0.1, 0.3]},
            {"standardscaler": [StandardScaler()], "lasso": [Lasso(0.3), Lasso(0.2)]},
        ],
        2,
    ),
    "functions": (
        make_pipeline(FunctionTransformer(cubed), Ridge()),
        [
            {"functiontransformer__func": [np.sin, None, cubed], "ridge__alpha": [0.5, 0.1]},
            {"ridge__alpha": [1.0, 0.1, 0.01]},
            {"functiontransformer": [FunctionTransformer(bell)], "ridge__alpha": [0.1, 1.0]},
        ],
        4,
    ),
}


@pytest.mark.parametrize("name", REPEATED)
def test_a_model_has_one_score_wherever_it_stands(name, walked):
    """Bitwise: candidates tie wherever they do in grid search, and the first is chosen."""
    estimator, grids, walks = REPEATED[name]
    options = {"cv": KFold(3), "scoring": SCORES, "refit": SCORES[1], "return_train_score": True}
    found = PathSearchCV(estimator, grids, **options).fit(X, Y)
    assert walked.total() == walks * found.n_splits_
    expected = GridSearchCV(estimator, grids, **options).fit(X, Y)
    assert_same_search(found, expected)
    exact = np.column_stack([v for k, v in expected.cv_results_.items() if k.startswith("split")]).tolist()
    firsts = [exact.index(one) for one in exact]
    assert len(set(firsts)) < len(firsts)
    for key, values in found.cv_results_.items():
        if key.startswith(("split", "mean_t", "std_t", "rank")):
            np.testing.assert_array_equal(values, values[firsts], err_msg=key)


def searched(estimator, grid, params, **options):
    """The two searches compared; the first of them, or None where both are refused the weights.

    Old versions of scikit-learn know of none for the score of a pipeline.
    """
    outcomes = []
    for kind in (PathSearchCV, GridSearchCV):
        try:
            outcomes.append(kind(estimator, grid, **options).fit(X, Y, **params))
        except UnsetMetadataPassedError as error:
            assert "for Pipeline.score" in str(error)
            outcomes.append(str(error).replace("PathSearchCV", "GridSearchCV"))
    found, expected = outcomes
    if isinstance(expected, str):
        assert found == expected
        return None
    assert_same_search(found, expected)
    return found


@pytest.mark.parametrize("scoring", ["the model's", "the pipeline's", "one", "two"])
def test_with_metadata_routing(scoring, walked):
    """The weights of fit and score are different ones, with names of their own where they may have."""
    params = {"w": WEIGHTS, "sample_weight": 1.0 + np.arange(120) % 5, "groups": GROUPS}
    with config_context(enable_metadata_routing=True):
        model = Lasso().set_fit_request(sample_weight="w").set_score_request(sample_weight=True)
        scaler = StandardScaler().set_fit_request(sample_weight="w")
        r2 = get_scorer("r2").set_score_request(sample_weight=True)
        estimator, grid = make_pipeline(scaler, model), GRID
        options = {"cv": GroupKFold(3)}
        if scoring == "the model's":
            estimator, grid = model, {"alpha": ALPHAS}
        elif scoring == "one":
            options["scoring"] = r2
        elif scoring == "two":
            options |= {"scoring": {"weighted": r2, "plain": "neg_max_error"}, "refit": "weighted"}
        found = searched(estimator, grid, params, **options)
        del params["sample_weight"]
        unweighted = PathSearchCV(estimator, grid, cv=GroupKFold(3)).fit(X, Y, **params)
    if found is not None:
        assert walked.total() == 2 * 3
        assert abs(found.best_score_ - unweighted.best_score_) > 1e-4


class Shifted(BaseEstimator):
    """Uses weights when it transforms."""

    def fit(self, X, y=None):
        self.fitted_ = True
        return self

    def transform(self, X, sample_weight=None):
        return X if sample_weight is None else X + np.outer(sample_weight, np.arange(X.shape[1]))


def test_weights_of_a_transformer_are_not_those_of_the_score(walked):
    with config_context(enable_metadata_routing=True):
        lasso = Lasso().set_fit_request(sample_weight=False).set_score_request(sample_weight=False)
        pipeline = make_pipeline(Shifted().set_transform_request(sample_weight=True), lasso)
        found = searched(pipeline, GRID, {"sample_weight": WEIGHTS}, cv=3)
    assert found is None or walked.total() == 3


def test_searches_nest():
    """The inner search walks its paths; the outer one has none."""
    inner = PathSearchCV(Lasso(), {"alpha": ALPHAS}, cv=2)
    pipeline, grid = scaled(inner), {"pathsearchcv__cv": [2, 4]}
    assert_same_search(*(kind(pipeline, grid, cv=3).fit(X, Y) for kind in (PathSearchCV, GridSearchCV)))


@alike()
def test_the_number_of_jobs_changes_nothing():
    pipeline = scaled(PolynomialFeatures(), ElasticNet())
    grid = {
        "polynomialfeatures__degree": [1, 2],
        "elasticnet__alpha": ALPHAS[:3],
        "elasticnet__l1_ratio": [0.5, 1.0],
    }
    options = {"cv": 3, "scoring": SCORES, "refit": "r2", "return_train_score": True}
    one, two = (PathSearchCV(pipeline, grid, n_jobs=n, **options).fit(X, Y) for n in (1, 2))
    for key, values in one.cv_results_.items():
        if key.startswith(("split", "mean_t", "std_t", "rank")):
            np.testing.assert_array_equal(two.cv_results_[key], values)
    np.testing.assert_array_equal(one.best_estimator_[-1].coef_, two.best_estimator_[-1].coef_)
