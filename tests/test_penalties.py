"""One table of penalties; every law is checked of every row against naive one-dimensional mathematics.

A new norm is one more row: the object, and its formula phi(w, a) of one coefficient with a = alpha f.
"""

import runpy
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from sklearn.base import clone

from sknormreg.design import make_design
from sknormreg.losses import LogLoss, SquaredLoss
from sknormreg.penalties import L1, L2, Coordinates, ElasticNet, SeparablePenalty
from sknormreg.problem import Problem
from sknormreg.solvers.loop import solve

#: L1 as a user would write it: no `l1_and_l2`, so it goes through the generic solver
Taxicab = runpy.run_path(Path(__file__).parents[1] / "docs" / "code" / "taxicab.py")["Taxicab"]


class Row(NamedTuple):
    penalty: SeparablePenalty
    l1: float  # phi(w, a) = a (l1 |w| + l2 / 2 w^2)
    l2: float

    def phi(self, w, a):
        return a * (self.l1 * np.abs(w) + self.l2 / 2 * w**2)


TABLE = {
    "L1": Row(L1(0.7), 1.0, 0.0),
    "L2": Row(L2(0.7), 0.0, 1.0),
    "elastic net": Row(ElasticNet(0.7, l1_ratio=0.5), 0.5, 0.5),
    "elastic net, nearly L1": Row(ElasticNet(0.7, l1_ratio=0.99), 0.99, 0.01),
    "elastic net, nearly L2": Row(ElasticNet(0.7, l1_ratio=0.01), 0.01, 0.99),
    "elastic net, L1": Row(ElasticNet(0.7, l1_ratio=1.0), 1.0, 0.0),
    "elastic net, L2": Row(ElasticNet(0.7, l1_ratio=0.0), 0.0, 1.0),
    "user-written": Row(Taxicab(0.7), 1.0, 0.0),
}
each_row = pytest.mark.parametrize("row", TABLE.values(), ids=TABLE.keys())


def draw(seed=0, m=400, factors=(0.0, 0.1, 1.0, 2.5)):
    """(rng, coordinates) with every kind of factor and bound, pinned and one-sided ones included."""
    rng = np.random.default_rng(seed)
    low = rng.choice([-np.inf, -1.0, 0.0, 0.2], m)
    high = np.maximum(low, rng.choice([0.0, 0.2, 1.5, np.inf], m))
    return rng, Coordinates(rng.choice(factors, m), low, high)


def minimise(function, c, reach):
    """Ternary search for the minimiser of a convex function per coordinate, within bounds and reach."""
    left, right = np.clip(-reach, c.low, c.high), np.clip(reach, c.low, c.high)
    for _ in range(200):
        a, b = left + (right - left) / 3, right - (right - left) / 3
        uphill = function(a) <= function(b)
        left, right = np.where(uphill, left, a), np.where(uphill, b, right)
    return (left + right) / 2


@each_row
def test_value(row):
    rng, c = draw()
    w = rng.normal(size=c.low.size)
    terms = row.phi(w, row.penalty.alpha * c.factor)
    np.testing.assert_allclose(row.penalty.value(w, c, each=True), terms, rtol=1e-14)
    np.testing.assert_allclose(row.penalty.value(w, c), terms.sum(), rtol=1e-13)


@each_row
@pytest.mark.parametrize("step", [1e-3, 0.4, 30.0])
def test_prox_is_the_minimiser(row, step):
    rng, c = draw()
    x = 2.0 * rng.normal(size=c.low.size)
    a = row.penalty.alpha * c.factor
    naive = minimise(lambda w: (w - x) ** 2 / 2 + step * row.phi(w, a), c, reach=10.0)
    w = row.penalty.prox(x, step, c)
    np.testing.assert_allclose(w, naive, atol=1e-7)  # as far as values tell: the root of eps
    assert np.all((c.low <= w) & (w <= c.high))
    zero = (np.abs(x) < step * a * row.l1) & (c.low <= 0.0) & (c.high >= 0.0)
    np.testing.assert_array_equal(w[zero], 0.0)


