"""The quadratic subproblem of one output on residuals: a coordinate costs the entries of its column."""

import numpy as np

from ..._kernels import residual
from .alternate import ENOUGH, Search


def minimise(model, penalty, coordinates, work, tolerance=0.0, budget=np.inf):
    """Coefficients (m,) of a `ColumnsModel`, and behind them the intercept if there is one.

    Nearly its minimiser: the steps of a sweep are `tolerance` times those of the first. The `budget`, of
    proximal steps, is not touched.
    """
    return model.with_intercept(_Search(model, penalty, coordinates, work).run(tolerance))


class _Search(Search):
    """With r, what the columns make of w - w0, and its product S with the root of the weights."""

    def __init__(self, model, penalty, coordinates, work):
        squares = model.columns.squares
        super().__init__(
            model.start[: model.size], model.pull, squares, model.noise, penalty, coordinates, work
        )
        self.columns = model.columns
        self.r, self.S = np.zeros(model.columns.shape[0]), 0.0

    def sweep(self, cols, most):
        c = self.columns
        sweeps, moved, changes, operations, self.S = residual.sweep(
            c.flat, c.indices, c.starts, c.mean, c.total, self.r, self.S, self.q, self.squares,
            self.w, self.l1, self.l2, self.low, self.high, cols, most, ENOUGH,
        )  # fmt: skip
        self.work.epochs += sweeps
        self.work.operations += operations
        return moved, changes

    def value(self):
        """Of the model, less what no w changes."""
        return self.q @ (self.w - self.start) + 0.5 * self.columns.square(self.r, self.S)

    def on(self, support):
        return _Part(self, support)

    def renew(self):
        """r and S from w: a long step that is taken back would leave its rounding in them."""
        self.r = self.columns.times(self.w - self.start, np.arange(self.w.size))
        self.S = self.columns.sum(self.r)


class _Part:
    """The coordinates that conjugate gradients move."""

    def __init__(self, search, support):
        self.search, self.support, self.columns = search, support, search.columns
        self.diagonal = search.squares[support]
        self.operations = 2 * int(self.columns.stored[support].sum())

    def slope(self):
        s = self.search
        return s.q[self.support] + self.columns.correlate(s.r, s.S, self.support)

    def product(self, step):
        r = self.columns.times(step, self.support)
        return self.columns.correlate(r, self.columns.sum(r), self.support)

    def land(self, target):
        self.search.w[self.support] = target
        self.search.renew()
