"""Estimators: recipes that name a loss and a penalty, then one shared fit."""

from ._base import LinearModel, PenalizedModel, stack
from ._elastic_net import ElasticNet
from ._elastic_net_classifier import ElasticNetClassifier
from ._lasso import Lasso
from ._lasso_classifier import LassoClassifier
from ._ridge import Ridge
from ._ridge_classifier import RidgeClassifier
from ._strengths import largest_alpha

__all__ = [
    "ElasticNet",
    "ElasticNetClassifier",
    "Lasso",
    "LassoClassifier",
    "LinearModel",
    "PenalizedModel",
    "Ridge",
    "RidgeClassifier",
    "largest_alpha",
    "stack",
]
