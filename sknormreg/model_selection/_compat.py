"""The private scikit-learn names of searches and scorers, in one place."""

from copy import copy
from inspect import signature

from sklearn.metrics._scorer import _MultimetricScorer, _PassthroughScorer, _Scorer
from sklearn.model_selection._validation import _fit_and_score
from sklearn.model_selection._validation import _insert_error_scores as insert_error_scores
from sklearn.model_selection._validation import _score as score
from sklearn.model_selection._validation import _warn_or_raise_about_fit_failures as report_failures
from sklearn.utils.metadata_routing import process_routing

from .._compat import routing_enabled


def fit_and_score(estimator, X, y, *, caller, callback_ctx, **options):
    """What a search does for a candidate on a fold: scores, times and the error if there was one."""
    if "callback_ctx" in signature(_fit_and_score).parameters:  # scikit-learn >= 1.9
        options |= {"caller": caller, "callback_ctx": callback_ctx}
    return _fit_and_score(estimator, X, y, **options)


def scorers_by_name(scorer):
    """The scorers of a search by their names, or None where there is but one."""
    return scorer._scorers if isinstance(scorer, _MultimetricScorer) else None


def params_by_name(scorer, params):
    """What each scorer of a search is given of the parameters of `score`."""
    scorers = scorers_by_name(scorer)
    if scorers is None:
        return {"score": params}
    if params and routing_enabled():
        routed = process_routing(scorer, "score", **params)
        return {name: routed[name].score for name in scorers}
    weights = {name for name, one in scorers.items() if params and one._accept_sample_weight()}
    return {name: params if name in weights else {} for name in scorers}


def with_scorers(scorer, scorers):
    """A scorer of several metrics with others in their places."""
    return _MultimetricScorer(scorers=scorers, raise_exc=scorer._raise_exc)


def is_score_method(scorer):
    """Whether a scorer calls the `score` of the estimator, which is what ``scoring=None`` does."""
    return type(scorer) is _PassthroughScorer


def scorer_parts(scorer):
    """What `make_scorer` made a scorer from; None for others, and for those that warn when called."""
    if type(scorer) is not _Scorer or getattr(scorer, "_deprecation_msg", None):
        return None
    return scorer._score_func, scorer._sign, scorer._kwargs, scorer._response_method


def with_options(scorer, options):
    """A scorer of `make_scorer` with more options for its metric; those that it has stay."""
    made = copy(scorer)
    made._kwargs = {**options, **scorer._kwargs}
    return made


__all__ = [
    "fit_and_score",
    "insert_error_scores",
    "is_score_method",
    "params_by_name",
    "report_failures",
    "score",
    "scorer_parts",
    "scorers_by_name",
    "with_options",
    "with_scorers",
]
