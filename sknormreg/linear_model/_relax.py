"""Models of a path, each blended with least squares on its own features."""

from copy import copy

import numpy as np
from sklearn.base import clone

from ..solvers.relaxed import refit_on_support
from ._base import store


def relaxed(estimator, models, X, y, gammas, sample_weight=None):
    """A list of models for each of `models`, fitted by `estimator` to the same data: one for each gamma.

    Their `dual_gap_` and `n_iter_` are those of the penalised fit.
    """
    task = clone(estimator)._task(X, y, sample_weight)
    coefs = np.array([np.atleast_2d(model.coef_) for model in models], dtype=np.float64)  # (A, K, p)
    refitted = np.empty_like(coefs)
    for k, problem in enumerate(task.problems):
        cross = problem.design.correlate(problem.y * problem.weights)[0]
        yy = float((problem.y * problem.y)[0] @ problem.weights)
        refitted[:, k] = refit_on_support(
            _gram_of(task), cross, coefs[:, k], problem.coordinates, yy, task.workspace.work
        )
    return [
        [_blended(model, task.attributes(coef, np.zeros(len(coef))), gamma) for gamma in gammas]
        for model, coef in zip(models, refitted, strict=True)
    ]


def _gram_of(task):
    problem, workspace = task.problems[0], task.workspace

    def gram_of(features):
        workspace.members = features
        return workspace.gram(problem.design, problem.weights)

    return gram_of


def _blended(model, refitted, gamma):
    made = copy(model)
    parts = {name: gamma * getattr(model, name) + (1.0 - gamma) * refitted[name] for name in refitted}
    store(made, parts)
    return made
