"""What the solvers save, counted in work and never in seconds; and that saving it changes nothing."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from sknormreg import Lasso, Ridge, RidgeCV, regularization_path
from sknormreg.design import DenseDesign, make_design
from sknormreg.losses import LogLoss, SquaredLoss
from sknormreg.penalties import L1, Coordinates
from sknormreg.problem import Problem
from sknormreg.solvers import loop, step, workspace
from sknormreg.solvers.inner import gram
from sknormreg.solvers.loop import solve
from sknormreg.solvers.model import GramModel, squared_length
from sknormreg.solvers.squares.orthogonal import turn
from sknormreg.solvers.workspace import Workspace


def lasso(loss, n, p, fraction, seed=0):
    """A problem with neighbouring columns correlated, at a fraction of its alpha_max."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p))
    X[:, 1:] += X[:, :-1]
    y = X[:, ::10].sum(axis=1) + rng.normal(size=n)
    y = (y > 0).astype(float) if isinstance(loss, LogLoss) else y - y.mean()
    weights = np.full(n, 1 / n)
    infinite = np.full(p, np.inf)
    coordinates = Coordinates(np.ones(p), -infinite, infinite)
    problem = Problem(make_design(X, weights, True), y[None, :], weights, loss, L1(), coordinates)
    null = loop.evaluate(problem, problem.null_coef(), np.zeros(1))
    return problem.with_alpha(fraction * L1().alpha_max(-null.correlation, coordinates))


def solved(problem):
    space = Workspace()
    return solve(problem, workspace=space), space.work


def test_a_detour_through_stronger_penalties_saves_columns_and_steps(monkeypatch):
    problem = lasso(SquaredLoss(), 200, 2000, 1e-3)
    solution, work = solved(problem)
    monkeypatch.setattr(loop, "stages", lambda problem, point: [])
    straight, more = solved(problem)
    np.testing.assert_allclose(solution.coef, straight.coef, rtol=1e-9, atol=1e-12)
    assert work.gram_columns < 0.9 * more.gram_columns
    assert work.newton_steps < 0.5 * more.newton_steps


@pytest.mark.parametrize(("p", "fraction"), [(400, 1e-3), (2000, 0.9)])
def test_no_detour_where_few_coordinates_violate(p, fraction):
    problem = lasso(SquaredLoss(), 50, p, fraction)
    point = loop.evaluate(problem, problem.null_coef(), np.zeros(1))
    assert loop.stages(problem, point) == []


def test_a_hessian_serves_again_where_the_curvature_hardly_moves(monkeypatch):
    problem = lasso(LogLoss(), 300, 60, 0.02)
    solution, work = solved(problem)
    monkeypatch.setattr(workspace, "_CLOSE", 0.0)
    anew, more = solved(problem)
    np.testing.assert_allclose(solution.coef, anew.coef, rtol=1e-9, atol=1e-12)
    assert work.gram_columns < more.gram_columns
    assert work.passes <= more.passes + 2


def test_steps_that_gain_more_than_foretold_are_doubled(monkeypatch):
    problem = lasso(LogLoss(), 300, 60, 0.02)
    solution, work = solved(problem)
    monkeypatch.setattr(step, "_BEYOND", np.inf)
    whole, more = solved(problem)
    np.testing.assert_allclose(solution.coef, whole.coef, rtol=1e-9, atol=1e-12)
    assert work.passes < more.passes


def test_twice_a_step_stays_within_bounds_and_keeps_signs():
    problem = lasso(SquaredLoss(), 30, 4, 0.1)
    low = np.array([-1.0, -1.0, 0.5, -1.0])
    problem = replace(problem, coordinates=Coordinates(np.ones(4), low, np.full(4, 3.0)))
    point = loop.evaluate(problem, np.array([0.0, 2.0, 2.0, 1.0]), np.zeros(1))
    there = loop.evaluate(problem, np.array([2.0, 0.5, 0.6, 0.0]), np.ones(1))
    flat, _ = step._twice(problem, point, there)
    np.testing.assert_array_equal(flat, [3.0, 0.0, 0.5, 0.0])


ROWS = 500_000  # from so many rows on a Hessian of three columns is worth keeping


def test_a_hessian_is_of_its_members_only():
    space = Workspace()
    space.members = np.arange(3)
    curvature = np.ones((1, ROWS)), None
    none = np.zeros(0, dtype=int)
    space.keep(curvature, none, np.eye(3))
    assert space.recall((np.full((1, ROWS), 1.005), None), none) is not None
    assert space.recall(curvature, np.array([1])) is None
    space.keep(curvature, none, np.eye(3))
    space.members = np.arange(3)
    assert space.recall(curvature, none) is None


@pytest.mark.parametrize(("rows", "serves"), [(5, False), (ROWS, True)])
def test_a_cheap_hessian_is_formed_anew(rows, serves):
    space = Workspace()
    space.members = np.arange(3)
    none = np.zeros(0, dtype=int)
    space.keep((np.ones((1, rows)), None), none, np.eye(3))
    assert (space.recall((np.full((1, rows), 1.005), None), none) is not None) == serves


@pytest.mark.parametrize("zero", [1.0, 0.3, 1e-3, 1e-9, 3e-25])
def test_the_root_along_a_step_is_found_at_any_size(zero):
    assert step._root(lambda t: (t - zero) if t < zero else 5.0 * (t - zero)) == pytest.approx(
        zero, rel=1e-9
    )


def test_a_slope_that_stays_negative_takes_the_whole_step_and_a_positive_one_none():
    assert step._root(lambda t: t - 2.0) == 1.0
    assert step._root(lambda t: t + 1.0) == 0.0


