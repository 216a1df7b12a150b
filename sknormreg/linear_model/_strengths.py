"""The strength from which on a penalty leaves nothing but what it does not charge."""

from dataclasses import replace

import numpy as np

from ..penalties import L1, Coordinates
from ..solvers.certificate import evaluate
from ..solvers.path import solve

# of the gradient: at exactly its largest entry one might enter
_ROUNDING = 1.0 + 8 * float(np.finfo(float).eps)


def largest_alpha(task, smooth=None):
    """The smallest alpha of the estimator's at which every penalised coefficient of a `Task` is zero.

    Or at the value within its bounds that is nearest to zero. With `smooth`, a penalty that never gets
    there is taken to have that share of an L1 norm.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        largest = max(_largest(problem, smooth) for problem in task.problems)
    return largest * task.alpha_unit * _ROUNDING


def _largest(problem, smooth):
    c = problem.coordinates
    null = np.clip(0.0, c.low, c.high)
    intercept = np.zeros(problem.n_outputs)
    if c.unpenalised.any():
        fixed = Coordinates(
            c.factor, np.where(c.unpenalised, c.low, null), np.where(c.unpenalised, c.high, null)
        )
        found = solve(replace(problem.with_alpha(1.0), coordinates=fixed))
        null, intercept = found.coef.reshape(-1), found.intercept
    gradient = -evaluate(problem, null, intercept).correlation
    gradient[c.unpenalised] = 0.0
    alpha = problem.penalty.alpha_max(gradient, c)
    if np.isinf(alpha) and smooth is not None:
        alpha = L1().alpha_max(gradient, c) / smooth
    return float(alpha) + 0.0  # not -0.0
