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
_CRITERIA = ("aic", "bic", "ebic")


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


def choose(estimator, begin, evidence, data, counts, frozen):
    """(index of the step, what to add to the path's table); index 0 is the model before pruning.

    By the parameters `sparsity_rule`, `cv`, `scoring` and `n_jobs` of the estimator. `begin(X, y, params)`
    gives a Start, `evidence(start, X, y, params)` what a criterion weighs.
    """
    if estimator.sparsity_rule in _CRITERIA:
        return _by_criterion(estimator.sparsity_rule, begin, evidence, data, counts, frozen)
    X, y, params = data
    inner = getattr(estimator, "estimator", None)
    classify = is_classifier(estimator) or (inner is not None and is_classifier(inner))
    splits = list(check_cv(estimator.cv, y, classifier=classify).split(X, y))
    if not splits:
        raise ValueError(f"cv={estimator.cv!r} gives no folds to choose the sparsity on.")
    rows = Parallel(n_jobs=estimator.n_jobs)(
        delayed(_fold)(begin, X, y, params, train, test, counts, frozen, estimator.scoring)
        for train, test in splits
    )
    found = np.array(rows)
    mean = found.mean(axis=0)
    error = found.std(axis=0, ddof=1) / np.sqrt(len(splits)) if len(splits) > 1 else np.zeros_like(mean)
    best = np.flatnonzero(mean == mean.max())[-1]  # the sparsest of equals
    if estimator.sparsity_rule == "1se":
        best = np.flatnonzero(mean >= mean[best] - error[best])[-1]
    return int(best), {"cv_score": mean, "cv_score_se": error}


def _by_criterion(rule, begin, evidence, data, counts, frozen):
    """Minus twice the log-likelihood and a price for each degree of freedom.

    aic charges 2, bic ``log n``, ebic besides ``2 log(p choose k)`` for the choice of k among p units (Chen
    and Chen, 2008, with gamma = 1). n counts the samples by their weights.
    """
    X, y, params = data
    start = begin(X, y, params)
    scores = start.ranking(start.model.layers())
    n, p = _total_weight(y, params.get("sample_weight")), sum(score.size for score in scores)
    values = []
    for step in walk(start.model, start.ranking, scores, counts, frozen):
        deviance, freedom = evidence(start, X, y, params)
        value = deviance + freedom * (2.0 if rule == "aic" else np.log(n))
        if rule == "ebic":
            value += 2.0 * (gammaln(p + 1) - gammaln(step.n_kept + 1) - gammaln(p - step.n_kept + 1))
        values.append(value)
    values = np.array(values)
    return int(np.flatnonzero(values == values.min())[-1]), {rule: values}


def _total_weight(y, sample_weight):
    return len(y) if sample_weight is None else float(np.sum(sample_weight))


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


def evidence(model, layers, X, y, sample_weight):
    """(minus twice the log-likelihood, number of coefficients that are not zero) of a fitted estimator.

    Gaussian for a regressor, with the variance of the noise at its maximum; for a classifier that of its
    probabilities. Intercepts count.
    """
    if len(layers) > 1:
        raise ValueError(
            f"An information criterion counts coefficients, which says little of a network: use "
            f"sparsity_rule='min' or '1se' for {type(model).__name__}."
        )
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
