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

from .model import weighted_gram
from .ridge import is_linear_system

_LARGEST = 5000  # side of a matrix worth decomposing


def degrees_of_freedom(problem, points, workspace):
    """One for each of `points`, triples (alpha, coef (K, p), intercept (K,)) of the problem."""
    if points and is_linear_system([problem.with_alpha(points[0][0])]) and _small(problem):
        values = _spectrum(problem, workspace)
        return [_of_ridge(values, alpha) for alpha, *_ in points]
    return [_of_point(problem.with_alpha(alpha), *found, workspace) for alpha, *found in points]


def _small(problem):
    factor = problem.coordinates.factor
    return min(problem.design.shape) <= _LARGEST and bool(np.all(factor > 0))


def _spectrum(problem, workspace):
    """Eigenvalues of the Gram matrix in the scale of the factors, from its smaller side."""
    design, weights, factor = problem.design, problem.weights, problem.coordinates.factor
    n, p = design.shape
    if p <= n:
        root = np.sqrt(factor)
        matrix = workspace.whole_gram(design, weights) / np.outer(root, root)
    else:
        root = np.sqrt(weights)
        matrix = workspace.outer(design, 1.0 / factor) * np.outer(root, root)
    values = linalg.eigvalsh(matrix)
    return values[values > matrix.shape[0] * np.finfo(float).eps * values.max(initial=0.0)]


def _of_ridge(values, alpha):
    return float(np.sum(values / (values + alpha)))


def _of_point(problem, coef, intercept, workspace):
    c, penalty, flat = problem.coordinates, problem.penalty, coef.reshape(-1)
    active = np.flatnonzero(penalty.active(flat, c))
    added = np.broadcast_to(penalty.smooth(flat, c)[1], flat.shape)[active]
    shifts = _floating(problem, active, added).size  # which are no freedom
    if not added.any():
        return float(active.size - shifts)
    _, hessian = hessian_at(problem, coef, intercept, workspace)
    bound = added @ np.diagonal(linalg.inv(hessian))[: active.size]
    return float(active.size - shifts - bound)


def hessian_at(problem, coef, intercept, workspace):
    """(active coordinates, Hessian of loss and penalty over them).

    Behind them stand the intercepts, unless the loss is quadratic: those are decoupled.
    """
    c, penalty, flat = problem.coordinates, problem.penalty, coef.reshape(-1)
    active = np.flatnonzero(penalty.active(flat, c))
    added = np.broadcast_to(penalty.smooth(flat, c)[1], flat.shape)[active]
    workspace.members = active
    if problem.loss.quadratic:
        hessian = workspace.gram(problem.design, problem.weights).copy()
    else:
        z = problem.predictor(coef, intercept)
        curvature = problem.loss.curvature(problem.y, z, problem.weights)
        hessian = weighted_gram(problem, workspace, *curvature, _floating(problem, active, added))
    own = np.arange(active.size)
    hessian[own, own] += added
    return active, hessian


def _floating(problem, active, added):
    """Features of a softmax whose coefficients may all move by a constant, for all that a fit can tell.

    They are all free to move, and the penalty has no curvature there.
    """
    if not problem.loss.shift_invariant:
        return problem.floating
    features, counts = np.unique(active[added == 0.0] % problem.n_features, return_counts=True)
    return features[counts == problem.n_outputs]
