"""Unpenalised columns that nearly depend on each other, replaced by an orthonormal basis of what they span.

Nothing but the loss holds their coefficients, so all the digits that a Gram matrix loses of them are
missing in the fit. With Q R the factorisation of the columns U (times the root of the weights), U w = Q t
for t = R w: the same problem in t, where the solvers see an identity. It is solved and certified there;
what is added to its gap is how much higher the objective is at the coefficients w that are returned, on
the rows as they were given.
"""

from dataclasses import replace
from functools import cached_property

import numpy as np

from ..triangular import solve_triangular
from .certificate import arrive
from .solution import Status
from .squares.orthogonal import Basis, column_norms, rounding


class Reparametrised:
    """`problem` has t for the coefficients of the unpenalised features; all others are as they were."""

    def __init__(self, given):
        self.given, features = given, given.unpenalised.features
        design, root = given.design, np.sqrt(given.weights)
        rows = next(design.restrict(features).row_blocks(design.shape[0]))[1]
        rows -= given.weights @ rows if design.centred else 0.0  # the means are rounded to their own size
        weighted = rows * root[:, None]
        self.lengths = column_norms(weighted)
        blur = rounding(self.lengths, design.mean[features])
        self.lengths[self.lengths == 0.0] = 1.0
        self.basis = basis = Basis(weighted / self.lengths, blur)
        self.pivoted = features[basis.pivot]  # in the order of the basis, those that depend on others last
        self.kept, self.dropped = self.pivoted[: basis.rank], self.pivoted[basis.rank :]
        columns = np.zeros((design.shape[0], features.size))
        counts = root > 0
        columns[counts, : basis.rank] = basis.Q[counts] / root[counts, None]
        others = rows[~counts] / self.lengths
        columns[~counts, : basis.rank] = solve_triangular(
            basis.triangle, others[:, basis.chosen].T, trans="T"
        ).T
        replaced = design.replace(self.pivoted, columns)
        self.problem = replace(given, design=replaced, coordinates=self._without_dropped())

    def _without_dropped(self):
        c, shape = self.given.coordinates, self.given.shape
        low, high = c.low.reshape(shape).copy(), c.high.reshape(shape).copy()
        low[:, self.dropped], high[:, self.dropped] = 0.0, 0.0
        return type(c)(c.factor, low.reshape(-1), high.reshape(-1))

    @cached_property
    def _all(self):
        """R of the kept columns, then of the dropped ones, for coefficients in the units of X."""
        lengths = self.lengths[self.basis.pivot]
        return self.basis.R[: self.basis.rank] * lengths

    def forward(self, coef):
        """Coefficients (K, p) of the problem from those of X."""
        made = coef.copy()
        made[:, self.kept] = coef[:, self.pivoted] @ self._all.T
        made[:, self.dropped] = 0.0
        return made

    def back(self, coef):
        """Coefficients (K, p) of X; a column that depends on the others has none."""
        made = coef.copy()
        scaled = solve_triangular(self.basis.triangle, coef[:, self.kept].T)
        made[:, self.kept] = scaled.T / self.lengths[self.basis.chosen]
        made[:, self.dropped] = 0.0
        return made

    def start(self, start):
        """(coef, intercept) or None, alike."""
        return None if start is None else (self.forward(start[0]), start[1])

    def report(self, callback):
        """A callback that hears of the coefficients of X."""
        return callback and (lambda coef, intercept: callback(self.back(coef), intercept))

    def certified(self, found, alpha, tol):
        """The solution of the given problem; its gap has what rounding costs the coefficients of X."""
        given, coef = self.given.with_alpha(alpha), self.back(found.coef)
        at = arrive(given, coef.reshape(-1), found.intercept)
        gap = found.dual_gap + max(0.0, at.objective - found.objective)
        status = found.status
        if status in (Status.CONVERGED, Status.MAX_ITER):
            status = Status.judge(gap, tol, found.null_objective, at.objective)
        return replace(
            found, coef=coef, intercept=at.intercept, objective=at.objective, dual_gap=gap, status=status
        )
