"""Quadratic models of the loss on a working set, and what of their gradient is rounding."""

from dataclasses import dataclass

import numpy as np

_EPS = np.finfo(float).eps


@dataclass
class GramModel:
    """Curvature G and gradient g of the loss at w0, over the working set and the free intercepts."""

    gram: np.ndarray  # (m, m)
    gradient: np.ndarray  # (m,)
    start: np.ndarray  # (m,), w0
    noise: np.ndarray  # (m,), how large a gradient entry is by rounding alone: `gradient_noise`

    def product(self, step):
        """G step."""
        return self.gram @ step

    @property
    def diagonal(self):
        return np.diagonal(self.gram)


def gradient_noise(diagonal, w, scale):
    """How large the gradient is by rounding alone at coefficients w; the target is of size `scale`.

    `diagonal` is that of the Gram matrix.
    """
    root = np.sqrt(np.maximum(diagonal, 0.0))
    return 16 * _EPS * root * (scale + np.linalg.norm(root * w))


def squared_length(model, step, most):
    """step' G step; inf where it is more than is possible if the model falls by no more than `most`.

    From there to its minimum that is at most 2 `most`, and from any point that is no higher as well. Along
    a direction that is null but for rounding a search may run away from any minimum.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        square = float(step @ model.product(step))
        slack = model.noise @ np.abs(step)
    possible = abs(square) <= 8.0 * most + slack and np.isfinite(slack)
    return max(0.0, square) if possible else np.inf
