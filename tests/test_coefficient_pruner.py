"""The transformer that drops pruned columns: which ones, under which names, in which container."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ids import named
from scipy import sparse
from sklearn.base import BaseEstimator, clone
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.exceptions import NotFittedError
from sklearn.feature_selection import SelectFromModel
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GridSearchCV, KFold, cross_val_score
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler, scale
from sklearn.tree import DecisionTreeRegressor
from sklearn.utils.estimator_checks import (
    check_get_feature_names_out_error,
    check_global_output_transform_pandas,
    check_global_set_output_transform_polars,
    check_set_output_transform_pandas,
    check_set_output_transform_polars,
    check_transformer_get_feature_names_out,
    check_transformer_get_feature_names_out_pandas,
)
from threads import alike

from sknormreg import CoefficientPruner, Lasso, LassoClassifier, Ridge


class Given(BaseEstimator):
    """Coefficients that do not depend on the data."""

    def __init__(self, coef=(1.0,)):
        self.coef = coef

    def fit(self, X, y=None):
        self.coef_ = np.array(self.coef)
        self.n_features_in_ = X.shape[1]
        return self


coefficients = st.lists(
    st.sampled_from([0.0, 1.0, -1.0, 0.5]) | st.floats(-10, 10, allow_subnormal=False),
    min_size=1, max_size=12,
).filter(any)  # fmt: skip


@settings(deadline=None)
@given(coefficients, st.data())
def test_which_columns_are_kept(coef, data):
    p, size = len(coef), np.abs(coef)
    X = np.arange(2.0 * p).reshape(2, p)
    ranks = np.argsort(-size, kind="stable")
    name = data.draw(st.sampled_from(["none", "n_features_to_keep", "sparsity", "threshold"]))
    low = data.draw(st.integers(1, p))
    high = data.draw(st.integers(low, p + 2))
    options = {"min_features": low, "max_features": data.draw(st.sampled_from([high, lambda X: high]))}
    if name == "n_features_to_keep":
        count = options[name] = data.draw(st.integers(1, p))
    elif name == "sparsity":
        options[name] = data.draw(st.integers(0, p - 1)) / p
        count = p - int(np.round(options[name] * p))
    elif name == "threshold":
        options[name] = data.draw(st.floats(0, 1))
        count = np.count_nonzero(size >= options[name] * size.max())
    else:
        count = np.count_nonzero(size)
    pruner = CoefficientPruner(Given(coef), **options).fit(X)
    count = int(np.clip(count, low, min(high, p)))
    expected = np.sort(ranks[:count])
    np.testing.assert_array_equal(pruner.get_support(indices=True), expected)
    np.testing.assert_array_equal(pruner.transform(X), X[:, expected])
    assert pruner.n_features_selected_ == count
    again = CoefficientPruner(Given(size[expected]), n_features_to_keep=count).fit(X[:, expected])
    assert again.support_.all()
    back = pruner.inverse_transform(pruner.transform(X))
    np.testing.assert_array_equal(back, np.where(pruner.support_, X, 0.0))


@pytest.mark.parametrize("threshold", ["mean", "median", "1.25*mean", 0.1])
@pytest.mark.parametrize("norm_order", [1, 2, np.inf])
@pytest.mark.parametrize("load", [load_diabetes, load_iris])
def test_as_select_from_model(threshold, norm_order, load):
    X, y = load(return_X_y=True)
    inner = LogisticRegression(max_iter=1000) if load is load_iris else Ridge()
    ours = CoefficientPruner(inner, threshold=threshold, relative=False, norm_order=norm_order).fit(X, y)
    theirs = SelectFromModel(inner, threshold=threshold, norm_order=norm_order).fit(X, y)
    np.testing.assert_array_equal(ours.support_, theirs.get_support())
    assert ours.threshold_ == pytest.approx(theirs.threshold_)


def test_a_lasso_is_taken_at_its_word():
    X, y = load_diabetes(return_X_y=True, as_frame=True, scaled=False)
    pruner = CoefficientPruner(Lasso(50.0)).fit(X, y)
    np.testing.assert_array_equal(pruner.support_, Lasso(50.0).fit(X, y).coef_ != 0.0)
    assert list(pruner.get_feature_names_out()) == list(X.columns[pruner.support_])


@pytest.mark.parametrize("store", [sparse.csr_array, sparse.csc_array, sparse.csr_matrix])
def test_sparse_in_sparse_out(store):
    X, y = load_breast_cancer(return_X_y=True)
    X[X < np.median(X, axis=0)] = 0.0
    X = scale(X, with_mean=False)
    pruner = CoefficientPruner(LassoClassifier(0.03)).fit(store(X), y)
    made = pruner.transform(store(X))
    assert sparse.issparse(made)
    np.testing.assert_array_equal(made.toarray(), X[:, pruner.support_])
    back = pruner.inverse_transform(made)
    assert sparse.issparse(back)
    np.testing.assert_array_equal(back.toarray(), np.where(pruner.support_, X, 0.0))


@pytest.mark.parametrize(("output", "frame"), [("pandas", pd.DataFrame), ("polars", pl.DataFrame)])
def test_frames(output, frame):
    X, y = load_diabetes(return_X_y=True, as_frame=True)
    pruner = CoefficientPruner(Ridge(), n_features_to_keep=3).set_output(transform=output)
    made = pruner.fit_transform(X if output == "pandas" else pl.from_pandas(X), y)
    assert isinstance(made, frame)
    # of an old scikit-learn a polars frame has no names
    columns = getattr(pruner, "feature_names_in_", [f"x{j}" for j in range(10)])
    names = [columns[j] for j in np.sort(np.argsort(-np.abs(Ridge().fit(X, y).coef_))[:3])]
    assert list(made.columns) == names


@pytest.mark.filterwarnings("ignore:X .* feature names")  # they mix frames and arrays
@pytest.mark.parametrize(
    "check",
    [
        check_transformer_get_feature_names_out,
        check_transformer_get_feature_names_out_pandas,
        check_get_feature_names_out_error,
        check_set_output_transform_pandas,
        check_set_output_transform_polars,
        check_global_output_transform_pandas,
        check_global_set_output_transform_polars,
    ],
    ids=lambda check: check.__name__,
)
def test_checks_of_names_and_containers(check):
    check("CoefficientPruner", CoefficientPruner(Ridge(), sparsity=0.5))


def test_prefit():
    X, y = load_diabetes(return_X_y=True)
    inner = Ridge().fit(X, y)
    pruner = CoefficientPruner(FrozenEstimator(inner), n_features_to_keep=4)
    pruner.fit(X[:5], -y[:5], sample_weight=np.ones(5))
    assert set(np.flatnonzero(pruner.support_)) == set(np.argsort(-np.abs(inner.coef_))[:4])
    with pytest.raises(NotFittedError):
        CoefficientPruner(FrozenEstimator(Ridge())).fit(X, y)
    with pytest.raises(NotFittedError):
        CoefficientPruner(Ridge()).transform(X)


def test_coefficients_inside_other_estimators():
    X, y = load_diabetes(return_X_y=True)
    pipeline = make_pipeline(StandardScaler(), Ridge())
    expected = np.abs(clone(pipeline).fit(X, y)[-1].coef_)
    for getter in ("auto", "named_steps.ridge.coef_", lambda fitted: fitted[-1].coef_):
        pruner = CoefficientPruner(pipeline, n_features_to_keep=3, importance_getter=getter).fit(X, y)
        np.testing.assert_array_equal(pruner.importances_, expected)
    chosen = CoefficientPruner(pipeline, sparsity="auto").fit(X, y)
    path = chosen.pruning_path_
    assert chosen.n_features_selected_ == path["n_kept"][chosen.best_index_]
    assert chosen.best_index_ == path["cv_score"].argmax()
    network = MLPRegressor(hidden_layer_sizes=5, solver="lbfgs", max_iter=2000, tol=0.1, random_state=0)
    pruner = CoefficientPruner(network, norm_order=2).fit(scale(X), scale(y))
    np.testing.assert_allclose(pruner.importances_, np.linalg.norm(pruner.estimator_.coefs_[0], axis=1))
    expanded = make_pipeline(PolynomialFeatures(), Ridge())
    with pytest.raises(ValueError, match=r"66 features where X has 10.*made inside"):
        CoefficientPruner(expanded, importance_getter="named_steps.ridge.coef_").fit(X, y)


def test_weights_are_repetitions():
    X, y = load_diabetes(return_X_y=True)
    weights = np.random.default_rng(0).integers(0, 4, len(y))
    weighted = CoefficientPruner(Lasso(0.5)).fit(X, y, sample_weight=weights)
    repeated = CoefficientPruner(Lasso(0.5)).fit(np.repeat(X, weights, axis=0), np.repeat(y, weights))
    np.testing.assert_array_equal(weighted.support_, repeated.support_)
    np.testing.assert_allclose(weighted.importances_, repeated.importances_, atol=1e-7)


@pytest.mark.parametrize("rule", ["min", "1se"])
def test_sparsity_by_cross_validation(rule):
    """The model that ranked the columns is the one whose score decides."""
    X, y = load_diabetes(return_X_y=True)
    cv = KFold(4)
    options = {"sparsity_rule": rule, "cv": cv}
    pruner = CoefficientPruner(LinearRegression(), sparsity="auto", **options).fit(X, y)
    rows = []
    for k in range(1, 11):
        pipeline = make_pipeline(
            CoefficientPruner(LinearRegression(), n_features_to_keep=k), LinearRegression()
        )
        rows.append(cross_val_score(pipeline, X, y, cv=cv))
    scores = np.array(rows)
    mean, error = scores.mean(axis=1), scores.std(axis=1, ddof=1) / 2
    best = mean.argmax()
    if rule == "1se":
        best = np.flatnonzero(mean >= mean[best] - error[best])[0]
    assert pruner.n_features_selected_ == best + 1


@pytest.mark.parametrize("rule", ["aic", "bic", "ebic"])
def test_sparsity_by_information_criterion(rule):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 20))
    y = X[:, [3, 7, 11]].sum(axis=1) + rng.normal(size=200)
    pruner = CoefficientPruner(LinearRegression(), sparsity="auto", sparsity_rule=rule).fit(X, y)
    assert {3, 7, 11} <= set(np.flatnonzero(pruner.support_))
    assert pruner.n_features_selected_ <= (12 if rule == "aic" else 4)


@pytest.mark.parametrize(
    "grid",
    [
        {"estimator__alpha": [0.1, 1.0, 10.0], "n_features_to_keep": [3, 6]},
        pytest.param({"sparsity": [0.0, 0.3, 0.8]}, marks=pytest.mark.slow),
        pytest.param({"threshold": [0.1, "mean"]}, marks=pytest.mark.slow),
    ],
    ids=lambda grid: "-".join(grid),
)
@alike()
def test_grid_search_in_a_pipeline_serial_and_parallel(grid):
    X, y = load_diabetes(return_X_y=True)
    pipeline = make_pipeline(StandardScaler(), CoefficientPruner(Ridge()), Ridge())
    grid = {f"coefficientpruner__{name}": values for name, values in grid.items()}
    grid["ridge__alpha"] = [0.1, 100.0]
    serial, parallel = (GridSearchCV(pipeline, grid, n_jobs=n_jobs).fit(X, y) for n_jobs in (1, 2))
    for split in range(5):
        name = f"split{split}_test_score"
        np.testing.assert_array_equal(serial.cv_results_[name], parallel.cv_results_[name])
    assert serial.best_params_ == parallel.best_params_
    np.testing.assert_array_equal(serial.predict(X), parallel.predict(X))


BAD = [
    ({"threshold": 1.5}, r"threshold .*\[0, 1\].*1.5"),
    ({"threshold": "biggest"}, "'mean', 'median'"),
    ({"sparsity": 1.0}, "sparsity"),
    ({"sparsity": 0.5, "n_features_to_keep": 3}, "sparsity=0.5 and n_features_to_keep=3"),
    ({"n_features_to_keep": 11}, "n_features_to_keep=11 .*X has 10"),
    ({"min_features": 11}, "min_features=11 .*10 features"),
    ({"min_features": 3, "max_features": 2}, "min_features=3 is above max_features=2"),
    ({"max_features": lambda X: 0}, "max_features must give a positive integer, got 0"),
    ({"norm_order": 0}, "norm_order"),
    ({"estimator": Lasso(1e6)}, r"All coefficients of Lasso\(alpha=1000000.0\) are zero.*smaller"),
    ({"estimator": DecisionTreeRegressor()}, "Regressor has no coef_ or coefs_.*importance_getter"),
    ({"importance_getter": "weights_"}, "leads nowhere: Ridge has no 'weights_' after fit, but .*coef_"),
    ({"importance_getter": lambda fitted: fitted.coef_ * np.nan}, "importance_getter returned NaN"),
    ({"importance_getter": lambda fitted: fitted.coef_, "sparsity": "auto"}, "as a path"),
]


@pytest.mark.parametrize(("options", "message"), BAD, ids=named)
def test_bad_input_is_named(options, message):
    X, y = load_diabetes(return_X_y=True)
    with pytest.raises(ValueError, match=message):
        CoefficientPruner(**{"estimator": Ridge(), **options}).fit(X, y)
