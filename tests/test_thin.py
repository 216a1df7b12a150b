"""Curvature from some of the rows saves work far from the optimum, and changes nothing at it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from sknormreg.design import make_design
from sknormreg.losses import LogLoss, MultinomialLoss, SquaredHinge, SquaredLoss
from sknormreg.penalties import L1, L2, Coordinates
from sknormreg.problem import Problem
from sknormreg.solvers import thin
from sknormreg.solvers.loop import solve, solve_path
from sknormreg.solvers.workspace import Workspace

STORES = {"C": np.ascontiguousarray, "F": np.asfortranarray, "csc": sparse.csc_array}


def drawn(seed, n, p, loss=None, penalty=None, store=np.asarray, classes=2):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p))
    X[:, 1:] += 0.5 * X[:, :-1]
    label = (
        X[:, : classes - 1] @ rng.normal(size=(classes - 1, classes)) + rng.normal(size=(n, classes))
    ).argmax(1)
    y = (label[None, :] == np.arange(classes)[:, None]).astype(float)
    y = y if classes > 2 else y[1:]
    weights = rng.random(n) + 0.1
    return problem_of(store(X), y, weights / weights.sum(), loss or LogLoss(), penalty or L1())


def problem_of(X, y, weights, loss, penalty, fraction=0.05):
    size = y.shape[0] * X.shape[1]
    coordinates = Coordinates(np.ones(size), np.full(size, -np.inf), np.full(size, np.inf))
    problem = Problem(make_design(X, weights, True), y, weights, loss, penalty, coordinates)
    centred = y - (y @ weights)[:, None]
    steepest = np.abs(problem.design.correlate(centred * weights)).max()
    return problem.with_alpha(fraction * steepest)


def solved(problem, share, monkeypatch):
    monkeypatch.setattr(thin, "_SHARE", share)
    space = Workspace()
    return solve(problem, workspace=space), space.work


NEVER = 10**9


@pytest.mark.parametrize("store", STORES.values(), ids=STORES.keys())
@pytest.mark.parametrize("penalty", [L1(), L2()], ids=repr)
def test_most_hessians_are_of_an_eighth_of_the_rows(store, penalty, monkeypatch):
    problem = drawn(0, 8000, 40, penalty=penalty, store=store)
    found, work = solved(problem, 8, monkeypatch)
    exact, more = solved(problem, NEVER, monkeypatch)
    assert more.thin_hessians == 0
    assert work.thin_hessians >= 2
    assert work.gram_columns < more.gram_columns
    assert work.passes <= more.passes + 4
    assert found.relative_gap < 1e-14
    np.testing.assert_allclose(found.coef, exact.coef, rtol=0, atol=1e-9 * np.abs(exact.coef).max())


@settings(deadline=None, max_examples=15)
@given(seed=st.integers(0, 2**32 - 1), p=st.integers(2, 30), store=st.sampled_from(list(STORES)))
def test_every_draw_ends_where_all_rows_lead(seed, p, store):
    problem = drawn(seed, 3000, p, store=STORES[store])
    with pytest.MonkeyPatch.context() as patch:
        found, _ = solved(problem, 8, patch)
        exact, _ = solved(problem, NEVER, patch)
    assert max(found.relative_gap, exact.relative_gap) < 1e-10
    np.testing.assert_allclose(found.coef, exact.coef, rtol=0, atol=1e-6 * np.abs(exact.coef).max())


def test_softmax(monkeypatch):
    problem = drawn(1, 8000, 10, MultinomialLoss(), classes=4)
    found, work = solved(problem, 8, monkeypatch)
    exact, _ = solved(problem, NEVER, monkeypatch)
    assert work.thin_hessians >= 1
    assert found.objective == pytest.approx(exact.objective, rel=1e-12)


@pytest.mark.parametrize(
    ("loss", "n"), [(SquaredLoss(), 8000), (SquaredHinge(), 8000), (LogLoss(), 1000)], ids=repr
)
def test_where_the_curvature_is_constant_or_jumps_or_rows_are_few_none_is(loss, n, monkeypatch):
    _, work = solved(drawn(2, n, 40, loss), 8, monkeypatch)
    assert work.thin_hessians == 0


def test_a_feature_that_the_sample_hardly_has(monkeypatch):
    """It would have next to no curvature, and the step no end."""
    rng = np.random.default_rng(3)
    n = 8000
    X = rng.normal(size=(n, 20))
    X[:, 0] = 0.0
    X[70:120, 0] = 1.0  # no row of the sample
    y = (X[:, 1] + 3.0 * X[:, 0] + rng.normal(size=n) > 0.0).astype(float)[None, :]
    weights = np.full(n, 1.0 / n)
    problem = problem_of(X, y, weights, LogLoss(), L1(), 1e-3)
    found, work = solved(problem, 8, monkeypatch)
    exact, more = solved(problem, NEVER, monkeypatch)
    assert found.coef[0, 0] != 0.0
    assert work.thin_hessians == 0
    assert work.passes == more.passes
    np.testing.assert_array_equal(found.coef, exact.coef)


def test_along_a_path_the_sample_serves_again(monkeypatch):
    problem = drawn(4, 8000, 40)
    strengths = problem.penalty.alpha * np.array([4.0, 1.0, 0.1])
    space, counts = Workspace(), []
    for found in solve_path(problem, strengths, workspace=space):
        counts.append(space.work.thin_hessians)
        assert found.relative_gap < 1e-12
    assert np.all(np.diff(counts) > 0)
