"""Half the squared error."""

import numpy as np

from ._base import Loss


class SquaredLoss(Loss):
    """loss(y, z) = 1/2 (y - z)^2, summed over outputs."""

    quadratic = True

    def value(self, y, z, s):
        residual = y - z
        return 0.5 * float(np.vdot(residual * s, residual))

    def gradient(self, y, z, s):
        return s * (z - y)

    def curvature(self, y, z, s):
        return np.broadcast_to(s, y.shape), None

    def majoriser(self, y, z, s):
        return self.curvature(y, z, s)

    def fenchel_gap(self, y, z, s, tau):
        return (1.0 - tau) ** 2 * self.value(y, z, s) if tau != 1.0 else 0.0

    def best_intercept(self, y, z, s, enough=0.0):
        return (y - z) @ s

    def inverse_link(self, z):
        return z
