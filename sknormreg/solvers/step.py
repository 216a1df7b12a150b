"""How far to go along the step to a model's minimiser."""

import numpy as np
from scipy.optimize import brentq

from .certificate import arrive, land, settle

_EPS = np.finfo(float).eps
_DECREASE = 1e-4  # of what the model promised: as much as is asked of a step
_BEYOND = 1.1  # of the fall that the model foretold: where the loss falls further the step is too short
_TELLING = 1e3  # of the rounding of the objective: a fall that is told well enough to compare


def advance(problem, point, members, target, model, loosely=0.0):
    """(where the step to `target` leads, the share of it that was taken): 2, 1, 1/2, 1/4, ...; 0: none.

    The intercept is settled there, as nearly as `loosely` says.

    The whole step is taken if it lowers the objective as the model promised; that of a quadratic loss is
    exact. Where it gains more than the model foretold, twice as long a one is tried: a log-loss loses its
    curvature on the way from zero.

    Where the curvature jumps the share is the best there is: Newton's method on a piecewise quadratic then
    ends after finitely many steps (Keerthi and DeCoste, 2005), and with shorter ones it may stall.
    """
    whole = _between(point, members, target, 1.0)
    if problem.loss.quadratic:
        return arrive(problem, *whole), 1.0
    there, t = land(problem, *whole), 1.0
    step = target - model.start
    promised = model.gradient @ step + there.norm - point.norm
    slack = 8 * _EPS * (abs(point.objective) + point.norm)
    enough = 0.5 if problem.loss.kinked else _DECREASE
    if not there.objective - point.objective <= enough * promised + slack:
        t = _share(problem, point, members, step, promised, slack)
        there = land(problem, *_between(point, members, target, t))
    elif not problem.loss.kinked:
        fall, foretold = point.objective - there.objective, -promised - 0.5 * (step @ model.product(step))
        if foretold > _TELLING * slack and fall > _BEYOND * foretold:
            twice = land(problem, *_twice(problem, point, there))
            if twice.objective < there.objective:
                there, t = twice, 2.0
    return settle(problem, there, loosely), t


def _between(point, members, target, t):
    """(coefficients, intercept) after a share t of the way to `target`."""
    flat, intercept, m = point.flat.copy(), point.intercept, members.size
    flat[members] = target[:m] if t == 1.0 else flat[members] + t * (target[:m] - flat[members])
    return flat, intercept + t * target[m:] if target.size > m else intercept


def _twice(problem, point, there):
    """(coefficients, intercept) as far again; zeros stay, and what would change its sign becomes one."""
    c, flat = problem.coordinates, 2.0 * there.flat - point.flat
    flat = np.where(flat * there.flat > 0.0, flat, 0.0)
    return np.clip(flat, c.low, c.high), 2.0 * there.intercept - point.intercept


def _share(problem, point, members, step, promised, slack):
    """The share of a step that is too long."""
    c, penalty, m = problem.coordinates.take(members), problem.penalty, members.size
    full = np.zeros(point.flat.size)
    full[members] = step[:m]
    dz = problem.design.matvec(full.reshape(problem.shape))
    if step.size > m:
        dz += step[m:, None]
    start = point.flat[members]

    if problem.loss.kinked:

        def slope(t):
            descent = np.sum(problem.loss.gradient(problem.y, point.z + t * dz, problem.weights) * dz)
            return descent + penalty.smooth(start + t * step[:m], c)[0] @ step[:m]

        return _root(slope)
    t = 0.5
    while t > 1e-12:
        change = problem.loss_value(point.z + t * dz) - point.loss
        change += penalty.value(start + t * step[:m], c) - point.norm
        if change <= _DECREASE * t * promised + slack:
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
