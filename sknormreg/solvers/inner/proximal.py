"""The quadratic subproblem for a penalty that states its prox and no more.

Accelerated proximal gradient (Beck and Teboulle, 2009), restarted when it overshoots (O'Donoghue and
Candes, 2015), finds where the penalty is smooth; a Newton step there finishes. Slower than the
compiled route of `gram`, and the same solution.
"""

import numpy as np
from scipy import linalg

from ...penalties._base import add_curvature

_EPS = np.finfo(float).eps
_STEPS = 50  # proximal steps between Newton steps
_ROUNDS = 400
_STALLED = 20  # rounds without a lower objective or a shorter step, after which there will be none


def minimise(model, penalty, coordinates, work, tolerance=0.0, budget=np.inf):
    """The minimiser (m,) of the model plus the penalty within the bounds, or what `budget` steps lead to.

    It is found to rounding, whatever `tolerance` would do.
    Where prox and value of a penalty contradict each other there is nothing to converge to.
    """
    search = _Search(model, penalty, coordinates)
    w = penalty.prox(model.start, 0.0, coordinates)
    best, shortest, stalled = w, np.inf, 0
    for _ in range(int(min(_ROUNDS, budget // _STEPS))):
        w = search.accelerate(w)
        work.proximal_steps += _STEPS
        w = search.newton(w)
        work.newton_steps += 1
        move = np.abs(search.forward_backward(w) - w)
        if search.settled(w, move):
            break
        lower, length = search.change(best, w) < 0, move.max(initial=0.0)
        stalled = 0 if lower or length < shortest else stalled + 1
        if stalled == _STALLED:
            break
        best, shortest = w if lower else best, min(length, shortest)
    return w


class _Search:
    def __init__(self, model, penalty, coordinates):
        self.model, self.penalty, self.c = model, penalty, coordinates
        last, largest = model.start.size - 1, 0.0
        if last >= 0:
            largest = linalg.eigvalsh(model.gram, subset_by_index=(last, last))[0]
        self.step = 1.0 / largest if largest > 0 else 1.0

    def gradient(self, w):
        return self.model.gradient + self.model.gram @ (w - self.model.start)

    def forward_backward(self, w):
        return self.penalty.prox(w - self.step * self.gradient(w), self.step, self.c)

    def accelerate(self, w):
        ahead, t = w, 1.0
        for _ in range(_STEPS):
            new = self.forward_backward(ahead)
            if (ahead - new) @ (new - w) > 0:
                t = 1.0  # the momentum points uphill: restart
            following = 0.5 * (1.0 + np.sqrt(1.0 + 4.0 * t * t))
            ahead = new + (t - 1.0) / following * (new - w)
            w, t = new, following
        return w

    def newton(self, w):
        """A step on the smooth part, kept only if the objective falls; halved up to four times."""
        active = np.flatnonzero(self.penalty.active(w, self.c))
        if active.size == 0:
            return w
        slope, curvature = self.penalty.slope_and_curvature(w, self.c, active)
        hessian = self.model.gram[active[:, None], active]
        add_curvature(hessian, curvature)
        rhs = self.gradient(w)[active] + slope
        direction = -linalg.lstsq(hessian, rhs, lapack_driver="gelsd")[0]
        for t in (1.0, 0.5, 0.25, 0.125):
            trial = w.copy()
            trial[active] += t * direction
            trial = np.clip(trial, self.c.low, self.c.high)
            if self.change(w, trial) < 0:
                return trial
        return w

    def change(self, w, trial):
        delta = trial - w
        smooth = self.gradient(w) @ delta + 0.5 * delta @ (self.model.gram @ delta)
        return smooth + self.penalty.value(trial, self.c) - self.penalty.value(w, self.c)

    def settled(self, w, move):
        """No proximal step moves any more than rounding does."""
        return bool(np.all(move <= 8 * _EPS * np.abs(w) + self.step * self.model.noise))
