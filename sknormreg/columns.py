"""Some columns of a design in a layout for coordinate descent: each row times a factor, then centred.

B = diag(root) (X_cols - 1 mean'), with the means in the weights root^2 where there is an intercept, so that
it is at its best whatever the coefficients are, and decoupled from them.
"""

from functools import cached_property

import numpy as np
from scipy import sparse

from ._kernels import residual

_NONE = np.zeros(0, dtype=np.intc)


class DenseColumns:
    """Rows of an array (m, n), centred as they stand."""

    def __init__(self, values):
        self.values, self.shape = values, values.shape[::-1]
        self.flat, self.indices, self.starts = values.reshape(-1), _NONE, _NONE
        self.total, self.mean = 0.0, np.zeros(0)

    def times(self, x, some):
        """Some columns of B times x, before anything is taken off."""
        r = np.zeros(self.shape[0])
        residual.add(self.flat, some, x, r)
        return r

    def sum(self, r):
        """The product of `root` and r, which a centred r has none of."""
        return 0.0

    def correlate(self, r, S, some):
        """Products of some columns of B with r, of which S is the `sum`."""
        found = np.empty(some.size)
        residual.correlate(self.flat, some, r, found)
        return found

    def square(self, r, S):
        """Of the length of r, once it is centred."""
        return float(r @ r)

    def gram(self):
        """B'B (m, m)."""
        return self.values @ self.values.T

    @cached_property
    def stored(self):
        """Entries of each column."""
        return np.full(self.shape[1], self.shape[0])

    @cached_property
    def squares(self):
        """Diagonal of B'B."""
        return np.einsum("ij,ij->i", self.values, self.values)


class SparseColumns:
    """Compressed columns; the means are taken off by a rank-one correction."""

    def __init__(self, X, root, mean, total):
        self.shape, self.flat, self.indices, self.starts = X.shape, X.data, X.indices, X.indptr
        self.root, self.mean = root, mean
        self.total = total  # of the squares of `root`; zero where nothing is centred

    def times(self, x, some):
        r = np.zeros(self.shape[0])
        residual.add_compressed(self.flat, self.indices, self.starts, some, x, r)
        return r

    def sum(self, r):
        return float(self.root @ r)

    def correlate(self, r, S, some):
        found = np.empty(some.size)
        residual.correlate_compressed(self.flat, self.indices, self.starts, some, r, found)
        return found - S * self.mean[some]

    def square(self, r, S):
        return float(r @ r) - (S * S / self.total if self.total else 0.0)

    def gram(self):
        X = sparse.csc_array((self.flat, self.indices, self.starts), shape=self.shape)
        return (X.T @ X).toarray() - self.total * np.outer(self.mean, self.mean)

    @cached_property
    def stored(self):
        return np.diff(self.starts)

    @cached_property
    def squares(self):
        made = np.empty(self.shape[1])
        residual.squares(self.flat, self.indices, self.starts, self.root, self.mean, self.total, made)
        return made
