"""The softmax cross-entropy of K classes."""

import numpy as np
from scipy.special import log_softmax, logsumexp, softmax

from ._base import Loss
from .log_loss import divergence


class MultinomialLoss(Loss):
    """loss(y, z) = log sum_k exp(z_k) - sum_k y_k z_k, with y one-hot over the K outputs.

    With p = softmax(z), the scaled dual point stands for the probabilities q = y + tau (p - y), and the
    gap is their relative entropy KL(q | p).
    """

    shift_invariant = True

    def value(self, y, z, s):
        ahead = z - np.sum(y * z, axis=0)  # log(1 + sum over the other classes of exp(ahead))
        return float(np.logaddexp(0.0, logsumexp(np.where(y > 0.5, -np.inf, ahead), axis=0)) @ s)

    def gradient(self, y, z, s):
        # of the class itself: minus the sum of the others, which keeps the digits of a sure prediction
        others = np.where(y > 0.5, 0.0, softmax(z, axis=0))
        return s * np.where(y > 0.5, -others.sum(axis=0), others)

    def curvature(self, y, z, s):
        p = softmax(z, axis=0)
        return s * p, np.sqrt(s) * p

    def majoriser(self, y, z, s):
        # 1/2 (I - 1 1' / K), the bound of Boehning (1992)
        half = np.broadcast_to(0.5 * s, y.shape)
        return half, np.sqrt(half / y.shape[0])

    def fenchel_gap(self, y, z, s, tau):
        # the other classes keep their proportions, so they count as one
        own = y > 0.5
        p, log_p = softmax(z, axis=0), log_softmax(z, axis=0)
        wrong = np.where(own, 0.0, p).sum(axis=0)
        right, log_right = (np.max(a, axis=0, where=own, initial=-np.inf) for a in (p, log_p))
        return divergence(wrong, right, log_right, s, tau)

    def recedes(self, y, z, s):
        margin = (np.sum(y * z, axis=0) - z)[:, s > 0]  # zero for the class itself
        return bool(np.all(margin >= 0.0) and np.any(margin > 0.0))

    def inverse_link(self, z):
        return softmax(z, axis=0)
