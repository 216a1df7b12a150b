"""Choosing how much to prune along the path: by cross-validation or by an information criterion."""

import numpy as np
from scipy.special import gammaln
from sklearn.base import is_classifier
from sklearn.metrics import get_scorer, log_loss
from sklearn.model_selection import check_cv
from sklearn.utils.parallel import Parallel, delayed

from .._compat import safe_indexing
from ._path import walk
from ._refits import score

_CANDIDATES = 100
CRITERIA = ("aic", "bic", "ebic")


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


def by_cross_validation(begin, data, counts, frozen, *, cv, scoring, rule, n_jobs, classifier):
    """(index of the step, what to add to the path's table); index 0 is the model before pruning."""
    X, y, params = data
    splits = list(check_cv(cv, y, classifier=classifier).split(X, y))
    rows = Parallel(n_jobs=n_jobs)(
        delayed(_fold)(begin, X, y, params, train, test, counts, frozen, scoring) for train, test in splits
    )
    found = np.array(rows)
    mean = found.mean(axis=0)
    error = found.std(axis=0, ddof=1) / np.sqrt(len(splits)) if len(splits) > 1 else np.zeros_like(mean)
    best = np.flatnonzero(mean == mean.max())[-1]  # the sparsest of equals
    if rule == "1se":
        best = np.flatnonzero(mean >= mean[best] - error[best])[-1]
    return int(best), {"cv_score": mean, "cv_score_se": error}


def _fold(begin, X, y, params, train, test, counts, frozen, scoring):
    def part(rows):
        n = len(y)
        here = {
            name: safe_indexing(value, rows) if np.ndim(value) > 0 and len(value) == n else value
            for name, value in params.items()
        }
        return safe_indexing(X, rows), safe_indexing(y, rows), here

    start = begin(*part(train))
    X, y, params = part(test)
    weights = params.get("sample_weight")
    scores = start.ranking(start.model.layers())
    found = []
    for _ in walk(start.model, start.ranking, scores, counts, frozen):
        model = start.complete(start.model.draft())
        if scoring is None:
            found.append(score(model, X, y, weights))
        else:
            scorer = get_scorer(scoring) if isinstance(scoring, str) else scoring
            found.append(scorer(model, X, y, **({} if weights is None else {"sample_weight": weights})))
    return found


class Criterion:
    """Minus twice the log-likelihood and a price for each degree of freedom; collected along a path.

    aic charges 2, bic ``log n``, ebic besides ``2 log(p choose k)`` for the choice of k among p units (Chen
    and Chen, 2008, with gamma = 1). n counts the samples by their weights.
    """

    def __init__(self, rule, n, n_units):
        self.rule, self.n, self.n_units = rule, n, n_units
        self.values = []

    def add(self, evidence, n_kept):
        deviance, freedom = evidence
        value = deviance + freedom * (2.0 if self.rule == "aic" else np.log(self.n))
        if self.rule == "ebic":
            p, k = self.n_units, n_kept
            value += 2.0 * (gammaln(p + 1) - gammaln(k + 1) - gammaln(p - k + 1))
        self.values.append(value)

    def best(self):
        values = np.array(self.values)
        return int(np.flatnonzero(values == values.min())[-1]), {self.rule: values}


def evidence(model, layers, X, y, sample_weight):
    """(minus twice the log-likelihood, number of coefficients that are not zero) of a fitted estimator.

    Gaussian for a regressor, with the variance of the noise at its maximum; for a classifier that of its
    probabilities. Intercepts count.
    """
    weights = np.ones(len(y)) if sample_weight is None else np.asarray(sample_weight, dtype=float)
    total = weights.sum()
    freedom = sum(np.count_nonzero(layer) for layer in layers) + np.size(getattr(model, "intercept_", []))
    if is_classifier(model):
        if not hasattr(model, "predict_proba"):
            raise ValueError(
                f"An information criterion needs a likelihood, and {type(model).__name__} has no "
                "predict_proba: use sparsity_rule='min' or '1se', or a classifier with probabilities."
            )
        loss = log_loss(y, model.predict_proba(X), labels=model.classes_, sample_weight=sample_weight)
        return 2.0 * total * loss, freedom
    rest = np.asarray(y, dtype=float) - model.predict(X)
    loss = np.average(rest.reshape(len(rest), -1) ** 2, axis=0, weights=weights)
    return total * float(np.log(np.maximum(loss, np.finfo(float).tiny)).sum()), freedom
