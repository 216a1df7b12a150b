"""Several problems of one design, weights and loss at several strengths, each solved as `choose` says.

Where moments would lose digits, and where a search does not end, the outer loop takes over. What was taken
and what work it was is on each solution and, for those who listen, in the log.
"""

import logging
from copy import copy
from dataclasses import replace

import numpy as np

from ..moments import mean_squares
from .approach import approach
from .certificate import evaluate
from .choose import choose
from .independent import Reparametrised
from .loop import solve_path
from .rotation import solve_rotated
from .solution import Solutions, Status
from .squares.batched import BatchedPath
from .squares.moments_path import Squares, certify, solve_moments
from .squares.ridge import solve_squares
from .squares.ridge_path import solve_ridge_path

_TINY = np.finfo(float).tiny
_log = logging.getLogger("sknormreg")


def solve_paths(problems, strengths, *, workspace, tol, max_iter=None):
    """`Solutions` of `Problems` for each row of `strengths` (A, K), in the order given."""
    rows = [None] * len(strengths)
    together = _rows_together(problems, strengths)
    if together.any():
        route = choose(problems, strengths[together])
        found = _solve_together(route, problems, strengths[together], workspace, tol, max_iter)
        for a, solutions in zip(np.flatnonzero(together), found, strict=True):
            rows[a] = solutions
    rest = np.flatnonzero(~together)
    if rest.size:
        options = {"workspace": workspace, "tol": tol, "max_iter": max_iter}
        for a, solutions in zip(rest, _one_by_one(problems, strengths[rest], **options), strict=True):
            rows[a] = Solutions.gathered(solutions)
    return [_explained(problems.at(row), found) for row, found in zip(strengths, rows, strict=True)]


def solve_from(problems, starts, *, workspace, tol, max_iter=None, callback=None):
    """`Solutions` of `Problems` at their strengths, each from its start: (coef, intercept) or None."""
    strengths = problems.strengths[None]
    route = choose(problems, strengths, cold=_cold(starts[0]))
    if route.solver in _TOGETHER:
        [found] = _solve_together(route, problems, strengths, workspace, tol, max_iter)
        return _explained(problems, found)
    found = []
    for problem, alphas, start in zip(problems, strengths.T, starts, strict=True):
        if found:
            route = choose([problem], alphas[:, None], cold=_cold(start))
        found += _solve_alone(route, problem, alphas, workspace, tol, max_iter, start, callback)
    return _explained(problems, Solutions.gathered(found))


def _one_by_one(problems, strengths, **options):
    """Rows of solutions (A, K), each problem along its own path."""
    found = np.empty(strengths.shape, dtype=object)
    for k, problem in enumerate(problems):
        order = np.argsort(-strengths[:, k], kind="stable")
        alphas = strengths[order, k]
        found[order, k] = _solve_alone(choose([problem], alphas[:, None]), problem, alphas, **options)
    return found


def _cold(start):
    """Whether a start is none: zero has one intercept, whatever came before."""
    return start is None or not start[0].any()


def _rows_together(problems, strengths):
    """Which rows of `strengths` are solved for all problems at once: a mask.

    Those that charge nothing may be linear systems where the others are not.
    """
    together = np.zeros(len(strengths), dtype=bool)
    for rows in (np.ones_like(together), ~strengths.any(axis=1)):
        if rows.any() and choose(problems, strengths[rows]).solver in _TOGETHER:
            return rows
    return together


def _solve_together(route, problems, strengths, workspace, tol, max_iter):
    """`Solutions` for each row."""
    before = _before(workspace)
    options = {"workspace": workspace, "tol": tol, "max_iter": max_iter}
    found = _TOGETHER[route.solver](problems, strengths, **options)
    for solutions in found:
        solutions.route[:] = route.name
    _tell(route, problems, len(strengths), workspace, before)
    return found


def _solve_alone(route, problem, alphas, workspace, tol, max_iter, start=None, callback=None):
    """The solutions of one problem at falling alphas."""
    before = _before(workspace)
    options = {"tol": tol, "max_iter": 1000 if max_iter is None else max_iter}
    solver = _ALONE[route.solver]
    if route.basis:
        basis = Reparametrised(problem.with_alpha(float(alphas[0])))
        options |= {"start": basis.start(start), "callback": basis.report(callback)}
        path = solver(basis.problem, alphas, workspace=workspace.anew(), **options)
        found = [basis.certified(here, alpha, tol) for here, alpha in zip(path, alphas, strict=True)]
    else:
        options |= {"start": start, "callback": callback}
        found = list(solver(problem, alphas, workspace=workspace, **options))
    for solution in found:  # beside what took over
        solution.route = f"{route.name}, then {solution.route}" if solution.route else route.name
    _tell(route, [problem], len(alphas), workspace, before)
    return found


def _before(workspace):
    return copy(workspace.work) if _log.isEnabledFor(logging.DEBUG) else None


def _tell(route, problems, count, workspace, before):
    if before is not None:
        design = problems[0].design
        _log.debug(
            "%s: %d x %d, %d stored, %d problems of %d outputs at %d strengths: %s",
            route.name, *design.shape, design.X.size, len(problems), problems[0].n_outputs, count,
            workspace.work.since(before),
        )  # fmt: skip


def _systems(problems, strengths, *, workspace, tol, max_iter):
    return [solve_squares(problems.at(row), tol, max_iter, workspace) for row in strengths]


def _outer_loop(problem, alphas, **options):
    return solve_path(problem, alphas, **options)


def _approach(problem, alphas, *, start, **options):
    return approach(problem, alphas, **options)


def _rotated(problem, alphas, *, start, **options):
    return solve_rotated(problem, alphas, **options)


def _in_batches(problem, alphas, *, start, callback, workspace, tol, max_iter):
    return BatchedPath(problem, alphas, workspace, tol, max_iter).solve()


def _by_moments(problem, alphas, *, start, callback, workspace, tol, max_iter):
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
            solution = replace(next(solve_path(problem, [alpha], **options)), route="outer loop")
        yield solution


#: The solvers of `choose.ROUTES`: of all problems at rows of strengths, and of one problem at falling ones.
_TOGETHER = {"ridge path": solve_ridge_path, "linear system": _systems}
_ALONE = {
    "moments": _by_moments,
    "batches": _in_batches,
    "rotation": _rotated,
    "approach": _approach,
    "outer loop": _outer_loop,
}


def _explained(problems, solutions):
    """The same, but a status tells of squares that vanish where they made the fit fail."""
    for k in solutions.uncertified():
        solutions.status[k] = _reason(problems[k], solutions[k])
    return solutions


def _reason(problem, solution):
    """The status of a solution, or that a column without curvature in double precision failed it.

    It pulls at its coefficient, and no step can be told.
    """
    design, c = problem.design, problem.coordinates
    if solution.status is Status.MAX_ITER:
        point = evaluate(problem, solution.coef.reshape(-1), solution.intercept)
        pulls = problem.penalty.violation(point.flat, -point.correlation, c) > 0.0
    elif solution.status is Status.NOT_FINITE:
        dual = evaluate(problem, problem.null_coef(), np.zeros(problem.n_outputs)).dual
        pulls = np.abs(design.correlate(dual / (np.abs(dual).max() or 1.0))) > 0.0
    else:
        return solution.status
    vanishing = design.squares(np.arange(problem.n_features), problem.weights) < _TINY
    vanishing = vanishing & pulls.reshape(problem.shape)
    return Status.VANISHING if vanishing.any() else solution.status
