"""Predictions of every row by the fit to all other rows, without fitting any of them.

Exact for ridge, where leaving a row out is a change of rank one (Golub, Heath and Wahba, Technometrics 21
(1979), eq. 2.3; with an intercept and weights the whole row is left out). For any other smooth loss and
penalty it is one Newton step from the fit to all rows, over the coefficients that are not zero (Rad and
Maleki, JRSS B 82 (2020), eq. 8). The penalty keeps its absolute strength when a row leaves.
"""

import numpy as np
from scipy import linalg

from ..solvers.squares.spectrum import Complement
from .freedom import hessian_at, root_of_inverse

_BLOCK = 1 << 24  # doubles in a block of predictions
_LARGEST = 5000  # side of a matrix worth decomposing
_MOST = 1 << 27  # doubles in one: 1 GiB
_ROWS = 2048  # rows from which on a basis of all that no coefficients reach is too much
_SURE = 1e-7  # an eigenvalue over the largest, or share left of a row, that keeps nine digits
_FREE = 1e-9  # a fit that follows a row this closely has no prediction for it


class RidgeLeaveOneOut:
    """Of centred rows with targets Y (K, n), for squared loss and an L2 penalty with all factors > 0.

    From the eigenvalues of the smaller of the Gram and the kernel matrix. Dense rows that are too
    ill-conditioned for those, or one of which the fit all but goes through, from their singular values.
    """

    def __init__(self, design, Y, weights, factor, fit_intercept, workspace):
        self.design, self.Y, self.weights, self.factor = design, Y, weights, factor
        self.fit_intercept, self.root, self.workspace = fit_intercept, np.sqrt(weights), workspace
        self.outside = Complement(self.root) if fit_intercept else None

    def errors(self, lam):
        """y minus the prediction of the fit without that row, (A, K, n), at strengths lam (A,) > 0."""
        n, p = self.design.shape
        rows = p >= n
        self.spectrum = self.workspace.spectrum(self.design, self.weights, self.factor, rows)
        sure = self.spectrum.certainty(lam) > _SURE
        small = min(n, p) <= _LARGEST and n * p <= _MOST and hasattr(self.design, "columns")
        if sure or not small:
            found, left = self._by_kernel(lam) if rows else self._by_gram(lam)
            if left.min() >= _SURE or rows or not small:
                return found
        return self._by_singular_values(lam)

    def _by_gram(self, lam):
        """Every row meets the eigenvectors once, block by block."""
        (n, p), (K, _), vectors = self.design.shape, self.Y.shape, self.spectrum.vectors
        shrink = 1.0 / (self.spectrum.values + lam[:, None])
        cross = self.design.correlate(self.Y * self.weights) @ vectors
        parts = (cross * shrink[:, None]).reshape(-1, p)  # coefficients (A K, p) in their basis
        leverage, errors = np.empty((len(lam), n)), np.empty((len(lam), K, n))
        for rows, z in self.design.products(np.ascontiguousarray(vectors.T)):
            fitted = (parts @ z).reshape(len(lam), K, -1)
            np.subtract(self.Y[:, rows], fitted, out=errors[:, :, rows])
            leverage[:, rows] = shrink @ np.square(z, out=z)
        leverage += float(self.fit_intercept)
        left = np.maximum(1.0 - self.weights * leverage, np.finfo(float).eps)
        errors /= left[:, None]
        return errors, left

    def _by_kernel(self, lam):
        """(I - H)_ii as a sum of positive terms: nothing cancels when H is near I."""
        vectors = self.spectrum.vectors  # (n, r)
        keep = 1.0 / (self.spectrum.values + lam[:, None])  # (A, r)
        dual = (((self.Y * self.root) @ vectors) * keep[:, None]) @ vectors.T  # (A, K, n)
        left = lam[:, None] * (keep @ (vectors**2).T)  # (A, n)
        fitted = 0.0
        if not self.root.all():
            fitted = (dual * self.root) @ self.workspace.outer(self.design, 1.0 / self.factor)
        return self._errors(lam[:, None, None] * dual, left, fitted), left

    def _by_singular_values(self, lam):
        """As from the kernel, and what no coefficients reach."""
        A = self.design.columns(np.arange(self.factor.size)) * self.root / np.sqrt(self.factor)[:, None]
        if self.outside:
            A = self.outside.coordinates(A)
        p, n = A.shape
        basis, values, right = linalg.svd(A.T, full_matrices=p < n <= _ROWS)
        if self.outside:
            basis = self.outside.vectors(basis)
        vectors, others = basis[:, : values.size], basis[:, values.size :]
        shrink = 1.0 / (values**2 + lam[:, None])  # (A, r)
        targets, squares = self.Y * self.root, vectors**2
        cross = targets @ vectors
        if basis.shape[1] == n:
            rest, free = (targets @ others) @ others.T, np.sum(others**2, axis=1)
        else:
            rest = targets - cross @ vectors.T
            free = 1.0 - self.fit_intercept * self.weights - squares.sum(axis=1)
            free = np.maximum(free, np.finfo(float).eps)
        residual = rest + lam[:, None, None] * ((cross * shrink[:, None]) @ vectors.T)
        fitted = 0.0
        if not self.root.all():
            coef = (cross * (shrink * values)[:, None]) @ right / np.sqrt(self.factor)
            fitted = self.design.matvec(coef.reshape(-1, p)).reshape(residual.shape)
        return self._errors(residual, free + lam[:, None] * (shrink @ squares.T), fitted)

    def _errors(self, residual, left, fitted):
        """From residuals times the root of the weights, and the shares left of them; Y - fitted without."""
        counts = self.root > 0
        root = np.where(counts, self.root, 1.0)
        return np.where(counts, residual / root / np.where(counts, left, 1.0)[:, None], self.Y - fitted)


