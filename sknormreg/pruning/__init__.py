"""Pruning: rules that cut weights, and estimators whose coefficients are cut by them."""

from .._public import DEFINED_IN, publish
from ._coefficient_pruner import CoefficientPruner
from ._magnitude_pruned_classifier import MagnitudePrunedClassifier
from ._magnitude_pruned_regressor import MagnitudePrunedRegressor
from ._mask import magnitude_mask
from ._pruned_estimator import PrunedEstimator
from .weights import clip_weights, prune_weights, retain_weights

__all__ = [
    "CoefficientPruner",
    "MagnitudePrunedClassifier",
    "MagnitudePrunedRegressor",
    "PrunedEstimator",
    "clip_weights",
    "magnitude_mask",
    "prune_weights",
    "retain_weights",
]

publish(globals(), __all__, __name__)
publish(globals(), DEFINED_IN["pruning"])
