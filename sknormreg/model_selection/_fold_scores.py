"""Scores of paths on held-out folds: from moments where squared loss allows it, else fold by fold."""

import logging
from dataclasses import dataclass

import numpy as np
from sklearn.metrics import mean_squared_error, r2_score, root_mean_squared_error
from sklearn.utils.parallel import Parallel, delayed

from .._compat import check_method_params
from ..diagnosis.folds import (
    fold_coefficients,
    held_moments,
    make_folds,
    merged,
    partition,
    squared_errors,
)
from ..diagnosis.relaxed import refitted_squares
from ..linear_model import relaxed
from ..linear_model._predict_path import predicts_numbers
from ..solvers.choose import choose_folds, is_linear_system
from ..solvers.workspace import Work
from ._all_classes import scorer_of_fold
from ._path_scoring import built_in, score_path
from ._rows import take_rows

_FORMULAS = {
    mean_squared_error: lambda errors, variance: errors,
    root_mean_squared_error: lambda errors, variance: np.sqrt(errors),
    r2_score: lambda errors, variance: 1.0 - errors / np.where(variance > 0, variance, np.nan),
}
_log = logging.getLogger("sknormreg")


@dataclass
class Candidates:
    """Templates and their penalties, one for each l1_ratio, and the alphas (L, A) to try them at."""

    templates: list
    penalties: list
    alphas: np.ndarray
    scorer: object
    gammas: tuple = (1.0,)  # blends with a refit on the features chosen; 1 is the penalised fit
    classes: np.ndarray | None = None  # of all samples

    @property
    def shape(self):
        """Of their scores on one fold: (l1_ratios x gammas, alphas)."""
        return len(self.templates) * len(self.gammas), self.alphas.shape[1]


@dataclass
class FoldScores:
    """Over (l1_ratio and gamma, alpha, fold)."""

    scores: np.ndarray
    n_nonzero: np.ndarray
    moments: object = None  # `Moments` of all rows, where those of the folds were formed


def read_folds(cv, X, y, params):
    """Pairs of row indices (train, test) from a splitter."""
    n = X.shape[0]
    folds = [tuple(_indices(rows, n) for rows in pair) for pair in cv.split(X, y, **params)]
    if not folds:
        raise ValueError("cv has no folds: give at least one pair of rows to train on and rows to test on.")
    for k, pair in enumerate(folds):
        for rows, what in zip(pair, ("train", "test"), strict=True):
            if rows.size == 0:
                raise ValueError(f"Fold {k} of cv has no samples to {what} on: leave it out.")
    return folds


def _indices(rows, n):
    """Row numbers from 0 to n - 1, out of numbers or a mask."""
    rows = np.asarray(rows)
    return np.arange(n)[rows] if rows.size else np.empty(0, dtype=np.intp)


def check_folds(folds, y, sample_weight, score_params, *, classifier):
    """Raise for folds that could have no score, in words that tell which."""
    to_score = score_params.get("sample_weight")
    for k, (train, test) in enumerate(folds):
        for what, rows, weights in (("train", train, sample_weight), ("test", test, to_score)):
            if weights is not None and not np.asarray(weights)[rows].any():
                raise ValueError(
                    f"The sample_weight of all samples that fold {k} of cv would {what} on is zero: leave "
                    "them out, or choose other folds."
                )
        if classifier and y.ndim == 1 and np.all(y[train] == y[train[0]]):
            label = y[train[:1]].tolist()[0]
            raise ValueError(
                f"Fold {k} of cv trains on one class only, {label!r}: use StratifiedKFold, or shuffle the "
                "samples."
            )


def score_folds(
    candidates, X, y, sample_weight, task, folds, *, score_params, progress, n_jobs=None, verbose=0
):
    """The `FoldScores` of candidates; `task` is that of the first template on all rows, X and y arrays.

    `progress` is told of every fold and l1_ratio that takes time: moments do not.
    """
    found = None
    if _moments_pay(candidates, task, folds, sample_weight, score_params):
        found = _by_moments(candidates, X, task, folds)
    return found or _by_rows(
        candidates, X, y, sample_weight, folds, score_params, progress, n_jobs, verbose
    )


def _moments_pay(candidates, task, folds, sample_weight, score_params):
    """Whether they are chosen, and have all that the scores are made of."""
    problem = task.problems[0]
    return (
        choose_folds(problem, len(folds)) == "moments of folds"
        and _of_squared_errors(candidates) is not None
        and problem.weights is task.samples  # no class weights, which each fold would have its own of
        and score_params.keys() <= {"sample_weight"}
        and score_params.get("sample_weight") is sample_weight
        and partition(folds, problem.design.shape[0])
    )


