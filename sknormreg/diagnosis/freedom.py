"""Effective degrees of freedom of a fit: how much its predictions follow the target.

    df = tr (H_A + P_A)^-1 H_A

with H the Hessian of the loss, P that of the penalty, over the coefficients A that are free to move: not
at a kink and not at a bound. It is the number of non-zero coefficients for the lasso (Zou, Hastie and
Tibshirani, Ann. Stat. 35 (2007), theorem 1), sum_j d_j^2 / (d_j^2 + lam) for ridge (Hastie, Tibshirani and
Friedman, The Elements of Statistical Learning, eq. 3.50), and what Tibshirani and Taylor (Ann. Stat. 40
(2012), eq. 19) derive for the elastic net. Intercepts are not counted.
"""

import numpy as np
from scipy import linalg
from scipy.optimize import brentq

from ..penalties._base import add_curvature
from ..problem import Problems
from ..solvers.build import weighted_gram
from ..solvers.choose import is_linear_system
from ..triangular import solve_triangular
from ..unpenalised import cholesky

_LARGEST = 5000  # side of a matrix worth decomposing


def degrees_of_freedom(problem, points, workspace):
    """One for each of `points`, triples (alpha, coef (K, p), intercept (K,)) of the problem."""
    if points and is_linear_system(Problems.alone(problem).at(points[0][0])) and _small(problem):
        factor = problem.penalty.l2_factor(problem.coordinates)
        values = _spectrum(problem, workspace, factor) if points[0][0] > 0 else None
        return [
            _of_ridge(values, alpha) if alpha > 0 else _rank(problem, workspace) for alpha, *_ in points
        ]
    return [_of_point(problem.with_alpha(alpha), *found, workspace) for alpha, *found in points]


def freedom_range(problem, workspace):
    """(largest, smallest) strength of an L2 penalty: those of 1 % and 99 % of the degrees of freedom.

    Bounds do not count, nor do the fixed ones of unpenalised columns. The Hessian is taken to be the Gram
    matrix times the mean curvature where all coefficients are zero, as it is for squared loss. The smallest
    is no less than 1e-8 of the largest eigenvalue: from there on it is least squares to rounding. Of a
    matrix too large to decompose the mean eigenvalue m tells: 100 m, where at most 1 % is left, to 1e-4 m.
    """
    curvatures, values = _null_curvatures(problem), np.zeros(0)
    n, p = problem.design.shape
    factor = problem.penalty.l2_factor(problem.coordinates)[:p]
    if min(n, p) <= _LARGEST:
        values = np.outer(curvatures, _spectrum(problem, workspace, factor)).ravel()
    if values.size == 0:  # too large, or the unpenalised columns explain all others to rounding
        charged = np.flatnonzero(factor)
        squares = problem.design.squares(charged, problem.weights) / factor[charged]
        mean = curvatures.max() * squares.sum() / min(n, charged.size)
        return 100.0 * mean, 1e-4 * mean

    def strength(share):
        low, high = np.log(values.min() * (1.0 / share - 1.0)), np.log(values.sum() / (share * values.size))
        return np.exp(
            brentq(lambda t: _of_ridge(values, np.exp(t)) - share * values.size, low - 1e-6, high + 1e-6)
        )

    largest = strength(0.01)
    floor = np.sqrt(np.finfo(float).eps) * min(largest, values.max())
    return largest, max(strength(0.99), floor)


def _null_curvatures(problem):
    """Eigenvalues of the mean Hessian in the outputs, where all coefficients are zero."""
    z = problem.predictor(problem.null_coef().reshape(problem.shape), np.zeros(problem.n_outputs))
    z += problem.best_intercept(z)[:, None]
    d, a = problem.loss.curvature(problem.y, z, problem.weights)
    hessian = np.diag(d.sum(axis=1))
    if a is not None:
        hessian -= a @ a.T
    values = linalg.eigvalsh(hessian)
    return values[values > len(values) * np.finfo(float).eps * values.max()]


def _small(problem):
    return min(problem.design.shape) <= _LARGEST and not problem.coordinates.unpenalised.any()


def _rank(problem, workspace):
    """Of the columns, each in its own units."""
    squares = problem.design.squares(np.arange(problem.n_features), problem.weights)
    return float(_spectrum(problem, workspace, np.where(squares > 0, squares, 1.0)).size)


