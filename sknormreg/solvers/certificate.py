"""A point of a problem, with all that one full pass over X tells of it: above all the duality gap."""

from dataclasses import dataclass

import numpy as np


@dataclass
class Point:
    """Everything is in the centred units of the problem."""

    flat: np.ndarray  # coefficients (K p,)
    intercept: np.ndarray  # (K,), optimal for them
    z: np.ndarray  # predictor (K, n)
    correlation: np.ndarray  # X'u (K p,), u the dual point: minus the gradient of the loss in w
    objective: float
    gap: float


def evaluate(problem, flat, intercept):
    """The point at coefficients `flat`; the intercept is settled for them, starting from `intercept`."""
    flat = problem.settle(flat)
    z = problem.predictor(flat.reshape(problem.shape), intercept)
    change = problem.best_intercept(z)
    z += change[:, None]
    u = -problem.loss.gradient(problem.y, z, problem.weights)
    correlation = problem.design.correlate(u).reshape(-1)
    objective = problem.loss_value(z) + problem.penalty.value(flat, problem.coordinates)
    gap = duality_gap(
        problem.penalty,
        problem.coordinates,
        flat,
        correlation,
        lambda tau: problem.loss.fenchel_gap(problem.y, z, problem.weights, tau),
        problem.unpenalised,
    )
    return Point(flat, intercept + change, z, correlation, objective, gap)


def evaluate_squares(problem, alphas, coefs):
    """Points of squared loss in one pass over X, row k of `coefs` (A, p) at the strength alphas[k].

    The target of the problem is one row for all of them, or a row each. Intercepts start from zero.
    """
    y, weights, design = problem.y, problem.weights, problem.design
    z = design.matvec(coefs)
    change = (y - z) @ weights if problem.fit_intercept else np.zeros(len(coefs))
    z += change[:, None]
    residual = y - z
    correlation = design.correlate(residual * weights)
    losses = 0.5 * (residual * residual) @ weights
    points, free = [], problem.with_alpha(float(np.min(alphas))).unpenalised
    for k, (alpha, w) in enumerate(zip(alphas, coefs, strict=True)):
        penalty, own, loss = problem.penalty.with_alpha(float(alpha)), slice(k, k + 1), losses[k]
        gap = duality_gap(
            penalty,
            problem.coordinates,
            w,
            correlation[k],
            lambda tau, loss=loss: (1.0 - tau) ** 2 * loss,
            free,
        )
        objective = loss + penalty.value(w, problem.coordinates)
        points.append(Point(w, change[own], z[own], correlation[k], objective, gap))
    return points


def duality_gap(penalty, coordinates, flat, correlation, loss_gap, unpenalised):
    """Primal minus dual objective; never negative, nan where something overflowed.

    The dual point is the scaled residual tau u, u = -dF/dz, and `correlation` is X'u. The gap is the sum
    of the Fenchel-Young gaps of the loss, `loss_gap(tau)`, and of the penalty, each a sum of non-negative
    terms, so it is accurate relative to itself and not only to the objective. Unpenalised coordinates
    (indices and squares), on which no scaling makes the dual point feasible, are charged in the penalty's
    share and once more here.
    """
    if not np.isfinite(correlation).all():
        return np.nan
    candidates = penalty.dual_candidates(flat, correlation, coordinates)
    gap = min(loss_gap(tau) + share for tau, share in candidates)
    free, squares = unpenalised
    if free.size:  # where X'u has to vanish, what one step along each coordinate would still gain
        v, c = correlation[free], coordinates.take(free)
        moving = (squares > 0) & np.where(v > 0, np.isinf(c.high), np.isinf(c.low))
        gain = v[moving] / np.sqrt(squares[moving])
        gap += 0.5 * float(gain @ gain)
    return gap
