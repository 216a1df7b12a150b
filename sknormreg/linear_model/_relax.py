"""Models of a path, each blended with a fit without penalty on its own features."""

from copy import copy

import numpy as np

from ..diagnosis.relaxed import refitted
from ..solvers.solution import Solutions, Status
from ._base import store


def relaxed(task, models, gammas):
    """For each of `models`, fitted to a `Task`, a list of models: one for each gamma.

    Their `dual_gap_` and `n_iter_` are those of the penalised fit. In the second list returned are the
    models whose refit has no finite minimiser, because their features separate the classes: what it
    returns only shows a direction.
    """
    first, shape = models[0], task.problems[0].shape
    coefs = np.array([np.reshape(model.coef_, (-1, *shape)) for model in models], dtype=np.float64)
    options = {"tol": first.tol, "max_iter": first.max_iter}
    with np.errstate(over="ignore", invalid="ignore"):
        columns = [refitted(problem, coefs[:, k], **options) for k, problem in enumerate(task.problems)]
    found, unbounded = [], []
    for model, solutions in zip(models, zip(*columns, strict=True), strict=True):
        solutions = Solutions.gathered(solutions)
        endless = solutions.status == Status.NO_MINIMISER
        doubtful = solutions.doubtful(np.zeros(len(solutions)))
        first._warn([pair for pair in doubtful if pair[0].status is not Status.NO_MINIMISER])
        parts = task.attributes(solutions.coef, solutions.intercept)
        found.append([_blended(model, parts, gamma) for gamma in gammas])
        unbounded.append(bool(endless.any()))
    return found, unbounded


def _blended(model, refit, gamma):
    made = copy(model)
    store(made, {name: gamma * getattr(model, name) + (1.0 - gamma) * refit[name] for name in refit})
    return made
