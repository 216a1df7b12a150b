"""The logistic loss of two classes."""

import numpy as np
from scipy.special import expit, xlogy

from .._kernels import logistic
from ._base import Loss

_TINY = 1e-290  # smaller probabilities overflow as divisors


class LogLoss(Loss):
    """loss(y, z) = log(1 + exp(z)) - y z for y in {0, 1}: the log-loss of P(y = 1) = expit(z).

    With p = expit(z), the scaled dual point stands for the probabilities q = y + tau (p - y), and the
    gap is their relative entropy: KL(q | p), zero for q = p.
    """

    def value(self, y, z, s):
        return logistic.value(y[0], z[0], s)

    def gradient(self, y, z, s):
        found = np.empty(z.shape)
        logistic.gradient(y[0], z[0], s, found[0])
        return found

    def curvature(self, y, z, s):
        found = np.empty(z.shape)
        logistic.curvature(z[0], s, found[0])
        return found, None

    def majoriser(self, y, z, s):
        # (expit(z) - 1/2) / z, the bound of Jaakkola and Jordan (2000), eq. 10; 1/4 at z = 0
        far = np.maximum(np.abs(z), 1e-4)
        return s * 0.5 * np.tanh(0.5 * far) / far, None

    def fenchel_gap(self, y, z, s, tau):
        return logistic.divergence(y[0], z[0], s, tau) if tau != 1.0 else 0.0

    def best_intercept(self, y, z, s, enough=0.0):
        return np.array([logistic.best_intercept(y[0], z[0], s)])

    def recedes(self, y, z, s):
        margin = np.where(y > 0.5, z, -z)[0][s > 0]
        return bool(np.all(margin >= 0.0) and np.any(margin > 0.0))

    def inverse_link(self, z):
        return expit(z)


def divergence(wrong, right, log_right, s, tau):
    """Sum of s KL(q | p), p = (wrong, right) the probabilities and q = (tau wrong, 1 - tau wrong).

    The two terms cancel to second order in 1 - tau, but each is no larger than (1 - tau) wrong.
    """
    if tau == 1.0:
        return 0.0
    moved = (1.0 - tau) * wrong
    kept = right + moved
    with np.errstate(divide="ignore", over="ignore"):
        gain = np.where(right > _TINY, np.log1p(moved / right), np.log(kept) - log_right)
    return max(0.0, float((xlogy(tau, tau) * wrong + kept * gain) @ s))
