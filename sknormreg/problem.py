"""One fitting problem: rows, target, weights, loss, penalty, and whether there is an intercept.

    minimise over w, b    F(Xw + b) + Omega(w)    subject to  low <= w <= high

F averages the loss over the weights. Everything is stated for centred columns: the intercept here is the
one that goes with X - mean, and for a quadratic loss with the target measured from its mean.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from .losses import Loss
from .penalties import Coordinates, Penalty

_EPS = np.finfo(float).eps


@dataclass
class Problem:
    design: object
    y: np.ndarray  # (K, n)
    weights: np.ndarray  # (n,), non-negative, sum one
    loss: Loss
    penalty: Penalty
    coordinates: Coordinates  # flat, K p
    fit_intercept: bool = True

    def __post_init__(self):
        self.n_outputs = self.y.shape[0]
        self.n_features = self.design.shape[1]
        self.shape = (self.n_outputs, self.n_features)

    def with_alpha(self, alpha):
        if alpha == self.penalty.alpha:
            return self
        return replace(self, penalty=self.penalty.with_alpha(alpha))

    def predictor(self, coef, intercept):
        """z (K, n)."""
        z = self.design.matvec(coef)
        z += intercept[:, None]
        return z

    def loss_value(self, z):
        return self.loss.value(self.y, z, self.weights)

    def best_intercept(self, z):
        """Change of intercept (K,) that minimises F(z + change), at fixed coefficients."""
        change = np.zeros(self.n_outputs)
        if not self.fit_intercept:
            return change
        if self.loss.quadratic:
            return -self.loss.gradient(self.y, z, self.weights).sum(axis=1)
        return _newton_intercept(self.loss, self.y, z, self.weights)

    @cached_property
    def unpenalised(self):
        """Coordinates without penalty and open on a side, and their weighted sums of squares."""
        c = self.coordinates
        none = c.unpenalised | (self.penalty.alpha == 0.0)
        free = np.flatnonzero(none & (np.isinf(c.low) | np.isinf(c.high)))
        if free.size == 0:
            return free, np.zeros(0)
        features = free % self.n_features
        used, place = np.unique(features, return_inverse=True)
        return free, self.design.squares(used, self.weights)[place]

    def recedes(self, flat, intercept):
        """Whether the unpenalised part of a point is a direction along which the loss falls forever."""
        free, _ = self.unpenalised
        if self.loss.quadratic or not np.any(flat[free]):
            return False
        direction = np.zeros_like(flat)
        direction[free] = flat[free]
        z = self.predictor(direction.reshape(self.shape), intercept)
        return self.loss.recedes(self.y, z, self.weights)

    def null_point(self):
        """(coef, intercept, objective) at w = 0, or the point of the box nearest to it."""
        c = self.coordinates
        flat = np.clip(0.0, c.low, c.high)
        coef = flat.reshape(self.shape)
        z = self.predictor(coef, np.zeros(self.n_outputs))
        intercept = self.best_intercept(z)
        value = self.loss_value(z + intercept[:, None]) + self.penalty.value(flat, c)
        return coef, intercept, value


def _newton_intercept(loss, y, z, s, max_steps=200):
    """Damped Newton on the K intercepts, down to the rounding of the gradient.

    After a step that had to be shortened the next one uses the loss's majoriser, as in the outer loop.
    """
    K = y.shape[0]
    change, t = np.zeros(K), 1.0
    value = loss.value(y, z, s)
    for _ in range(max_steps):
        at = z + change[:, None]
        gradient = loss.gradient(y, at, s).sum(axis=1)
        d, a = (loss.curvature if t >= 0.5 else loss.majoriser)(y, at, s)
        hessian = np.diag(d.sum(axis=1))
        if a is not None:
            hessian -= a @ a.T
        size = max(np.trace(hessian) / K, 1e-12)
        hessian[np.diag_indices(K)] += 1e-12 * size
        if loss.shift_invariant:
            hessian += size  # steps sum to zero
        step = -np.linalg.solve(hessian, gradient)
        decrease = -float(gradient @ step)
        if decrease <= 4 * _EPS * value:  # too small for the value to tell: the full step, and done
            return change + step
        t = 1.0
        while t > 1e-10:
            new = loss.value(y, z + (change + t * step)[:, None], s)
            if new <= value - 1e-4 * t * decrease:
                change, value = change + t * step, new
                break
            t /= 2
    return change
