"""Losses: one file each, averaged over the sample weights, each seeing y and z = Xw + b but never X."""

from .._public import publish
from ._base import Loss
from ._intercept import best_intercept
from .log_loss import LogLoss
from .multinomial import MultinomialLoss
from .squared import SquaredLoss
from .squared_hinge import SquaredHinge

__all__ = ["LogLoss", "Loss", "MultinomialLoss", "SquaredHinge", "SquaredLoss", "best_intercept"]

publish(globals(), __all__, __name__)