@each_row
def test_violation_is_zero_or_less_at_minimisers_only(row):
    """Of 1/2 (w - x)^2 + Omega(w): elsewhere it is at least the distance, by strong convexity."""
    rng, c = draw()
    x = 2.0 * rng.normal(size=c.low.size)
    best = row.penalty.prox(x, 1.0, c)
    assert np.max(row.penalty.violation(best, best - x, c)) <= 1e-15
    other = np.clip(
        best + rng.choice([-1.0, 1.0], x.size) * 10.0 ** rng.uniform(-6, 0, x.size), c.low, c.high
    )
    moved = other != best
    violation = row.penalty.violation(other, other - x, c)
    assert np.all(violation[moved] >= np.abs(other - best)[moved] * (1 - 1e-9))
    assert moved.sum() > 200


@each_row
def test_violation_is_a_signed_distance(row):
    """A gradient that moves by t, the worse way, moves it by t: negative values are room to spare."""
    rng, c = draw()
    w = np.clip(rng.choice([-1.0, 0.0, 0.5], c.low.size), c.low, c.high)
    gradient, t = rng.normal(size=(2, w.size))
    t = np.abs(t)
    either = [row.penalty.violation(w, gradient + shift, c) for shift in (t, -t)]
    expected = row.penalty.violation(w, gradient, c) + t
    np.testing.assert_allclose(np.maximum(*either), expected, rtol=1e-13, atol=1e-14)
    np.testing.assert_array_equal(np.isinf(expected), c.low == c.high)


def naive_conjugate(row, v, c, reach):
    """sup <v, x> - Omega(x) within the bounds and |x| <= reach, per coordinate."""
    a = row.penalty.alpha * c.factor

    def minus(x):
        return row.phi(x, a) - v * x

    ends = [-minus(np.clip(end, c.low, c.high)) for end in (-reach, reach)]  # a line peaks at an end
    return np.maximum.reduce([*ends, -minus(minimise(minus, c, reach))])


@each_row
def test_fenchel_gap_is_the_naive_one(row):
    rng, c = draw(factors=(0.1, 1.0, 2.5))
    w = np.clip(rng.normal(size=c.low.size), c.low, c.high)
    v = 0.3 * rng.normal(size=w.size)
    v /= max(1.0, row.penalty.gauge(v, c))
    conjugate = naive_conjugate(row, v, c, reach=1e5)
    terms = row.phi(w, row.penalty.alpha * c.factor) + conjugate - v * w
    assert np.all(terms >= -1e-9)
    for j in range(w.size):
        one, at = c.take([j]), slice(j, j + 1)
        gap = row.penalty.fenchel_gap(w[at], v[at], one)
        assert gap >= 0.0
        assert gap == pytest.approx(terms[j], rel=1e-9, abs=1e-9)
    assert row.penalty.fenchel_gap(w, v, c) == pytest.approx(terms.sum(), rel=1e-9)


@each_row
def test_fenchel_gap_is_zero_on_the_subdifferential(row):
    rng, c = draw()
    x = 2.0 * rng.normal(size=c.low.size)
    w = row.penalty.prox(x, 1.0, c)
    assert row.penalty.fenchel_gap(w, x - w, c) <= 1e-13


@each_row
def test_unpenalised_coordinates_are_charged(row):
    rng, _ = draw()
    w, v = rng.normal(size=(2, 50))
    free = Coordinates(np.zeros(50), np.full(50, -np.inf), np.full(50, np.inf))
    assert row.penalty.gauge(v, free) == 0.0
    assert row.penalty.fenchel_gap(w, v, free) == pytest.approx(np.abs(v) @ np.abs(w), rel=1e-13)


