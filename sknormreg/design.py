"""Rows: how X is stored and centred. The only place that knows storage.

Conventions
-----------
X is (n, p); residual-like arrays are (K, n) and coefficient-like arrays (K, p), outputs first, each
row contiguous. `mean` is the weighted mean of every column (zero when nothing is centred) and every
method speaks of the centred matrix X - 1 mean'. X is never written to or densified, and copied only where
it is small.
"""

from copy import copy
from functools import cached_property

import numpy as np
from scipy import sparse

from ._kernels import dense, residual
from .columns import DenseColumns, SparseColumns

_SEVERAL = 4  # coefficient vectors from which on centred copies for BLAS are worth it
_MANY = 16  # residuals from which on they are for correlations
_BLOCK = 1 << 17  # doubles in one centred copy of some rows and columns: 1 MiB
_SMALL = 1 << 16  # doubles of which a centred copy is kept: 512 KiB
_FAR = 10.0  # deviations from zero at which a mean taken out of products costs digits
_EPS = np.finfo(np.float64).eps
_SAMPLE = 256  # rows that tell whether means are far from zero


def make_design(X, weights, centre):
    """The design of a validated X; `weights` (n,) sum to one."""
    if sparse.issparse(X):
        return SparseDesign(X, weights, centre)
    return DenseDesign(X, weights, centre)


