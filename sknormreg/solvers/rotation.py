"""Wide rows under an L2 penalty: the same problem in at most n dimensions.

With X F^-1 X' = E V E', the minimiser lies in the row space, w = F^-1 X' E V^-1/2 v, where the predictor is
Z v with Z = E V^1/2 and the penalty sum_j f_j w_j^2 is |v|^2. Any loss will do.
"""

import numpy as np
from scipy import linalg

from ..design import DenseDesign

_EPS = np.finfo(float).eps


class Rotation:
    """`design` holds Z; `back` maps coefficients v (K, r) to w (K, p)."""

    def __init__(self, wide, factor):
        self.wide, self.factor = wide, factor
        n = wide.shape[0]
        values, vectors = linalg.eigh(wide.outer(1.0 / factor))
        kept = values > n * _EPS * values.max(initial=0.0)
        root = np.sqrt(values[kept])
        self._dual = vectors[:, kept] / root
        uniform = np.full(n, 1.0 / n)
        self.design = DenseDesign(np.asfortranarray(vectors[:, kept] * root), uniform, centre=False)

    def back(self, coef):
        return self.wide.correlate(coef @ self._dual.T) / self.factor
