"""A penalty that a user wrote wrongly, or without a gap, ends in a sentence and not never."""

import runpy
from pathlib import Path

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning

from sknormreg import Lasso, LassoClassifier
from sknormreg.solvers.loop import _PATIENCE, _Best

Taxicab = runpy.run_path(Path(__file__).parents[1] / "docs" / "code" / "taxicab.py")["Taxicab"]


class WrongProx(Taxicab):
    def unbounded_prox(self, x, step, a):
        return x - np.clip(x, -2 * step * a, 2 * step * a)


class NoProx(Taxicab):
    def unbounded_prox(self, x, step, a):
        return x


class Repelled(Taxicab):
    def unbounded_prox(self, x, step, a):
        return x + np.sign(x) * step * a


class NoGap(Taxicab):
    def fenchel_gap(self, w, v, c):
        return np.inf


class NoGauge(Taxicab):
    def gauge(self, v, c):
        return np.inf


class NotANumber(Taxicab):
    def fenchel_gap(self, w, v, c):
        return np.nan


def recipe(base, penalty):
    return type("Recipe", (base,), {"_penalty": lambda self: penalty(self.alpha)})


def data(base):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(40, 12)).cumsum(axis=1)
    y = X[:, :3].sum(axis=1) + rng.normal(size=40)
    return X, y if base is Lasso else y > 0


def fitted(base, penalty, **options):
    X, y = data(base)
    model = recipe(base, penalty)(0.05, **options)
    task = model._task(X, y, None)
    solution = model._solve(task, np.array([0.05]), None)[0]
    return solution, task.workspace.work


each_base = pytest.mark.parametrize("base", [Lasso, LassoClassifier])


@each_base
@pytest.mark.parametrize("penalty", [WrongProx, NoProx, Repelled])
def test_the_work_on_a_wrong_penalty_is_bounded(base, penalty):
    with pytest.warns(ConvergenceWarning, match="did not converge"):
        recipe(base, penalty)(0.05, max_iter=5).fit(*data(base))
    _, work = fitted(base, penalty, max_iter=10)
    assert 0 < work.proximal_steps <= 400 * 10


@each_base
@pytest.mark.parametrize("penalty", [NoGap, NoGauge])
def test_without_a_finite_gap_the_fit_is_as_good_and_not_certified(base, penalty):
    """An infinite gap certifies nothing; it is no overflow."""
    X, y = data(base)
    right = base(0.05).fit(X, y)
    with pytest.warns(ConvergenceWarning, match="did not converge"):
        model = recipe(base, penalty)(0.05).fit(X, y)
    np.testing.assert_allclose(model.coef_, right.coef_, rtol=0, atol=1e-8 * np.abs(right.coef_).max())
    assert np.max(model.n_iter_) < 100
    assert model.dual_gap_ > 0.01
    assert np.isinf(model.dual_gap_) == (penalty is NoGap)


@each_base
def test_a_gap_that_is_not_a_number_is_no_fit(base):
    with pytest.raises(ValueError, match="non-finite"):
        recipe(base, NotANumber)(0.05).fit(*data(base))


class At:
    def __init__(self, objective, gap):
        self.objective, self.gap = objective, gap


def test_a_point_that_does_not_move_is_no_progress():
    best = _Best(At(1.0, 0.5))
    for count in range(1, _PATIENCE + 1):
        best.consider(At(1.0, 0.5), 0.0, 1e-8)
        assert best.stalled == count
    best.consider(At(1.0, 0.4), 0.0, 1e-8)
    assert best.stalled == 0
    best.consider(At(0.9, 0.6), 0.0, 1e-8)
    assert best.stalled == 0
    assert best.point.gap == 0.4


def test_where_no_gap_is_finite_the_lowest_objective_is_the_best():
    best = _Best(At(1.0, np.inf))
    for objective in (0.8, 0.7, 0.9):
        best.consider(At(objective, np.inf), 0.0, 1e-8)
    assert best.point.objective == 0.7
    best.consider(At(0.75, 1.0), 0.0, 1e-8)
    assert best.point.gap == 1.0
