"""The squared hinge of a support vector machine."""

import numpy as np

from ._base import Loss

_ON = 1e-9  # a margin this near the kink is on it, where the curvature of either side will do


class SquaredHinge(Loss):
    """loss(y, z) = max(0, 1 - y z)^2 for y in {-1, +1}, as in a linear SVM.

    Its conjugate is u^2 / 4 + u y on y u <= 0. Where the margin is short, -u = 2 s y (1 - y z), so
    scaling the dual point by tau leaves (1 - tau)^2 of the loss as the gap.
    """

    kinked = True

    def value(self, y, z, s):
        short = np.maximum(0.0, 1.0 - y * z)
        return float(np.vdot(short * s, short))

    def gradient(self, y, z, s):
        return -2.0 * s * y * np.maximum(0.0, 1.0 - y * z)

    def curvature(self, y, z, s):
        return 2.0 * s * (y * z < 1.0 + _ON), None

    def majoriser(self, y, z, s):
        return np.broadcast_to(2.0 * s, y.shape), None

    def fenchel_gap(self, y, z, s, tau):
        return (1.0 - tau) ** 2 * self.value(y, z, s) if tau != 1.0 else 0.0

    def inverse_link(self, z):
        return z
