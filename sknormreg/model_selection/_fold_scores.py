"""Scores of paths on held-out folds: from moments where squared loss allows it, else fold by fold."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from sklearn.metrics import mean_squared_error, r2_score, root_mean_squared_error
from sklearn.utils.parallel import Parallel, delayed

from .._compat import check_method_params
from ..solvers.folds import fold_coefficients, make_folds, partition, squared_errors, whole
from ._path_scoring import built_in, score_path

_FORMULAS = {
    mean_squared_error: lambda errors, variance: errors,
    root_mean_squared_error: lambda errors, variance: np.sqrt(errors),
    r2_score: lambda errors, variance: 1.0 - errors / variance,
}
_LARGEST = 4096  # side of a Gram matrix worth forming for every fold


@dataclass
class Candidates:
    """Templates and their penalties, one for each l1_ratio, and the alphas (L, A) to try them at."""

    templates: list
    penalties: list
    alphas: np.ndarray
    scorer: object


@dataclass
class FoldScores:
    """Over (l1_ratio, alpha, fold)."""

    scores: np.ndarray
    n_nonzero: np.ndarray
    moments: list | None = None  # of the folds, where they were formed


def score_folds(candidates, X, y, sample_weight, task, folds, *, score_params, n_jobs=None, verbose=0):
    """The `FoldScores` of candidates; `task` is that of the first template on all rows, X and y arrays."""
    found = None
    if _moments_pay(candidates, task, folds, sample_weight, score_params):
        found = _by_moments(candidates, X, task, folds)
    return found or _by_rows(candidates, X, y, sample_weight, folds, score_params, n_jobs, verbose)


def _moments_pay(candidates, task, folds, sample_weight, score_params):
    problem = task.problems[0]
    n, p = problem.design.shape
    return (
        problem.loss.quadratic
        and p <= min(n, _LARGEST)
        and _of_squared_errors(candidates) is not None
        and problem.weights is task.samples  # no class weights, which each fold would have its own of
        and problem.penalty.l1_and_l2(problem.coordinates) is not None
        and score_params.keys() == ({"sample_weight"} if sample_weight is not None else set())
        and partition(folds, n)
    )


def _by_moments(candidates, X, task, folds):
    """None where some fold is too ill-conditioned for its moments."""
    problem, score = task.problems[0], _of_squared_errors(candidates)
    weights, Y = problem.weights, task.targets
    tests = [test for _, test in folds]
    if any(weights[test].sum() == 0 for test in tests):
        return None
    with np.errstate(over="ignore", invalid="ignore"):
        parts = make_folds(X, Y, weights, tests, problem.fit_intercept)
        scores, counts = [], []
        for part, test in zip(parts, tests, strict=True):
            share = weights[test] / weights[test].sum()
            held = Y[:, test]
            variance = ((held - (held @ share)[:, None]) ** 2) @ share
            for penalty, alphas in zip(candidates.penalties, candidates.alphas, strict=True):
                strengths = task.strengths_of_part(alphas, part.train.weight)
                strengths = np.repeat(strengths[:, None], len(Y), axis=1)
                coefs = fold_coefficients(part.train, penalty, problem.coordinates, strengths)
                if coefs is None:
                    return None
                scores.append(score(squared_errors(part, coefs), variance))
                counts.append(np.count_nonzero(coefs, axis=(1, 2)))
    shape = (len(folds), *candidates.alphas.shape)
    return FoldScores(_folds_last(scores, shape), _folds_last(counts, shape), parts)


def start_from(moments, task, alpha):
    """Give a `Task` its Gram matrix and a start at alpha, from the moments of all its rows."""
    everything, problem = whole(moments), task.problems[0]
    strengths = np.full((1, len(task.problems)), float(task.strengths(alpha)))
    coefs = fold_coefficients(everything, problem.penalty, problem.coordinates, strengths)
    if coefs is not None:
        task.workspace.adopt(everything.gram)
        task.starts = [(coef[None, :], np.zeros(1)) for coef in coefs[0]]


def _of_squared_errors(candidates):
    """Function of mean squared errors (A, K) and variances (K,) that gives the scores, or None."""
    function, sign = built_in(candidates.scorer, candidates.templates[0]) or (None, 1)
    if function not in _FORMULAS:
        return None
    return lambda errors, variance: sign * _FORMULAS[function](errors, variance).mean(axis=1)


def _folds_last(values, shape):
    return np.moveaxis(np.reshape(values, shape), 0, -1)


def _by_rows(candidates, X, y, sample_weight, folds, score_params, n_jobs, verbose):
    found = Parallel(n_jobs=n_jobs, verbose=verbose, prefer="threads")(
        delayed(_score_fold)(template, alphas, candidates.scorer, X, y, sample_weight, fold, score_params)
        for fold in folds
        for template, alphas in zip(candidates.templates, candidates.alphas, strict=True)
    )
    shape = (len(folds), *candidates.alphas.shape)
    return FoldScores(*(_folds_last(values, shape) for values in zip(*found, strict=True)))


def take_rows(X, rows):
    """In the layout of X, which dense indexing would not keep."""
    if not sparse.issparse(X) and X.flags.f_contiguous:
        return X.T.take(rows, axis=1).T
    return X[rows]


def _score_fold(template, alphas, scorer, X, y, sample_weight, fold, score_params):
    """(scores, numbers of non-zero coefficients) along the alphas."""
    train, test = fold
    here = {} if sample_weight is None else {"sample_weight": sample_weight[train]}
    models = template.fit_path(take_rows(X, train), y[train], alphas, **here)
    params = check_method_params(X, score_params, indices=test)
    scores = score_path(models[0], models, take_rows(X, test), y[test], scorer, params, "raise")
    return scores, [np.count_nonzero(model.coef_) for model in models]
