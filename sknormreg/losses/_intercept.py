"""The best constant to add to a predictor: damped Newton in K dimensions."""

import numpy as np
from scipy import linalg

_EPS, _TINY = np.finfo(float).eps, np.finfo(float).tiny
_DAMPING = 1e-12
_FAR = 40.0  # a log-loss at this distance from zero is flat or straight
_MAX_STEPS = 200
_SAME = 0.03  # of what changes a curvature by little: a Hessian serves again


def best_intercept(loss, y, z, s, near=0.0, enough=0.0):
    """Change (K,) of z that minimises the loss, down to the rounding of its gradient.

    Or until that is no more than `enough` of the terms that it is the sum of.

    Far away the loss must decrease; after a step that had to be shortened the next one uses the loss's
    majoriser, as in the outer loop. Once the decrease is too small for the loss to tell, full steps are
    taken while they bring the gradient down, relative to the terms that it is the sum of.

    No change of z up to `near` may change a curvature by much: a step within it is not searched.
    """
    change, t, settling = np.zeros(y.shape[0]), 1.0, False
    best, lowest, newton = change, np.inf, None
    value, terms, curvature = loss.derivatives(y, z, s)
    for _ in range(_MAX_STEPS):
        gradient, reach = terms.sum(axis=1), np.abs(terms).sum(axis=1)
        error = np.max(np.abs(gradient) / np.maximum(reach, _TINY))
        if error <= enough:
            return change
        if settling and error > 0.5 * lowest:
            return change if error < lowest else best
        best, lowest, at = change, error, z + change[:, None]
        moved = 0.0
        if curvature is None:
            moved = np.max(np.abs(change - newton.change))
        else:
            newton = _Newton(loss, curvature if t >= 0.5 else loss.majoriser(y, at, s), reach, change)
        step = _no_further(newton.step(gradient), at)
        decrease = -float(gradient @ step)
        settling = settling or (t >= 0.5 and np.max(np.abs(step)) <= near)
        if settling or decrease <= 4 * _EPS * value:
            # what the step will leave of the error is less
            if error * (moved + np.max(np.abs(step))) <= _EPS:
                return change + step
            change, t, settling = change + step, 1.0, True
            at = z + change[:, None]
            if np.max(np.abs(change - newton.change)) <= _SAME * near:
                terms, curvature = loss.gradient(y, at, s), None
            else:
                value, terms, curvature = loss.derivatives(y, at, s)
            continue
        guarded, t = t < 0.5, 1.0
        while t > 1e-10:
            trial = change + t * step
            new, *slopes = loss.derivatives(y, z + trial[:, None], s)
            if new <= value - 1e-4 * t * decrease:
                change, value = trial, new
                terms, curvature = slopes
                break
            t /= 2
        else:
            curvature = loss.curvature(y, at, s)
        if guarded and t < 1.0:  # the majoriser's step is never too long, but for rounding
            return change
    return change


class _Newton:
    """Steps by the Hessian of a curvature, in the scale of each output: a class of next to no weight keeps
    its digits.
    """

    def __init__(self, loss, curvature, reach, change):
        d, a = curvature
        self.change, self.flat = change, None  # where it was formed; where the loss is flat
        if reach.size == 1:
            self.hessian = max(d.sum(), _DAMPING * reach[0], _TINY) * (1.0 + _DAMPING)
            return
        hessian = np.diag(d.sum(axis=1))
        if a is not None:
            hessian -= a @ a.T
        own = np.diag_indices(reach.size)
        hessian[own] = np.maximum(hessian[own], np.maximum(_DAMPING * reach, _TINY))
        self.scale = scale = np.sqrt(hessian[own])
        hessian /= np.outer(scale, scale)
        hessian[own] += _DAMPING
        if loss.shift_invariant:
            self.flat = scale / np.linalg.norm(scale)
            hessian += np.outer(self.flat, self.flat)
        self.factor = linalg.lu_factor(hessian, overwrite_a=True, check_finite=False)

    def step(self, gradient):
        if gradient.size == 1:
            return -gradient / self.hessian
        step = -linalg.lu_solve(self.factor, gradient / self.scale, check_finite=False) / self.scale
        return step if self.flat is None else step - step.mean()


def _no_further(step, z):
    """Past this every row has changed sides, and is saturated there."""
    longest = 2.0 * np.max(np.abs(z)) + _FAR
    return step * min(1.0, longest / max(longest, np.max(np.abs(step))))
