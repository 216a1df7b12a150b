"""Which of the candidates a rule takes."""

import numpy as np

from ..linear_model import deviation, warn
from ..linear_model._checks import as_python

CRITERIA = ("aic", "bic", "ebic")
RULES = {"min", "1se", *CRITERIA}


def mean_and_error(scores):
    """Mean over the folds (the last axis) and its standard error, which is zero of a single fold."""
    n_folds = scores.shape[-1]
    spread = deviation(scores) / np.sqrt(n_folds) if n_folds > 1 else np.zeros(scores.shape[:-1])
    return scores.mean(axis=-1), spread


def best_of(mean):
    """Index of the highest mean score, the first of equals; NaN counts as the lowest."""
    return np.unravel_index(np.argmax(np.where(np.isnan(mean), -np.inf, mean)), mean.shape)


def check_scored(mean):
    """Raise where no candidate has a score, on folds or otherwise."""
    if np.isnan(mean).all():
        raise ValueError(
            "The mean score of every alpha is NaN, so there is none to choose. Give larger alphas, or look "
            "at what scoring makes of the samples that are held out."
        )


def warn_of(mean, reason=""):
    """Warn of scores that are not finite, in the words of a search."""
    if not np.isfinite(mean).all():
        warn(f"One or more of the test scores are non-finite: {mean}{reason}", UserWarning)


def simplest_near(mean, error, best, strength):
    """The strongest candidate within one standard error of the best, its other parameters being those.

    `strength` (candidates, alphas) falls along its last axis.
    """
    row = best[:-1]
    near = (mean[row] >= mean[best] - error[best]) & (strength[row] >= strength[best])
    near[best[-1]] = True  # where its error is no number
    return (*row, int(np.argmax(np.where(near, strength[row], -np.inf))))


def ask(rule, params, scores, name):
    """Index of the candidate that a callable takes, of results as a search has them."""
    flat = scores.reshape(-1, scores.shape[-1])
    results = {f"split{k}_test_score": flat[:, k] for k in range(flat.shape[1])}
    mean = flat.mean(axis=1)
    results |= {"params": params, "mean_test_score": mean, "std_test_score": deviation(flat, ddof=0)}
    order = np.where(np.isnan(mean), -np.inf, mean)
    results["rank_test_score"] = np.array([1 + np.count_nonzero(order > value) for value in order])
    for key in params[0]:
        results[f"param_{key}"] = np.array([candidate[key] for candidate in params])
    index = rule(results)
    if not isinstance(index, (int, np.integer)) or not 0 <= index < len(params):
        raise ValueError(
            f"{name} must return the index of one of the {len(params)} candidates, got "
            f"{as_python(index)!r}."
        )
    return np.unravel_index(index, scores.shape[:-1])
