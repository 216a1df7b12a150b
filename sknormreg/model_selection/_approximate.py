"""Scores of leave-one-out predictions along a path, for ``cv="alo"``."""

from copy import copy

import numpy as np
from sklearn.base import is_classifier
from sklearn.metrics import accuracy_score, mean_squared_error

from ..solvers.leave_one_out import held_out_predictors
from ..solvers.workspace import Workspace
from ._path_scoring import built_in


def score_left_out(model, path, task, y, scorer, params):
    """(scores (A,), standard errors (A,)) of predicting each sample from all others."""
    scores, errors = [], []
    mean_of = built_in(scorer, model) or (None, 1)
    for place, alpha in enumerate(path.alphas):
        z = _predictors(path, task, place, float(alpha))
        z += np.reshape(task.target_mean, (-1, 1))
        known = knows(model, z)
        scores.append(scorer(known, z.T, y, **params))
        errors.append(_standard_error(mean_of[0], known.predict(z.T), y, task.samples))
    return np.array(scores, dtype=float), np.array(errors)


def _predictors(path, task, place, alpha):
    problems = task.at(np.full(len(task.problems), alpha))
    solutions = path._rows[place]
    return np.concatenate(
        [
            held_out_predictors(problem, solution.coef, solution.intercept, Workspace())
            for problem, solution in zip(problems, solutions, strict=True)
        ]
    )


def knows(model, z):
    """A fitted model whose linear predictor is its input: any scorer can ask it for all it wants."""
    known, K = copy(model), len(z)
    known.coef_ = np.eye(K) if K > 1 or is_classifier(model) else np.ones(1)
    known.intercept_ = np.zeros(K) if K > 1 or is_classifier(model) else 0.0
    known.n_features_in_ = K
    if hasattr(known, "feature_names_in_"):
        del known.feature_names_in_
    return known


def _standard_error(function, predicted, y, weights):
    """Of the weighted mean over samples; NaN for scores that are no such means."""
    if function is mean_squared_error:
        terms = np.reshape((predicted - y) ** 2, (len(y), -1)).mean(axis=1)
    elif function is accuracy_score:
        terms = (predicted == y).astype(float)
    else:
        return np.nan
    spread = weights @ (terms - weights @ terms) ** 2
    return np.sqrt(spread * np.sum(weights**2) / (1.0 - np.sum(weights**2)))
