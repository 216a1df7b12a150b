"""The softmax cross-entropy of K classes."""

import numpy as np
from scipy.special import softmax

from ._base import Loss
from ._intercept import best_intercept
from .log_loss import divergence

_NEAR = 0.25  # a change of z by so much changes no curvature by more than two thirds


class MultinomialLoss(Loss):
    """loss(y, z) = log sum_k exp(z_k) - sum_k y_k z_k, with y one-hot over the K outputs.

    With p = softmax(z), the scaled dual point stands for the probabilities q = y + tau (p - y), and the
    gap is their relative entropy KL(q | p).
    """

    shift_invariant = True

    def value(self, y, z, s):
        return float(_Odds(y, z).loss @ s)

    def gradient(self, y, z, s):
        return _Odds(y, z).gradient(s)

    def curvature(self, y, z, s):
        return _Odds(y, z).curvature(s)

    def derivatives(self, y, z, s):
        odds = _Odds(y, z)
        return float(odds.loss @ s), odds.gradient(s), odds.curvature(s)

    def majoriser(self, y, z, s):
        # 1/2 (I - 1 1' / K), the bound of Boehning (1992)
        half = np.broadcast_to(0.5 * s, y.shape)
        return half, np.sqrt(half / y.shape[0])

    def fenchel_gap(self, y, z, s, tau):
        if tau == 1.0:
            return 0.0
        # the other classes keep their proportions, so they count as one
        odds = _Odds(y, z)
        return divergence(odds.wrong, odds.right, -odds.loss, s, tau)

    def best_intercept(self, y, z, s, enough=0.0):
        start, shares = np.zeros(y.shape[0]), y @ s
        if shares.min() > 0.0 and not z.any():  # the answer but for rounding
            start = np.log(shares)
            start -= start.mean()
            z = z + start[:, None]
        return start + best_intercept(self, y, z, s, _NEAR, enough)

    def recedes(self, y, z, s):
        margin = (np.sum(y * z, axis=0) - z)[:, s > 0]  # zero for the class itself
        return bool(np.all(margin >= 0.0) and np.any(margin > 0.0))

    def inverse_link(self, z):
        return softmax(z, axis=0)


class _Odds:
    """Probabilities of all classes but a sample's own, to the last digit of each however sure it is."""

    def __init__(self, y, z):
        self.own = y > 0.5
        with np.errstate(over="ignore", invalid="ignore"):  # of points too far away to be taken
            others = z - np.einsum("kn,kn->n", y, z)
            top = np.maximum(others.max(axis=0), 0.0)
            others -= top
            np.exp(others, out=others)
            np.copyto(others, 0.0, where=self.own)
            ahead, behind = others.sum(axis=0), np.exp(-top)  # of those and of the class itself
            total = ahead + behind
            #: what it costs: with the own class on top no more than log1p of the others
            self.loss = top + np.where(top > 0.0, np.log(total), np.log1p(ahead))
            others /= total
            self.others, self.wrong, self.right = others, ahead / total, behind / total

    def gradient(self, s):
        # of the class itself: minus the sum of the others, which keeps the digits of a sure prediction
        found = self.others * s
        np.copyto(found, -(self.wrong * s), where=self.own)
        return found

    def curvature(self, s):
        p = self.others.copy()
        np.copyto(p, self.right, where=self.own)
        return p * s, p * np.sqrt(s)
