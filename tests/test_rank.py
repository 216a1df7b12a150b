"""Least squares and ridge where columns depend on each other, or have units far apart.

The truth is an SVD of the centred rows in long double, whose columns are scaled to one length.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import linalg, sparse

from sknormreg import ElasticNet, Lasso, Ridge, RidgeClassifier, RidgeCV
from sknormreg.design import make_design
from sknormreg.solvers.squares.orthogonal import orthogonal_ridge, reduce_rows

ZERO = [Ridge(0), Lasso(0), ElasticNet(0)]
STORES = {
    "C": np.ascontiguousarray,
    "F": np.asfortranarray,
    "CSR": sparse.csr_matrix,
    "CSC": sparse.csc_matrix,
}


def centred(X, s):
    wide = np.asarray(X, dtype=np.longdouble)
    return wide - (s @ wide) / s.sum()


def minimum_norm(X, y, s):
    """Least squares with an intercept, of minimum norm."""
    A, b = centred(X, s), centred(y[:, None], s)[:, 0]
    A, b = (np.sqrt(s)[:, None] * A).astype(float), (np.sqrt(s) * b).astype(float)
    lengths = np.linalg.norm(A, axis=0)
    A[:, lengths <= 1e-13 * np.abs(X).max(axis=0)] = 0.0  # a constant is centred up to rounding
    lengths[lengths <= 1e-13 * np.abs(X).max(axis=0)] = 1.0
    w = linalg.lstsq(A / lengths, b, cond=1e-11)[0] / lengths
    null = linalg.null_space(A / lengths, rcond=1e-11) / lengths[:, None]
    if null.size:
        null = np.linalg.qr(null)[0]
        w = w - null @ (null.T @ w)
    return w


def square(rng):
    return rng.normal(size=(6, 6))


def one_hot(rng):
    return np.hstack([np.eye(5)[rng.integers(0, 5, 50)], np.eye(3)[rng.integers(0, 3, 50)]])


def shares(rng):
    X = rng.uniform(size=(40, 5))
    return X / X.sum(axis=1, keepdims=True)


def copies(rng):
    X = rng.normal(size=(40, 4))
    return np.hstack([X, X[:, 1:3]])


def difference(rng):
    X = 2.0 + rng.normal(size=(30, 4))
    return np.hstack([X, X[:, :1] - 2 * X[:, 2:3], 0.5 * X[:, 3:]])


def wide(rng):
    return rng.normal(size=(10, 25))


def constants(rng):
    return np.hstack([rng.normal(size=(20, 3)), np.full((20, 1), 7.0), np.zeros((20, 1))])


DESIGNS = [square, one_hot, shares, copies, difference, wide, constants]


@pytest.mark.parametrize("draw", DESIGNS)
@settings(max_examples=40, deadline=None)
@given(
    estimator=st.sampled_from(ZERO),
    store=st.sampled_from(sorted(STORES)),
    seed=st.integers(0, 2**32 - 1),
    weighted=st.booleans(),
)
def test_minimum_norm(draw, estimator, store, seed, weighted):
    rng = np.random.default_rng(seed)
    X = draw(rng)
    y, s = rng.normal(size=len(X)), rng.uniform(0.2, 5.0, len(X)) if weighted else np.ones(len(X))
    right = minimum_norm(X, y, s)
    found = estimator.fit(STORES[store](X), y, sample_weight=s).coef_
    values = np.linalg.svd(centred(X, s).astype(float), compute_uv=False)
    condition = values[0] / values[values > 1e-9 * values[0]][-1]  # a draw may be near to singular itself
    assert np.abs(found - right).max() <= max(1e-9, 1e-13 * condition) * max(1.0, np.abs(right).max())


@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("draw", [one_hot, copies, difference])
def test_minimum_norm_of_ridge_in_other_clothes(draw, store):
    rng = np.random.default_rng(8)
    X = draw(rng)
    y = rng.normal(size=len(X))
    right = minimum_norm(X, y, np.ones(len(X)))
    found = RidgeCV(alphas=[0.0], cv=3).fit(STORES[store](X), y)
    np.testing.assert_allclose(found.coef_, right, atol=1e-8)
    labels = y > 0
    right = minimum_norm(X, np.where(labels, 1.0, -1.0), np.ones(len(X)))
    found = RidgeClassifier(0).fit(STORES[store](X), labels)
    np.testing.assert_allclose(found.coef_[0], right, atol=1e-8)


def seconds(rng, n=300, unit=1.0):
    """Groups beside a column of seconds since 1970; the target, and the least squares of a scaled copy."""
    t, group = 1.7e9 + rng.uniform(0, 4e7, n), rng.integers(0, 9, n)
    X = np.column_stack([np.eye(9)[group], t * unit])
    y = (t - 1.7e9) / 1e7 + group + 0.01 * rng.normal(size=n)
    scaled = np.column_stack([np.eye(9)[group], (t - 1.72e9) / 1e7])
    return X, y, np.sum((y - scaled @ np.linalg.lstsq(scaled, y, rcond=None)[0]) ** 2)


@pytest.mark.parametrize("unit", [1.0, 1e6, 1e-17])
@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("estimator", ZERO, ids=repr)
def test_units_far_apart(estimator, store, unit):
    X, y, right = seconds(np.random.default_rng(4), unit=unit)
    X = STORES[store](X)
    assert np.sum((y - estimator.fit(X, y).predict(X)) ** 2) <= right * (1 + 1e-9)


@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("alpha", [1e-12, 1e-8, 1e-5])
def test_penalised_powers(alpha, store):
    """Powers that a Gram matrix cannot tell apart: the optimum, by QR of the scaled columns."""
    rng = np.random.default_rng(1)
    x = np.linspace(-1, 1, 60)
    X, y = np.column_stack([x**k for k in range(1, 16)]), np.cos(4 * x) + 0.1 * rng.normal(size=60)
    A, b = X - X.mean(axis=0), y - y.mean()
    rows = np.vstack([A, np.sqrt(alpha) * np.eye(15)])
    lengths = np.linalg.norm(rows, axis=0)
    Q, R = np.linalg.qr(rows / lengths)
    w = linalg.solve_triangular(R, Q.T @ np.append(b, np.zeros(15))) / lengths

    def objective(w):
        return np.sum((b - A @ w) ** 2) + alpha * w @ w

    found = Ridge(alpha).fit(STORES[store](X), y)
    assert objective(found.coef_) <= objective(w) * (1 + 1e-12)
    assert found.dual_gap_ <= 1e-12


@pytest.mark.parametrize("dense", [True, False])
def test_factors_far_apart(dense):
    """Wide ridge: the elastic net's way to the same fit is another."""
    rng = np.random.default_rng(0)
    X = sparse.random(30, 90, 0.2, format="csr", random_state=1)
    y, factor = rng.normal(size=30), 10.0 ** rng.uniform(-8, 8, 90)
    X = X.toarray() if dense else X
    ridge = Ridge(2.0, penalty_factor=factor).fit(X, y)
    net = ElasticNet(2.0 / 30, l1_ratio=0, penalty_factor=factor).fit(X, y)

    def objective(model):
        return np.sum((y - model.predict(X)) ** 2) + 2.0 * factor @ model.coef_**2

    np.testing.assert_allclose(objective(ridge), objective(net), rtol=1e-9)


