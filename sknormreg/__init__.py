"""Norm-regularised scikit-learn estimators: exact, certified by a duality gap, and fast."""

from .linear_model import (
    ElasticNet,
    ElasticNetClassifier,
    Lasso,
    LassoClassifier,
    Ridge,
    RidgeClassifier,
)
from .model_selection import (
    ElasticNetClassifierCV,
    ElasticNetCV,
    LassoClassifierCV,
    LassoCV,
    PathSearchCV,
    RidgeClassifierCV,
    RidgeCV,
    StabilitySelection,
    alpha_grid,
    alpha_max,
    convert_alpha,
    one_standard_error,
    regularization_path,
)
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
    "ElasticNetCV",
    "ElasticNetClassifier",
    "ElasticNetClassifierCV",
    "Lasso",
    "LassoCV",
    "LassoClassifier",
    "LassoClassifierCV",
    "MagnitudePrunedClassifier",
    "MagnitudePrunedRegressor",
    "PathSearchCV",
    "PrunedEstimator",
    "Ridge",
    "RidgeCV",
    "RidgeClassifier",
    "RidgeClassifierCV",
    "StabilitySelection",
    "alpha_grid",
    "alpha_max",
    "convert_alpha",
    "one_standard_error",
    "regularization_path",
]
