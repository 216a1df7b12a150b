"""A singular linear system whose dependent columns a Gram matrix proposes and the rows confirm.

A Gram matrix has squared what decides rank, so the small pivots of its Cholesky factor prove nothing. They
tell which columns might depend on which, and how: A_o = A_c W. Those for which the rows agree, up to the
rounding of their entries, do depend on the others. Where one does not, an orthogonal method has to decide.
This reads X a few times, and costs no more operations than a Gram matrix.
"""

import numpy as np
from scipy import linalg

from ...moments import mean_squares, without_mean
from ...triangular import solve_triangular
from ...unpenalised import cholesky
from .orthogonal import null_directions, shorten

_NEAR = 1e-10  # squared distances, relative, up to which a column is taken to depend on others
SOUND = 1e-12  # reciprocal condition number, in the scale of the columns, that refinement mends
_AT_ONCE = 1 << 24  # doubles in one block of directions and what the rows make of them
_EPS = np.finfo(float).eps


class Dependent:
    """(G + lam F) change = X'S r - lam F w for the columns chosen, whose span is that of all.

    `sound` if those chosen are well-conditioned, and all others depend on them.
    """

    def __init__(self, design, weights, lam, factor, gram):
        self.design, self.weights, self.lam, self.factor = design, weights, lam, factor
        matrix = gram + np.diag(lam[0] * factor)
        self.scale = np.sqrt(np.maximum(np.diagonal(matrix), 0.0))
        self.scale[self.scale == 0.0] = 1.0
        matrix = matrix / self.scale / self.scale[:, None]
        self.sound = bool(np.isfinite(matrix).all())
        if self.sound:
            _, pivot, rank, _ = linalg.lapack.dpstrf(matrix, lower=1, tol=_NEAR)
            self.chosen, self.others = pivot[:rank] - 1, pivot[rank:] - 1
            found = cholesky(matrix[np.ix_(self.chosen, self.chosen)], SOUND)
            self.sound = found is not None and self._confirmed(found, matrix)

    def correct(self, residual, coef):
        gradient = self.design.correlate(residual * self.weights) - self.lam[0] * self.factor * coef
        change = np.zeros_like(gradient)
        change[:, self.chosen] = self._solve((gradient / self.scale)[:, self.chosen].T).T
        return change / self.scale

    def reliable(self, reach):
        return True

    def shortened(self, coef):
        """Of the coefficients (K, p) that make the same predictions those of least norm."""
        inverse = solve_triangular(self.triangle, np.eye(self.chosen.size), lower=True, trans="T")
        directions = null_directions(self.chosen, self.others, inverse, self.parts)
        return (shorten((coef * self.scale).T, directions, self.factor, self.scale) / self.scale[:, None]).T

    def _solve(self, rhs):
        return linalg.cho_solve((self.triangle, True), rhs, check_finite=False)

    def _confirmed(self, found, matrix):
        self.triangle = found[0]
        self.parts = self._solve(matrix[np.ix_(self.chosen, self.others)])
        blur = _EPS * self.scale.size * (1.0 + np.abs(self.design.mean) / self.scale)
        height = max(1, _AT_ONCE // max(self.design.shape))
        for first in range(0, self.others.size, height):
            some = np.arange(first, min(first + height, self.others.size))
            along = np.zeros((some.size, self.scale.size))
            along[some - first, self.others[some]] = 1.0
            along[:, self.chosen] = -self.parts[:, some].T
            for _ in range(2):
                along += self.correct(-self._moved(along / self.scale), along / self.scale) * self.scale
            self.parts[:, some] = -along[:, self.chosen].T
            w = along / self.scale
            left = mean_squares(self._moved(w), self.weights) + self.lam[0] * ((w * w) @ self.factor)
            if not np.all(np.sqrt(left) <= np.abs(along) @ blur):
                return False
        return True

    def _moved(self, coef):
        return without_mean(self.design, self.design.matvec(coef), self.weights)