@pytest.mark.parametrize("estimator", [Ridge(0), Ridge(1e-3), Lasso(0), RidgeClassifier(0)], ids=repr)
@pytest.mark.parametrize("scale", [1e-250, 1e-155, 1e100, 1e155, 1e300])
def test_squares_need_not_be_floating_point_numbers(estimator, scale):
    """Coefficients are those of the columns in their own scale; alpha vanishes beside large ones."""
    rng = np.random.default_rng(2)
    X, y = rng.normal(size=(40, 3)), rng.normal(size=40)
    y = y > 0 if isinstance(estimator, RidgeClassifier) else y
    if estimator.alpha and scale < 1:
        assert np.abs(estimator.fit(X * scale, y).coef_ * scale).max() <= 1e-90
        return
    right = type(estimator)(0).fit(X, y)
    found = estimator.fit(X * scale, y)
    np.testing.assert_allclose(found.coef_ * scale, right.coef_, rtol=1e-8)


@pytest.mark.parametrize("store", STORES)
def test_rows_reduced_in_blocks(store, monkeypatch):
    """Blocks of any height make the same least squares, weights of zero included."""
    rng = np.random.default_rng(3)
    X, Y, s = rng.normal(size=(57, 4)), rng.normal(size=(2, 57)), rng.uniform(0, 1, 57)
    s[:3] = 0.0
    s /= s.sum()
    design = make_design(STORES[store](X), s, True)
    monkeypatch.setattr("sknormreg.solvers.squares.orthogonal._HEIGHT", 10)
    A, C = reduce_rows(design, Y, np.sqrt(s))
    assert A.shape == (4, 4)
    rows = np.sqrt(s)[:, None] * (X - s @ X)
    np.testing.assert_allclose(A.T @ A, rows.T @ rows, atol=1e-14)
    np.testing.assert_allclose(A.T @ C, rows.T @ (np.sqrt(s) * Y).T, atol=1e-14)
    coef, above = orthogonal_ridge(design, Y, np.sqrt(s), np.zeros(2), np.ones(4))
    np.testing.assert_allclose(coef, np.linalg.lstsq(rows, (np.sqrt(s) * Y).T, rcond=None)[0].T, atol=1e-13)
    assert np.all(above <= 1e-28)


