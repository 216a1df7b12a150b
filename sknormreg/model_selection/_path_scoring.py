"""Scores of the models of a path, from one product with X where the metrics are scikit-learn's own.

scikit-learn's own routine asks for every score and deals with errors. On the quick way the scorers that
it asks have their answers ready.
"""

from functools import cache

import numpy as np
from sklearn.base import ClassifierMixin, RegressorMixin
from sklearn.metrics import accuracy_score, get_scorer, get_scorer_names, r2_score

from .._compat import num_samples
from ..linear_model._predict_path import linear_predictors, predicts_classes, predicts_numbers
from ._all_classes import plain
from ._compat import is_score_method, params_by_name, score, scorer_parts, scorers_by_name, with_scorers
from ._last_step import can_transform, is_bare, transform, with_last_step
from ._path_metrics import METRICS, measure

LARGEST = 2**23  # numbers in a block of predictions: 64 MB
SCORE_METHODS = {RegressorMixin.score: r2_score, ClassifierMixin.score: accuracy_score}


def score_path(fitted, models, X, y, scorer, params, error_score):
    """What `scorer` says of `fitted` with each of `models` for its last step: a number or a dict.

    Scorers of scikit-learn's own see predictions only. Where there are no others, they are shown the
    last step alone, with X transformed once; any other gets the whole estimator and X, as ever.
    """
    scorers = scorers_by_name(scorer) or {"score": scorer}
    known, transformed = {}, X
    if can_transform(fitted) and (is_bare(fitted) or not (params and is_score_method(scorer))):
        known = {name: built_in(one, models[0]) for name, one in scorers.items()}
    quick = {name: found for name, found in known.items() if is_quick(found, models[0])}
    all_known = bool(known) and None not in known.values()
    if quick or all_known:
        try:
            transformed = transform(fitted, X)
        except Exception:  # the scorers will raise it again, and be heard
            quick, all_known = {}, False
    scores = []
    for block in blocks(models, num_samples(X)) if quick else [models]:
        values = quick_values(quick, block, transformed, y, params_by_name(scorer, params))
        alone = all_known and len(values) == len(quick)
        seen = block if alone else [with_last_step(fitted, model) for model in block]
        ready = {name: Ready(scorers[name], seen, found) for name, found in values.items()}
        asked = ready.get("score", scorer)
        if scorers_by_name(scorer):
            asked = with_scorers(scorer, {**scorers, **ready})
        given = transformed if alone else X
        scores += [score(one, given, y, asked, params, error_score) for one in seen]
    return scores


def built_in(scorer, model):
    """(function, sign) of a scorer that is scikit-learn's own, or None."""
    scorer = plain(scorer)
    if is_score_method(scorer):
        function = SCORE_METHODS.get(type(model).score)
        return function and (function, 1)
    parts = scorer_parts(scorer)
    return parts[:2] if parts in named_parts() else None


@cache
def named_parts():
    """Of the scorers that scikit-learn has names for."""
    every = [scorer_parts(get_scorer(name)) for name in get_scorer_names()]
    return [parts for parts in every if parts is not None]


def is_quick(found, model):
    """Whether there is a formula for all models at once."""
    known = found is not None and found[0] in METRICS
    return known and (predicts_numbers(model) or predicts_classes(model))


def blocks(models, n):
    """Runs of models whose predictions for n samples may be held at once."""
    size = max(1, LARGEST // max(1, n * len(np.atleast_2d(models[0].coef_))))
    return [models[start : start + size] for start in range(0, len(models), size)]


def quick_values(quick, models, X, y, params):
    """Scores of the models by names of scorers, of those that scikit-learn need not be asked for."""
    if not quick:
        return {}
    try:
        predictors = linear_predictors(models, X)
    except ValueError:  # the scorers will raise it again
        return {}
    found = {}
    for name, (function, sign) in quick.items():
        values = None
        if params[name].keys() <= {"sample_weight"}:
            values = measure(function, predictors, models, y, **params[name])
        if values is not None:
            found[name] = sign * values
    return found


class Ready:
    """Stands in for a scorer whose scores are known."""

    def __init__(self, scorer, seen, values):
        self.scorer = scorer
        self.values = {id(one): value for one, value in zip(seen, values, strict=True)}

    def __call__(self, estimator, X, y, **params):
        return self.values[id(estimator)]

    def _accept_sample_weight(self):
        return self.scorer._accept_sample_weight()

    def get_metadata_routing(self):
        return self.scorer.get_metadata_routing()
