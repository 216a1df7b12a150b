"""Methods that an estimator has for some of its parameters, and words for where it has them not."""

from functools import update_wrapper
from types import MethodType


class available_if:
    """A method that is there unless `check` of the estimator raises.

    Like scikit-learn's decorator of this name; but the reason stands in the message itself.
    """

    def __init__(self, check):
        self.check = check

    def __call__(self, method):
        self.method = method
        return update_wrapper(self, method)

    def __get__(self, estimator, owner=None):
        if estimator is None:
            return self.method
        try:
            self.check(estimator)
        except Exception as error:
            raise AttributeError(
                f"This {type(estimator).__name__!r} has no attribute {self.method.__name__!r}: {error}"
            ) from error
        return MethodType(self.method, estimator)