@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("unpenalised", [0, 5, 22])
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), alpha=st.sampled_from([0.0, 1e-3]))
def test_wide_rows_on_scales_far_apart(store, unpenalised, seed, alpha):
    """Every direction counts whatever its units: rows are interpolated, copies of one averaged."""
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(20, 22)) * 10.0 ** np.linspace(-9, 9, 22), rng.normal(size=20)
    X[1] = X[0]
    factor = np.where(np.arange(22) < unpenalised, 0.0, 1.0)
    if alpha and unpenalised < 20:  # what the penalty holds has to be next to free
        factor *= 1e-40
    found = Ridge(alpha, penalty_factor=factor).fit(STORES[store](X), y)
    right = y.copy()
    right[:2] = y[:2].mean()
    np.testing.assert_allclose(found.predict(STORES[store](X)), right, atol=1e-9)
    np.testing.assert_allclose(found.dual_gap_, 0.0, atol=1e-18)


@pytest.mark.parametrize("shape", [(30, 6), (10, 25)])
def test_minimum_norm_beside_a_penalised_target(shape):
    """alpha=0 is plain minimum norm, whatever the factors, also where another target has a penalty."""
    rng = np.random.default_rng(4)
    X, Y = rng.normal(size=shape), rng.normal(size=(shape[0], 2))
    X[:, 1] = X[:, 0]
    factor = rng.uniform(0.1, 9.0, shape[1])
    found = Ridge([0.0, 1.0], penalty_factor=factor).fit(X, Y)
    A, B = X - X.mean(axis=0), Y - Y.mean(axis=0)
    np.testing.assert_allclose(found.coef_[0], np.linalg.lstsq(A, B[:, 0], rcond=None)[0], atol=1e-12)
    normal = A.T @ A + np.diag(factor)
    np.testing.assert_allclose(found.coef_[1], np.linalg.solve(normal, A.T @ B[:, 1]), atol=1e-12)


@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("draw", [one_hot, shares, copies, difference, constants])
def test_dependent_columns_are_left_out_of_a_gram_matrix(draw, store, monkeypatch):
    """Rows confirm what it proposes, so nothing takes several times as long."""
    rng = np.random.default_rng(5)
    X = draw(rng)
    y = rng.normal(size=len(X))
    monkeypatch.setattr("sknormreg.solvers.squares.ridge.orthogonal_ridge", None)
    s = np.full(len(y), 1 / len(y))
    np.testing.assert_allclose(Ridge(0).fit(STORES[store](X), y).coef_, minimum_norm(X, y, s), atol=1e-10)


@pytest.mark.parametrize("store", STORES)
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), digits=st.floats(1, 11))
def test_what_a_gram_matrix_takes_for_dependent(store, seed, digits):
    """A column at any distance that its entries can show keeps its part of the fit."""
    rng = np.random.default_rng(seed)
    x, z, other = rng.normal(size=(3, 80))
    X = np.column_stack([x, other, x + 10.0**-digits * z, x + other])
    y = z + rng.normal(size=80)
    apart = np.column_stack([x, other, (X[:, 2] - x) * 10.0**digits, np.ones(80)])
    right = apart @ np.linalg.lstsq(apart, y, rcond=None)[0]
    found = Ridge(0).fit(STORES[store](X), y).predict(STORES[store](X))
    np.testing.assert_allclose(found, right, atol=1e-14 * 10.0**digits + 1e-10)


@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("shape", [(12, 5), (3, 5)])
@pytest.mark.parametrize("scale", [1e20, 1e60, 1e150])
def test_dependent_columns_of_which_few_have_a_penalty_that_vanishes(store, shape, scale):
    """More directions are open than the penalty can tell apart: those left over have least norm."""
    rng = np.random.default_rng(11)
    x, y = rng.normal(size=shape[0]), rng.normal(size=shape[0])
    X = np.outer(x, [1.0, 2.0, -1.0, 1.0, 3.0])
    right = np.cov(x, y)[0, 1] / np.var(x, ddof=1) * np.array([1.0, 2.0, -1.0, 0.0, 0.0]) / 6.0
    found = Ridge(1e-3, penalty_factor=[0, 0, 0, 1, 2]).fit(STORES[store](X * scale), y)
    np.testing.assert_allclose(found.coef_ * scale, right, atol=1e-10)