def test_rotated_columns_keep_their_digits_on_any_scale():
    rng = np.random.default_rng(0)
    columns = rng.normal(size=(30, 6)) * 10.0 ** rng.uniform(-8, 8, size=(30, 1))
    Z, back = turn(columns.T, np.ones(30))
    again = (Z @ back.T).T  # (p, n): the rows times the rotation and back
    assert np.all(np.abs(again - columns) <= 1e-14 * np.abs(columns).max(axis=1, keepdims=True))
    np.testing.assert_allclose(back.T @ back, np.eye(6), atol=1e-14)


@pytest.mark.parametrize("loss", [SquaredLoss(), LogLoss()], ids=["squared", "log-loss"])
@pytest.mark.parametrize("size", [1e3, 1e30, 1e250, np.nan])
def test_a_search_that_runs_away_is_not_followed(loss, size, monkeypatch):
    """No loss is negative, so no quadratic above it has so low a minimum; the sweeps go on instead."""
    problem = lasso(loss, 60, 100, 0.05)
    expected, _ = solved(problem)
    finish, calls = gram.newton.finish, []

    def running(gram, q, w, *rest):
        found = finish(gram, q, w, *rest)
        calls.append(1)
        if len(calls) % 3 == 1:
            w += size * np.linalg.eigh(gram)[1][:, 0]
        return found

    monkeypatch.setattr(gram.newton, "finish", running)
    solution, _ = solved(problem)
    assert len(calls) > 1
    assert solution.n_iter < 100
    assert solution.relative_gap < 1e-8
    np.testing.assert_allclose(
        solution.coef, expected.coef, rtol=0, atol=1e-6 * np.abs(expected.coef).max()
    )


def test_no_step_is_longer_than_the_loss_allows():
    model = GramModel(np.diag([4.0, 0.0]), np.array([2.0, 0.0]), np.zeros(2), np.full(2, 1e-15))
    assert squared_length(model, np.array([-0.5, 0.0]), 0.5) == 1.0  # where the loss is all gone
    assert squared_length(model, np.array([-0.5, 1e9]), 0.5) == 1.0  # along a null direction
    for long in ([-1.5, 0.0], [-0.5, np.nan], [-1e200, 0.0], [0.0, np.inf]):
        assert squared_length(model, np.array(long), 0.5) == np.inf
    assert squared_length(model, np.array([-1e9, 0.0]), np.inf) == 4e18


def test_targets_share_what_they_have_in_common(monkeypatch):
    """The Gram matrix of the unpenalised columns is formed once for all targets."""
    formed, gram = [], DenseDesign.gram
    monkeypatch.setattr(DenseDesign, "gram", lambda *args: formed.append(args[1].size) or gram(*args))
    rng = np.random.default_rng(0)
    X, Y = rng.normal(size=(50, 6)), rng.normal(size=(50, 7))
    Lasso(0.01, penalty_factor=[0, 0, 0, 1, 1, 1]).fit(X, Y)
    assert formed.count(3) == 1
    formed.clear()
    Lasso(0, positive=True).fit(X, Y[:, 0])
    assert formed.count(6) <= 2  # of the certificate, and of the working set


def _rows(shape, kind):
    rng = np.random.default_rng(0)
    X = rng.normal(size=shape) + 1.0
    if kind == "sparse":
        X = sparse.csr_array(np.where(rng.uniform(size=shape) < 0.3, X, 0.0))
    return X, rng.normal(size=shape[0])


RIDGE = {
    "one fit": lambda X, y: Ridge().fit(X, y),
    "fit_path": lambda X, y: Ridge().fit_path(X, y, [0.1, 1.0, 10.0]),
    "leave-one-out": lambda X, y: RidgeCV().fit(X, y),
    "alo": lambda X, y: RidgeCV(cv="alo").fit(X, y),
    "aic": lambda X, y: RidgeCV(alpha_rule="aic", noise_variance=1.0).fit(X, y),
    "automatic grid": lambda X, y: regularization_path(Ridge(), X, y, 10).df,
}


@pytest.mark.parametrize("kind", ["dense", "sparse"])
@pytest.mark.parametrize("shape", [(80, 20), (20, 60)], ids=["tall", "wide"])
@pytest.mark.parametrize("work", RIDGE)
def test_all_of_ridge_reads_one_decomposition(work, shape, kind, monkeypatch):
    spaces, begin = [], Workspace.__init__
    monkeypatch.setattr(Workspace, "__init__", lambda self: spaces.append(self) or begin(self))
    RIDGE[work](*_rows(shape, kind))
    assert sum(space.work.factorisations for space in spaces) == 1
    assert sum(space.work.gram_columns for space in spaces) == min(shape)


def test_the_spectrum_is_that_of_its_factors_and_side():
    X, _ = _rows((30, 10), "dense")
    weights, space = np.full(30, 1 / 30), Workspace()
    design = make_design(X, weights, True)
    first = space.spectrum(design, weights, np.ones(10), False)
    assert space.spectrum(design, weights, np.ones(10), False) is first
    other = space.spectrum(design, weights, np.full(10, 2.0), False)
    np.testing.assert_allclose(other.values, first.values / 2.0)
    rows = space.spectrum(design, weights, np.ones(10), True)
    np.testing.assert_allclose(rows.values[-10:], first.values, atol=1e-14)
    assert np.abs(np.sqrt(weights) @ rows.vectors).max() < 1e-14  # nothing of the intercept
    assert space.work.factorisations == 3
