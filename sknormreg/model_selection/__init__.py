"""Choosing the strength: paths, cross-validation, searches."""

from .._public import DEFINED_IN, publish
from ._alpha_grid import alpha_grid, alpha_max
from ._convert_alpha import convert_alpha
from ._elastic_net_classifier_cv import ElasticNetClassifierCV
from ._elastic_net_cv import ElasticNetCV
from ._lasso_classifier_cv import LassoClassifierCV
from ._lasso_cv import LassoCV
from ._one_standard_error import one_standard_error
from ._path_search import PathSearchCV
from ._regularization_path import RegularizationPath, regularization_path
from ._ridge_classifier_cv import RidgeClassifierCV
from ._ridge_cv import RidgeCV
from ._stability_selection import StabilitySelection

__all__ = [
    "ElasticNetCV",
    "ElasticNetClassifierCV",
    "LassoCV",
    "LassoClassifierCV",
    "PathSearchCV",
    "RegularizationPath",
    "RidgeCV",
    "RidgeClassifierCV",
    "StabilitySelection",
    "alpha_grid",
    "alpha_max",
    "convert_alpha",
    "one_standard_error",
    "regularization_path",
]

publish(globals(), __all__, __name__)
publish(globals(), DEFINED_IN["model_selection"])