def held_out_predictors(problem, coef, intercept, workspace):
    """z (K, n), each row predicted by one Newton step from this fit to that without it.

    With B_i = x_i H^-1 x_i' for the outputs of row i, g_i its gradient and L_i its Hessian in the
    predictor: z_i + B_i (I - L_i B_i)^-1 g_i. NaN for a row that the fit follows wherever it goes.
    """
    K = problem.n_outputs
    z = problem.predictor(coef, intercept)
    g = problem.loss.gradient(problem.y, z, problem.weights)
    d, a = problem.loss.curvature(problem.y, z, problem.weights)
    B = _influence(problem, coef, intercept, workspace)
    if K == 1:
        left = 1.0 - d * B[0, 0]
        return z + B[0, 0] * g / np.where(left > _FREE, left, np.nan)
    L = np.einsum("kn,kl->nkl", d, np.eye(K))
    if a is not None:
        L -= np.einsum("kn,ln->nkl", a, a)
    B = np.moveaxis(B, -1, 0)
    left = np.eye(K) - L @ B
    left[np.linalg.norm(left, -2, axis=(1, 2)) <= _FREE] = np.nan
    step = np.linalg.solve(left, g.T[:, :, None])
    return z + (B @ step)[:, :, 0].T


def _influence(problem, coef, intercept, workspace):
    """B (K, K, n): how far the predictor of each row moves per unit of its own gradient."""
    (K, n), p = problem.y.shape, problem.n_features
    active, hessian = hessian_at(problem, coef, intercept, workspace)
    m = active.size
    if m > _LARGEST:
        raise ValueError(
            f"cv='alo' needs a matrix of all coefficients that are not zero, {m} here, and {_LARGEST} are "
            "its limit. Use folds, or larger alphas."
        )
    half = root_of_inverse(hessian)
    outputs, features = np.divmod(active, p)
    B = np.zeros((K, K, n))
    step = max(1, _BLOCK // (K * n))
    for first in range(0, len(half), step):
        rows, z = half[first : first + step], []
        for k in range(K):
            W = np.zeros((len(rows), p))
            W[:, features[outputs == k]] = rows[:, :m][:, outputs == k]
            z.append(problem.design.matvec(W))
            if len(hessian) > m:
                z[-1] += rows[:, m + k][:, None]
        for k in range(K):
            for j in range(K):
                B[k, j] += np.einsum("rn,rn->n", z[k], z[j])
    if problem.loss.quadratic and problem.fit_intercept:
        B += 1.0  # the intercept of centred columns stands alone: its curvature is one
    return B
