"""The quadratic subproblem of several outputs on residuals.

Sample i has the Hessian diag(d_i) - a_i a_i' in its predictors v_i, so with t_i = a_i'v_i the gradient of
the coefficient of column j in output k is x_j'(d_k v_k - a_k t): a coordinate costs its column a few times,
and no matrix of pairs of outputs is formed. The intercepts are coordinates.
"""

import numpy as np

from ..._kernels import residual
from .alternate import ENOUGH, Search


def minimise(model, penalty, coordinates, work, tolerance=0.0, budget=np.inf):
    """Coefficients (m,) of a `RowsModel`, and behind them the intercepts if there are any.

    Nearly its minimiser: the steps of a sweep are `tolerance` times those of the first. The `budget`, of
    proximal steps, is not touched.
    """
    raw, offsets = model.uncentred()
    w = _Search(raw, penalty, coordinates, work).run(tolerance)
    if model.free:  # which stand for the means of the columns, too
        m = model.outputs.size
        taken = (w[:m] - model.start[:m]) * offsets
        w[m:] += np.bincount(model.outputs, weights=taken, minlength=model.free)
    return w


class _Search(Search):
    """With v (K, n), what the columns make of w - w0, and t (n,)."""

    def __init__(self, model, penalty, coordinates, work):
        squares = np.array(model.diagonal)
        super().__init__(model.start, model.gradient, squares, model.noise, penalty, coordinates, work)
        self.model, (K, n) = model, model.d.shape
        self.a = np.zeros((K, n)) if model.a is None else np.ascontiguousarray(model.a)
        self.d = np.ascontiguousarray(model.d)
        self.values, self.indices, self.starts = model.design.stored()
        self.outputs = np.append(model.outputs, np.arange(model.free))
        self.features = np.append(model.places, np.full(model.free, -1))
        self.ones = np.ones(n)
        self.v, self.t = np.zeros((K, n)), np.zeros(n)

    def sweep(self, cols, most):
        sweeps, moved, changes, operations = residual.sweep_outputs(
            self.values, self.indices, self.starts, self.d, self.a, self.v, self.t, self.q, self.squares,
            self.w, self.l1, self.l2, self.low, self.high, cols, self.outputs, self.features, self.ones,
            most, ENOUGH,
        )  # fmt: skip
        self.work.epochs += sweeps
        self.work.operations += operations
        return moved, changes

    def value(self):
        """Of the model, less what no w changes."""
        curved = np.vdot(self.v, self.d * self.v) - float(self.t @ self.t)
        return self.q @ (self.w - self.start) + 0.5 * curved

    def on(self, support):
        return _Part(self, support)

    def renew(self):
        """v and t from w."""
        self.v = np.ascontiguousarray(self.model.image(self.w - self.start))
        self.t = np.einsum("kn,kn->n", self.a, self.v)


class _Part:
    """The coordinates that conjugate gradients move."""

    def __init__(self, search, support):
        self.search, self.support = search, support
        self.diagonal = search.squares[support]
        model = search.model
        self.operations = 2 * model.shape[0] * model.design.entries

    def slope(self):
        s = self.search
        return (s.q + s.model.product(s.w - s.start))[self.support]

    def product(self, step):
        whole = np.zeros(self.search.w.size)
        whole[self.support] = step
        return self.search.model.product(whole)[self.support]

    def land(self, target):
        self.search.w[self.support] = target
        self.search.renew()
