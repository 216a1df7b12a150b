"""The elastic net: a convex combination of L1 and half the squared L2."""

import numpy as np

from ._base import SeparablePenalty
from .l1 import L1
from .l2 import L2


class ElasticNet(SeparablePenalty):
    """Omega(w) = alpha sum_j f_j (rho |w_j| + (1 - rho) / 2 w_j^2), with f the penalty factors.

    Parameters
    ----------
    alpha : float, default=1.0
        Strength, >= 0.
    l1_ratio : float, default=0.5
        rho, in [0, 1]: 1 is the L1 norm, 0 half the squared L2 norm.
    """

    def __init__(self, alpha=1.0, l1_ratio=0.5):
        self.alpha = alpha
        self.l1_ratio = l1_ratio

    @property
    def _parts(self):
        return L1(self.alpha * self.l1_ratio), L2(self.alpha * (1.0 - self.l1_ratio))

    def value(self, w, c, each=False):
        l1, l2 = self._strengths(c)
        root = np.sqrt(l2) * w  # the root first: w^2 alone may overflow
        terms = l1 * np.abs(w) + 0.5 * root * root
        return terms if each else float(terms.sum())

    def slope(self, w, a):
        return a * (self.l1_ratio + (1.0 - self.l1_ratio) * w)

    def maximiser(self, v, a):
        l1, l2 = a * self.l1_ratio, a * (1.0 - self.l1_ratio)
        past = np.maximum(np.abs(v) - l1, 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(past > 0.0, np.copysign(past / l2, v), 0.0)

    def recession(self, a):
        return a * self.l1_ratio if self.l1_ratio == 1.0 else np.where(a > 0.0, np.inf, 0.0)

    def unbounded_prox(self, x, step, a):
        shrunk = np.maximum(np.abs(x) - step * a * self.l1_ratio, 0.0)
        return np.sign(x) * shrunk / (1.0 + step * a * (1.0 - self.l1_ratio))

    def curvature(self, w, a):
        return a * (1.0 - self.l1_ratio)

    def alpha_max(self, grad, c):
        ridge = L2(1.0).alpha_max(grad, c)
        return L1(1.0).alpha_max(grad, c) / self.l1_ratio if self.l1_ratio > 0 else ridge

    def _strengths(self, c):
        a = self.alpha * c.factor
        return a * self.l1_ratio, a * (1.0 - self.l1_ratio)

    def l1_and_l2(self, c):
        return self._strengths(c)

    def dual_candidates(self, w, v, c):
        """The conjugate as it stands, and the point scaled as if sqrt(l2) I were rows of X.

        The second matters when l2 is tiny, where the conjugate magnifies every infeasibility by 1/l2.
        """
        if c.plain and 0.0 < self.l1_ratio < 1.0:
            l1, l2 = self._strengths(c)
            if l1.all() and l2.all():
                return _plain_candidates(w, v, l1, l2)
        candidates = super().dual_candidates(w, v, c)
        if self.l1_ratio in (0.0, 1.0) or self.alpha == 0.0:
            return candidates
        l1, l2 = self._parts
        moved = v - l2.alpha * c.factor * w  # what remains of v for the L1 part
        for tau, bounds in l1.scalings(w, moved, c):
            scaled = l1.fenchel_gap(w, tau * moved, bounds) + (1.0 - tau) ** 2 * l2.value(w, c)
            candidates.append((tau, scaled))
        return candidates


def _plain_candidates(w, v, l1, l2):
    """The same where nothing is unpenalised or bounded: squares, and what an L1 norm alone leaves."""
    size = l1 * np.abs(w)
    inside = np.minimum(np.maximum(v, -l1), l1)
    apart = np.sqrt(l2) * (w - (v - inside) / l2)
    as_it_stands = np.maximum(size - inside * w, 0.0) + 0.5 * apart * apart
    moved = v - l2 * w
    tau = 1.0 / max(1.0, float((np.abs(moved) / l1).max(initial=0.0)))
    root = (1.0 - tau) * np.sqrt(l2) * w
    scaled = np.maximum(size - tau * moved * w, 0.0) + 0.5 * root * root
    return [(1.0, float(as_it_stands.sum())), (tau, float(scaled.sum()))]
