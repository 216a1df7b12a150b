"""Which columns can matter at a residual, told from a few residuals that met every column.

Where r = sum_i a_i r_i + e and the correlations of the r_i are known, that of column j with r is
sum_i a_i c_ij, give or take |x_j| |e| (Cauchy and Schwarz). Between two strengths of a path the residual is
nearly on the line between theirs, so e is small, and of the columns outside the support next to none come
within that of their thresholds: the others are proved not to violate without being read.

Residuals are those of the weighted problem: each row times the root of its weight.
"""

import numpy as np

_EPS = np.finfo(float).eps
_KEPT = 4  # residuals; older ones hardly shorten e
_FAINT = 1e-290  # squares below this may have underflowed
_ROUNDING = 2.0**12 * _EPS  # of a correlation, relative to |x_j| |r|: a million rows stay well within


class Anchors:
    """Residuals (n,) of one design with the correlations (p,) of all columns."""

    def __init__(self, design, weights):
        n, p = design.shape
        self.design, self.root = design, np.sqrt(weights)
        self.lengths = np.sqrt(np.maximum(design.squares(np.arange(p), weights), _FAINT))  # |x_j|
        # of those that met every column, in the unit of `_largest`
        self.residuals, self.correlations = np.empty((0, n)), np.empty((0, p))

    def correlate(self, residuals, cols=None):
        """Correlations of residuals (K, n) with some columns or all of them, which are read."""
        return self.design.correlate(residuals * self.root, cols)

    def add(self, residual):
        """Reads every column; returns the correlations."""
        found, size = self.correlate(residual[None, :]), _largest(residual[None, :])
        self.residuals = np.vstack([self.residuals[1 - _KEPT :], residual / size])
        self.correlations = np.vstack([self.correlations[1 - _KEPT :], found / size])
        return found[0]

    def estimate(self, residuals):
        """Correlations (K, p) of residuals (K, n), and a distance (K,): |error_j| <= |x_j| distance."""
        size = _largest(residuals)
        known, residuals = self.residuals, residuals / size
        share = np.zeros((len(residuals), len(known)))
        squares, products = known @ known.T, residuals @ known.T
        if np.isfinite(squares).all() and np.isfinite(products).all():
            share = np.linalg.lstsq(squares, products.T, rcond=_EPS)[0].T  # near the best will do
        rounding = np.abs(share) @ np.sqrt(np.diagonal(squares))
        distance = np.linalg.norm(residuals - share @ known, axis=1) + _ROUNDING * rounding
        return size * (share @ self.correlations), size[:, 0] * distance


def _largest(residuals):
    """(K, 1), one for a row of zeros: no square in this unit underflows that counts."""
    largest = np.abs(residuals).max(axis=1, keepdims=True)
    return np.where((largest > 0.0) & np.isfinite(largest), largest, 1.0)
