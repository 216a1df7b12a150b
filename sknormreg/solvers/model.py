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


@dataclass
class ColumnsModel:
    """The same without G, of one output: the rows of the members, each times the root of its curvature.

    The `columns` are centred in these weights, so an intercept, which stands behind the coefficients, is
    decoupled from them: it takes up `means` of what they do.
    """

    columns: object  # `DenseColumns` or `SparseColumns`, (n, m)
    means: np.ndarray  # (m,), of the columns of the problem
    total: float  # of the curvatures
    gradient: np.ndarray  # (m,) or (m + 1,)
    start: np.ndarray
    noise: np.ndarray

    @property
    def size(self):
        """How many coefficients there are."""
        return self.means.size

    def product(self, step):
        m = self.size
        r = self.columns.times(step[:m])
        made = np.zeros(step.size)
        made[:m] = self.columns.correlate(r, self.columns.sum(r))
        if step.size > m:
            shift = self.total * (self.means @ step[:m] + step[m])
            made[:m] += self.means * shift
            made[m] = shift
        return made

    @property
    def pull(self):
        """The gradient (m,) where the intercept is at its best."""
        m = self.size
        if self.start.size == m:
            return self.gradient
        return self.gradient[:m] - self.means * self.gradient[m]

    def with_intercept(self, w):
        """(m,) coefficients, and behind them the best step of the intercept."""
        m = self.size
        if self.start.size == m:
            return w
        return np.append(w, -self.gradient[m] / self.total - self.means @ (w - self.start[:m]))

    @property
    def diagonal(self):
        squares = self.columns.squares
        if self.start.size == self.size:
            return squares
        return np.append(squares + self.total * self.means**2, self.total)


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
