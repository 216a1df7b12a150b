"""The alphas that an L2 norm alone gets: those between which its degrees of freedom go."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import sparse

from sknormreg import ElasticNet, Ridge, RidgeClassifier, alpha_grid, regularization_path
from sknormreg.diagnosis import freedom

RNG = np.random.default_rng(11)
TALL = RNG.normal(size=(40, 7)) * np.geomspace(1.0, 30.0, 7) + 3.0
WIDE = RNG.normal(size=(12, 25)) + 1.0
COUNTS = RNG.integers(1, 4, size=40).astype(float)
ENDS = [0.01, 0.99]


def hat(X, weights, alpha, factor):
    """tr (G + alpha F)^-1 G of the columns centred at their weighted means."""
    share = weights / weights.sum()
    centred = (X - share @ X) * np.sqrt(share)[:, None]
    gram = centred.T @ centred
    return np.trace(np.linalg.solve(gram + alpha * np.diag(factor), gram))


@pytest.mark.parametrize("unit", [Ridge(), ElasticNet(l1_ratio=0.0)], ids=repr)
@pytest.mark.parametrize("container", [np.asarray, sparse.csr_array])
@pytest.mark.parametrize("weights", [np.ones(40), COUNTS], ids=["plain", "weighted"])
def test_from_1_to_99_percent(unit, container, weights):
    y = TALL @ RNG.normal(size=7)
    grid = alpha_grid(unit, container(TALL), y, n_alphas=6, sample_weight=weights)
    assert_allclose(np.diff(np.log(grid)), np.diff(np.log(grid)).mean())
    strengths = grid[[0, -1]] / (weights.sum() if isinstance(unit, Ridge) else 1.0)
    assert_allclose([hat(TALL, weights, a, np.ones(7)) for a in strengths], 7 * np.array(ENDS))
    path = regularization_path(unit, container(TALL), y, 6, sample_weight=weights)
    assert_allclose(path.df[[0, -1]], 7 * np.array(ENDS))


def test_wide_rows():
    """As many degrees of freedom as rows, less the intercept."""
    path = regularization_path(Ridge(), WIDE, WIDE[:, 0], 3)
    assert_allclose(path.df[[0, -1]], 11 * np.array(ENDS), rtol=1e-6)
    path = regularization_path(Ridge(fit_intercept=False), WIDE, WIDE[:, 0], 3)
    assert_allclose(path.df[[0, -1]], 12 * np.array(ENDS), rtol=1e-6)


@pytest.mark.parametrize("X", [TALL, WIDE], ids=["tall", "wide"])
def test_unpenalised_columns_are_no_part_of_it(X):
    factor = np.linspace(0.0, 2.0, X.shape[1])
    factor[3] = 0.0
    grid = alpha_grid(Ridge(penalty_factor=factor), X, X[:, 1] + X[:, 2], n_alphas=2) / len(X)
    rank = min(len(X) - 1, X.shape[1]) - 2
    found = [hat(X, np.ones(len(X)), alpha, factor) - 2.0 for alpha in grid]
    assert_allclose(found, rank * np.array(ENDS), rtol=1e-5)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_a_log_loss_by_its_curvature_at_zero(n_classes):
    """Of a softmax that is (diag(q) - q q') times the Gram matrix, with the shares q of the classes."""
    y = np.arange(40) % 5 % n_classes
    grid = alpha_grid(RidgeClassifier(loss="log_loss"), TALL, y, n_alphas=2)
    q = np.bincount(y) / 40
    curvature = np.array([[q[0] * q[1]]]) if n_classes == 2 else np.diag(q) - np.outer(q, q)
    centred = TALL - TALL.mean(axis=0)
    hessian = np.kron(curvature, centred.T @ centred / 40)
    found = [np.trace(np.linalg.solve(hessian + a * np.eye(len(hessian)), hessian)) for a in grid]
    assert_allclose(found, 7 * (n_classes - 1) * np.array(ENDS))


def test_several_targets_share_it():
    both = TALL @ RNG.normal(size=(7, 2)) * [1.0, 1e6]
    assert_allclose(alpha_grid(Ridge(), TALL, both), alpha_grid(Ridge(), TALL, both[:, 0]))


@given(exponent=st.integers(-90, 90))
@settings(deadline=None, max_examples=10)
def test_the_grid_goes_with_the_square_of_the_scale(exponent):
    c = 10.0**exponent
    for model, y in (Ridge(), TALL[:, 0]), (RidgeClassifier(loss="log_loss"), TALL[:, 0] > 3.0):
        assert_allclose(
            alpha_grid(model, c * TALL, y, n_alphas=3) / c**2, alpha_grid(model, TALL, y, n_alphas=3)
        )


def test_dependent_columns_end_where_least_squares_begins():
    X = np.column_stack([TALL, TALL[:, :2] + 1e-5 * RNG.normal(size=(40, 2))])
    grid = alpha_grid(Ridge(), X, X[:, 0], n_alphas=2)
    largest = np.linalg.norm(X - X.mean(axis=0), 2) ** 2
    assert 1e-9 * largest < grid[1] < 1e-7 * largest
    assert np.all(np.isfinite(regularization_path(Ridge(), X, TALL[:, 0], 3).coefs))


def test_too_large_to_decompose(monkeypatch):
    """The mean eigenvalue bounds the degrees of freedom at the largest alpha."""
    monkeypatch.setattr(freedom, "_LARGEST", 5)
    grid = alpha_grid(Ridge(), TALL, TALL[:, 0], n_alphas=2) / 40
    assert hat(TALL, np.ones(40), grid[0], np.ones(7)) <= 0.07
    assert_allclose(grid[0], 100 * TALL.var(axis=0).mean())
    assert_allclose(grid[1] / grid[0], 1e-6)


def test_the_range_that_is_asked_for():
    grid = alpha_grid(Ridge(), TALL, TALL[:, 0], n_alphas=5)
    asked = alpha_grid(Ridge(), TALL, TALL[:, 0], n_alphas=5, eps=1e-2)
    assert_allclose(asked[[0, -1]], [grid[0], 1e-2 * grid[0]])
    constant = alpha_grid(Ridge(), TALL, np.ones(40), n_alphas=5)
    assert np.all(constant == constant[0])
