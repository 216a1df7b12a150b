"""Factors and bounds by the names of features: the same fit as by position, wherever X loses its names."""

from functools import partial

import numpy as np
import pandas as pd
import polars as pl
import pytest
from ids import named
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone, is_classifier
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknormreg import (
    CoefficientPruner,
    ElasticNet,
    ElasticNetClassifier,
    ElasticNetClassifierCV,
    ElasticNetCV,
    Lasso,
    LassoClassifier,
    LassoClassifierCV,
    LassoCV,
    MagnitudePrunedClassifier,
    MagnitudePrunedRegressor,
    PathSearchCV,
    PrunedEstimator,
    Ridge,
    RidgeClassifier,
    RidgeClassifierCV,
    RidgeCV,
    StabilitySelection,
    regularization_path,
)

same = partial(assert_allclose, rtol=1e-7, atol=1e-10)
rng = np.random.default_rng(3)
NAMES = ["width", "age", "mass", "height"]
X = pd.DataFrame(rng.normal(size=(40, 4)), columns=NAMES)
y = X.to_numpy() @ [1.0, 0.5, -2.0, 0.3] + rng.normal(size=40)
labels = np.where(y > 0, "yes", "no")

FACTOR, LOW, HIGH = [1.0, 0.0, 1.0, 3.0], [-np.inf, 0.0, -0.5, -np.inf], [0.2, np.inf, np.inf, np.inf]
POSITIONS = {"penalty_factor": FACTOR, "bounds": (LOW, HIGH)}
SIDES = {"mass": -0.5, "age": 0.0}, {"width": 0.2}
BY_NAME = {
    "dicts": {
        "penalty_factor": {"height": 3.0, "age": 0.0},
        "bounds": {"mass": (-0.5, None), "width": (None, 0.2), "age": (0, None)},
    },
    "sides": {"penalty_factor": {"age": 0, "height": 3, "mass": None}, "bounds": SIDES},
    "series": {
        "penalty_factor": pd.Series(FACTOR, NAMES)[["height", "mass", "width", "age"]],
        "bounds": (pd.Series(LOW, NAMES)[::-1], pd.Series({"width": 0.2})),
    },
    "counted": {"penalty_factor": pd.Series(FACTOR), "bounds": (pl.Series(LOW), [0.2, None, None, None])},
}
MODELS = [
    Lasso(0.1),
    ElasticNet(0.1),
    Ridge(3.0),
    LassoClassifier(0.1),
    LassoClassifier(0.1, loss="squared_hinge"),
    ElasticNetClassifier(0.1),
    RidgeClassifier(3.0),
    RidgeClassifier(0.1, loss="log_loss"),
    LassoCV(alphas=5),
    LassoCV(alphas=5, cv="alo"),
    LassoCV(alphas=5, scoring="neg_median_absolute_error", relax=[0.0, 1.0]),
    ElasticNetCV(alphas=5, l1_ratio=[0.3, 0.9], alpha_rule="bic"),
    RidgeCV(),
    RidgeCV(cv=3),
    LassoClassifierCV(alphas=5),
    ElasticNetClassifierCV(alphas=5),
    RidgeClassifierCV(),
]
each_way = pytest.mark.parametrize("given", BY_NAME.values(), ids=BY_NAME.keys())


def target(model):
    return labels if is_classifier(model) else y


@each_way
@pytest.mark.parametrize("model", MODELS, ids=named)
def test_the_fit_by_position(model, given):
    expected = clone(model).set_params(**POSITIONS).fit(X.to_numpy(), target(model))
    found = clone(model).set_params(**given).fit(X, target(model))
    same(found.coef_, expected.coef_)
    same(found.intercept_, expected.intercept_)
    free = clone(model).fit(X, target(model))
    assert not np.array_equal(found.coef_, free.coef_)
    polars = pl.from_pandas(X)
    if hasattr(free.fit(polars, target(model)), "feature_names_in_"):  # old scikit-learn reads none of it
        same(clone(found).fit(polars, target(model)).coef_, expected.coef_)
    other = ["mass", "height", "age", "width"]
    if given is not BY_NAME["counted"]:  # then the order of the columns does not matter
        turned = clone(found).fit(X[other], target(model))
        order = [other.index(name) for name in NAMES]
        assert_allclose(turned.coef_[..., order], expected.coef_, rtol=1e-6, atol=1e-9)


