"""The one decomposition that all of ridge regression reads: fits, paths, leave-one-out, degrees of freedom.

With A = S^1/2 X F^-1/2 the weighted rows in the scale of the penalty factors F, the eigenvectors of A'A
or of AA', whichever is smaller, turn the system of any strength into a division by values + lam. The
direction of an intercept, S^1/2 1, is none that coefficients reach: it is left out of the rows by a
reflection, so that no rounding of the centring mixes with it.
"""

from dataclasses import dataclass

import numpy as np
from scipy import linalg


@dataclass
class Spectrum:
    """values (r,) rise; `solve` takes right-hand sides of the normal equations of its side to solutions.

    On the side of features those are gradients and coefficients (K, p), in the units of X; on that of the
    rows residuals and dual points (K, n), times the roots of the weights.
    """

    values: np.ndarray  # none negative
    vectors: np.ndarray  # (p, r) or (n, r)

    def solve(self, rhs, lam):
        """At one strength for each right-hand side."""
        return ((rhs @ self.vectors) / (self.values + lam[:, None])) @ self.vectors.T

    def certainty(self, lam):
        """The least reciprocal condition number of the systems at these strengths."""
        largest = self.values.max(initial=0.0)
        least = self.values.min(initial=largest) + np.min(lam)
        return least / largest if largest > 0 else np.inf


def of_features(gram, factor):
    """From the Gram matrix; all factors > 0."""
    root = np.sqrt(factor)
    values, vectors = linalg.eigh(gram / np.outer(root, root))
    return Spectrum(np.maximum(values, 0.0), vectors / root[:, None])


def of_rows(kernel, root, centred):
    """From the inner products X F^-1 X' of the rows, whose weights have these roots."""
    inner, outside = kernel * np.outer(root, root), Complement(root) if centred else None
    if outside:
        inner = outside.coordinates(outside.coordinates(inner).T)
    values, vectors = linalg.eigh(inner) if inner.size else (np.zeros(0), inner)
    return Spectrum(np.maximum(values, 0.0), outside.vectors(vectors) if outside else vectors)


class Complement:
    """An orthonormal basis of what is orthogonal to a unit vector: a reflection, less its first column."""

    def __init__(self, unit):
        self.axis = unit.copy()
        self.axis[0] += np.copysign(1.0, unit[0])
        self.scale = abs(self.axis[0])

    def coordinates(self, rows):
        """(m, n - 1) of rows (m, n)."""
        return (rows - np.outer(rows @ self.axis, self.axis / self.scale))[:, 1:]

    def vectors(self, coordinates):
        """(n, r) of columns (n - 1, r)."""
        padded = np.vstack([np.zeros((1, coordinates.shape[1])), coordinates])
        return padded - np.outer(self.axis / self.scale, self.axis @ padded)
