"""Ridge solutions on ever fewer features, from one factorisation with down-dates.

    minimise over w_k    1/2 sum_i s_i (y_ki - x_i w_k)^2 + lam / 2 sum_j f_j w_kj^2

with w_kj = 0 for the features j that were dropped, for centred X and Y and weights s that sum to one. To
drop d features costs O(m^2 d) for m features left, or on wide rows O(n^2 d) and one pass over X, where a
fit of its own would form and factorise a matrix:

* primal, p <= n: H = (G + lam F)^-1 of the features left loses the block of those dropped (the down-date of
  the optimal brain surgeon: Hassibi and Stork, 1993, eq. 5, for several weights at once);
* dual, n < p, dense: M = (X F^-1 X' + lam I)^-1 is down-dated by the columns dropped (Woodbury); when no
  more features than rows are left, the primal takes over;
* elsewhere (singular to working precision, both sides large, wide and sparse): a fit of its own for each.

Each down-date checks itself and factorises anew where rounding shows; the primal also whenever half of its
features are gone, which costs a seventh more in all. `factorisations` counts them.
"""

from contextlib import suppress

import numpy as np
from scipy import linalg

from ..solvers.squares.ridge import SystemFit, refine
from .downdates import Anew, Dual, Primal

_LARGEST = 5000  # side of a matrix worth factorising


def eliminate(design, Y, weights, lam, factor, like=None):
    """The solution on all features, ready to drop some; `like` is that of other targets, still on all."""
    n, p = design.shape
    try:
        if like is not None:
            return Elimination(like.method.for_targets(Y))
        if p <= _LARGEST and (p <= n or np.any(factor == 0)):
            return Elimination(Primal(design, Y, weights, lam, factor, np.arange(p)))
        if n <= _LARGEST and lam > 0 and np.all(factor > 0) and hasattr(design, "columns"):
            return Elimination(Dual(design, Y, weights, lam, factor))
    except linalg.LinAlgError:
        pass
    return Elimination(Anew(design, Y, weights, lam, factor))


class Elimination:
    """The present solution `coef` (K, p), exactly zero where a feature was dropped.

    `squares` (p,) are the weighted sums of squares of all columns.
    """

    def __init__(self, method):
        self.method = method
        self.kept = np.ones(method.design.shape[1], dtype=bool)
        self.factorisations = method.factorisations
        self.squares = method.column_squares()

    def drop(self, features):
        """Drop some of the features that are left."""
        self.kept[features] = False
        before = self.method.factorisations
        try:
            self.method.drop(features)
        except linalg.LinAlgError:
            self._use(self._anew())
            return
        self.factorisations += self.method.factorisations - before
        if isinstance(self.method, Dual) and 0 < np.count_nonzero(self.kept) <= self.method.design.shape[0]:
            with suppress(linalg.LinAlgError):  # too ill-conditioned there: the dual goes on
                self._use(self.method.primal())

    def _use(self, method):
        self.method = method
        self.factorisations += method.factorisations

    def _anew(self):
        m = self.method
        return Anew(m.design, m.Y, m.weights, m.lam, m.factor, self.kept)

    @property
    def coef(self):
        return self.method.coef()

    def loss(self):
        """Weighted residual sums of squares (K,)."""
        return self.method.loss()

    def freedom(self):
        """Effective degrees of freedom: the trace of the matrix that takes y to its prediction."""
        return self.method.freedom()

    def refined(self):
        """The `SystemFit` of `coef`, refined on the rows: as good as a fit of its own."""
        method = self.method
        if isinstance(method, Anew):
            return method.found()
        coef, settled, above = refine(method, method.design, method.Y, method.weights, method.coef())
        return SystemFit(coef, above) if settled else self._anew().found()
