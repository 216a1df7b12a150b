"""Estimators: recipes that name a loss and a penalty, then one shared fit."""

from .._public import DEFINED_IN, publish
from ._base import LinearModel, PenalizedModel, store
from ._by_name import by_position, params_by_position
from ._classification import ClassificationMixin
from ._described import described
from ._elastic_net import ElasticNet
from ._elastic_net_classifier import ElasticNetClassifier
from ._lasso import Lasso
from ._lasso_classifier import LassoClassifier
from ._nameless import nameless
from ._read import FLOATS, read
from ._regression import RegressionMixin, read_regression_data
from ._relax import relaxed
from ._ridge import Ridge
from ._ridge_classifier import RidgeClassifier
from ._stands_for import overridden, own, why_no_path
from ._strengths import alphas_by_freedom, largest_alpha, path_start
from ._target_names import keep_target_names, output_names
from ._versions import Versioned
from ._warning import warn

__all__ = [
    "FLOATS",
    "ClassificationMixin",
    "ElasticNet",
    "ElasticNetClassifier",
    "Lasso",
    "LassoClassifier",
    "LinearModel",
    "PenalizedModel",
    "RegressionMixin",
    "Ridge",
    "RidgeClassifier",
    "Versioned",
    "alphas_by_freedom",
    "by_position",
    "described",
    "keep_target_names",
    "largest_alpha",
    "nameless",
    "output_names",
    "overridden",
    "own",
    "params_by_position",
    "path_start",
    "read",
    "read_regression_data",
    "relaxed",
    "store",
    "warn",
    "why_no_path",
]

publish(globals(), DEFINED_IN["linear_model"])