def test_the_feature_that_is_named_goes_unpenalised():
    """A constant penalty on the others leaves least squares on one column."""
    factor = pd.Series({"height": 1.0, "age": 0.0, "mass": 1.0, "width": 1.0})
    for value in (factor, {"age": 0.0}):
        model = Lasso(1e6, penalty_factor=value).fit(X, y)
        slope = np.polyfit(X["age"], y, 1)[0]
        assert_allclose(model.coef_, [0, slope, 0, 0], rtol=1e-10)


WRAPPED = {
    "GridSearchCV": lambda model: GridSearchCV(model, {"alpha": [0.1, 1.0]}, cv=3),
    "PathSearchCV": lambda model: PathSearchCV(model, {"alpha": [0.1, 1.0]}, cv=3),
    "StabilitySelection": lambda model: StabilitySelection(model, n_pairs=3, random_state=0),
    "CoefficientPruner": lambda model: CoefficientPruner(model, sparsity=0.5),
    "CoefficientPruner, auto": lambda model: CoefficientPruner(model, sparsity="auto", cv=3),
    "PrunedEstimator": lambda model: PrunedEstimator(model, sparsity=0.5),
    "MagnitudePruned": lambda model: (
        MagnitudePrunedClassifier if is_classifier(model) else MagnitudePrunedRegressor
    )(model, n_features_to_keep=2, n_steps=2),
}


@each_way
@pytest.mark.parametrize("wrap", WRAPPED.values(), ids=WRAPPED.keys())
@pytest.mark.parametrize("model", [Lasso(0.1), Ridge(0.1), LassoClassifier(0.05)], ids=named)
def test_inside_of_what_wraps_a_model(model, wrap, given):
    params = {} if isinstance(model, Ridge) else {"bounds": None}
    found = wrap(clone(model).set_params(**(given | params))).fit(X, target(model))
    expected = wrap(clone(model).set_params(**(POSITIONS | params))).fit(X.to_numpy(), target(model))
    for name in ("coef_", "support_", "selection_path_", "importances_"):
        if hasattr(expected, name):
            same(getattr(found, name), getattr(expected, name))
    for inner in ("best_estimator_", "estimator_"):
        if hasattr(expected, inner):
            same(getattr(found, inner).coef_, getattr(expected, inner).coef_)


@each_way
def test_paths_and_what_is_left_of_them(given):
    expected = regularization_path(Lasso(**POSITIONS), X.to_numpy(), y, 5)
    found = regularization_path(Lasso(**given), X, y, 5)
    same(found.coefs, expected.coefs)
    models = Lasso(**given).fit_path(X, y, expected.alphas)
    same(np.stack([model.coef_ for model in models], axis=1), expected.coefs)


def test_pipelines_keep_names_or_say_how():
    factor = {"age": 0.0}
    pipeline = make_pipeline(StandardScaler(), Lasso(0.1, penalty_factor=factor))
    with pytest.raises(ValueError, match=r"penalty_factor is given by names \('age'\).*set_output"):
        pipeline.fit(X, y)
    kept = clone(pipeline).set_output(transform="pandas")
    scaled = StandardScaler().fit_transform(X)
    expected = Lasso(0.1, penalty_factor=[1, 0, 1, 1]).fit(scaled, y).coef_
    same(kept.fit(X, y)[-1].coef_, expected)
    pruned = PrunedEstimator(kept, sparsity=0.5).fit(X, y)
    by_hand = MagnitudePrunedRegressor(
        Lasso(0.1, penalty_factor=[1, 0, 1, 1]), sparsity=0.5, scale_aware=False
    ).fit(scaled, y)
    same(pruned.estimator_[-1].coef_, by_hand.coef_)
    found = CoefficientPruner(kept, sparsity="auto", cv=3).fit(X, y)
    positions = make_pipeline(StandardScaler(), Lasso(0.1, penalty_factor=[1, 0, 1, 1]))
    by_position = CoefficientPruner(positions, sparsity="auto", cv=3).fit(X.to_numpy(), y)
    assert_array_equal(found.support_, by_position.support_)
    same(found.pruning_path_["cv_score"], by_position.pruning_path_["cv_score"])


