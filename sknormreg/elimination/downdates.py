"""Three ways to follow when features are dropped from a ridge problem; `elimination.py` chooses.

Conventions as there: X and Y centred, weights s that sum to one, w = argmin of 1/2 sum s (y - Xw)^2 +
lam/2 w'Fw over the features that are left. All have drop, coef, loss, freedom and column_squares; the first
two also `correct` and `reliable`, what `ridge.refine` asks of a method.
"""

from copy import copy
from dataclasses import replace

import numpy as np
from scipy import linalg
from scipy.linalg import blas, lapack

from .._kernels.dense import correlate_columns
from ..moments import mean_squares
from ..solvers.squares.ridge import SystemFit, solve_ridge

_EPS = np.finfo(float).eps
_DRIFT = 1e-9  # relative error at which a down-dated solution is given up


class Primal:
    def __init__(self, design, Y, weights, lam, factor, index):
        self.design, self.Y, self.weights, self.lam, self.factor = design, Y, weights, lam, factor
        self.squares = mean_squares(Y, weights)
        self.index = index  # features that were left at the last factorisation
        self.gram = design.gram(index, weights)
        self.cross = design.correlate(Y * weights, index)
        self.factorisations = 0
        self._factorise()

    def for_targets(self, Y):
        """The same for other targets, before anything is dropped; it shares the Gram matrix."""
        made = copy(self)
        made.Y, made.squares = Y, mean_squares(Y, self.weights)
        made.cross = self.design.correlate(Y * self.weights, self.index)
        made.inverse, made.alive = self.inverse.copy(), self.alive.copy()
        made.w = made.cross @ made.inverse
        made.factorisations = 0
        made._refine()
        return made

    def _factorise(self):
        penalty = self.lam * self.factor[self.index]
        matrix = self.gram + np.diag(penalty)
        self.penalty = penalty
        self.alive = np.ones(self.index.size, dtype=bool)
        self.factorisations += 1
        if self.index.size == 0:
            self.inverse, self.w = matrix, self.cross
            return
        lower = _cholesky(matrix)
        diagonal = np.diagonal(matrix)
        if not np.all(np.diagonal(lower) ** 2 > 10 * diagonal.size * _EPS * diagonal):
            raise linalg.LinAlgError("singular to working precision")
        self.inverse = _inverse(lower)
        self.w = self.cross @ self.inverse
        self._refine()

    def _compress(self):
        left = np.flatnonzero(self.alive)
        self.index = self.index[left]
        self.gram = self.gram[np.ix_(left, left)]
        self.cross = self.cross[:, left]
        self._factorise()

    def drop(self, features):
        local = np.searchsorted(self.index, features)
        self.alive[local] = False
        if 2 * np.count_nonzero(self.alive) <= self.alive.size:
            self._compress()
            return
        H = self.inverse
        try:
            lower = _cholesky(H[np.ix_(local, local)])
        except linalg.LinAlgError:
            self._compress()
            return
        T = _solve_lower(lower, H[local])
        u = _solve_lower(lower, self.w[:, local].T)
        H -= T.T @ T
        H[local] = 0.0
        H[:, local] = 0.0
        self.w -= u.T @ T
        self.w[:, local] = 0.0
        if self._refine() > _DRIFT:
            self._compress()

    def _refine(self):
        """One correction from the residual of the equations; returns its relative size."""
        rest = self.cross - self.w @ self.gram - self.w * self.penalty
        rest[:, ~self.alive] = 0.0
        change = rest @ self.inverse
        self.w += change
        return np.abs(change).max(initial=0.0) / (np.abs(self.w).max(initial=0.0) or 1.0)

    def column_squares(self):
        return np.diagonal(self.gram).copy()

    def coef(self):
        coef = np.zeros((self.w.shape[0], self.design.shape[1]))
        coef[:, self.index] = self.w
        return coef

    def loss(self):
        explained = np.sum(self.w * (self.cross + self.penalty * self.w), axis=1)
        return np.maximum(0.0, self.squares - explained)

    def freedom(self):
        return np.count_nonzero(self.alive) - float(self.penalty @ np.diagonal(self.inverse))

    def reliable(self, reach):
        return True

    def correct(self, residual, coef):
        rest = self.design.correlate(residual * self.weights, self.index)
        rest -= self.penalty * coef[:, self.index]
        change = np.zeros_like(coef)
        change[:, self.index] = rest @ self.inverse
        return change