@each_row
def test_gauge_is_where_the_conjugate_becomes_finite(row):
    rng, c = draw(factors=(0.1, 1.0, 2.5))
    v = rng.normal(size=c.low.size)
    gauges = np.array([row.penalty.gauge(v[j : j + 1], c.take([j])) for j in range(v.size)])
    assert row.penalty.gauge(v, c) == gauges.max()
    assert np.any(gauges > 0.0) == (row.l2 == 0.0)

    def grows(v):
        near, far = (naive_conjugate(row, v, c, reach) for reach in (1e6, 1e8))
        return far > near * (1 + 1e-6) + 1.0

    scale = np.where(gauges > 0.0, gauges, 1.0)
    assert not np.any(grows(v / (1.001 * scale)))
    np.testing.assert_array_equal(grows(v / (0.999 * scale)), gauges > 0.0)


def share(row, w, v, c):
    """Of the gap of a squared loss of one."""
    return min((1.0 - tau) ** 2 + share for tau, share in row.penalty.dual_candidates(w, v, c))


@each_row
@pytest.mark.parametrize("far", [1e2, 1e8, 1e30, 1e200])
@pytest.mark.parametrize("off", [0.0, 1e-12, 1e-3])
def test_bounds_far_away_cost_nothing(row, far, off):
    """Beside bounds that are touched, and others that are not there."""
    rng, c = draw(factors=(0.1, 1.0, 2.5))
    x = 2.0 * rng.normal(size=c.low.size)
    w = row.penalty.prox(x, 1.0, c)
    v = (x - w) * (1.0 + off * rng.normal(size=w.size))
    touched = replace(c, low=np.where(w > c.low, -np.inf, c.low), high=np.where(w < c.high, np.inf, c.high))
    distant = replace(c, low=np.where(w > c.low, -far, c.low), high=np.where(w < c.high, far, c.high))
    assert share(row, w, v, distant) <= share(row, w, v, touched) * (1.0 + 1e-12) + 1e-13


@each_row
def test_no_share_is_less_than_what_another_point_gains(row):
    """Omega(w) - Omega(x) - <tau v, w - x> is at most the penalty's share, at every x within the bounds."""
    rng, c = draw(factors=(0.1, 1.0, 2.5))
    w, x = np.clip(2.0 * rng.normal(size=(2, c.low.size)), c.low, c.high)
    v = rng.normal(size=w.size)
    for tau, bounds in row.penalty.scalings(w, v, c):
        gained = row.penalty.value(w, c) - row.penalty.value(x, c) - tau * v @ (w - x)
        assert gained <= row.penalty.fenchel_gap(w, tau * v, bounds) * (1.0 + 1e-12)


@each_row
@pytest.mark.parametrize("pull", ["either way", "out of the bounds"])
def test_alpha_max_is_the_smallest_alpha_that_keeps_zero(row, pull):
    rng, c = draw()
    c = c.take((c.low <= 0.0) & (c.factor > 0.0))
    gradient = rng.normal(size=c.low.size)
    if pull == "out of the bounds":
        c = replace(c, low=np.where(gradient > 0, 0.0, c.low), high=np.where(gradient < 0, 0.0, c.high))
    zero = np.zeros_like(gradient)
    largest = row.penalty.alpha_max(gradient, c)
    if pull == "out of the bounds":
        assert largest == 0.0
    elif row.l1 == 0.0:
        assert largest == np.inf
        assert np.max(row.penalty.with_alpha(1e10).violation(zero, gradient, c)) > 0.0
    else:
        assert np.max(row.penalty.with_alpha(largest).violation(zero, gradient, c)) <= 1e-15
        assert np.max(row.penalty.with_alpha(0.999 * largest).violation(zero, gradient, c)) > 0.0
    assert row.penalty.alpha_max(zero, c) == 0.0


@each_row
def test_active_is_where_differences_exist(row):
    rng, c = draw()
    w = np.clip(rng.choice([-1.0, 0.0, 0.5, 1.5], c.low.size), c.low, c.high)
    a, h = row.penalty.alpha * c.factor, 1e-7
    kink = (row.phi(w + h, a) + row.phi(w - h, a) - 2 * row.phi(w, a)) / h > 1e-5
    inside = (c.low < w) & (w < c.high)
    active = row.penalty.active(w, c)
    np.testing.assert_array_equal(active, inside & ~kink)
    assert 0 < active.sum() < inside.sum() or row.l1 == 0.0


