"""The L1 norm."""

import numpy as np

from ._base import SeparablePenalty, pull


class L1(SeparablePenalty):
    """Omega(w) = alpha sum_j f_j |w_j|, with f the penalty factors.

    Parameters
    ----------
    alpha : float, default=1.0
        Strength, >= 0.
    """

    def __init__(self, alpha=1.0):
        self.alpha = alpha

    def value(self, w, c, each=False):
        terms = self.alpha * c.factor * np.abs(w)
        return terms if each else float(terms.sum())

    def slope(self, w, a):
        return a

    def maximiser(self, v, a):
        return np.where(np.abs(v) <= a, 0.0, np.copysign(np.inf, v))

    def recession(self, a):
        return a

    def dual_candidates(self, w, v, c):
        if not c.plain or self.alpha == 0.0:
            return super().dual_candidates(w, v, c)
        # for small fits: every coordinate counts, and the conjugate is zero wherever it is finite
        slope = self.alpha * c.factor
        tau = 1.0 / max(1.0, float((np.abs(v) / slope).max(initial=0.0)))
        return [(tau, float(np.maximum(slope * np.abs(w) - tau * v * w, 0.0).sum()))]

    def unbounded_prox(self, x, step, a):
        return np.sign(x) * np.maximum(np.abs(x) - step * a, 0.0)

    def curvature(self, w, a):
        return np.zeros_like(w)

    def alpha_max(self, grad, c):
        return float(np.max(pull(grad, c) / np.where(c.factor > 0, c.factor, np.inf), initial=0.0))

    def l1_and_l2(self, c):
        return self.alpha * c.factor, np.zeros(c.factor.size)