class Dual:
    """Holds a centred copy B (p, n) of the columns, weighted and in the scale of their factors.

    M = (B' B + lam I)^-1 over those left, of which the lower triangle is kept up to date; a = M S^1/2 y and
    w = F^-1/2 B a.
    """

    def __init__(self, design, Y, weights, lam, factor):
        self.design, self.Y, self.weights, self.lam, self.factor = design, Y, weights, lam, factor
        self.root = np.sqrt(weights)
        self.target = Y * self.root
        self.rows = design.columns(np.arange(design.shape[1]))
        self.rows *= self.root
        self.rows /= np.sqrt(factor)[:, None]
        self.alive = np.ones(design.shape[1], dtype=bool)
        self.no_mean = np.zeros(self.alive.size)
        self.factorisations = 0
        self._factorise()

    def for_targets(self, Y):
        """The same for other targets, before anything is dropped; it shares the rows."""
        made = copy(self)
        made.Y, made.target = Y, Y * self.root
        made.inverse, made.alive = self.inverse.copy(order="F"), self.alive.copy()
        made.dual = blas.dsymm(1.0, made.inverse, made.target.T, lower=1).T
        made.factorisations = 0
        made._settle()
        return made

    def _factorise(self):
        rows = self.rows if self.alive.all() else self.rows[self.alive]
        kernel = rows.T @ rows
        size = np.diagonal(kernel).max(initial=0.0)
        if self.lam <= 1e-12 * size:  # a = (y - Xw) / lam would lose the digits of w
            raise linalg.LinAlgError("singular to working precision")
        kernel[np.diag_indices_from(kernel)] += self.lam
        self.factorisations += 1
        self.inverse = np.asfortranarray(_inverse(_cholesky(kernel)))
        self.dual = self.target @ self.inverse
        self._settle()

    def _settle(self):
        """w in the scale of the factors, of the features left alone."""
        self.index = np.flatnonzero(self.alive)
        self.w = np.zeros((self.dual.shape[0], self.index.size))
        correlate_columns(self.rows.T, self.no_mean, self.index, self.dual, self.w)

    def drop(self, features):
        self.alive[features] = False
        if 2 * features.size > self.root.size:
            self._factorise()
            return
        V = np.asfortranarray(self.rows[features])
        reach = blas.dsymm(1.0, self.inverse, V, side=1, lower=1)
        inner = np.eye(features.size) - blas.dgemm(1.0, reach, V, trans_b=1)
        lower, info = lapack.dpotrf(inner, lower=1)
        if info != 0:
            self._factorise()
            return
        rhs = np.concatenate([reach.T, blas.dgemm(1.0, V, self.dual.T).T]).T
        T = lapack.dtrtrs(lower, rhs, lower=1, overwrite_b=1)[0]
        T, u = T[:, : self.root.size], T[:, self.root.size :]
        self.inverse = blas.dsyrk(1.0, T, beta=1.0, c=self.inverse, trans=1, overwrite_c=1, lower=1)
        self.dual += blas.dgemm(1.0, u, T, trans_a=1)
        self._settle()
        if self._drift() > _DRIFT:
            self._factorise()

    def _drift(self):
        """How far y' a = |B a|^2 + lam a' a, which holds for the solution alone, is from holding."""
        target = np.sum(self.target * self.dual, axis=1)
        found = np.sum(self.w**2, axis=1) + self.lam * np.sum(self.dual**2, axis=1)
        return np.max(np.abs(found - target) / np.where(target > 0, target, 1.0))

    def column_squares(self):
        return np.einsum("ij,ij->i", self.rows, self.rows) * self.factor

    def coef(self):
        coef = np.zeros((self.w.shape[0], self.alive.size))
        coef[:, self.index] = self.w / np.sqrt(self.factor[self.index])
        return coef

    def loss(self):
        return self.lam**2 * np.sum(self.dual**2, axis=1)

    def freedom(self):
        return self.root.size - self.lam * float(np.trace(self.inverse))

    def reliable(self, reach):
        return True

    def correct(self, residual, coef):
        rest = residual * self.root - self.lam * self.dual
        self.dual = self.dual + blas.dsymm(1.0, self.inverse, rest.T, lower=1).T
        self._settle()
        return self.coef() - coef

    def primal(self):
        """The primal form of what is left."""
        return Primal(self.design, self.Y, self.weights, self.lam, self.factor, self.index)


