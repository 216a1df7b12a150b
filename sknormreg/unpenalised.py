"""Coordinates without a penalty, and what a residual that is not orthogonal to them costs."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from scipy import linalg

from .triangular import solve_triangular

_LARGEST = 5000  # columns of which a Gram matrix is worth having
_SURE = 1e-5  # reciprocal condition number of one that leaves nine digits to what it is solved for
_SEEN = 1e-12  # eigenvalues of it, in the scale of the columns, that are no rounding
_EPS = np.finfo(float).eps


@dataclass
class RowProducts:
    """Weighted products of the columns of a design; the last ones are kept."""

    design: object
    weights: np.ndarray
    _last: tuple | None = field(default=None, init=False, repr=False)

    def gram(self, features):
        if self._last is None or not np.array_equal(self._last[0], features):
            self._last = features, self.design.gram(features, self.weights)
        return self._last[1]

    def squares(self, features):
        return self.design.squares(features, self.weights)


@dataclass
class MatrixProducts:
    """The same, from a Gram matrix of all features."""

    matrix: np.ndarray

    def gram(self, features):
        return self.matrix[features[:, None], features]

    def squares(self, features):
        return np.diagonal(self.matrix)[features]


class Unpenalised:
    """Coordinates without penalty that at least one bound leaves open.

    No scaling makes a dual point feasible on these; `charge` is what the certificate has instead.
    `products` are `RowProducts` or `MatrixProducts` of the features.
    """

    def __init__(self, penalty, c, n_features, products):
        if c.plain and penalty.alpha != 0.0:  # there are none, known without looking
            self.indices = self.features = np.zeros(0, dtype=np.intp)
            self.independent = self.sure = True
            return
        none = c.unpenalised | (penalty.alpha == 0.0)
        self.indices = np.flatnonzero(none & (np.isinf(c.low) | np.isinf(c.high)))
        self._up, self._down = np.isinf(c.high[self.indices]), np.isinf(c.low[self.indices])
        self._outputs, features = np.divmod(self.indices, n_features)
        self._used, self._place = np.unique(features, return_inverse=True)
        self._products = products

    def charge(self, v):
        """Half the squared projection of the residual on the columns that may move in its direction.

        That is what one step along all of them together would still gain. v is X'u at `indices`; where they
        are too many for a Gram matrix, each is charged alone.
        """
        if v.size == 0:
            return 0.0
        lengths, whole = self._columns
        reach = lengths[self._place]
        moving = (reach > 0) & np.where(v > 0, self._up, self._down)
        scaled = np.divide(v, reach, out=np.zeros_like(v), where=moving)
        if whole is None or self._used.size == 1:
            return 0.5 * float(scaled @ scaled)
        gain = 0.0
        for output in np.unique(self._outputs[moving]):
            some = np.flatnonzero(moving & (self._outputs == output))
            place = self._place[some]
            square = self._square if place.size == len(whole) else _square(whole[place[:, None], place])
            gain += square(scaled[some])
        return 0.5 * gain

    @cached_property
    def features(self):
        """Those whose coefficients nothing holds, in no output: neither a penalty nor a bound."""
        free = np.zeros(self._used.size, dtype=np.intp)
        np.add.at(free, self._place, self._up & self._down)
        return self._used[free == np.max(self._outputs, initial=0) + 1]

    @cached_property
    def independent(self):
        """Whether a Gram matrix of these leaves nine digits; also where they are too many for one."""
        return self._well_conditioned(self.features)

    @cached_property
    def sure(self):
        """The same of all of them, those with a bound too: then `charge` sees what there is."""
        return self._well_conditioned(self._used)

    def _well_conditioned(self, features):
        if features.size < 2 or self._columns[1] is None:
            return True
        among = np.searchsorted(self._used, features)
        return well_conditioned(self._columns[1][among[:, None], among], _SURE)

    @cached_property
    def _columns(self):
        """(lengths of the features used, their Gram matrix in the scale of these or None)."""
        if self._used.size == 1 or self._used.size > _LARGEST:
            return np.sqrt(np.maximum(self._products.squares(self._used), 0.0)), None
        gram = self._products.gram(self._used)
        lengths = np.sqrt(np.maximum(np.diagonal(gram), 0.0))
        scale = np.where(lengths > 0, lengths, 1.0)
        return lengths, gram / scale / scale[:, None]

    @cached_property
    def _square(self):
        return _square(self._columns[1])


def well_conditioned(gram, least):
    """Whether the reciprocal condition number, in the scale of the diagonal, is above `least`."""
    return cholesky(gram, least) is not None


def cholesky(matrix, least):
    """(lower factor of the matrix scaled to a diagonal of ones, the scale).

    None where it is too near to a singular one, or empty: rank does not depend on units.
    """
    found = conditioned(matrix)
    return found[:2] if found is not None and found[2] > least else None


def conditioned(matrix):
    """The same, and the reciprocal condition number in that scale; None where there is no such factor."""
    scale = np.sqrt(np.maximum(np.diagonal(matrix), 0.0))
    if not (scale.size and np.all((scale > 0) & np.isfinite(scale))):
        return None
    scaled = matrix / scale / scale[:, None]
    norm = np.abs(scaled).sum(axis=0).max(initial=0.0)
    factor, info = linalg.lapack.dpotrf(scaled, lower=1, overwrite_a=1)
    if info != 0:
        return None
    return factor, scale, linalg.lapack.dpocon(factor, norm, uplo="L")[0]


def _square(gram):
    """The function v' G^+ v of v, for columns of length one."""
    found = cholesky(gram, _SEEN)
    if found is not None:
        factor, scale = found
        return lambda v: float(np.sum(solve_triangular(factor, v / scale, lower=True) ** 2))
    values, vectors = linalg.eigh(gram)
    seen = values > max(_SEEN, len(values) * _EPS) * values.max(initial=0.0)
    root, vectors = np.sqrt(values[seen]), vectors[:, seen]
    return lambda v: float(np.sum((v @ vectors / root) ** 2))