def _by_moments(candidates, X, task, folds):
    """None where moments lose digits: a fold is ill-conditioned, a score next to nothing or undefined."""
    problem, score = task.problems[0], _of_squared_errors(candidates)
    weights, Y = problem.weights, task.targets
    tests = [test for _, test in folds]
    with np.errstate(over="ignore", invalid="ignore"):
        held = held_moments(X, Y, weights, tests, problem.fit_intercept)
        scores, counts = [], []
        for part, test in zip(make_folds(held), tests, strict=True):
            variance = _variance(Y[:, test], weights[test])
            for penalty, alphas in zip(candidates.penalties, candidates.alphas, strict=True):
                strengths = task.strengths_of_part(alphas, part.train.weight)
                strengths = np.repeat(strengths[:, None], len(Y), axis=1)
                coefs = fold_coefficients(part.train, penalty, problem.coordinates, strengths)
                for blended in _blends(part.train, coefs, problem.coordinates, candidates.gammas):
                    errors = None if blended is None else squared_errors(part, blended)
                    found = np.nan if errors is None else score(errors, variance)
                    if not np.all(np.isfinite(found)):
                        return None
                    scores.append(found)
                    counts.append(np.count_nonzero(coefs, axis=(1, 2)))
    shape = (len(folds), *candidates.shape)
    _log.debug(
        "moments of %d folds: %d x %d, %d targets, %d strengths",
        len(folds),
        *X.shape,
        len(Y),
        candidates.alphas.size,
    )
    everything = merged(held) if sum(map(len, tests)) == len(weights) else None
    return FoldScores(_folds_last(scores, shape), _folds_last(counts, shape), everything)


def _blends(train, coefs, coordinates, gammas):
    """One array (A, K, p), or None where there is none, for each gamma."""
    if coefs is None or gammas == (1.0,):
        return [coefs] * len(gammas)
    refits = [
        refitted_squares(train.gram, cross, coefs[:, k], coordinates, float(train.yy[k]), Work())
        for k, cross in enumerate(train.cross)
    ]
    if any(refit is None for refit in refits):
        return [None] * len(gammas)
    refits = np.stack(refits, axis=1)
    return [gamma * coefs + (1.0 - gamma) * refits for gamma in gammas]


def _variance(Y, weights):
    """Of targets (K, n); that of a constant is zero, and not a rounding error."""
    Y, share = Y[:, weights > 0], weights[weights > 0] / weights.sum()
    spread = ((Y - (Y @ share)[:, None]) ** 2) @ share
    return np.where(np.ptp(Y, axis=1) > 0, spread, 0.0)


def start_from(moments, task, alpha):
    """Give a `Task` its Gram matrix and a start at alpha, from the moments of all its rows."""
    problem, alphas = task.problems[0], np.full(len(task.problems), alpha)
    if is_linear_system(task.at(alphas)):  # solved from no start
        task.workspace.adopt(moments.gram)
        return
    strengths = task.strengths(alphas)[None, :]
    coefs = fold_coefficients(moments, problem.penalty, problem.coordinates, strengths)
    if coefs is not None:
        task.workspace.adopt(moments.gram)
        task.starts = [(coef[None, :], np.zeros(1)) for coef in coefs[0]]


def _of_squared_errors(candidates):
    """Function of mean squared errors (A, K) and variances (K,) that gives the scores, or None.

    A classifier is scored by the labels that it predicts, whatever its loss, and so is any that predicts
    other numbers than its linear predictor.
    """
    function, sign = built_in(candidates.scorer, candidates.templates[0]) or (None, 1)
    if function not in _FORMULAS or not predicts_numbers(candidates.templates[0]):
        return None
    return lambda errors, variance: sign * _FORMULAS[function](errors, variance).mean(axis=1)


def _folds_last(values, shape):
    return np.moveaxis(np.reshape(values, shape), 0, -1)


def _by_rows(candidates, X, y, sample_weight, folds, score_params, progress, n_jobs, verbose):
    jobs = [(fold, row) for fold in enumerate(folds) for row in range(len(candidates.templates))]
    with progress.of(len(jobs)) as steps:
        found = Parallel(n_jobs=n_jobs, verbose=verbose, prefer="threads")(
            delayed(_score_fold)(candidates, row, X, y, sample_weight, fold, score_params, step)
            for (fold, row), step in zip(jobs, steps, strict=True)
        )
    shape = (len(folds), *candidates.shape)
    return FoldScores(*(_folds_last(values, shape) for values in zip(*found, strict=True)))


def _score_fold(candidates, row, X, y, sample_weight, fold, score_params, step):
    """(scores, numbers of non-zero coefficients), a row for each gamma, of one l1_ratio."""
    with step:
        number, rows = fold
        return _fit_and_score(candidates, row, X, y, sample_weight, number, *rows, score_params)


def _fit_and_score(candidates, row, X, y, sample_weight, number, train, test, score_params):
    template, alphas = candidates.templates[row], candidates.alphas[row]
    here = {} if sample_weight is None else {"sample_weight": sample_weight[train]}
    data = take_rows(X, train), y[train]
    models, task = template._fit_path(*data, alphas, **here)
    rows, endless = [models], np.zeros(len(models), dtype=bool)
    if candidates.gammas != (1.0,):
        blends, endless = relaxed(task, models, candidates.gammas)
        rows = list(zip(*blends, strict=True))
    params = check_method_params(X, score_params, indices=test)
    scorer = scorer_of_fold(candidates.scorer, candidates.classes, number, y, train, test)
    held = take_rows(X, test), y[test], scorer, params, "raise"
    scores = np.array([score_path(models[0], list(blended), *held) for blended in rows], dtype=np.float64)
    scores[np.ix_(np.array(candidates.gammas) < 1.0, endless)] = np.nan
    return scores, [[np.count_nonzero(model.coef_) for model in models]] * len(rows)
