"""Relative duality gaps, from the definitions and by code that shares nothing with any solver.

    P(w) = 1/n sum_i loss(y_i, z_i) + alpha sum_j |w_j|  (or alpha / 2 w_j^2)   z = Xw + b, b the best for w

The dual point is the residual at w, made shorter where the L1 norm cannot hold it; docs/objectives.md
says what a gap is relative to. Arrays have a column per output. The outputs of a softmax are one
problem, others are one each, and the worst of them counts.
"""

import numpy as np
from scipy.special import entr, log_softmax, logsumexp


class Squared:
    """Half the squared residual."""

    def __init__(self, y, fit_intercept):
        self.target = np.reshape(y, (len(y), -1))
        self.centre = fit_intercept
        if fit_intercept:
            self.target = self.target - self.target.mean(axis=0)
        self.outputs = self.target.shape[1]
        self.problems = np.eye(self.outputs)  # which outputs make a problem

    def settle(self, z):
        """z with the best intercept."""
        return z - (z - self.target).mean(axis=0)

    def value(self, z):
        return (self.target - z) ** 2 / 2

    def pull(self, z):
        """Minus the derivative in z."""
        return self.target - z

    def conjugate(self, r):
        """Of the loss, at -r."""
        return r**2 / 2 - r * self.target


class SquaredHinge:
    """max(0, 1 - y z)^2, an output per class against the rest."""

    def __init__(self, y, fit_intercept):
        classes = np.unique(y)
        positive = classes[1:] if classes.size == 2 else classes
        self.sign = np.where(np.reshape(y, (-1, 1)) == positive, 1.0, -1.0)
        self.outputs = positive.size
        self.problems = np.eye(self.outputs)

    def settle(self, z):
        low = np.where(self.sign < 0, -1 - z, np.inf).min(axis=0)
        high = np.where(self.sign > 0, 1 - z, -np.inf).max(axis=0)
        low, high = np.minimum(low, high), np.maximum(low, high)
        for _ in range(60):
            middle = (low + high) / 2
            rising = self.pull(z + middle).sum(axis=0) < 0
            low, high = np.where(rising, low, middle), np.where(rising, middle, high)
        inside = self.pull(z + middle) != 0
        left = self.pull(z + middle).sum(axis=0) / 2
        return z + middle + left / np.maximum(inside.sum(axis=0), 1)

    def value(self, z):
        return np.maximum(1 - self.sign * z, 0) ** 2

    def pull(self, z):
        return 2 * self.sign * np.maximum(1 - self.sign * z, 0)

    def conjugate(self, r):
        r = np.maximum(self.sign * r, 0)
        return r**2 / 4 - r


class LogLoss:
    """Softmax cross-entropy; of two classes the first has scores of zero, and there is one output."""

    def __init__(self, y, fit_intercept):
        self.own = np.reshape(y, (-1, 1)) == np.unique(y)
        self.outputs = 1 if self.own.shape[1] == 2 else self.own.shape[1]
        self.problems = np.ones((self.outputs, 1))

    def _scores(self, z):
        return z if self.outputs > 1 else np.hstack([np.zeros_like(z), z])

    def settle(self, z):
        """Newton's method in the intercepts, steps halved until the loss falls."""
        value = self.value(z).sum()
        for _ in range(50):
            pull = self.pull(z).mean(axis=0)
            if np.abs(pull).max() < 1e-15:
                break
            p = np.exp(log_softmax(self._scores(z), axis=1))[:, -self.outputs :]
            curvature = np.diag(p.mean(axis=0)) - p.T @ p / len(p)
            if self.outputs > 1:
                curvature += np.trace(curvature) / self.outputs**2  # a shift of all intercepts is free
            step = np.linalg.solve(curvature, pull)
            for _ in range(30):
                new = self.value(z + step).sum()
                if new < value:
                    break
                step /= 2
            else:
                break
            z, value = z + step, new
        return z

    def value(self, z):
        scores = self._scores(z)
        return (logsumexp(scores, axis=1) - scores[self.own])[:, None]

    def pull(self, z):
        return (self.own - np.exp(log_softmax(self._scores(z), axis=1)))[:, -self.outputs :]

    def conjugate(self, r):
        r = r if self.outputs > 1 else np.hstack([-r, r])
        return -entr(np.maximum(self.own - r, 0)).sum(axis=1, keepdims=True)


LOSSES = {"squared": Squared, "log_loss": LogLoss, "squared_hinge": SquaredHinge}


def relative_gap(X, y, coef, intercept, *, alpha, loss="squared", penalty="l1", fit_intercept=True):
    """The worst over the problems, in units of their objectives at w = 0."""
    loss, n = LOSSES[loss](y, fit_intercept), len(y)
    w = np.reshape(coef, (loss.outputs, -1)).T
    z, null = X @ w + np.ravel(intercept), np.zeros((n, loss.outputs))
    if fit_intercept:
        z, null = loss.settle(z), loss.settle(null)
    pull = loss.pull(z)
    if fit_intercept:
        pull = pull - pull.mean(axis=0)
    v = X.T @ pull / n
    if penalty == "l1":
        charge = alpha * np.abs(w)
        steepest = (loss.problems.T * np.abs(v).max(axis=0)).max(axis=1)  # of each problem
        pull = pull * (loss.problems @ np.minimum(1, alpha / np.maximum(steepest, alpha)))
    else:
        charge = alpha / 2 * w**2 + v**2 / (2 * alpha)
    values = (loss.value(z) + loss.conjugate(pull)).mean(axis=0)
    gaps = values + charge.sum(axis=0) @ loss.problems
    return float(np.max(gaps / loss.value(null).mean(axis=0)))
