"""Half the squared L2 norm."""

import numpy as np

from ._base import SeparablePenalty, pull


class L2(SeparablePenalty):
    """Omega(w) = alpha / 2 sum_j f_j w_j^2, with f the penalty factors.

    Parameters
    ----------
    alpha : float, default=1.0
        Strength, >= 0.
    """

    def __init__(self, alpha=1.0):
        self.alpha = alpha

    def value(self, w, c, each=False):
        root = np.sqrt(self.alpha * c.factor) * w  # the root first: w^2 alone may overflow
        terms = 0.5 * root * root
        return terms if each else float(terms.sum())

    def slope(self, w, a):
        return a * w

    def maximiser(self, v, a):
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(a > 0.0, v / a, np.where(v == 0.0, 0.0, np.copysign(np.inf, v)))

    def recession(self, a):
        return np.where(a > 0.0, np.inf, 0.0)

    def unbounded_prox(self, x, step, a):
        return x / (1.0 + step * a)

    def curvature(self, w, a):
        return a

    def alpha_max(self, grad, c):
        """Infinite, unless nothing pulls away from zero: the L2 norm shrinks but never selects."""
        return np.inf if np.any(pull(grad, c)[c.factor > 0]) else 0.0

    def l1_and_l2(self, c):
        return np.zeros_like(c.factor), self.alpha * c.factor
