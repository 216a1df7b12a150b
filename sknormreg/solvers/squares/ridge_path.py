"""Ridge regression at many strengths for the price of one decomposition.

Every strength of a target is one more system of the same spectrum (`spectrum.py`). All of them are solved,
corrected once and certified on the equations of the smaller side; on the rows, as single fits are, where
those would lose digits.
"""

from dataclasses import replace

import numpy as np

from .equations import SURE, solve_equations
from .ridge import certify, make_system, solve_squares
from .spectrum import of_features

_AT_ONCE = 1 << 24  # doubles of targets and coefficients in one block of strengths


def ridge_coefficients(gram, cross, lam, factor):
    """(coefficients (A, K, p), sure) for cross (K, p) and strengths lam (A, K); all factors > 0."""
    spectrum, (A, K) = of_features(gram, factor), lam.shape
    lam, cross = lam.ravel(), np.tile(cross, (A, 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        coef = spectrum.solve(cross, lam)
        coef += spectrum.solve(cross - coef @ gram - lam[:, None] * factor * coef, lam)
    return coef.reshape(A, K, -1), spectrum.certainty(lam) > SURE


def solve_ridge_path(problems, strengths, *, workspace, tol, max_iter):
    """`Solutions` for each row of `strengths` (A, K), of problems as for `solve_squares`."""
    design = problems.design
    if np.all(problems.penalty.l2_factor(problems.coordinates) > 0):
        found = _on_equations(problems, strengths, workspace, tol)
        if found is not None:
            return found
    if design.shape[1] > design.shape[0] and np.all(strengths > 0):
        return _as_targets(problems, strengths, workspace, tol, max_iter)
    return [solve_squares(problems.at(row), tol, max_iter, workspace) for row in strengths]


def _on_equations(problems, strengths, workspace, tol):
    (A, K), lam = strengths.shape, strengths.ravel()
    factor = problems.penalty.l2_factor(problems.coordinates)
    system = make_system(problems.design, problems.weights, lam, factor, workspace)
    found = None
    if system is not None:
        found = solve_equations(system, problems.Y, np.tile(np.arange(K), A), exact=False)
    if found is None:
        return None
    workspace.work.passes += 1
    solutions = certify(problems, found, tol)
    return [solutions.part(slice(a * K, (a + 1) * K)) for a in range(A)]


def _as_targets(problems, strengths, workspace, tol, max_iter):
    """Every strength as one more target, in blocks."""
    K, rows = len(problems), []
    height = max(1, _AT_ONCE // (K * max(problems.design.shape)))
    for first in range(0, len(strengths), height):
        some = strengths[first : first + height]
        targets = np.tile(problems.targets, (len(some), 1, 1))
        solutions = solve_squares(
            replace(problems, targets=targets).at(some.ravel()), tol, max_iter, workspace
        )
        rows += [solutions.part(slice(a * K, (a + 1) * K)) for a in range(len(some))]
    return rows
