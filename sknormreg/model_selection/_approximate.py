"""Scores of leave-one-out predictions along a path, for ``cv="alo"`` and ridge."""

from copy import copy

import numpy as np
from sklearn.base import is_classifier
from sklearn.metrics import accuracy_score, log_loss, mean_squared_error

from ..diagnosis.leave_one_out import RidgeLeaveOneOut, held_out_predictors
from ..solvers.choose import is_linear_system
from ._all_classes import all_classes, told
from ._path_scoring import built_in


def score_left_out(model, path, task, y, scorer, params):
    """(scores (A,), standard errors (A,)) of predicting each sample from all others.

    NaN where some sample has no prediction.
    """
    check_several(task.weights)
    scores, errors = [], []
    mean_of = built_in(scorer, model) or (None, 1)
    scorer = told(scorer, all_classes(y) if is_classifier(model) else None)
    for z in _predictors(path, task):
        z = z + np.reshape(task.target_mean, (-1, 1))
        known, score, error = knows(model, z), np.nan, np.nan
        if np.isfinite(z).all():
            score = scorer(known, z.T, y, **params)
            error = _standard_error(mean_of[0], known, z.T, y, task.samples)
        scores.append(score)
        errors.append(error)
    return np.array(scores, dtype=float), np.array(errors)


def check_several(weights):
    """Raise where there is nothing to learn from without some sample."""
    count = np.count_nonzero(weights)
    if count < 2:
        raise ValueError(
            f"Leave-one-out needs at least 2 samples with a positive weight, got n_samples={count}."
        )


def _predictors(path, task):
    """(K, n) at each alpha: exact where that is a linear system."""
    exact = exact_errors(task, path.alphas) if np.all(path.alphas > 0) else None
    if exact is not None:
        yield from task.targets - exact
        return
    for alpha, solutions in zip(path.alphas, path._rows, strict=True):
        problems = task.at(np.full(len(task.problems), float(alpha)))
        yield np.concatenate(
            [
                held_out_predictors(problem, solution.coef, solution.intercept, task.workspace)
                for problem, solution in zip(problems, solutions, strict=True)
            ]
        )


def exact_errors(task, alphas):
    """y minus the prediction by a fit without that sample (A, K, n); None where it is no linear system."""
    problem = task.problems[0]
    factor = problem.penalty.l2_factor(problem.coordinates)
    if not (is_linear_system(task.at(np.ones(len(task.problems)))) and np.all(factor > 0)):
        return None
    fitted = problem.design, task.targets, task.weights, factor, problem.fit_intercept
    return RidgeLeaveOneOut(*fitted, task.workspace).errors(task.strengths(alphas))


def knows(model, z):
    """A fitted model whose linear predictor is its input: any scorer can ask it for all it wants."""
    known, K = copy(model), len(z)
    known.coef_ = np.eye(K) if K > 1 or is_classifier(model) else np.ones(1)
    known.intercept_ = np.zeros(K) if K > 1 or is_classifier(model) else 0.0
    known.n_features_in_ = K
    if hasattr(known, "feature_names_in_"):
        del known.feature_names_in_
    return known


def _standard_error(function, model, z, y, weights):
    """Of the weighted mean over samples; NaN for scores that are no such means."""
    if function is log_loss:
        terms = -model.predict_log_proba(z)[np.arange(len(y)), np.searchsorted(model.classes_, y)]
        terms = terms.clip(max=-np.log(np.finfo(np.float64).eps))  # as the loss has them
    elif function in (mean_squared_error, accuracy_score):
        predicted, y = (np.reshape(values, (len(y), -1)) for values in (model.predict(z), y))
        right = function is accuracy_score
        terms = (predicted == y).all(axis=1) * 1.0 if right else ((predicted - y) ** 2).mean(axis=1)
    else:
        return np.nan
    size = terms.max() or 1.0  # squares of what are squares themselves might overflow
    terms = terms / size
    spread = weights @ (terms - weights @ terms) ** 2
    return size * np.sqrt(spread * np.sum(weights**2) / (1.0 - np.sum(weights**2)))
