"""Norm-regularised scikit-learn estimators: exact, certified by a duality gap, and fast."""

from .linear_model import (
    ElasticNet,
    ElasticNetClassifier,
    Lasso,
    LassoClassifier,
    Ridge,
    RidgeClassifier,
)
from .model_selection import one_standard_error
from .pruning import (
    CoefficientPruner,
    MagnitudePrunedClassifier,
    MagnitudePrunedRegressor,
    PrunedEstimator,
)

__version__ = "0.1.0"

__all__ = [
    "CoefficientPruner",
    "ElasticNet",
    "ElasticNetClassifier",
    "Lasso",
    "LassoClassifier",
    "MagnitudePrunedClassifier",
    "MagnitudePrunedRegressor",
    "PrunedEstimator",
    "Ridge",
    "RidgeClassifier",
    "one_standard_error",
]
