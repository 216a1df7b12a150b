"""Pictures of what penalties and pruning do. Needs matplotlib, when something is plotted."""

from ._pruning_curve import PruningCurveDisplay

__all__ = ["PruningCurveDisplay"]
