"""Exact fits are certified whatever the units of the columns and however small alpha."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from sknormreg import (
    ElasticNet,
    ElasticNetClassifier,
    Lasso,
    LassoClassifier,
    Ridge,
    RidgeClassifier,
    RidgeCV,
)
from sknormreg.solvers.solution import Status

STORES = {"dense": np.asarray, "sparse": sparse.csr_matrix}


def microseconds(rng, n):
    return np.column_stack([1.7e15 + rng.uniform(0, 3e13, n), rng.normal(size=(n, 2))])


def squares(rng, n):
    X = np.abs(rng.normal(size=(n, 3))) * [1e4, 1e6, 3.0]
    return np.hstack([X, X**2])


def powers_of_years(rng, n):
    year = rng.uniform(1950, 2020, n)
    return np.column_stack([year**k for k in range(1, 5)])


def plain(rng, n):
    return rng.normal(size=(n, 4))


def next_to_copies(rng, n):
    X = rng.normal(size=(n, 3))
    return np.column_stack([X, X[:, 0] + 1e-7 * rng.normal(size=n)])


DESIGNS = [microseconds, squares, powers_of_years, plain, next_to_copies]


def optimum(X, y, alpha):
    """Coefficients of ridge by QR of the scaled columns, in long double where that is centred."""
    A, b = np.asarray(X, np.longdouble), np.asarray(y, np.longdouble)
    A, b = (A - A.mean(axis=0)).astype(float), (b - b.mean()).astype(float)
    rows = np.vstack([A, np.sqrt(alpha) * np.eye(A.shape[1])])
    lengths = np.linalg.norm(rows, axis=0)
    w = np.linalg.lstsq(rows / lengths, np.append(b, np.zeros(len(lengths))), rcond=None)[0] / lengths
    return np.sum((b - A @ w) ** 2) + alpha * w @ w, A, b


@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("draw", DESIGNS)
@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), digits=st.floats(-30, 2))
def test_ridge(draw, store, seed, digits):
    rng, alpha = np.random.default_rng(seed), 10.0**digits
    X = draw(rng, 80)
    y = rng.normal(size=80) + (X - X.mean(axis=0)) @ (1.0 / X.std(axis=0))
    found = Ridge(alpha).fit(STORES[store](X), y)
    least, A, b = optimum(X, y, alpha)
    objective = np.sum((b - A @ found.coef_) ** 2) + alpha * found.coef_ @ found.coef_
    assert objective <= least * (1 + 1e-9)
    assert found.dual_gap_ <= 1e-9 * (b @ b)


@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("positive", [True, False])
@pytest.mark.parametrize("alpha", [1e-30, 1e-20, 1e-16, 1e-12, 1e-8])
@pytest.mark.parametrize("make", [Lasso, ElasticNet, Ridge])
def test_next_to_no_penalty(make, alpha, positive, store):
    rng = np.random.default_rng(1)
    X = np.abs(rng.normal(size=(100, 4)))
    y = X @ [1.0, 2.0, 3.0, 4.0] + rng.normal(size=100)
    found = make(alpha, positive=positive).fit(STORES[store](X), y)
    centred = X - X.mean(axis=0)
    right = np.linalg.lstsq(centred, y - y.mean(), rcond=None)[0]
    np.testing.assert_allclose(found.coef_, right, atol=1e-6)
    assert found.dual_gap_ <= 1e-8 * y.var() * 100


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("alpha", [1e-20, 1e-17, 1e-10])
@pytest.mark.parametrize(
    "make",
    [
        LassoClassifier,
        ElasticNetClassifier,
        partial(RidgeClassifier, loss="log_loss"),
        partial(LassoClassifier, loss="squared_hinge"),
    ],
)
def test_next_to_no_penalty_on_classes(make, alpha, n_classes):
    """The classes overlap, so the fit without a penalty is near."""
    rng = np.random.default_rng(2)
    X = rng.normal(size=(200, 4))
    y = np.digitize(X[:, 0] + 1.5 * rng.normal(size=200), [-1.0, 1.0][: n_classes - 1])
    found, right = make(alpha).fit(X, y), make(1e-8).fit(X, y)
    assert np.max(found.dual_gap_) <= 1e-8
    method = "decision_function" if found.loss == "squared_hinge" else "predict_proba"
    np.testing.assert_allclose(getattr(found, method)(X), getattr(right, method)(X), atol=1e-5)


@pytest.mark.parametrize("make", [Lasso, ElasticNet])
@pytest.mark.parametrize("alpha", [1e-20, 1e-12, 1e-8, 1e-4])
def test_columns_next_to_copies(make, alpha):
    rng = np.random.default_rng(3)
    X = next_to_copies(rng, 120)
    y = X[:, :3] @ [1.0, -1.0, 2.0] + 0.5 * rng.normal(size=120)
    found = make(alpha).fit(X, y)
    assert found.dual_gap_ <= 1e-8 * y.var()
    if alpha == 1e-20:  # least squares, of the copy's difference too
        scaled = np.column_stack([X[:, :3], (X[:, 3] - X[:, 0]) * 1e7, np.ones(120)])
        right = scaled @ np.linalg.lstsq(scaled, y, rcond=None)[0]
        assert (
            0.5 * np.mean((found.predict(X) - right) ** 2) <= 1e-10 * y.var()
        )  # its objective, from below


def test_alphas_far_apart():
    rng = np.random.default_rng(4)
    X, y = rng.normal(size=(50, 3)), rng.normal(size=50)
    found = RidgeCV(alphas=[1e-30, 1.0], cv=4).fit(X, y)
    assert np.isfinite(found.coef_).all()


@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("scale", [1e-100, 1e-30, 1e30, 1e100])
@pytest.mark.parametrize("make", [Lasso, ElasticNet, Ridge])
def test_scales_of_the_target(make, scale, store):
    """L1 and L2 strengths that keep the optimum where it was, in the units of y."""
    rng = np.random.default_rng(6)
    X, y = rng.normal(size=(60, 4)), rng.normal(size=60)
    ratio = {} if make is not ElasticNet else {"l1_ratio": 0.0}
    alpha = 0.05 * (scale if make is Lasso else 1.0)
    found = make(alpha, **ratio).fit(STORES[store](X), y * scale)
    right = make(0.05, **ratio).fit(X, y)
    np.testing.assert_allclose(found.coef_ / scale, right.coef_, atol=1e-10)


@pytest.mark.parametrize("make", [Lasso, ElasticNet])
def test_alpha_vanishes_beside_large_columns(make):
    rng = np.random.default_rng(8)
    X, y = rng.normal(size=(60, 4)), rng.normal(size=60)
    right = make(0).fit(X, y)
    np.testing.assert_allclose(make(1e-3).fit(X * 1e100, y).coef_ * 1e100, right.coef_, rtol=1e-9)


def test_a_direct_solve_is_not_told_to_iterate():
    """Where even an orthogonal method leaves more than the tolerance."""
    missed = {"gap": 1.0, "tol": 1e-8, "null_objective": 1.0, "objective": 1.0}
    assert Status.judge(**missed) is Status.MAX_ITER
    assert "iterations" in Status.MAX_ITER.value
    assert Status.judge(**missed, direct=True) is Status.INEXACT
    assert "iterations" not in Status.INEXACT.value
