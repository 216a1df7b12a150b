"""Ridge regression at many strengths for the price of one factorisation.

Tall rows need their moments alone: G = V diag(values) V' in the scale of the factors gives every
solution, refined once on the equations. Wide rows are the linear systems of `ridge.py` with every strength
as one more target.
"""

import numpy as np
from scipy import linalg

from ...moments import mean_squares
from .moments_path import Squares, certify
from .ridge import solve_squares

_SURE = 1e-6  # smallest eigenvalue over the largest for which a Gram matrix leaves ten digits
_LARGEST = 4096  # side of a Gram matrix worth decomposing
_AT_ONCE = 1 << 24  # doubles of targets and coefficients in one block of strengths


def ridge_coefficients(gram, cross, lam, factor):
    """(coefficients (A, K, p), sure) for cross (K, p) and strengths lam (A, K); all factors > 0."""
    root = np.sqrt(factor)
    values, vectors = linalg.eigh(gram / np.outer(root, root))
    vectors = vectors / root[:, None]
    lam = lam[:, :, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        coef = ((cross @ vectors) / (values + lam)) @ vectors.T
        left = cross - coef @ gram - lam * factor * coef
        coef += ((left @ vectors) / (values + lam)) @ vectors.T
    return coef, bool(values[0] + lam.min() > _SURE * values[-1])


def solve_ridge_path(problems, strengths, *, workspace, tol, max_iter):
    """Rows of solutions, one for each row of `strengths` (A, K), of problems as for `solve_squares`."""
    first = problems[0]
    (n, p), factor = first.design.shape, first.penalty.l2_factor(first.coordinates)
    if p <= min(n, _LARGEST) and np.all(factor > 0):
        rows = _by_moments(problems, strengths, workspace, tol)
        if rows is not None:
            return rows
    if p > n and np.all(strengths > 0):
        return _as_targets(problems, strengths, workspace, tol, max_iter)
    return [solve_squares(_at(problems, row), tol, max_iter, workspace) for row in strengths]


def _at(problems, strengths):
    return [problem.with_alpha(float(a)) for problem, a in zip(problems, strengths, strict=True)]


def _by_moments(problems, strengths, workspace, tol):
    first = problems[0]
    design, weights, c = first.design, first.weights, first.coordinates
    gram = workspace.whole_gram(design, weights)
    Y = np.concatenate([problem.y for problem in problems])
    cross = design.correlate(Y * weights)
    workspace.work.passes += 1
    coef, sure = ridge_coefficients(gram, cross, strengths, first.penalty.l2_factor(c))
    if not (sure and np.isfinite(coef).all()):
        return None
    columns = []
    for k, y in enumerate(Y):
        squares = Squares(gram, cross[k], float(mean_squares(y[None, :], weights)[0]))
        columns.append(certify(squares, first.penalty, c, strengths[:, k], coef[:, k], tol))
    return list(zip(*columns, strict=True))


def _as_targets(problems, strengths, workspace, tol, max_iter):
    first, K = problems[0], len(problems)
    height = max(1, _AT_ONCE // (K * max(first.design.shape)))
    rows = []
    for start in range(0, len(strengths), height):
        block = [here for row in strengths[start : start + height] for here in _at(problems, row)]
        solutions = solve_squares(block, tol, max_iter, workspace)
        rows += [solutions[i : i + K] for i in range(0, len(solutions), K)]
    return rows
