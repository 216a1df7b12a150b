"""The quadratic subproblem without a Gram matrix: sweeps on residuals, then conjugate gradients.

Sweeps of coordinate descent find which coefficients are non-zero; a coordinate costs the entries of its
column, whatever the size of the support. Once hardly a sign changes any more, conjugate gradients with a
diagonal preconditioner go on on the support, where the penalty is smooth. A coefficient that their step
carries past zero or a bound stays there, and the step is halved while the model does not fall.
"""

import numpy as np

from ..._kernels import residual

_ROUNDS = 400
_SWEEPS, _ENOUGH = 5, 0.01  # of the support, unless before that they move so little of what the first did
_FEW = 0.05  # of the support: changes of sign in a sweep below which its signs are nearly right
_CG_STEPS, _CG_ENOUGH = 200, 0.1  # how much of its gradient a search on the support leaves
_LEAST = 0.05  # of its first sweep: the next model is nearer than any more of this one
_SHORTEST = 1e-3  # share of a step below which none is taken


def minimise(model, penalty, coordinates, work, tolerance=0.0, budget=np.inf):
    """Coefficients (m,) of a `ColumnsModel`, and behind them the intercept if there is one.

    Nearly its minimiser: the steps of a sweep are `tolerance` times those of the first.
    """
    search = _Search(model, penalty, coordinates, work)
    everything, first = np.arange(search.w.size), None
    for _ in range(_ROUNDS):
        moved, changes = search.sweep(everything, 1)
        first = moved if first is None else first
        if moved <= max(tolerance, _LEAST) ** 2 * first:
            break
        support = np.flatnonzero(search.free())
        search.sweep(support, _SWEEPS)
        if changes <= max(5, _FEW * support.size):
            search.conjugate(np.flatnonzero(search.free()))
    return model.with_intercept(search.w)


class _Search:
    """Where a search is: w, and the residual that the columns make of w - w0."""

    def __init__(self, model, penalty, coordinates, work):
        self.columns, self.work = model.columns, work
        m = model.size
        self.l1, self.l2 = (np.ascontiguousarray(part[:m]) for part in penalty.l1_and_l2(coordinates))
        self.low, self.high = coordinates.low[:m], coordinates.high[:m]
        self.start, self.q = model.start[:m], model.pull
        self.w, self.r, self.S = self.start.copy(), np.zeros(model.columns.shape[0]), 0.0

    def free(self):
        return (self.low < self.w) & (self.w < self.high) & ((self.w != 0.0) | (self.l1 == 0.0))

    def sweep(self, cols, most):
        c = self.columns
        sweeps, moved, changes, operations, self.S = residual.sweep(
            c.flat, c.indices, c.starts, c.mean, c.total, self.r, self.S, self.q, c.squares,
            self.w, self.l1, self.l2, self.low, self.high, cols, most, _ENOUGH,
        )  # fmt: skip
        self.work.epochs += sweeps
        self.work.operations += operations
        return moved, changes

    def value(self, w, r, S):
        """Of the model and the penalty, less what no w changes."""
        smooth = self.q @ (w - self.start) + 0.5 * self.columns.square(r, S)
        return smooth + self.l1 @ np.abs(w) + 0.5 * self.l2 @ (w * w)

    def conjugate(self, support):
        """A step of the coordinates that are free to move, towards their minimum at the signs they have."""
        columns, w = self.columns.take(support), self.w[support]
        l2, sign = self.l2[support], np.sign(w)
        slope = self.q[support] + columns.correlate(self.r, self.S) + l2 * w + self.l1[support] * sign
        scale = columns.squares + l2
        scale[scale == 0.0] = 1.0
        step, image, steps = _solve(columns, l2, -slope, scale)
        self.work.cg_steps += steps
        self.work.operations += 2 * steps * columns.stored
        kink, low, high = self.l1[support] > 0.0, self.low[support], self.high[support]
        low = np.where(kink & (sign > 0.0), np.maximum(low, 0.0), low)
        high = np.where(kink & (sign < 0.0), np.minimum(high, 0.0), high)
        target = w + step
        if np.all((low < target) & (target < high) | (step == 0.0)):
            self._land(support, target, image)
            return
        before, t = self.value(self.w, self.r, self.S), 1.0
        while t >= _SHORTEST:
            target = np.clip(w + t * step, low, high)
            moved = self.w.copy()
            moved[support] = target
            image = columns.times(target - w)
            if self.value(moved, self.r + image, self.columns.sum(self.r + image)) < before:
                self._land(support, target, image)
                return
            t /= 2

    def _land(self, support, target, image):
        self.w[support] = target
        self.r += image
        self.S = self.columns.sum(self.r)


def _solve(columns, l2, rhs, scale):
    """(x, B x, steps) with (B'B + diag(l2)) x nearly `rhs`, by conjugate gradients."""
    x, image = np.zeros(rhs.size), np.zeros(columns.shape[0])
    left, steps = rhs.copy(), 0
    z = left / scale
    p, size = z, left @ z
    enough = _CG_ENOUGH**2 * size
    while steps < _CG_STEPS and size > enough:
        r = columns.times(p)
        product = columns.correlate(r, columns.sum(r)) + l2 * p
        curvature = p @ product
        if not curvature > 0.0:
            break
        t = size / curvature
        x += t * p
        image += t * r
        left -= t * product
        z = left / scale
        size, before = left @ z, size
        p = z + size / before * p
        steps += 1
    return x, image, steps
