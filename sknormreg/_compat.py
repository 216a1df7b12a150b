"""The private scikit-learn names this package relies on, in one place.

Those of searches, which load much more of scikit-learn, are in `model_selection._compat`.
"""

from contextlib import nullcontext
from functools import wraps
from math import isfinite

from sklearn.base import _fit_context
from sklearn.utils import _param_validation
from sklearn.utils import _safe_indexing as safe_indexing
from sklearn.utils._param_validation import HasMethods, Options, StrOptions, make_constraint
from sklearn.utils.metadata_routing import _raise_for_params as raise_for_params
from sklearn.utils.metadata_routing import _routing_enabled as routing_enabled
from sklearn.utils.metaestimators import _safe_split as safe_split
from sklearn.utils.validation import _check_method_params as check_method_params
from sklearn.utils.validation import _check_sample_weight as check_sample_weight
from sklearn.utils.validation import _get_feature_names as feature_names
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


def fit_context(*, prefer_skip_nested_validation):
    """scikit-learn's; and a `fit` that fails leaves the estimator as it was, with all of an earlier one."""

    def decorate(fit):
        checked = _fit_context(prefer_skip_nested_validation=prefer_skip_nested_validation)(fit)

        @wraps(checked)
        def whole(estimator, *args, **kwargs):
            before = dict(vars(estimator))
            try:
                return checked(estimator, *args, **kwargs)
            except BaseException:
                vars(estimator).clear()
                vars(estimator).update(before)
                raise

        return whole

    return decorate


def import_pandas():
    """The module, for tables."""
    try:
        import pandas
    except ImportError as error:
        raise ImportError("A table needs pandas: pip install 'sknormreg[frames]'.") from error
    return pandas


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
    "feature_names",
    "fit_context",
    "has_callbacks",
    "import_pandas",
    "make_constraint",
    "num_samples",
    "raise_for_params",
    "routing_enabled",
    "safe_indexing",
    "safe_split",
]