def repeated(frame):
    return frame.set_axis(["width", "age", "age", "height"], axis=1)


@pytest.mark.parametrize(
    ("data", "params", "said"),
    [
        (X, {"penalty_factor": {"agee": 0.0}}, r"penalty_factor has .*'agee'\. Did you mean 'age'\? The"),
        (X, {"penalty_factor": pd.Series({"q": 0.0, "age": 1.0})}, r"'q'\. The columns are 'width', "),
        (X, {"bounds": {"q": (0, 1)}}, r"bounds\[0\] has names that are no columns of X: 'q'"),
        (X, {"bounds": (0, {"q": 1})}, r"bounds\[1\] has names that are no columns of X: 'q'"),
        (X, {"penalty_factor": pd.Series([1.0, 0.0], [3, 1])}, r"no columns of X: 3, 1\. The columns"),
        (X.to_numpy(), {"penalty_factor": {"age": 0.0}}, r"by names \('age'\), but X has none: give a"),
        (X.to_numpy(), {"bounds": (pd.Series({"age": 0.0}), None)}, r"bounds\[0\] is given by names"),
        (X.to_numpy(), {"penalty_factor": pd.Series([1.0, 0.0], [3, 1])}, r"by names \(3, 1\), but X has"),
        (X, {"penalty_factor": pd.Series([1.0, 0.0], ["age", "age"])}, r"penalty_factor has the name"),
        (repeated(X), {"penalty_factor": {"width": 0.0}}, r"'age' (more than once|2 times)"),
        (X, {"penalty_factor": {"age": -1.0}}, r"penalty_factor must be finite and non-negative"),
        (X, {"penalty_factor": {"age": "much"}}, r"penalty_factor must be numbers, got"),
        (X, {"bounds": {"age": 3.0}}, r"bounds\['age'\] must be a pair \(low, high\), got 3"),
        (X, {"bounds": {"age": (1.0, 0.0)}}, r"bounds leave no value for feature 1: low=1, high=0"),
        (X, {"penalty_factor": pd.Series([1.0, 0.0])}, r"expected shape \(4,\), got \(2,\)"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
@pytest.mark.parametrize("kind", [Lasso, Ridge, LassoCV, RidgeCV, RidgeClassifier, LassoClassifierCV])
def test_names_that_do_not_fit_raise(kind, data, params, said):
    with pytest.raises(ValueError, match=said):
        kind(**params).fit(data, target(kind()))


def test_nothing_named_is_nothing_given():
    same(Lasso(0.1, penalty_factor={}, bounds={}).fit(X, y).coef_, Lasso(0.1).fit(X, y).coef_)


def test_stability_selection_of_a_pipeline():
    """Its steps keep the columns apart, so that they are called what X calls them."""
    factor = {"age": 0.0, "height": 3.0}
    named = make_pipeline(StandardScaler(), Lasso(penalty_factor=factor))
    positions = make_pipeline(StandardScaler(), Lasso(penalty_factor=FACTOR))
    options = {"n_pairs": 3, "random_state": 0, "max_features": 2}
    found = StabilitySelection(named, **options).fit(X, y)
    expected = StabilitySelection(positions, **options).fit(X.to_numpy(), y)
    assert_array_equal(found.selection_path_, expected.selection_path_)
    assert named[-1].penalty_factor is factor


def test_the_path_of_a_pipeline():
    pipeline = make_pipeline(StandardScaler(), Lasso(penalty_factor={"age": 0.0, "height": 3.0}))
    with pytest.raises(ValueError, match=r"but X has none: .*set_output"):
        regularization_path(pipeline, X, y, 5)
    expected = regularization_path(Lasso(penalty_factor=FACTOR), StandardScaler().fit_transform(X), y, 5)
    same(regularization_path(pipeline.set_output(transform="pandas"), X, y, 5).coefs, expected.coefs)