@each_row
def test_smooth_agrees_with_differences(row):
    rng, c = draw()
    w = np.clip(rng.choice([-1.0, 0.0, 0.5, 1.5], c.low.size), c.low, c.high)
    active = row.penalty.active(w, c)
    w, c = w[active], c.take(active)
    a, h = row.penalty.alpha * c.factor, 1e-6
    gradient, curvature = row.penalty.smooth(w, c)
    slope = (row.phi(w + h, a) - row.phi(w - h, a)) / (2 * h)
    np.testing.assert_allclose(gradient, slope, atol=1e-9)
    change = row.penalty.smooth(w + h, c)[0] - row.penalty.smooth(w - h, c)[0]
    smooth = (w != 0.0) | (a * row.l1 == 0.0)
    np.testing.assert_allclose(
        np.broadcast_to(curvature, w.shape)[smooth], change[smooth] / (2 * h), atol=1e-9
    )


@each_row
def test_l1_and_l2_are_the_same_function(row):
    rng, c = draw()
    w = rng.normal(size=c.low.size)
    parts = row.penalty.l1_and_l2(c)
    assert (parts is None) == isinstance(row.penalty, Taxicab)
    l1, l2 = parts or (0.7 * c.factor, 0.0)
    assert row.penalty.value(w, c) == pytest.approx(np.sum(l1 * np.abs(w) + l2 / 2 * w**2), rel=1e-13)


@each_row
def test_is_a_parameter_object(row):
    parameters = row.penalty.get_params()
    other = row.penalty.with_alpha(0.2)
    assert type(other) is type(row.penalty)
    assert other.get_params() == {**parameters, "alpha": 0.2}
    assert clone(row.penalty).get_params() == row.penalty.get_params() == parameters
    assert clone(row.penalty).set_params(alpha=3.0).alpha == 3.0


def random_problem(loss, penalty, c, n, p, seed):
    """A random problem at a tenth of its largest useful strength, or at 0.1 where there is none."""
    rng = np.random.default_rng(seed)
    X = np.asfortranarray(rng.normal(size=(n, p)).cumsum(axis=1))
    weights = rng.random(n)
    weights /= weights.sum()
    design = make_design(X, weights, centre=True)
    y = design.columns(np.arange(3)).sum(axis=0) + 2.0 * rng.normal(size=n)
    y = (y > 0).astype(float) if isinstance(loss, LogLoss) else y - y @ weights
    problem = Problem(design, y[None, :], weights, loss, penalty, c)
    z = problem.predictor(problem.null_coef()[None, :], np.zeros(1))
    gradient = loss.gradient(problem.y, z + problem.best_intercept(z)[:, None], weights)
    largest = penalty.alpha_max(design.correlate(gradient).ravel(), c)
    return problem.with_alpha(0.1 * largest if np.isfinite(largest) else 0.1)


@each_row
@pytest.mark.parametrize("loss", [SquaredLoss(), LogLoss()], ids=["squared", "log-loss"])
@pytest.mark.parametrize(("n", "p"), [(60, 8), (30, 100)])
def test_generic_solver_reaches_the_compiled_solution(row, loss, n, p):
    if isinstance(row.penalty, Taxicab):
        generic, compiled = row.penalty, L1()
    else:
        kind = type(row.penalty)
        without = type("Without", (kind,), {"l1_and_l2": lambda self, c: None, "__init__": kind.__init__})
        generic, compiled = without(**row.penalty.get_params()), row.penalty
    _, c = draw(seed=n, m=p, factors=(0.5, 1.0, 2.0))
    c = replace(c, low=np.minimum(c.low, 0.0))
    found = [solve(random_problem(loss, penalty, c, n, p, seed=p)) for penalty in (generic, compiled)]
    assert found[0].objective == pytest.approx(found[1].objective, rel=1e-12)
    np.testing.assert_allclose(found[0].coef, found[1].coef, atol=1e-7 * np.abs(found[1].coef).max())
    assert found[0].relative_gap <= 1e-8
