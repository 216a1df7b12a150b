"""The strength from which on a penalty leaves nothing but what it does not charge."""

from dataclasses import replace

import numpy as np

from ..diagnosis.freedom import freedom_range
from ..penalties import Coordinates
from ..penalties._base import pull
from ..solvers.certificate import evaluate
from ..solvers.loop import solve

_EPS = float(np.finfo(float).eps)
_ROUNDING = 1.0 + 8 * _EPS  # of the gradient: at exactly its largest entry one might enter


def largest_alpha(task):
    """The smallest alpha of the estimator's at which every penalised coefficient of a `Task` is zero.

    Or at the value within its bounds that is nearest to zero.
    """
    return path_start(task)[0]


def alphas_by_freedom(task):
    """(largest, smallest) alpha of an L2 norm between which nearly all of its degrees of freedom go."""
    ranges = [freedom_range(task.problems[k], task.workspace) for k in range(_distinct(task))]
    largest, smallest = zip(*ranges, strict=True)
    return max(largest) * task.alpha_unit, min(smallest) * task.alpha_unit


def _distinct(task):
    """How many problems have a Hessian of their own: targets of squared loss share one."""
    return 1 if task.problems.loss.quadratic else len(task.problems)


def path_start(task):
    """(that alpha, None), or where nothing explains any target: (that alpha, one above all rounding).

    Nothing does where the gradient of every penalised column is rounding, in its own units.
    """
    means = np.broadcast_to(task.target_mean, len(task.problems))
    with np.errstate(over="ignore", invalid="ignore"):
        starts = [_start(*pair) for pair in zip(task.problems, means, strict=True)]
    largest, noise = zip(*starts, strict=True)
    unit = task.alpha_unit * _ROUNDING
    return max(largest) * unit, None if None in noise else max(noise) * unit


def _start(problem, mean):
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
    largest = float(problem.penalty.alpha_max(gradient, c)) + 0.0  # not -0.0
    noise = _noise(problem, mean)
    if np.any(pull(gradient, c) > noise):
        return largest, None
    infinite = np.full(c.factor.size, np.inf)
    everywhere = Coordinates(c.factor, -infinite, infinite)
    return largest, float(problem.penalty.alpha_max(np.where(gradient == 0.0, 0.0, noise), everywhere))


def _noise(problem, mean):
    """How large each entry of the gradient at the null point is by rounding, of it and of the target."""
    features = np.arange(problem.n_features)
    squares = np.maximum(problem.design.squares(features, problem.weights), 0.0)
    size = 16.0 * np.sqrt(2.0 * problem.null_loss) + np.abs(mean)
    noise = _EPS * np.sqrt(squares) * size
    return np.tile(np.where(np.isfinite(noise), noise, 0.0), problem.n_outputs)