class DenseDesign:
    """float32 or float64 X in either order; any other layout is copied once."""

    def __init__(self, X, weights, centre):
        size = X.itemsize
        aligned = all(stride > 0 and stride % size == 0 for stride in X.strides)
        if not (aligned and size in X.strides):
            X = np.asfortranarray(X)
        self.X = X
        self.shape = X.shape
        self.centred = centre
        self.column_major = X.strides[0] == size
        self.stored_per_column = float(X.shape[0])
        self._everything = np.arange(X.shape[1])
        self.mean = np.zeros(X.shape[1])
        if centre:
            mean = self.correlate(weights[None, :])[0]
            row = np.asarray(X[weights.argmax()], dtype=np.float64)
            for j in _equal_up_to_rounding(row, mean).nonzero()[0]:
                if np.all(X[:, j] == row[j]):
                    mean[j] = row[j]  # such a column centres to exact zeros
            self.mean = mean

    def correlate(self, R, cols=None, out=None):
        """(K, p): each row of R (K, n) against every centred column, or against `cols`."""
        if cols is None and R.shape[0] >= _MANY and self._near:
            out = np.matmul(R, self.X, out=out)
            out -= R.sum(axis=1)[:, None] * self.mean
            return out
        cols = self._everything if cols is None else cols
        if R.shape[0] >= _MANY:
            return self._correlate_many(R, cols, out)
        found = self._correlate_few(np.ascontiguousarray(R), cols)
        if out is None:
            return found
        np.copyto(out, found)
        return out

    def _correlate_few(self, R, cols):
        """Column by column, or row by row, each entry centred as it is read."""
        if self.column_major:
            out = np.zeros((R.shape[0], cols.size))
            dense.correlate_columns(self.X, self.mean, cols, R, out)
            return out
        if 4 * cols.size < self.shape[1]:
            return self._correlate_many(R, cols, None)
        out = np.zeros((R.shape[0], self.shape[1]))
        dense.correlate_rows(self.X, self.mean, R, out)
        return out if cols is self._everything else out[:, cols]

    def _correlate_many(self, R, cols, out):
        """By BLAS, from centred copies of blocks of rows; the larger side first, which is faster."""
        flip = out is None and len(R) > cols.size
        for i, (rows, block) in enumerate(self._blocks(cols)):
            pair = (block, R[:, rows].T) if flip else (R[:, rows], block.T)
            if i == 0:
                out = np.matmul(*pair, out=out)
            else:
                out += pair[0] @ pair[1]
        return out.T if flip else out

    def matvec(self, W):
        """(K, n): the centred matrix times each row of W (K, p); zero columns are not read."""
        if W.shape[0] >= _SEVERAL and self._near and W.any(axis=0).all():
            out = W @ self.X.T  # the means taken out of the products, at a cost of two bits
            out -= (W @ self.mean)[:, None]
            return out
        out = np.zeros((W.shape[0], self.shape[0]))
        if W.shape[0] >= _SEVERAL:
            for rows, found in self.products(W):
                out[:, rows] = found
            return out
        for w, z in zip(W, out, strict=True):
            cols = w.nonzero()[0]
            if cols.size:
                dense.combine(self.X, self.mean, cols, w[cols], self.column_major, z)
        return out

    def products(self, W):
        """`matvec` block by block: pairs of some rows, and what they make of W."""
        cols = np.flatnonzero(W.any(axis=0))
        W = W if cols.size == self.shape[1] else W[:, cols]
        for rows, block in self._blocks(cols):
            yield rows, W @ block

    def gram(self, cols, weights, start=0):
        """X_a' diag(weights) X_b with b = `cols`, a = cols[start:], both centred; weights >= 0."""
        if cols.size == self.shape[1] and not start and self._near_zero(weights):
            found = self._gram_in_place(cols, weights)
            if found is not None:
                return found
        out = np.zeros((cols.size - start, cols.size))
        for _, scaled in self._blocks(cols, np.sqrt(weights)):
            new = scaled[start:]
            out[:, start:] += new @ new.T  # BLAS sees one array twice and does half the work
            if start:
                out[:, :start] += new @ scaled[:start].T
        return out

    def _near_zero(self, weights):
        """Whether, in a sample of rows, no mean is above a deviation, and all rows count alike."""
        if self.X.dtype != np.float64 or self.X.size <= _SMALL or weights.min() != weights.max():
            return False
        some = self.X[:: max(1, self.shape[0] // _SAMPLE)]
        return bool(np.all(self.mean**2 <= np.mean((some - self.mean) ** 2, axis=0)))

    def _gram_in_place(self, cols, weights):
        """`gram` of all columns without a copy of X, the means taken out of the products.

        None where that would lose more than two bits.
        """
        products = self.X.T @ self.X
        products *= weights[0]
        centre = weights.sum() * np.outer(self.mean, self.mean)
        if not np.all(2.0 * np.diagonal(centre) <= np.diagonal(products)):
            return None
        products -= centre
        return products if np.array_equal(cols, self._everything) else products[np.ix_(cols, cols)]

    def gram_and_sums(self, cols, weights):
        """`gram` and X_b' weights, from one reading of the columns."""
        gram, sums = np.zeros((cols.size, cols.size)), np.zeros(cols.size)
        root = np.sqrt(weights)
        for rows, scaled in self._blocks(cols, root):
            gram += scaled @ scaled.T
            sums += scaled @ root[rows]
        return gram, sums

    def squares(self, cols, weights):
        """Weighted sums of squares of the centred columns, the diagonal of `gram`."""
        if self.column_major:
            out = np.zeros(cols.size)
            dense.squares_columns(self.X, self.mean, cols, weights, out)
            return out
        if 4 * cols.size < self.shape[1]:
            return sum((block * block) @ weights[rows] for rows, block in self._blocks(cols))
        out = np.zeros(self.shape[1])
        dense.squares_rows(self.X, self.mean, weights, out)
        return out[cols]

    def uncentred(self):
        """(a design whose columns are told without a correction, what of their means it leaves (p,))."""
        return self, np.zeros(self.shape[1])

    def stored(self):
        """(values, indices, starts) of its columns; dense ones, centred here, have no indices."""
        none = np.zeros(0, dtype=np.intc)
        return self.columns(self._everything).reshape(-1), none, none

    def squares_each(self, weights):
        """(K, p): `squares` of all columns in each row of weights (K, n)."""
        if weights.shape[0] < _SEVERAL:
            return np.array([self.squares(self._everything, w) for w in weights])
        return sum(weights[:, rows] @ (block * block).T for rows, block in self._blocks(self._everything))

    def scaled_gram(self, cols, outputs, a):
        """(M M', M a') for M (m, n) with rows a[outputs[i]] * (column cols[i], centred)."""
        inner, across = np.zeros((cols.size, cols.size)), np.zeros((cols.size, a.shape[0]))
        used, place = np.unique(cols, return_inverse=True)
        for rows, block in self._blocks(used, copies=cols.size / max(1, used.size)):
            here = np.ascontiguousarray(a[:, rows])
            M = block[place] * here[outputs]
            inner += M @ M.T
            across += M @ here.T
        return inner, across

    def outer(self, scale):
        """X diag(scale) X' (n, n), the columns centred."""
        n, p = self.shape
        out = np.zeros((n, n))
        width = max(64, _BLOCK // max(1, n))
        root = np.sqrt(scale)
        for first in range(0, p, width):
            cols = self._everything[first : first + width]
            block = self.columns(cols) * root[cols, None]
            out += block.T @ block
        return out

    def some_rows(self, rows):
        """The design of some rows, with the same centre."""
        made = copy(self)
        made.X = self.X.T.take(rows, axis=1).T if self.column_major else self.X[rows]
        made.shape = made.X.shape
        vars(made).pop("_copy", None)
        return made

    def restrict(self, cols):
        """The design of some columns, with the same centre."""
        made = copy(self)
        made.X = np.asfortranarray(self.X[:, cols])
        made.shape, made.mean = made.X.shape, self.mean[cols]
        made.column_major, made._everything = True, np.arange(cols.size)
        made._forget()
        return made

    def columns(self, cols, scale=None):
        """Centred float64 copy, (len(cols), n); each row is times its entry of `scale`."""
        out = np.empty((cols.size, self.shape[0]))
        if self.column_major:
            scale = np.ones(self.shape[0]) if scale is None else scale
            dense.gather_columns(self.X, self.mean, cols, scale, out)
            return out
        for rows, block in self._blocks(cols, scale):
            out[:, rows] = block
        return out

    def scaled(self, cols, weights, centre):
        """(`cols` times the root of the weights, their means in these).

        The columns are centred at the means where `centre`; the means are those of the centred matrix.
        """
        values = self.columns(cols)
        means = values @ weights / weights.sum() if centre else np.zeros(cols.size)
        values -= means[:, None]
        values *= np.sqrt(weights)
        return DenseColumns(values), means

    def replace(self, cols, columns):
        """The design with other columns (n, len(cols)), centred, in the places `cols`."""
        made = copy(self)
        made.X = np.array(self.X, dtype=np.float64, order="F")
        made.X[:, cols] = columns
        made.mean = self.mean.copy()
        made.mean[cols] = 0.0
        made.column_major = True
        made._forget()
        return made

    def row_blocks(self, height):
        """Centred float64 copies of some rows (height or fewer, p), with the rows they are."""
        for first in range(0, self.shape[0], height):
            some = slice(first, first + height)
            yield some, np.subtract(self.X[some], self.mean, dtype=np.float64)

    def _forget(self):
        for name in ("_copy", "_near"):
            vars(self).pop(name, None)

    @cached_property
    def _near(self):
        """Whether BLAS may read X where it is: large, of doubles, and no mean above a deviation."""
        if self.X.dtype != np.float64 or self.X.size <= _SMALL:
            return False
        n = self.shape[0]
        return bool(np.all(self.mean**2 <= self.squares(self._everything, np.full(n, 1.0 / n))))

    @property
    def entries(self):
        """How many a product reads."""
        return self.X.size

    @cached_property
    def _copy(self):
        """All of a small X, columns first, or None."""
        if self.X.size > _SMALL:
            return None
        return np.subtract(self.X.T, self.mean[:, None], order="C", dtype=np.float64)

    def _blocks(self, cols, scale=None, copies=1):
        """Centred float64 copies (len(cols), some rows), with the rows they stand for.

        Each row is times its entry of `scale`. A block lasts until the next is asked for.
        """
        if self._copy is not None:
            whole = scale is not None and np.array_equal(cols, self._everything)
            copied = self._copy if whole else self._copy[cols]
            yield slice(None), copied if scale is None else copied * scale
            return
        n, height = self.shape[0], max(256, int(_BLOCK // max(1, copies * cols.size)))
        if self.column_major:
            scale = np.ones(n) if scale is None else scale
            space = np.empty(cols.size * min(n, height))
            for first in range(0, n, height):
                rows = slice(first, min(n, first + height))
                shape = cols.size, rows.stop - first
                block = space[: shape[0] * shape[1]].reshape(shape)
                dense.gather_columns(self.X[rows], self.mean, cols, scale[rows], block)
                yield rows, block
            return
        mean, everything = self.mean[cols], np.array_equal(cols, self._everything)
        for first in range(0, n, height):
            rows = slice(first, first + height)
            block = (self.X[rows] if everything else self.X[rows].take(cols, axis=1)) - mean
            if scale is not None:
                block *= scale[rows, None]
            yield rows, block.T


class SparseDesign:
    """Compressed columns, centred by a rank-one correction.

    A column that stores every row of positive weight has no implicit zeros that count, so it is centred
    in a copy of the stored values instead: there the mean may be far above the deviation. So it may where
    what is not stored weighs next to nothing, and such a column, if it stores half its rows, is filled up.
    In any other column the zeros themselves keep the deviation comparable to the mean.
    """

    def __init__(self, X, weights, centre):
        X = X.tocsc()
        if not X.has_canonical_format:
            X = X.copy()
            X.sum_duplicates()
        if X.indices.dtype != X.indptr.dtype:  # of arrays that were set one by one
            kind = np.promote_types(X.indices.dtype, X.indptr.dtype)
            X = sparse.csc_array((X.data, X.indices.astype(kind), X.indptr.astype(kind)), shape=X.shape)
        self.shape = X.shape
        self.centred = centre
        self._stored = np.diff(X.indptr)
        mean = np.zeros(X.shape[1])
        if centre:
            mean = _sums(X, weights)
            counts = weights > 0
            full = _sums(_pattern(X), counts) == np.count_nonzero(counts)
            if full.any():
                for j in np.flatnonzero(full):
                    values = X.data[X.indptr[j] : X.indptr[j + 1]]
                    if _equal_up_to_rounding(values[0], mean[j]) and np.all(values == values[0]):
                        mean[j] = values[0]  # such a column centres to exact zeros
                X = sparse.csc_array(
                    (
                        X.data - np.repeat(np.where(full, mean, 0.0), self._stored),
                        X.indices,
                        X.indptr,
                    ),
                    shape=X.shape,
                )
            self._rest = np.where(full, 0.0, mean)  # what the correction still has to subtract
        else:
            self._rest = mean
        self.X = X
        self.mean = mean
        self.stored_per_column = X.nnz / max(1, X.shape[1])
        far = np.flatnonzero((2 * self._stored >= X.shape[0]) & (self._rest != 0.0))
        if far.size:
            far = far[self._rest[far] ** 2 > _FAR**2 * self.squares(far, weights) / weights.sum()]
        if far.size:
            self.X = _with_columns(X, far, X[:, far].toarray() - mean[far])
            self._rest[far] = 0.0
            self._stored = np.diff(self.X.indptr)

    def correlate(self, R, cols=None, out=None):
        """(K, p): each row of R (K, n) against every centred column, or against `cols`."""
        X, rest = self._take(cols)
        return np.subtract((X.T @ R.T).T, R.sum(axis=1)[:, None] * rest, out=out)

    def matvec(self, W):
        """(K, n): the centred matrix times each row of W (K, p)."""
        if len(W) >= _SEVERAL:  # which share what is read
            used = np.flatnonzero(W.any(axis=0))
            X, rest = self._take(used if 4 * used.size < self.shape[1] else None)
            W = W if X is self.X else W[:, used]
            return (X @ W.T).T - (W @ rest)[:, None]
        found = np.zeros((len(W), self.shape[0]))
        for w, z in zip(W, found, strict=True):
            used = np.flatnonzero(w)
            residual.add_compressed(self.X.data, self.X.indices, self.X.indptr, used, w[used], z)
        found -= (W @ self._rest)[:, None]
        return found

    def products(self, W):
        """`matvec` block by block: pairs of some rows, and what they make of W."""
        X, shift, height = self.X.tocsr(), (W @ self._rest)[:, None], max(256, _BLOCK // max(1, len(W)))
        for first in range(0, self.shape[0], height):
            rows = slice(first, first + height)
            yield rows, (X[rows] @ W.T).T - shift

    def gram(self, cols, weights, start=0):
        """X_a' diag(weights) X_b with b = `cols`, a = cols[start:], both centred."""
        X, rest = self._take(cols)
        return self._gram(X, rest, weights, _sums(X, weights), start)

    def gram_and_sums(self, cols, weights):
        """`gram` and X_b' weights, from one reading of the columns."""
        X, rest = self._take(cols)
        sums = _sums(X, weights)
        return self._gram(X, rest, weights, sums), sums - weights.sum() * rest

    def _gram(self, X, rest, weights, sums, start=0):
        scaled = sparse.csc_array((X.data * weights[X.indices], X.indices, X.indptr), shape=X.shape)
        gram = (scaled[:, start:].T @ X).toarray()
        gram -= np.outer(rest[start:], sums - weights.sum() * rest)
        gram -= np.outer(sums[start:], rest)
        return gram

    def squares(self, cols, weights):
        """Weighted sums of squares of the centred columns, the diagonal of `gram`."""
        X, rest = self._take(cols)
        stored = weights[X.indices]
        centred = X.data - np.repeat(rest, np.diff(X.indptr))
        squared = sparse.csc_array((stored * centred * centred, X.indices, X.indptr), X.shape)
        outside = weights.sum() - sparse.csc_array((stored, X.indices, X.indptr), X.shape).sum(axis=0)
        return squared.sum(axis=0) + np.maximum(outside, 0.0) * rest * rest

    def uncentred(self):
        """(a design whose columns are told without a correction, what of their means it leaves (p,))."""
        made = copy(self)
        made._rest = np.zeros(self.shape[1])
        return made, self._rest

    def stored(self):
        """(values, indices, starts) of its columns, as they are stored."""
        values = self.X.data.astype(np.float64, copy=False)
        return values, self.X.indices, self.X.indptr

    def squares_each(self, weights):
        """(K, p): `squares` of all columns in each row of weights (K, n)."""
        X, rest = self.X, self._rest
        centred = X.data - np.repeat(rest, self._stored)
        centred *= centred
        squared = sparse.csc_array((centred, X.indices, X.indptr), X.shape)
        outside = weights.sum(axis=1) - _pattern(X).T @ weights.T
        return (squared.T @ weights.T + np.maximum(outside, 0.0) * (rest * rest)[:, None]).T

    def scaled_gram(self, cols, outputs, a):
        """(M M', M a') for M (m, n) with rows a[outputs[i]] * (column cols[i], centred)."""
        X, rest = self._take(cols)
        owner = np.repeat(outputs, self._stored[cols])
        scaled = sparse.csc_array((X.data * a[owner, X.indices], X.indices, X.indptr), shape=X.shape)
        across, pairs = scaled.T @ a.T, a @ a.T
        inner = (scaled.T @ scaled).toarray()
        cross = rest[:, None] * across[:, outputs].T
        inner -= cross + cross.T
        inner += np.outer(rest, rest) * pairs[outputs[:, None], outputs]
        return inner, across - rest[:, None] * pairs[outputs]

    def outer(self, scale):
        """X diag(scale) X' (n, n), the columns centred."""
        X, rest = self.X, self._rest
        scaled = sparse.csc_array(
            (X.data * np.repeat(scale, self._stored), X.indices, X.indptr), shape=X.shape
        )
        out = (scaled @ X.T).toarray()
        across = X @ (scale * rest)
        out -= across[:, None] + across
        out += (scale * rest) @ rest
        return out

    def some_rows(self, rows):
        """The design of some rows, with the same centre."""
        made = copy(self)
        made.X = self.X[rows]
        made.shape, made._stored = made.X.shape, np.diff(made.X.indptr)
        return made

    def restrict(self, cols):
        """The design of some columns, with the same centre."""
        made = copy(self)
        made.X, made._rest = self._take(cols)
        made.shape, made.mean, made._stored = made.X.shape, self.mean[cols], self._stored[cols]
        return made

    def scaled(self, cols, weights, centre):
        """(`cols` times the root of the weights, their means in these).

        The columns are centred at the means where `centre`; the means are those of the centred matrix.
        """
        X, rest = self._take(cols)
        root, total = np.sqrt(weights), weights.sum()
        values = sparse.csc_array((X.data * root[X.indices], X.indices, X.indptr), shape=X.shape)
        if not centre:
            return SparseColumns(values, root, rest, 0.0), np.zeros(cols.size)
        means = values.T @ root / total
        return SparseColumns(values, root, means, total), means - rest

    def replace(self, cols, columns):
        """The design with other columns (n, len(cols)), centred, in the places `cols`."""
        made = copy(self)
        made.X = _with_columns(self.X, cols, columns)
        made._stored = np.diff(made.X.indptr)
        made.mean, made._rest = self.mean.copy(), self._rest.copy()
        made.mean[cols] = made._rest[cols] = 0.0
        return made

    def row_blocks(self, height):
        """Centred dense copies of some rows (height or fewer, p), with the rows they are."""
        X = self.X.tocsr()
        for first in range(0, self.shape[0], height):
            some = slice(first, first + height)
            rows = X[some].toarray().astype(np.float64, copy=False)
            rows -= self._rest
            yield some, rows

    @property
    def entries(self):
        """How many a product reads."""
        return self.X.nnz

    def _take(self, cols):
        return (self.X, self._rest) if cols is None else (self.X[:, cols], self._rest[cols])


def _equal_up_to_rounding(value, mean):
    return np.abs(value - mean) <= 16 * _EPS * np.abs(mean)


def _pattern(X):
    """Ones where X stores a value."""
    return sparse.csc_array((np.ones(X.nnz, dtype=np.int8), X.indices, X.indptr), shape=X.shape)


def _with_columns(X, cols, columns):
    """X with other columns (n, len(cols)) in the places `cols`."""
    order = np.append(np.delete(np.arange(X.shape[1]), cols), cols)
    parts = [sparse.csc_array(X[:, order[: -len(cols)]]), sparse.csc_array(columns)]
    return sparse.hstack(parts, format="csc")[:, np.argsort(order)]


def _sums(X, weights):
    """weights' X in float64, whatever X stores."""
    return X.T @ np.asarray(weights, dtype=np.float64)