class Anew:
    """Solves for what is left after every drop."""

    factorisations = 0

    def __init__(self, design, Y, weights, lam, factor, kept=None):
        self.design, self.Y, self.weights, self.lam, self.factor = design, Y, weights, lam, factor
        self.kept = np.ones(design.shape[1], dtype=bool) if kept is None else kept.copy()
        self._solve()

    def for_targets(self, Y):
        """The same for other targets."""
        return Anew(self.design, Y, self.weights, self.lam, self.factor)

    def _solve(self):
        self.index = np.flatnonzero(self.kept)
        self.left = self.design.restrict(self.index)
        self.w = np.zeros((self.Y.shape[0], 0))
        self.last = SystemFit(self.w, np.zeros(len(self.w)))
        if self.index.size:
            self.last = solve_ridge(self.left, self.Y, self.weights, self.lam, self.factor[self.index])
            self.w = self.last.coef
            self.factorisations += 1

    def drop(self, features):
        self.kept[features] = False
        self._solve()

    def column_squares(self):
        return self.design.squares(np.arange(self.design.shape[1]), self.weights)

    def found(self):
        """The `SystemFit` of all features."""
        return replace(self.last, coef=self.coef())

    def coef(self):
        coef = np.zeros((self.w.shape[0], self.kept.size))
        coef[:, self.index] = self.w
        return coef

    def loss(self):
        return mean_squares(self.Y - self.left.matvec(self.w), self.weights)

    def freedom(self):
        """The rank of the unpenalised columns, and for the others, less those, sum e / (e + lam)."""
        n, p = self.left.shape
        factor = self.factor[self.index]
        free = factor == 0
        if self.lam == 0:
            free = np.ones(p, dtype=bool)
        if not free.any() and n < p:
            root = np.sqrt(self.weights)
            matrix = self.left.outer(1.0 / factor) * np.outer(root, root)
            return _shrunken_rank(matrix, self.lam)
        gram = self.left.gram(np.arange(p), self.weights)
        values, vectors = linalg.eigh(gram[np.ix_(free, free)]) if free.any() else (np.zeros(0), None)
        basis = values > values.size * _EPS * values.max(initial=0.0)
        rest = gram[np.ix_(~free, ~free)]
        if basis.any() and rest.size:
            cross = gram[np.ix_(~free, free)] @ (vectors[:, basis] / np.sqrt(values[basis]))
            rest = rest - cross @ cross.T
        root = np.sqrt(factor[~free])
        return np.count_nonzero(basis) + _shrunken_rank(rest / np.outer(root, root), self.lam)


def _shrunken_rank(matrix, lam):
    """sum e / (e + lam) over the eigenvalues e of a positive semidefinite matrix."""
    if matrix.size == 0:
        return 0.0
    values = np.maximum(linalg.eigvalsh(matrix), 0.0)
    values = values[values > values.size * _EPS * values[-1]]
    return float(np.sum(values / (values + lam)))


def _cholesky(matrix):
    """Lower triangle L of L L' = matrix; LinAlgError where that is not positive definite."""
    lower, info = lapack.dpotrf(matrix, lower=1, clean=1)
    if info != 0:
        raise linalg.LinAlgError("not positive definite")
    return lower


def _solve_lower(lower, rhs):
    return lapack.dtrtrs(lower, rhs, lower=1)[0]


def _inverse(lower):
    """(L L')^-1, both triangles."""
    half = _solve_lower(lower, np.eye(lower.shape[0]))
    return half.T @ half
