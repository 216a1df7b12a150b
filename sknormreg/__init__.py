"""Norm-regularised scikit-learn estimators: exact, certified by a duality gap, and fast."""

from importlib import import_module
from typing import TYPE_CHECKING

from ._public import DEFINED_IN
from ._public import __version__ as __version__

if TYPE_CHECKING:
    from . import inspection as inspection
    from . import linear_model as linear_model
    from . import losses as losses
    from . import model_selection as model_selection
    from . import norms as norms
    from . import penalties as penalties
    from . import pruning as pruning
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

_SUBMODULES = (
    "inspection",
    "linear_model",
    "losses",
    "model_selection",
    "norms",
    "penalties",
    "pruning",
)
_PACKAGE_OF = {name: package for package, names in DEFINED_IN.items() for name in names}


def __getattr__(name):
    """Import on first use: a program pays for the part of scikit-learn that its estimators need."""
    if name in _SUBMODULES:
        return import_module(f".{name}", __name__)
    if name in _PACKAGE_OF:
        found = getattr(import_module(f".{_PACKAGE_OF[name]}", __name__), name)
        globals()[name] = found
        return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return [*__all__, *_SUBMODULES, "__version__"]
