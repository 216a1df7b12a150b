"""Pictures and tables of what penalties and pruning do.

They need matplotlib and pandas, when something is plotted or tabulated:
``pip install 'sknormreg[plot,frames]'``.
"""

from .._public import publish
from ._coef_frame import coef_frame
from ._cv_curve import CVCurveDisplay
from ._pruning_curve import PruningCurveDisplay
from ._regularization_path import RegularizationPathDisplay

__all__ = ["CVCurveDisplay", "PruningCurveDisplay", "RegularizationPathDisplay", "coef_frame"]

publish(globals(), __all__, __name__)
