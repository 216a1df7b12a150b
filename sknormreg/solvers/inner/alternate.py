"""Coordinate descent and conjugate gradients in turns, for subproblems without a Gram matrix.

Sweeps of coordinate descent find which coefficients are non-zero. Once hardly a sign changes any more,
conjugate gradients with a diagonal preconditioner go on on the support, where the penalty is smooth. A
coefficient that their step carries past zero or a bound stays there, and the step is halved while the model
does not fall.
"""

import numpy as np

from ..refinement import EXACT
from .gradients import conjugate_gradients

_ROUNDS = 50
_LEAST = 0.05  # of the first sweep of a model that others follow, and which may change a sign
_FASTER = 0.5  # power of the duality gap, itself a square: what Newton's method may leave of it
_SMALLEST = 1e-15  # relative gap below which nothing is left to gain
_SWEEPS = 5  # of the support
ENOUGH = 0.01  # of what the first of several sweeps moves: with less they end
_FEW = 0.02  # of the support: changes of sign in a sweep below which its signs are nearly right
HARD = 5  # searches that run out of steps, after which a model is left as it is
_CG_STEPS, _CG_ENOUGH = 200, 0.3  # how much of its gradient a search on the support leaves
_IDLE = 3  # rounds without a lower value, after which rounding has the last word
_SHORTEST = 1e-3  # share of a step below which none is taken


def forcing(gap, required, null_objective):
    """The tolerance for the model at a point with this duality gap: as near as the next point can be."""
    relative = max(gap / null_objective, _SMALLEST) if null_objective > 0.0 else 1.0
    return min(_LEAST, max(relative**_FASTER, (_SMALLEST / relative) ** 0.5))


class Search:
    """Where a search is: w, from w0, and by `sweep`, `value` and `on(support)` of a subclass the rest."""

    def __init__(self, start, q, squares, noise, penalty, coordinates, work):
        m = start.size
        self.work, self.start, self.q, self.w = work, start, q, start.copy()
        self.l1, self.l2 = (np.ascontiguousarray(part[:m]) for part in penalty.l1_and_l2(coordinates))
        self.low, self.high = coordinates.low[:m], coordinates.high[:m]
        self.squares, self.exhausted = squares, 0
        curved = squares > 0.0
        self.rounding = float(np.sum((EXACT * noise[:m][curved]) ** 2 / squares[curved]))

    def run(self, tolerance):
        """Until the steps of a sweep are `tolerance` times those of the first, or as few as pay."""
        everything, enough, lowest, idle = np.arange(self.w.size), None, np.inf, 0
        most = 1 if tolerance > _LEAST else HARD  # one, where the next model is another one anyway
        for _ in range(_ROUNDS):
            moved, changes = self.sweep(everything, 1)
            if enough is None:
                enough = max(tolerance**2 * moved, self.rounding)
            value = self.value() + self.penalty(self.w)
            lowest, idle = (value, 0) if value < lowest else (lowest, idle + 1)
            if moved <= enough or idle == _IDLE or self.exhausted == most:
                break
            support = np.flatnonzero(self.free())
            self.sweep(support, _SWEEPS)
            if changes <= max(5, _FEW * support.size):
                least = _CG_ENOUGH if changes else min(tolerance, _CG_ENOUGH)
                self.conjugate(np.flatnonzero(self.free()), least)
        else:
            self.work.exhausted += HARD
        return self.w

    def free(self):
        return (self.low < self.w) & (self.w < self.high) & ((self.w != 0.0) | (self.l1 == 0.0))

    def penalty(self, w):
        return self.l1 @ np.abs(w) + 0.5 * self.l2 @ (w * w)

    def conjugate(self, support, enough):
        """A step of the coordinates that are free to move, towards their minimum at the signs they have."""
        part = self.on(support)
        w, l1, l2 = self.w[support], self.l1[support], self.l2[support]
        sign = np.sign(w)
        scale = part.diagonal + l2
        scale[scale == 0.0] = 1.0
        rhs = -(part.slope() + l2 * w + l1 * sign)
        least = enough**2 * (rhs @ (rhs / scale))
        step, steps = conjugate_gradients(
            lambda p: part.product(p) + l2 * p,
            rhs,
            lambda r: r / scale,
            lambda r: r @ (r / scale) <= least,
            _CG_STEPS,
        )
        self.work.cg_steps += steps
        if steps == _CG_STEPS:
            self.exhausted += 1
            self.work.exhausted += 1
        self.work.operations += steps * part.operations
        low, high = self.low[support], self.high[support]
        low = np.where((l1 > 0.0) & (sign > 0.0), np.maximum(low, 0.0), low)
        high = np.where((l1 > 0.0) & (sign < 0.0), np.minimum(high, 0.0), high)
        target = w + step
        if np.all((low < target) & (target < high) | (step == 0.0)):
            part.land(target)
            return
        before, t = self.value() + self.penalty(self.w), 1.0
        while t >= _SHORTEST:
            part.land(np.clip(w + t * step, low, high))
            if self.value() + self.penalty(self.w) < before:
                return
            t /= 2
        part.land(w)
