"""Paths, their grids and their degrees of freedom, against definitions and single fits."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy import sparse
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import Lasso as TheirLasso
from sklearn.linear_model import LogisticRegression, lasso_path
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler, scale

from sknormreg import ElasticNet, ElasticNetClassifier, Lasso, LassoClassifier, Ridge, RidgeClassifier
from sknormreg.diagnosis.freedom import degrees_of_freedom
from sknormreg.model_selection import alpha_grid, alpha_max, regularization_path

DIABETES = load_diabetes(return_X_y=True)
IRIS = scale(load_iris().data), load_iris().target
CANCER = scale(load_breast_cancer().data), load_breast_cancer().target
WEIGHTS = np.random.default_rng(0).integers(0, 4, size=442)
FACTORS = np.array([0.0, 2.0, *np.ones(8)])
SPARSE = [
    (Lasso(), DIABETES),
    (Lasso(penalty_factor=FACTORS), DIABETES),
    (Lasso(positive=True), DIABETES),
    (Lasso(fit_intercept=False), DIABETES),
    (Lasso(), (DIABETES[0], np.c_[DIABETES[1], -(DIABETES[1] ** 2)])),
    (ElasticNet(l1_ratio=0.2, penalty_factor=FACTORS), DIABETES),
    (LassoClassifier(), CANCER),
    (LassoClassifier(), IRIS),
    (LassoClassifier(loss="squared_hinge", class_weight={0: 3.0}), IRIS),
    (ElasticNetClassifier(), IRIS),
]
each_sparse = pytest.mark.parametrize(
    ("estimator", "data"), SPARSE, ids=lambda v: f"{v!r:.50}" if hasattr(v, "fit") else "data"
)


@each_sparse
@pytest.mark.parametrize("weighted", [False, True])
def test_alpha_max_is_where_the_first_coefficient_appears(estimator, data, weighted):
    X, y = data
    weights = np.resize(WEIGHTS, len(y)) if weighted else None
    largest = alpha_max(estimator, X, y, sample_weight=weights)
    factor = np.ones(X.shape[1]) if estimator.penalty_factor is None else estimator.penalty_factor
    counts = [
        np.count_nonzero(np.atleast_2d(model.coef_)[:, factor > 0])
        for model in estimator.fit_path(X, y, [1.0001 * largest, 0.999 * largest], weights)
    ]
    assert counts[0] == 0
    assert counts[1] > 0


def test_alpha_max_of_an_l2_norm():
    assert alpha_max(Ridge(), *DIABETES) == np.inf
    assert alpha_max(Ridge(), DIABETES[0], np.ones(442)) == 0.0


@pytest.mark.parametrize("estimator", [Lasso(), ElasticNet(positive=True), LassoClassifier()], ids=repr)
def test_alpha_max_of_nothing_is_zero_without_a_sign(estimator):
    X, y = CANCER
    for nothing in (0.0 * X, -0.0 * X, sparse.csr_array(0.0 * X)):
        assert repr(alpha_max(estimator, nothing, y)) == "0.0"


def test_integer_weights_are_repetition():
    X, y = DIABETES
    repeated = np.repeat(X, WEIGHTS, axis=0), np.repeat(y, WEIGHTS)
    for estimator in (Lasso(), Ridge()):
        weighted = regularization_path(estimator, X, y, 10, sample_weight=WEIGHTS)
        plain = regularization_path(estimator, *repeated, 10)
        assert_allclose(weighted.alphas, plain.alphas, rtol=1e-12)
        assert_allclose(weighted.coefs, plain.coefs, atol=1e-7)
        assert_allclose(weighted.df, plain.df, rtol=1e-8)


@pytest.mark.parametrize("rows", [442, 8])
def test_degrees_of_freedom_of_least_squares_are_the_rank(rows):
    """In the units of each column: one is measured in others, one is the difference of two."""
    X = np.column_stack([DIABETES[0][:rows], DIABETES[0][:rows, 3] - DIABETES[0][:rows, 2]])
    X[:, 4] *= 1e-12
    task = Ridge()._task(X, DIABETES[1][:rows], None)
    point = 0.0, np.zeros((1, 11)), np.zeros(1)
    assert degrees_of_freedom(task.problems[0], [point], task.workspace) == [min(10, rows - 1)]


def test_grid():
    grid = alpha_grid(Lasso(), *DIABETES, n_alphas=20, eps=0.01)
    assert grid[0] == alpha_max(Lasso(), *DIABETES)
    assert_allclose(np.diff(np.log(grid)), np.log(0.01) / 19)
    ends = [alpha_grid(Lasso(), X, DIABETES[1][: len(X)])[[0, -1]] for X in (DIABETES[0], DIABETES[0][:9])]
    assert_allclose([last / first for first, last in ends], [1e-4, 1e-3])
    assert set(alpha_grid(Lasso(), DIABETES[0], np.ones(442))) == {np.finfo(float).resolution}


def test_against_scikit_learn():
    X, y = DIABETES
    alphas, coefs, _ = lasso_path(X - X.mean(axis=0), y - y.mean(), tol=1e-10)
    path = regularization_path(Lasso(), X, y, alphas)
    assert_allclose(path.coefs, coefs, atol=1e-3)
    assert_allclose(path.alphas, alphas)


CASES = [
    *SPARSE,
    (Ridge(), DIABETES),
    (Ridge(), (DIABETES[0], np.c_[DIABETES[1], DIABETES[1] ** 2])),
    (RidgeClassifier(), IRIS),
    (RidgeClassifier(loss="log_loss"), IRIS),
]


@pytest.mark.parametrize(
    ("estimator", "data"), CASES, ids=lambda v: f"{v!r:.50}" if hasattr(v, "fit") else ""
)
def test_arrays_and_at(estimator, data):
    path = regularization_path(estimator, *data, 6, eps=0.05)
    assert path.alphas.shape == (6,)
    assert np.all(np.diff(path.alphas) < 0)
    assert path.dual_gaps.shape == path.n_iter.shape == path.df.shape
    between = np.sqrt(path.alphas[2] * path.alphas[3])
    for alpha in (path.alphas[4], between, 2.0 * path.alphas[0], 0.7 * path.alphas[-1]):
        model, single = path.at(alpha), clone(estimator).set_params(alpha=alpha).fit(*data)
        assert vars(model).keys() == vars(single).keys()
        assert_allclose(model.coef_, single.coef_, atol=1e-8 * (1e-300 + np.abs(single.coef_).max()))
        assert_allclose(model.intercept_, single.intercept_, rtol=1e-7, atol=1e-9)
    model = path.at(path.alphas[4])
    assert_allclose(path.coefs[..., 4], np.squeeze(model.coef_))
    assert_allclose(path.dual_gaps[..., 4], model.dual_gap_)


def test_the_straight_line_is_the_path_where_the_pattern_stands():
    path = regularization_path(Lasso(), *DIABETES, np.geomspace(2.0, 0.01, 200))
    same = np.flatnonzero((np.sign(path.coefs[:, 1:]) == np.sign(path.coefs[:, :-1])).all(axis=0))
    for k in same[::20]:
        model = path.at(0.5 * (path.alphas[k] + path.alphas[k + 1]))
        assert_allclose(model.coef_, path.coefs[:, k : k + 2].mean(axis=1), rtol=1e-9)


@pytest.mark.parametrize(
    "estimator",
    [
        Ridge(),
        Ridge(penalty_factor=FACTORS),
        Ridge(penalty_factor=FACTORS + 0.5, fit_intercept=False),
        Lasso(),
        ElasticNet(),
        ElasticNet(l1_ratio=0.9, penalty_factor=FACTORS),
        ElasticNet(positive=True),
    ],
    ids=repr,
)
@pytest.mark.parametrize("wide", [False, True])
def test_degrees_of_freedom_are_the_divergence_of_the_fit(estimator, wide):
    """df = sum_i d yhat_i / d y_i (Stein; Efron 2004, eq. 2.11), by differences, intercept included."""
    X, y = (DIABETES[0][:8], DIABETES[1][:8]) if wide else (DIABETES[0][:40], DIABETES[1][:40])
    X = scale(X)
    for alpha in (3.0, 30.0):
        model = clone(estimator).set_params(alpha=alpha)
        path = regularization_path(model, X, y, [alpha])

        def fitted(y, model=model):
            return model.fit(X, y).predict(X)

        h = 1e-4
        trace = sum(
            (fitted(y + h * e) - fitted(y - h * e))[i] / (2 * h) for i, e in enumerate(np.eye(len(y)))
        )
        assert_allclose(path.df[0] + model.fit_intercept, trace, rtol=1e-5)


def test_degrees_of_freedom_of_a_log_loss():
    """tr (H + P)^-1 H written out at the solution, for two classes and the softmax."""
    X, y = IRIS
    alpha = 0.02
    path = regularization_path(RidgeClassifier(loss="log_loss"), X, y, [alpha])
    p = path.at(alpha).predict_proba(X)
    A = np.c_[X, np.ones(150)]
    hessian = np.zeros((15, 15))
    for i in range(150):
        hessian += np.kron(np.diag(p[i]) - np.outer(p[i], p[i]), np.outer(A[i], A[i])) / 150
    ridge = np.kron(np.eye(3), np.diag([alpha] * 4 + [0.0]))
    trace = np.trace(np.linalg.pinv(hessian + ridge) @ hessian)
    assert_allclose(path.df, [trace - 2.0], rtol=1e-6)  # the intercepts of three classes count for two


def test_l1_ratios_share_the_data():
    ratios = [0.1, 0.5, 1.0]
    for ratio, path in zip(
        ratios, regularization_path(ElasticNet(), *DIABETES, 5, l1_ratio=ratios), strict=True
    ):
        alone = regularization_path(ElasticNet(l1_ratio=ratio), *DIABETES, 5)
        assert_allclose(path.alphas, alone.alphas)
        assert_allclose(path.coefs, alone.coefs, atol=1e-9)
        assert path.at(path.alphas[2]).l1_ratio == ratio


def test_frames():
    X, y = load_iris(return_X_y=True, as_frame=True)
    frame = regularization_path(LassoClassifier(), X, y.map(dict(enumerate("abc"))), 4).to_frame()
    assert frame.shape == (4, 15)
    assert ("b", "petal width (cm)") in frame
    assert frame.index.name == "alpha"
    single = regularization_path(Lasso(), X, X.iloc[:, 0], 4)
    assert list(single.to_frame().columns) == ["intercept", *X.columns]
    pd.testing.assert_series_equal(
        single.to_frame().iloc[2, 1:], pd.Series(single.coefs[:, 2], X.columns), check_names=False
    )


def test_messages():
    X, y = DIABETES
    with pytest.raises(TypeError, match=r"linear model of sknormreg is needed.*LogisticRegression"):
        regularization_path(LogisticRegression(), X, y)
    with pytest.raises(
        TypeError, match=r"such as Lasso\(\), or .* got Lasso\(\) of sklearn.linear_model\."
    ):
        alpha_max(make_pipeline(StandardScaler(), TheirLasso()), X, y)
    with pytest.raises(ValueError, match="alphas must be finite and non-negative"):
        regularization_path(Lasso(), X, y, [1.0, -1.0])
    with pytest.raises(ValueError, match=r"alphas must be finite and non-negative in float64, got \[1, 1"):
        regularization_path(Lasso(), X, y, [1, 10**309])
    with pytest.raises(ValueError, match="'alpha' parameter of Lasso must be a float"):
        regularization_path(Lasso(), X, y, 3).at(10**309)
    with pytest.raises(ValueError, match="'alpha' parameter of Lasso must be a float"):
        Lasso().fit_path(X, y, [1.0, 10**309])
    with pytest.raises(ValueError, match="alphas must be a number of alphas or a list"):
        regularization_path(Lasso(), X, y, [])
    with pytest.raises(ValueError, match="n_alphas must be a positive integer"):
        regularization_path(Lasso(), X, y, 0)
    with pytest.raises(ValueError, match="eps must lie between"):
        alpha_grid(Lasso(), X, y, eps=1.5)
    with pytest.raises(ValueError, match="l1_ratio is a parameter of the elastic nets"):
        regularization_path(Lasso(), X, y, l1_ratio=[0.5])
    with pytest.raises(ValueError, match="tol"):
        regularization_path(Lasso(tol=-1), X, y)
    with pytest.warns(ConvergenceWarning, match="alpha="):
        regularization_path(LassoClassifier(max_iter=1), *CANCER, 5)
