"""Pictures and tables of what penalties and pruning do. Needs matplotlib, when something is plotted."""

from .._public import publish
from ._coef_frame import coef_frame
from ._cv_curve import CVCurveDisplay
from ._pruning_curve import PruningCurveDisplay
from ._regularization_path import RegularizationPathDisplay

__all__ = ["CVCurveDisplay", "PruningCurveDisplay", "RegularizationPathDisplay", "coef_frame"]

publish(globals(), __all__, __name__)