def _spectrum(problem, workspace, factor):
    """Eigenvalues of the Gram matrix in the scale of the factors, from its smaller side.

    Of the penalised columns, less what the unpenalised ones explain of them.
    """
    design, weights = problem.design, problem.weights
    n, p = design.shape
    free = factor == 0.0
    if problem.loss.quadratic and not free.any():
        values = workspace.spectrum(design, weights, factor, p > n).values
        return values[values > min(n, p) * np.finfo(float).eps * values.max(initial=0.0)]
    if p <= n:
        whole = workspace.whole_gram if problem.loss.quadratic else _gram
        gram, root = whole(design, weights), np.sqrt(factor[~free])
        matrix = (_given(gram, free) if free.any() else gram) / root / root[:, None]
        size = np.max(np.diagonal(gram)[~free] / factor[~free], initial=0.0)
    else:
        pairs = np.sqrt(weights) * np.sqrt(weights)[:, None]
        matrix = workspace.outer(design, np.where(free, 0.0, 1.0 / np.where(free, 1.0, factor))) * pairs
        size = np.max(np.diagonal(matrix))
        if free.any():
            squares = design.squares(np.arange(p), weights)
            unit = np.where(free & (squares > 0), 1.0 / np.where(squares > 0, squares, 1.0), 0.0)
            inside = design.outer(unit)
            values, basis = linalg.eigh(inside * pairs)
            basis = basis[:, values > n * np.finfo(float).eps * values[-1]]
            matrix = matrix - basis @ (basis.T @ matrix)
            matrix = matrix - (matrix @ basis) @ basis.T
    values = linalg.eigvalsh(matrix)
    return values[values > matrix.shape[0] * np.finfo(float).eps * max(size, values.max(initial=0.0))]


def _gram(design, weights):
    return design.gram(np.arange(design.shape[1]), weights)


def _given(gram, free):
    """The Gram matrix of the other columns, once the free ones are taken out of them."""
    root = np.sqrt(np.diagonal(gram)[free])
    root[root == 0.0] = 1.0
    inside = gram[np.ix_(free, free)] / root / root[:, None]
    across = gram[np.ix_(free, ~free)] / root[:, None]
    return gram[np.ix_(~free, ~free)] - across.T @ linalg.lstsq(inside, across, lapack_driver="gelsd")[0]


def _of_ridge(values, alpha):
    return float(np.sum(values / (values + alpha)))


def _of_point(problem, coef, intercept, workspace):
    c, penalty, flat = problem.coordinates, problem.penalty, coef.reshape(-1)
    active = np.flatnonzero(penalty.active(flat, c))
    _, added = penalty.slope_and_curvature(flat, c, active)
    shifts = _floating(problem, active, added).size  # which are no freedom
    if not added.any():
        return float(active.size - shifts)
    _, hessian = hessian_at(problem, coef, intercept, workspace)
    root = root_of_inverse(hessian)
    rank = len(root) - (len(hessian) - active.size)  # of the coefficients: intercepts are not counted
    root = root[:, : active.size]
    bound = np.sum((root @ added) * root) if added.ndim == 2 else np.sum(root * root * added)
    return float(rank - shifts - bound)


def hessian_at(problem, coef, intercept, workspace):
    """(active coordinates, Hessian of loss and penalty over them).

    Behind them stand the intercepts, unless the loss is quadratic: those are decoupled.
    """
    c, penalty, flat = problem.coordinates, problem.penalty, coef.reshape(-1)
    active = np.flatnonzero(penalty.active(flat, c))
    _, added = penalty.slope_and_curvature(flat, c, active)
    workspace.members = active
    if problem.loss.quadratic:
        hessian = workspace.gram(problem.design, problem.weights).copy()
    else:
        z = problem.predictor(coef, intercept)
        curvature = problem.loss.curvature(problem.y, z, problem.weights)
        hessian = weighted_gram(problem, workspace, *curvature, _floating(problem, active, added))
    add_curvature(hessian, added)
    return active, hessian


def _floating(problem, active, added):
    """Features of a softmax whose coefficients may all move by a constant, for all that a fit can tell.

    They are all free to move, and the penalty has no curvature there.
    """
    if not problem.loss.shift_invariant:
        return problem.floating
    diagonal = np.diagonal(added) if added.ndim == 2 else added
    features, counts = np.unique(active[diagonal == 0.0] % problem.n_features, return_counts=True)
    return features[counts == problem.n_outputs]


def root_of_inverse(hessian):
    """T with T'T the inverse, or the pseudo-inverse in the scale of each coordinate."""
    if hessian.size == 0:  # older versions of SciPy refuse
        return hessian
    scale = np.sqrt(np.maximum(np.diagonal(hessian), 0.0))
    scale[scale == 0.0] = 1.0
    rounding = len(hessian) * np.finfo(float).eps
    found = cholesky(hessian, 10 * rounding)
    if found is not None:
        return solve_triangular(found[0], np.diag(1.0 / scale), lower=True, overwrite_b=True)
    values, vectors = linalg.eigh(hessian / scale / scale[:, None])
    kept = values > rounding * values[-1]
    return (vectors[:, kept] / np.sqrt(values[kept])).T / scale
