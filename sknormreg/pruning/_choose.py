"""Choosing how much to prune along the path: by cross-validation or by an information criterion."""

from copy import copy
from functools import partial

import numpy as np
from sklearn.base import clone, is_classifier
from sklearn.metrics import get_scorer, log_loss
from sklearn.model_selection import check_cv
from sklearn.utils.parallel import Parallel, delayed

from .._compat import safe_indexing
from ..diagnosis.criteria import gaussian_deviance, priced, samples_count_for
from ..diagnosis.rules import best_of, mean_and_error, simplest_near
from ..model_selection._all_classes import all_classes, scorer_of_fold, weights_of_all
from ._path import walk
from ._refits import score

_CANDIDATES = 100


def candidates(sizes):
    """Counts (steps, groups) from all but one unit down to one: every one, or 100 in even ratios."""
    number = max(sizes) - 1
    if number < 1:
        return np.zeros((0, len(sizes)), dtype=int)
    spread = np.linspace if number <= _CANDIDATES else np.geomspace
    number = min(number, _CANDIDATES)
    columns = [np.rint(spread(max(1, size - 1), 1, number)).astype(int) for size in sizes]
    counts = np.stack(columns, axis=1)
    return counts[np.append(True, np.any(np.diff(counts, axis=0) != 0, axis=1))]


def by_cross_validation(estimator, begin, data, counts, frozen):
    """(index of the step, what to add to the path's table); index 0 is the model before pruning.

    By the parameters `sparsity_rule`, `cv`, `scoring` and `n_jobs` of the estimator. `data` is (X, y, fit
    parameters, sample weights), and `begin(estimator, X, y, parameters)` gives a Start.
    """
    X, y = data[:2]
    classify = any(is_classifier(e) for e in (estimator, estimator.estimator) if e is not None)
    splits = list(check_cv(estimator.cv, y, classifier=classify).split(X, y))
    if not splits:
        raise ValueError(f"cv={estimator.cv!r} gives no folds to choose the sparsity on.")
    classes, scoring = all_classes(y) if classify else None, estimator.scoring
    scorer = get_scorer(scoring) if isinstance(scoring, str) else scoring
    begin = partial(begin, _with_weights_of_all(estimator, classes))
    rows = Parallel(n_jobs=estimator.n_jobs)(
        delayed(_fold)(
            begin, data, train, test, counts, frozen,
            scorer and scorer_of_fold(scorer, classes, number, y, train, test), scoring,
        )
        for number, (train, test) in enumerate(splits)
    )  # fmt: skip
    scores = np.transpose(rows)
    if not np.isfinite(scores.mean(axis=1)).all():
        raise ValueError(
            f"The score is NaN or infinite on a fold of {min(len(test) for _, test in splits)} samples, "
            f"with scoring={estimator.scoring!r}: use fewer folds (R^2 needs two samples) or another score."
        )
    mean, error = mean_and_error(scores)
    best = sparsest_of(mean)
    if estimator.sparsity_rule == "1se":
        best = simplest_near(mean, error[best], best, np.arange(mean.size))
    return best, {"cv_score": mean, "cv_score_se": error}


def sparsest_of(mean):
    """Index of the highest score of steps that get sparser, the last of equals."""
    return mean.size - 1 - best_of(mean[::-1])


def _with_weights_of_all(pruned, classes):
    """The same for folds, which may lack classes that the estimator inside has weights for."""
    inner = pruned.estimator
    weights = {} if inner is None else weights_of_all(inner.get_params(), classes)
    if weights:
        pruned = copy(pruned)
        pruned.estimator = clone(inner).set_params(**weights)
    return pruned


def _fold(begin, data, train, test, counts, frozen, scorer, scoring):
    """The score of each step on the rows of `test`, of a path on those of `train`."""
    X, y, params, weights = data
    n = len(y)

    def part(value, rows):
        return safe_indexing(value, rows) if np.ndim(value) > 0 and len(value) == n else value

    here = {name: part(value, train) for name, value in params.items()}
    start = begin(safe_indexing(X, train), safe_indexing(y, train), here)
    X, y = start.inner.transform(safe_indexing(X, test)), safe_indexing(y, test)
    weights = None if weights is None else weights[test]
    scores = start.ranking(start.model.layers())
    return [
        _scored(start.model.draft(), X, y, weights, scorer, scoring)
        for _ in walk(start.model, start.ranking, scores, counts, frozen)
    ]


def _scored(model, X, y, weights, scorer, scoring):
    if scorer is None:
        return score(model, X, y, weights)
    if weights is None:
        return scorer(model, X, y)
    try:
        return scorer(model, X, y, sample_weight=weights)
    except TypeError as error:
        raise ValueError(f"scoring={scoring!r} does not take sample_weight: {error}") from error


class Criterion:
    """An information criterion of the models along a path."""

    def __init__(self, rule, n_samples, sample_weight, n_units):
        self.rule, self.weights, self.n_units = rule, sample_weight, n_units
        self.n = samples_count_for(n_samples, sample_weight)
        self.values = []

    def add(self, start, y, n_kept):
        """Judge the present model of a `Start`."""
        found = start.model.evidence(self.n)
        if found is None:
            found = evidence(
                start.model.draft(), start.model.layers(), start.inner.X, y, self.weights, self.n
            )
        self.values.append(priced(self.rule, *found, self.n, self.n_units, n_kept))

    @property
    def best(self):
        """Index of the least, the sparsest of equals."""
        return sparsest_of(-np.array(self.values))


def evidence(model, layers, X, y, sample_weight, total):
    """(minus twice the log-likelihood, number of coefficients that are not zero) of a fitted estimator.

    Gaussian for a regressor, with the variance of the noise at its maximum; for a classifier that of its
    probabilities. Intercepts count. `total` is what the samples count for together.
    """
    if len(layers) > 1:
        raise ValueError(
            f"An information criterion counts coefficients, which says little of a network: use "
            f"sparsity_rule='min' or '1se' for {type(model).__name__}."
        )
    freedom = np.count_nonzero(layers[0]) + np.size(getattr(model, "intercept_", []))
    if is_classifier(model):
        if not hasattr(model, "predict_proba"):
            raise ValueError(
                f"An information criterion needs a likelihood, and {type(model).__name__} has no "
                "predict_proba: use sparsity_rule='min' or '1se', or a classifier with probabilities."
            )
        loss = log_loss(y, model.predict_proba(X), labels=model.classes_, sample_weight=sample_weight)
        return 2.0 * total * loss, freedom
    target = np.asarray(y, dtype=float).reshape(len(y), -1)
    rest = target - np.reshape(model.predict(X), target.shape)
    loss = np.average(rest**2, axis=0, weights=sample_weight)
    mean = np.average(target, axis=0, weights=sample_weight)
    spread = np.average((target - mean) ** 2, axis=0, weights=sample_weight)
    return gaussian_deviance(loss, spread, total), freedom
