"""Some columns of a design in a layout for coordinate descent: each row times a factor, then centred.

B = diag(root) (X_cols - 1 mean'), with the means in the weights root^2 where there is an intercept, so that
it is at its best whatever the coefficients are, and decoupled from them.
"""

from functools import cached_property

import numpy as np
from scipy import sparse

_NONE = np.zeros(0, dtype=np.intc)


class DenseColumns:
    """Rows of an array (m, n), centred as they stand."""

    def __init__(self, values):
        self.values = values
        self.shape = values.shape[::-1]
        self.indices = self.starts = _NONE
        self.total, self.mean = 0.0, np.zeros(0)

    def take(self, some):
        made = DenseColumns(self.values[some])
        made.squares = self.squares[some]
        return made

    def times(self, x):
        """B x, before anything is taken off."""
        return x @ self.values

    def sum(self, r):
        """The product of `root` and r, which a centred r has none of."""
        return 0.0

    def correlate(self, r, S):
        """B'r (m,)."""
        return self.values @ r

    def square(self, r, S):
        """Of the length of r, once it is centred."""
        return float(r @ r)

    @property
    def flat(self):
        return self.values.reshape(-1)

    @property
    def stored(self):
        return self.values.size

    @cached_property
    def squares(self):
        """Diagonal of B'B."""
        return np.einsum("ij,ij->i", self.values, self.values)


class SparseColumns:
    """Compressed columns; the means are taken off by a rank-one correction."""

    def __init__(self, X, root, mean, total):
        self.X, self.root, self.mean = X, root, mean
        self.shape = X.shape
        self.flat, self.indices, self.starts = X.data, X.indices, X.indptr
        self.total = total  # of the squares of `root`; zero where nothing is centred

    def take(self, some):
        made = SparseColumns(self.X[:, some], self.root, self.mean[some], self.total)
        made.squares = self.squares[some]
        return made

    def times(self, x):
        return self.X @ x

    def sum(self, r):
        return float(self.root @ r)

    def correlate(self, r, S):
        return self._transposed @ r - S * self.mean

    def square(self, r, S):
        return float(r @ r) - (S * S / self.total if self.total else 0.0)

    @property
    def stored(self):
        return self.X.nnz

    @cached_property
    def _transposed(self):
        return self.X.T

    @cached_property
    def squares(self):
        stored, counts = self.root[self.indices], np.diff(self.starts)
        centred = self.flat - np.repeat(self.mean, counts) * stored
        inside = sparse.csc_array((centred * centred, self.indices, self.starts), shape=self.shape).sum(
            axis=0
        )
        own = sparse.csc_array((stored * stored, self.indices, self.starts), shape=self.shape).sum(axis=0)
        return inside + np.maximum(self.total - own, 0.0) * self.mean**2
