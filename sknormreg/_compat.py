"""The private scikit-learn names this package relies on, in one place."""

from contextlib import nullcontext
from inspect import signature
from math import isfinite

from sklearn.base import _fit_context as fit_context
from sklearn.metrics._scorer import _MultimetricScorer, _PassthroughScorer, _Scorer
from sklearn.model_selection._validation import _fit_and_score
from sklearn.model_selection._validation import _insert_error_scores as insert_error_scores
from sklearn.model_selection._validation import _score as score
from sklearn.model_selection._validation import _warn_or_raise_about_fit_failures as report_failures
from sklearn.utils import _param_validation
from sklearn.utils import _safe_indexing as safe_indexing
from sklearn.utils._param_validation import HasMethods, Options, StrOptions
from sklearn.utils.metadata_routing import _raise_for_params as raise_for_params
from sklearn.utils.metadata_routing import _routing_enabled as routing_enabled
from sklearn.utils.metadata_routing import process_routing
from sklearn.utils.metaestimators import _safe_split as safe_split
from sklearn.utils.validation import _check_method_params as check_method_params
from sklearn.utils.validation import _check_sample_weight as check_sample_weight
from sklearn.utils.validation import _num_samples as num_samples

try:  # scikit-learn >= 1.9: progress bars, early stopping
    from sklearn.callback import CallbackSupportMixin
except ImportError:

    class CallbackSupportMixin:
        """Stands in where scikit-learn has no callbacks."""


class Interval(_param_validation.Interval):
    """Of the numbers that float64 can hold; scikit-learn's raises what comparing others raises."""

    def is_satisfied_by(self, val):
        try:
            return super().is_satisfied_by(val) and isfinite(val)
        except (OverflowError, TypeError):  # integers beyond it, fractions
            return False


def has_callbacks(estimator):
    """Whether callbacks were set on an estimator, or on what it is a part of."""
    return hasattr(estimator, "_skl_callbacks") or hasattr(estimator, "_parent_callback_ctx")


class NoContext:
    """A callback context where scikit-learn has none."""

    def subcontext(self, **options):
        return self

    def call_on_fit_task_begin(self, **data):
        return self

    def call_on_fit_task_end(self, **data):
        return False

    def propagate_callback_context(self, estimator):
        return nullcontext()


def callback_context(estimator, **options):
    """The context of the callbacks of one `fit`."""
    if not hasattr(estimator, "_init_callback_context"):
        return NoContext()
    return estimator._init_callback_context(**options)


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


__all__ = [
    "CallbackSupportMixin",
    "HasMethods",
    "Interval",
    "NoContext",
    "Options",
    "StrOptions",
    "callback_context",
    "check_method_params",
    "check_sample_weight",
    "fit_and_score",
    "fit_context",
    "has_callbacks",
    "insert_error_scores",
    "is_score_method",
    "num_samples",
    "params_by_name",
    "raise_for_params",
    "report_failures",
    "routing_enabled",
    "safe_indexing",
    "safe_split",
    "score",
    "scorer_parts",
    "scorers_by_name",
    "with_scorers",
]
