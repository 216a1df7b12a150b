"""How far to go along the step to a model's minimiser."""

import numpy as np
from scipy.optimize import brentq

_EPS = np.finfo(float).eps


def advance(problem, point, members, target, t):
    """(coefficients, intercept) after a share t of the way to `target`."""
    flat, intercept, m = point.flat.copy(), point.intercept, members.size
    flat[members] = target[:m] if t == 1.0 else flat[members] + t * (target[:m] - flat[members])
    return flat, intercept + t * target[m:] if target.size > m else intercept


def share_of_step(problem, point, members, step, model):
    """A share t of the step with sufficient decrease of the objective: 1, 1/2, 1/4, ...; 0: none.

    Where the curvature jumps it is the best share: Newton's method on a piecewise quadratic then ends after
    finitely many steps (Keerthi and DeCoste, 2005), and with shorter ones it may stall.
    """
    if problem.loss.quadratic:
        return 1.0  # the model is exact
    c, penalty, m = problem.coordinates.take(members), problem.penalty, members.size
    full = np.zeros(point.flat.size)
    full[members] = step[:m]
    dz = problem.design.matvec(full.reshape(problem.shape))
    if step.size > m:
        dz += step[m:, None]
    start = point.flat[members]
    loss, norm = problem.loss_value(point.z), penalty.value(start, c)
    predicted = model.gradient @ step + penalty.value(start + step[:m], c) - norm
    slack = 8 * _EPS * (abs(point.objective) + norm)

    def excess(t):
        return problem.loss_value(point.z + t * dz) - loss + penalty.value(start + t * step[:m], c) - norm

    if problem.loss.kinked:
        if excess(1.0) <= 0.5 * predicted + slack:  # what the model promised
            return 1.0

        def slope(t):
            descent = np.sum(problem.loss.gradient(problem.y, point.z + t * dz, problem.weights) * dz)
            return descent + penalty.smooth(start + t * step[:m], c)[0] @ step[:m]

        return _root(slope)
    t = 1.0
    while t > 1e-12:
        if excess(t) <= 1e-4 * t * predicted + slack:
            return t
        t /= 2
    return 0.0


def _root(slope):
    """Where an increasing function of t passes zero in (0, 1], to ten digits however small; else 1."""
    low = high = 1.0
    while slope(low) > 0.0:
        low, high = 0.1 * low, low
        if low < 1e-30:
            return 0.0
    return high if low == high else brentq(slope, low, high, xtol=1e-300, rtol=1e-10)
