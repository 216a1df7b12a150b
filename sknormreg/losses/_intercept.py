"""The best constant to add to a predictor: damped Newton in K dimensions."""

import numpy as np

_EPS, _TINY = np.finfo(float).eps, np.finfo(float).tiny
_DAMPING = 1e-12
_FAR = 40.0  # a log-loss at this distance from zero is flat or straight
_MAX_STEPS = 200


def best_intercept(loss, y, z, s):
    """Change (K,) of z that minimises the loss, down to the rounding of its gradient.

    Far away the loss must decrease; after a step that had to be shortened the next one uses the loss's
    majoriser, as in the outer loop. Once the decrease is too small for the loss to tell, full steps are
    taken while they bring the gradient down, relative to the terms that it is the sum of.
    """
    change, t, settling = np.zeros(y.shape[0]), 1.0, False
    best, lowest = change, np.inf
    value = loss.value(y, z, s)
    for _ in range(_MAX_STEPS):
        at = z + change[:, None]
        terms = loss.gradient(y, at, s)
        gradient, reach = terms.sum(axis=1), np.abs(terms).sum(axis=1)
        error = np.max(np.abs(gradient) / np.maximum(reach, _TINY))
        if settling and error > 0.5 * lowest:
            return change if error < lowest else best
        best, lowest = change, error
        step = _newton_step(loss, y, at, s, gradient, reach, guarded=t < 0.5)
        decrease = -float(gradient @ step)
        if settling or decrease <= 4 * _EPS * value:
            if error * np.max(np.abs(step)) <= _EPS:  # what the step will leave of the error is less
                return change + step
            change, t, settling = change + step, 1.0, True
            continue
        guarded, t = t < 0.5, 1.0
        while t > 1e-10:
            new = loss.value(y, z + (change + t * step)[:, None], s)
            if new <= value - 1e-4 * t * decrease:
                change, value = change + t * step, new
                break
            t /= 2
        if guarded and t < 1.0:  # the majoriser's step is never too long, but for rounding
            return change
    return change


def _newton_step(loss, y, z, s, gradient, reach, guarded):
    """In the scale of each output, so that a class of next to no weight keeps its digits."""
    d, a = (loss.majoriser if guarded else loss.curvature)(y, z, s)
    if reach.size == 1:
        step = -gradient / (max(d.sum(), _DAMPING * reach[0], _TINY) * (1.0 + _DAMPING))
        return _no_further(step, z)
    hessian = np.diag(d.sum(axis=1))
    if a is not None:
        hessian -= a @ a.T
    own = np.diag_indices(reach.size)
    hessian[own] = np.maximum(hessian[own], np.maximum(_DAMPING * reach, _TINY))
    scale = np.sqrt(hessian[own])
    hessian /= np.outer(scale, scale)
    hessian[own] += _DAMPING
    if loss.shift_invariant:
        flat = scale / np.linalg.norm(scale)
        hessian += np.outer(flat, flat)
    step = -np.linalg.solve(hessian, gradient / scale) / scale
    if loss.shift_invariant:
        step -= step.mean()
    return _no_further(step, z)


def _no_further(step, z):
    """Past this every row has changed sides, and is saturated there."""
    longest = 2.0 * np.max(np.abs(z)) + _FAR
    return step * min(1.0, longest / max(longest, np.max(np.abs(step))))
