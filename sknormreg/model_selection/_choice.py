"""Which of the candidates `alpha_rule` takes."""

from dataclasses import dataclass

import numpy as np

from ..diagnosis.criteria import CRITERIA
from ..diagnosis.rules import best_of, deviation, simplest_near
from ..linear_model import warn
from ..linear_model._checks import as_python

RULES = {"min", "1se", *CRITERIA}


@dataclass
class Scored:
    """What is known of candidates (l1_ratios and blends, alphas), or of (alphas) alone."""

    mean: np.ndarray  # greater is better
    error: np.ndarray
    n_nonzero: np.ndarray
    scores: np.ndarray | None = None  # with an axis for the folds
    moments: object = None  # `Moments` of all rows, where those of the folds were formed
    noise: np.ndarray | None = None  # (K,), the variances that an information criterion took

    @property
    def best(self):
        """Place of the best mean score."""
        return np.unravel_index(best_of(self.mean), self.mean.shape)

    def simplest(self, strength):
        """Place of the strongest candidate within one standard error of the best, in the row of that."""
        row, place = self.best[:-1], self.best[-1]
        return (*row, simplest_near(self.mean[row], self.error[self.best], place, strength[row]))

    def chosen(self, rule, params, strength):
        """Place of what `rule` takes; a callable asks for the parameters of each candidate."""
        if callable(rule):
            return ask(rule, params, self.mean[..., None] if self.scores is None else self.scores)
        return self.simplest(strength) if rule == "1se" else self.best


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


def ask(rule, params, scores):
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
            f"alpha_rule must return the index of one of the {len(params)} candidates, got "
            f"{as_python(index)!r}."
        )
    return np.unravel_index(index, scores.shape[:-1])
