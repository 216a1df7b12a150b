"""Penalties: one file each. A penalty owns its strength; where it applies and how far a coefficient may
go (factors and bounds) are data that the solvers hand to it as `Coordinates`."""

from .._public import publish
from ._base import Coordinates, Penalty, SeparablePenalty, Structure
from .elastic_net import ElasticNet
from .l1 import L1
from .l2 import L2

__all__ = ["L1", "L2", "Coordinates", "ElasticNet", "Penalty", "SeparablePenalty", "Structure"]

publish(globals(), __all__, __name__)
