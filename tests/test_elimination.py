"""Ridge on ever fewer features: down-dates against fits from scratch, and the work they take."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from sknormreg.design import make_design
from sknormreg.elimination.path import eliminate


def draw(seed, n, p, outputs=2, shift=0.0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) + shift
    Y = rng.normal(size=(outputs, n))
    weights = rng.random(n) + 0.1
    weights /= weights.sum()
    return X, Y - (Y @ weights)[:, None], weights, rng


def naive(X, Y, weights, lam, factor, kept):
    """(coef, loss, trace of the hat matrix) by the normal equations in the scale of sqrt(weights)."""
    root = np.sqrt(weights)
    A = (X - weights @ X)[:, kept] * root[:, None]
    system = A.T @ A + lam * np.diag(factor[kept])
    coef = np.zeros((Y.shape[0], X.shape[1]))
    coef[:, kept] = np.linalg.solve(system, A.T @ (Y * root).T).T
    rest = Y * root - (A @ coef[:, kept].T).T
    return coef, np.sum(rest**2, axis=1), np.trace(A @ np.linalg.solve(system, A.T))


def check(found, expected, tol=1e-9):
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=tol * (1.0 + np.abs(b).max(initial=0.0)))


@settings(deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    n=st.integers(3, 25),
    p=st.integers(1, 40),
    lam=st.sampled_from([1e-3, 0.1, 10.0]),
    shift=st.sampled_from([0.0, 1e3]),
    storage=st.sampled_from([np.ascontiguousarray, np.asfortranarray, sparse.csc_array]),
    data=st.data(),
)
def test_down_dates_equal_fits_from_scratch(seed, n, p, lam, shift, storage, data):
    X, Y, weights, rng = draw(seed, n, p, shift=shift)
    factor = rng.random(p) + 0.5
    elimination = eliminate(make_design(storage(X), weights, True), Y, weights, lam, factor)
    left = np.arange(p)
    while True:
        kept = np.zeros(p, dtype=bool)
        kept[left] = True
        np.testing.assert_array_equal(elimination.kept, kept)
        expected = naive(X, Y, weights, lam, factor, kept)
        coef = elimination.coef
        check((coef, elimination.loss(), elimination.freedom()), expected, 1e-7 if shift else 1e-9)
        assert np.all(coef[:, ~kept] == 0.0)
        np.testing.assert_allclose(
            elimination.refined().coef, expected[0], atol=1e-9 * np.abs(expected[0]).max(initial=1e-300)
        )
        if left.size == 0:
            break
        gone = data.draw(st.integers(1, left.size))
        dropped = rng.permutation(left)[:gone]
        elimination.drop(np.sort(dropped))
        left = np.setdiff1d(left, dropped)


@pytest.mark.parametrize("zeros", ["none", "some", "all"])
@pytest.mark.parametrize("singular", [True, False])
@pytest.mark.parametrize("wide", [True, False])
def test_freedom_of_unpenalised_columns(zeros, singular, wide):
    """The trace of the hat matrix in the limit of a vanishing penalty on them, by a plain SVD."""
    n, p = (12, 20) if wide else (40, 12)
    X, Y, weights, _ = draw(2, n, p)
    if singular:
        X[:, 5] = X[:, 1]
    factor = np.linspace(0.5, 2.0, p)
    factor[{"none": slice(0), "some": slice(0, 6), "all": slice(None)}[zeros]] = 0.0
    elimination = eliminate(make_design(X, weights, True), Y, weights, 0.3, factor)
    A = (X - weights @ X) * np.sqrt(weights)[:, None]
    free, rest = A[:, factor == 0], A[:, factor > 0] / np.sqrt(factor[factor > 0])
    U, values, _ = np.linalg.svd(free, full_matrices=False)
    U = U[:, values > 1e-10 * values.max(initial=0)]
    values = np.linalg.svd(rest - U @ (U.T @ rest), compute_uv=False) ** 2
    assert elimination.freedom() == pytest.approx(U.shape[1] + np.sum(values / (values + 0.3)), rel=1e-8)


@pytest.mark.parametrize(("n", "p"), [(600, 128), (30, 240)])
def test_a_path_takes_few_factorisations(n, p):
    X, Y, weights, rng = draw(0, n, p)
    elimination = eliminate(make_design(X, weights, True), Y, weights, 0.01, np.ones(p))
    for feature in rng.permutation(p):
        elimination.drop(np.array([feature]))
    assert elimination.factorisations <= 2 + np.log2(p)


@pytest.mark.parametrize("kind", ["duplicated", "wide and sparse", "no penalty"])
def test_what_cannot_be_down_dated_is_solved_anew(kind):
    n, p = (20, 50) if kind == "wide and sparse" else (40, 12)
    X, Y, weights, _ = draw(1, n, p)
    lam = 0.1 if kind == "wide and sparse" else 0.0
    if kind == "duplicated":
        X[:, 7] = X[:, 2]
    made = sparse.csr_array(X) if kind == "wide and sparse" else X
    elimination = eliminate(make_design(made, weights, True), Y, weights, lam, np.ones(p))
    root = np.sqrt(weights)
    for dropped in ([0, 5], [1, 7], [3]):
        elimination.drop(np.array(dropped))
        kept = elimination.kept
        A = (X - weights @ X)[:, kept] * root[:, None]
        system = A.T @ A + lam * np.eye(kept.sum())
        expected = np.linalg.pinv(system, hermitian=True) @ A.T @ (Y * root).T
        np.testing.assert_allclose(elimination.coef[:, kept], expected.T, atol=1e-9)
        hat = A @ np.linalg.pinv(system, hermitian=True) @ A.T
        assert elimination.freedom() == pytest.approx(np.trace(hat), rel=1e-8)
