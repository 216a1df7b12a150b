"""Quadratic models of the loss on a working set, and what of their gradient is rounding."""

from copy import copy
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..triangular import solve_triangular
from ..unpenalised import cholesky

_EPS = np.finfo(float).eps
_LARGE = 1 << 23  # entries of a matrix that is formed once to tell what is rounding: 64 MiB


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
        return self.gram.diagonal()

    def gain(self, e, curvature):
        """Half of e'(G + C)^-1 e for e and a diagonal C: what a step gains whose gradient is e."""
        return _gain(self.gram.copy(), e, curvature)


class RowsModel:
    """The same by products with the rows: no matrix as large as the square of a step is formed.

    The coordinates are the coefficients of `outputs` (m,) at `places` (m,) among the columns of `design`,
    and behind them `free` intercepts. Sample i has the `curvature` diag(d_i) - a_i a_i', and a `damping`
    (m,) is added. The loss is flat along the `shifts`: one constant, added to all of such a group.
    """

    def __init__(self, design, outputs, places, curvature, free, damping, shifts, gradient, start, scale):
        self.design, self.outputs, self.places = design, outputs, places
        self.d, self.a = curvature
        self.free, self.damping, self.shifts = free, damping, shifts
        self.gradient, self.start = gradient, start
        self.shape = self.d.shape[0], design.shape[1]
        self.whole = outputs.size == self.shape[0] * self.shape[1]  # all of them, in order
        self.noise = gradient_noise(self.diagonal, start, scale)
        self.operations = 4 * self.shape[0] * design.entries  # in a product

    def image(self, step):
        """What a step makes of the predictors, (K, n)."""
        m = self.outputs.size
        coef = step[:m]
        if not self.whole:
            coef = np.zeros(self.shape)
            coef[self.outputs, self.places] = step[:m]
        z = self.design.matvec(coef.reshape(self.shape))
        if self.free:
            z += step[m:, None]
        return z

    def product(self, step):
        """H step."""
        m, z = self.outputs.size, self.image(step)
        across = None if self.a is None else np.einsum("kn,kn->n", self.a, z)
        curved = np.multiply(self.d, z, out=z)
        if self.a is not None:
            for row, a in zip(curved, self.a, strict=True):
                row -= a * across
        found = self.design.correlate(curved)
        found = found.reshape(-1) if self.whole else found[self.outputs, self.places]
        found = found + self.damping * step[:m]
        return np.append(found, curved.sum(axis=1)) if self.free else found

    @cached_property
    def diagonal(self):
        """That of H."""
        own = self.d if self.a is None else np.maximum(self.d - self.a**2, 0.0)
        found = self.design.squares_each(own)
        found = found.reshape(-1) if self.whole else found[self.outputs, self.places]
        found = found + self.damping
        return np.append(found, own.sum(axis=1)) if self.free else found

    def gain(self, e, curvature):
        """No less than half of e'(H + C)^-1 e, for e and a diagonal C."""
        return _most(e, curvature)

    def uncentred(self):
        """(the same where columns are as they are stored, how far their means are from it (m,)).

        The intercepts take up what the means would; without any, nothing is centred.
        """
        design, means = self.design.uncentred()
        made, m, offsets = copy(self), self.outputs.size, means[self.places]
        made.design = design
        vars(made).pop("diagonal", None)
        if self.free:
            made.gradient = self.gradient.copy()
            made.gradient[:m] += offsets * self.gradient[m:][self.outputs]
        return made, offsets

    def level(self, step):
        """The step without its share in the shifts."""
        for shift in self.shifts:
            step[shift] -= step[shift].mean()
        return step


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
        every = np.arange(m)
        r = self.columns.times(step[:m], every)
        made = np.zeros(step.size)
        made[:m] = self.columns.correlate(r, self.columns.sum(r), every)
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

    def gain(self, e, curvature):
        """That of a `GramModel`, e having no share in the intercept; no less where G would be too large."""
        m = self.size
        if m * m > _LARGE:
            return _most(e, curvature)
        return _gain(self.columns.gram(), e[:m], curvature[:m])


def _gain(hessian, e, curvature):
    np.einsum("ii->i", hessian)[:] += curvature
    found = cholesky(hessian, _EPS)
    if found is None:
        return np.inf
    factor, lengths = found
    along = solve_triangular(factor, e / lengths, lower=True)
    return 0.5 * float(along @ along)


def _most(e, curvature):
    """Half of e'C^-1 e, infinite where C is zero and e is not."""
    moved = e != 0.0
    with np.errstate(divide="ignore"):
        return 0.5 * float(np.sum(e[moved] ** 2 / curvature[moved]))


def gradient_noise(diagonal, w, scale):
    """How large the gradient is by rounding alone at coefficients w; the target is of size `scale`.

    `diagonal` is that of the Gram matrix.
    """
    root = np.sqrt(np.maximum(diagonal, 0.0))
    reach = root * w
    return root * (16 * _EPS * (scale + np.sqrt(reach @ reach)))


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
