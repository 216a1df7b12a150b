"""Several problems of one design, weights and loss at several strengths: which solver does which."""

import numpy as np

from .path import solve_path
from .ridge import is_linear_system, solve_squares
from .rotation import rotates, solve_rotated


def solve_paths(problems, strengths, *, workspace, tol, max_iter=None):
    """A list of solutions, one per problem, for each row of `strengths` (A, K), in the order given.

    | problems                             | solver                                                  |
    |--------------------------------------|---------------------------------------------------------|
    | L2 or no penalty, squared, no bounds | the linear systems                                      |
    | wide, L2, another loss, no bounds    | rotated once, then the outer loop                       |
    | all others                           | the outer loop, from the strongest penalty to the weakest |
    """
    found = np.empty(strengths.shape, dtype=object)
    linear = np.zeros(len(strengths), dtype=bool)
    for a, row in enumerate(strengths):
        here = _at(problems, row)
        linear[a] = is_linear_system(here)
        if linear[a]:
            found[a] = solve_squares(here, tol, max_iter)
    rest = np.flatnonzero(~linear)
    options = {"tol": tol, "max_iter": 1000 if max_iter is None else max_iter}
    for k, problem in enumerate(problems):
        order = rest[np.argsort(-strengths[rest, k], kind="stable")]
        if order.size == 0:
            continue
        if rotates(problem.with_alpha(strengths[order[0], k])):
            path = solve_rotated(problem, strengths[order, k], **options)
        else:
            path = solve_path(problem, strengths[order, k], workspace=workspace, **options)
        for a, solution in zip(order, path, strict=True):
            found[a, k] = solution
    return found.tolist()


def _at(problems, strengths):
    return [problem.with_alpha(float(a)) for problem, a in zip(problems, strengths, strict=True)]
