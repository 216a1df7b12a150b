"""Squared loss where a Gram matrix leaves no digits: Newton steps, and dual points, by a QR factorisation.

The dual point u = s (y - Xw - b) carries the rounding of X'u into the gap, divided by what may be next to
nothing: an L1 threshold or an L2 strength far below it. A Newton step d on the coordinates that are free
to move has none of that: the residual at w + d satisfies their optimality conditions by construction, so
there X'u is known without being computed. With M = [S^1/2 X_A; C^1/2], C the curvature of the penalty and
g its slope,

    u' = s (y - Xw - b - X_A d),    M'M d = X_A'u - g,    (X'u')_A = g + C d

and the gap at w under u' is 1/2 |M d|^2 plus the share of the other coordinates.
"""

from dataclasses import replace

import numpy as np

from ...triangular import solve_triangular
from ..certificate import duality_gap, evaluate, gap_at
from .orthogonal import scaled_basis

_MOST = 1 << 25  # entries of the columns that may be copied: 256 MiB
_ROUNDS = 20
_NOISE = 8.0  # as many times the rounding of a gradient a violation may be, and be nothing


def polish(problem, point, required, doubtful, work):
    """The `Point` after Newton steps from the one given, until its gap is at most `required`.

    The gap it has counts as well, unless it is `doubtful`: of unpenalised columns too near to dependent.
    A step ends where a coordinate meets zero or a bound, which is then left there; where the pattern gains
    no more the coordinate that violates most joins it. Each step costs a factorisation of the free columns
    and two passes over X. The point itself where these are too many.
    """
    entering, kept_out = np.zeros(0, dtype=np.intp), np.zeros(point.flat.size, dtype=bool)
    for _ in range(_ROUNDS):
        active = np.flatnonzero(problem.penalty.active(point.flat, problem.coordinates))
        active = np.union1d(active, entering)
        if active.size == 0 or active.size * max(problem.design.shape[0], active.size) > _MOST:
            return point
        step, correlation, gap = _newton_step(problem, point, active)
        work.passes += 1
        point = replace(point, gap=gap if doubtful else min(point.gap, gap))
        if point.gap <= required:
            return point
        after = evaluate(problem, _shortened(problem, point.flat, active, step), point.intercept)
        work.passes += 1
        if after.objective < point.objective:
            point, entering = after, entering[:0]
        else:
            kept_out[entering] = True
            entering = _violator(problem, point, correlation, kept_out)
            if entering.size == 0:
                return point
    return point


def rounding_aside(problem, point, members, model):
    """The gap at a `Point` of any loss, where the conditions of its members hold up to rounding; else inf.

    X'u is known up to the noise of the `model`, its Hessian at the point. So is the dual point next to it
    that satisfies the conditions exactly: its gap is that of the other coordinates, and half of e'H^-1 e
    more for the difference e, which a Newton step would gain.
    """
    c, penalty, m = problem.coordinates, problem.penalty, members.size
    violation = penalty.violation(point.flat, -point.correlation, c)[members]
    off = np.where(violation <= _NOISE * model.noise[:m], np.maximum(violation, 0.0), 0.0)
    parts = penalty.smooth(point.flat, c)
    slope, curvature = (np.broadcast_to(part, point.flat.shape)[members] for part in parts)
    signed, around = np.zeros((2, model.start.size))
    signed[:m] = off * np.sign(point.correlation[members] - slope)
    around[:m] = curvature
    correlation = point.correlation.copy()
    correlation[members] -= signed[:m]
    return gap_at(problem, point, correlation) + model.gain(signed, around)


def _violator(problem, point, correlation, kept_out):
    """The coordinate, one or none, that violates most at a dual point, in the length of its column."""
    violation = problem.penalty.violation(point.flat, -correlation, problem.coordinates)
    violation[kept_out] = 0.0
    some = np.flatnonzero(violation > 0.0)
    lengths = np.sqrt(problem.design.squares(some, problem.weights))
    reach = np.divide(violation[some], lengths, out=np.zeros(some.size), where=lengths > 0)
    return some[np.argsort(-reach)[:1]]


def _newton_step(problem, point, active):
    """(step of the active coordinates, X'u and the gap at the point under the dual point of the step)."""
    c, penalty, design = problem.coordinates, problem.penalty, problem.design
    n, root = design.shape[0], np.sqrt(problem.weights)
    slope, curvature = (np.broadcast_to(a, point.flat.shape)[active] for a in penalty.smooth(point.flat, c))
    if penalty.l1_and_l2(c) is not None:  # a coordinate at its kink leaves it where it is pulled
        l1 = penalty.l1_and_l2(c)[0][active]
        slope = slope + np.where(point.flat[active] == 0.0, np.sign(point.correlation[active]) * l1, 0.0)
    residual = root * (problem.y - point.z)[0]
    M = next(design.restrict(active).row_blocks(n))[1] * root[:, None]
    if curvature.any():
        M = np.vstack([M, np.diag(np.sqrt(curvature))])
    basis, present, scale = scaled_basis(M, np.ones(active.size))
    wanted = (slope[present] / scale)[basis.chosen]
    along = basis.Q[:n].T @ residual - solve_triangular(basis.triangle, wanted, trans="T")
    scaled = np.zeros(present.size)
    scaled[basis.chosen] = solve_triangular(basis.triangle, along)
    step = np.zeros(active.size)
    step[present] = scaled / scale
    moved = residual - (M[:n] @ step)
    correlation = design.correlate((root * moved)[None, :])[0]
    known = np.empty(present.size)
    known[basis.chosen] = wanted
    known[basis.others] = solve_triangular(basis.triangle, basis.R[: basis.rank, basis.rank :]).T @ wanted
    correlation[active[present]] = known * scale + curvature[present] * step[present]

    def loss_gap(tau):
        return 0.5 * float(np.sum((residual - tau * moved) ** 2))

    free = problem.unpenalised
    rest = np.where(np.isin(free.indices, active), 0.0, correlation[free.indices])
    return step, correlation, duality_gap(penalty, c, point.flat, correlation, loss_gap, free.charge(rest))


def _shortened(problem, flat, active, step):
    """Coefficients after the step, or where the first of them meets a bound, or zero if it has a kink."""
    c, w = problem.coordinates.take(active), flat[active]
    kink = problem.penalty.violation(np.zeros(active.size), np.zeros(active.size), c) < 0.0
    ends = np.where(step > 0, c.high, c.low)
    ends = np.where(
        kink & (w * step < 0), np.where(w > 0, np.maximum(ends, 0.0), np.minimum(ends, 0.0)), ends
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        reach = np.where(step != 0, (ends - w) / step, np.inf)
    made, t = flat.copy(), min(1.0, reach.min(initial=np.inf))
    made[active] = np.where(reach <= t, ends, w + t * step)
    return made
