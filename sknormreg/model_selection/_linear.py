"""Which estimators have a path that is known in numbers."""

from ..linear_model import PenalizedModel


def linear_model(estimator):
    """The estimator, if it is one of this package's linear models.

    Raises
    ------
    TypeError
        It is not, or it is a class.
    """
    if not isinstance(estimator, PenalizedModel):
        raise TypeError(
            f"A linear model of sknormreg is needed, such as Lasso(), got {estimator!r}. Of a pipeline, "
            "give the last step, and the data as the steps before transform them."
        )
    return estimator
