"""When there is nothing left to refine."""

import numpy as np

_ROUNDING = 1e-14  # a step this small, relative to the problem, is refinement no more
EXACT = 0.125  # of the rounding of a gradient entry: a violation this small is as good as none


def settled(violation, noise):
    """Whether every violation is as good as none beside what rounding makes of its gradient."""
    return bool(np.all(violation <= EXACT * noise))


class Refinement:
    """Steps that follow a certificate, until they are rounding or shrink no more.

    Exact models shrink them at once or not at all. A saturated log-loss gets there by steps of e^-1/2, and
    a squared hinge may meet a new kink on the way.
    """

    def __init__(self, quadratic, scale):
        self.scale = scale  # of the problem
        self.shrinking, self.attempts = (0.5, 1) if quadratic else (0.95, 4)
        self.last = np.inf

    def done(self, size, near):
        """Of a step of this `size`, in the norm of the predictions, and if it hardly changes anything."""
        self.attempts -= size >= self.shrinking * self.last
        self.last = size
        return (size <= _ROUNDING * self.scale and near) or self.attempts == 0
