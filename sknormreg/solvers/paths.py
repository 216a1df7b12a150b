"""Several problems of one design, weights and loss at several strengths: which solver does which.

| problems                                    | solver                                       |
|---------------------------------------------|----------------------------------------------|
| squared loss, L2 or no penalty, no bounds   | the linear systems, factorised once          |
| squared loss, L1 and L2 parts, p small or <= n | the moments: X is not read again          |
| squared loss, L1 and L2 parts, wide         | working sets, several strengths a pass over X |
| other loss, L2, wide, no bounds             | rotated once, then the outer loop            |
| all others                                  | the outer loop, the strongest penalty first  |

Where moments would lose digits, and where a search does not end, the outer loop takes over.
"""

from dataclasses import replace

import numpy as np

from ..moments import mean_squares
from .certificate import evaluate
from .choose import rotates
from .independent import with_basis
from .loop import solve, solve_path
from .rotation import solve_rotated
from .solution import Status
from .squares.batched import BatchedPath
from .squares.moments_path import Squares, certify, solve_moments
from .squares.ridge import is_linear_system, solve_squares
from .squares.ridge_path import solve_ridge_path

_TINY = np.finfo(float).tiny
_SMALL = 512  # features from which on the whole Gram matrix has to be worth it
_LARGE = 4096  # and from which on it never is


def solve_paths(problems, strengths, *, workspace, tol, max_iter=None):
    """A list of solutions, one per problem, for each row of `strengths` (A, K), in the order given."""
    _share(problems)
    found = np.empty(strengths.shape, dtype=object)
    linear = np.array([is_linear_system(_at(problems, row)) for row in strengths])
    if linear.any():
        found[linear] = solve_ridge_path(
            problems, strengths[linear], workspace=workspace, tol=tol, max_iter=max_iter
        )
    rest = np.flatnonzero(~linear)
    max_iter = 1000 if max_iter is None else max_iter
    for k, problem in enumerate(problems):
        order = rest[np.argsort(-strengths[rest, k], kind="stable")]
        if order.size:
            options = {"tol": tol, "max_iter": max_iter, "workspace": workspace}
            for a, solution in zip(order, _solve(problem, strengths[order, k], **options), strict=True):
                found[a, k] = solution
    return [
        [_explained(*pair) for pair in zip(_at(problems, row), solutions, strict=True)]
        for row, solutions in zip(strengths, found, strict=True)
    ]


def solve_from(problems, starts, *, workspace, tol, max_iter=None, callback=None):
    """One solution per problem, each at its own strength and from its start: (coef, intercept) or None."""
    _share(problems)
    if is_linear_system(problems):
        found = solve_squares(problems, tol, max_iter, workspace)
    else:
        options = {"workspace": workspace, "tol": tol, "max_iter": 1000 if max_iter is None else max_iter}
        found = [
            _solve_one(problem, start, callback=callback, **options)
            for problem, start in zip(problems, starts, strict=True)
        ]
    return [_explained(*pair) for pair in zip(problems, found, strict=True)]


def _share(problems):
    for problem in problems[1:]:
        problem.share(problems[0])


def _explained(problem, solution):
    """The same solution, but its status tells of squares that vanish where they made the fit fail.

    A column without curvature in double precision pulls at its coefficient, and no step can be told.
    """
    design, c = problem.design, problem.coordinates
    if solution.status is Status.MAX_ITER:
        point = evaluate(problem, solution.coef.reshape(-1), solution.intercept)
        pulls = problem.penalty.violation(point.flat, -point.correlation, c) > 0.0
    elif solution.status is Status.NOT_FINITE:
        dual = evaluate(problem, problem.null_coef(), np.zeros(problem.n_outputs)).dual
        pulls = np.abs(design.correlate(dual / (np.abs(dual).max() or 1.0))) > 0.0
    else:
        return solution
    vanishing = design.squares(np.arange(problem.n_features), problem.weights) < _TINY
    vanishing = vanishing & pulls.reshape(problem.shape)
    return replace(solution, status=Status.VANISHING) if vanishing.any() else solution


def _solve_one(problem, start, *, workspace, tol, max_iter, callback):
    options = {"tol": tol, "max_iter": max_iter}
    if rotates(problem):
        return next(solve_rotated(problem, [problem.penalty.alpha], callback=callback, **options))
    basis = with_basis(problem)
    if basis is None:
        return solve(problem, start=start, workspace=workspace, callback=callback, **options)
    found = solve(
        basis.problem,
        start=basis.start(start),
        workspace=workspace.anew(),
        callback=basis.report(callback),
        **options,
    )
    return basis.certified(found, problem.penalty.alpha, tol)


def _at(problems, strengths):
    return [problem.with_alpha(float(a)) for problem, a in zip(problems, strengths, strict=True)]


def _solve(problem, alphas, *, workspace, tol, max_iter):
    """The solutions of one problem at falling alphas."""
    basis = with_basis(problem.with_alpha(alphas[0]))
    if basis is not None:
        options = {"workspace": workspace.anew(), "tol": tol, "max_iter": max_iter}
        path = _solve_independent(basis.problem, alphas, **options)
        return (basis.certified(found, alpha, tol) for found, alpha in zip(path, alphas, strict=True))
    return _solve_independent(problem, alphas, workspace=workspace, tol=tol, max_iter=max_iter)


def _solve_independent(problem, alphas, *, workspace, tol, max_iter):
    several = alphas.size > 1 and alphas[-1] > 0.0
    if several and problem.loss.quadratic and problem.penalty.l1_and_l2(problem.coordinates) is not None:
        if _moments_pay(problem, alphas.size):
            return _by_moments(problem, alphas, workspace, tol, max_iter)
        return BatchedPath(problem, alphas, workspace, tol, max_iter).solve()
    if rotates(problem.with_alpha(alphas[0])):
        return solve_rotated(problem, alphas, tol=tol, max_iter=max_iter)
    return solve_path(problem, alphas, workspace=workspace, tol=tol, max_iter=max_iter)


def _moments_pay(problem, count):
    n, p = problem.design.shape
    return p <= _SMALL or (p <= min(n, _LARGE) and count >= 10)


def _by_moments(problem, alphas, workspace, tol, max_iter):
    design, weights = problem.design, problem.weights
    squares = Squares(
        workspace.whole_gram(design, weights),
        design.correlate(problem.y * weights)[0],
        float(mean_squares(problem.y, weights)[0]),
    )
    workspace.work.passes += 1
    found, certain = solve_moments(squares, problem.penalty, problem.coordinates, alphas, workspace.work)
    solutions = []
    if certain and np.isfinite(found).all():
        sure = alphas[:certain], found[:certain]
        solutions = certify(squares, problem.penalty, problem.coordinates, *sure, tol)
    for a, alpha in enumerate(alphas):
        solution = solutions[a] if a < len(solutions) else None
        if solution is None or solution.status is not Status.CONVERGED:
            start = (found[a][None, :], np.zeros(1)) if a < len(found) else None
            options = {"start": start, "workspace": workspace, "tol": tol, "max_iter": max_iter}
            solution = next(solve_path(problem, [alpha], **options))
        yield solution
