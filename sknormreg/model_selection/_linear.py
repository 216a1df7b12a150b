"""Which estimators have a path that is known in numbers."""

from ..linear_model import PenalizedModel, described, overridden, own
from ._last_step import last_step, reach

_KNOWN = ("fit", "_fit_task", "_solve", "_alphas")


def linear_model(estimator):
    """The estimator, if it is one of this package's linear models and fitted as those are.

    Raises
    ------
    TypeError
        It is not, or it is a class.
    """
    if not isinstance(estimator, PenalizedModel):
        raise TypeError(
            "A linear model of sknormreg is needed, such as Lasso(), or a pipeline that ends in one: got "
            f"{described(estimator)}."
        )
    reason = why_no_task(estimator)
    if reason is not None:
        raise TypeError(f"{reason}, and a path would go past it: fit it at each alpha.")
    return estimator


def why_no_task(estimator):
    """Why the task that a linear model states is not what its `fit` solves, in words, or None."""
    return overridden(estimator, _KNOWN, lambda space: own(space, "fit_path") is PenalizedModel.fit_path)


def read(estimator, X, y, sample_weight=None):
    """(what is `Reached` of an estimator that ends in a linear model, the task of that model)."""
    linear_model(last_step(estimator))
    reached = reach(estimator, X, y)
    reached.model._validate_params()
    return reached, reached.model._task(reached.X, reached.y, sample_weight)
