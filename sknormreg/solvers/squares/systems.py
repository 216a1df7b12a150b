"""The linear system of ridge regression on the side of the features, or of the rows.

Each corrects coefficients by the residual that they leave (`correct`, for refinement on the rows) and
states its equations (`right`, `apply`, `solve`, `reckon`,
`above`, `fill`, for those who solve many of them
without reading X again). Strengths lam are one for each target. Several strengths, or one where the
spectrum is known already, are solved by that; otherwise by a Cholesky factor for each.
"""

from dataclasses import dataclass

import numpy as np
from scipy import linalg

from ...unpenalised import conditioned
from .dependent import SOUND

_EPS = np.finfo(float).eps
_FEW = 16  # strengths for which a factorisation each is worth it


@dataclass
class SystemFit:
    """What was found for K targets. The last three arrays are None where the rows have to tell."""

    coef: np.ndarray  # (K, p)
    above: np.ndarray  # (K,), how far the objective is above its minimum; inf where it is not known
    n_iter: int = 1  # the most of any target
    direct: bool = True  # no iterations that might have been more
    objective: np.ndarray | None = None  # (K,)
    intercept: np.ndarray | None = None  # (K,), of centred rows
    squares: np.ndarray | None = None  # (K,), weighted means of the squares of the targets


class System:
    """What both sides share. `certainty` is the least reciprocal condition number of what solves them."""

    def _choose(self, workspace, spectrum, matrix_at):
        """`spectrum` is that of this side, or None; `matrix_at` the matrix at a strength."""
        self._spectrum, self._factors, self._matrix_at = spectrum, {}, matrix_at
        values = np.unique(self.lam)
        if spectrum is not None:
            self.certainty = spectrum.certainty(values)
            self.sound = self.certainty > max(SOUND, 10 * spectrum.values.size * _EPS)
            if self.sound or values.size > _FEW:
                return
        self._spectrum, self.certainty = None, np.inf
        for value in values:
            found = conditioned(matrix_at(value))
            workspace.work.factorisations += 1
            self.certainty = min(self.certainty, 0.0 if found is None else found[2])
            self.sound = self.certainty > SOUND
            if not self.sound:
                return
            self._factors[value] = found[:2]

    def reliable(self, reach):
        """Whether the coefficients keep the digits of what was solved; `reach`: the size of each target."""
        return True

    def keeps(self, solution, reach):
        """The same of any solutions of the equations."""
        return True

    def solve(self, rhs, lam):
        """Of right-hand sides, one a row."""
        if self._spectrum is not None:
            return self._spectrum.solve(rhs, lam)
        if len(self._factors) == 1:
            [found] = self._factors.values()
            return _solve(found, rhs)
        out = np.empty_like(rhs)
        for value, found in self._factors.items():
            some = lam == value
            out[some] = _solve(found, rhs[some])
        return out

    def invert(self):
        """Solve by the inverse from now on, where there is one factor: worth it for many targets."""
        if len(self._factors) == 1:
            [(factor, scale)] = self._factors.values()
            lower = np.tril(linalg.lapack.dpotri(factor, lower=1)[0])
            inverse = (lower + np.tril(lower, -1).T) / scale / scale[:, None]
            matrix = self._matrix_at(self.lam[0])
            self.solve = lambda rhs, lam: rhs @ inverse
            self.apply = lambda x, lam: x @ matrix


class Primal(System):
    """(G + lam F) w = X'S y."""

    def __init__(self, design, weights, lam, factor, workspace):
        self.design, self.weights, self.lam, self.factor = design, weights, lam, factor
        self.gram, spectrum = workspace.whole_gram(design, weights), None
        if np.all(factor > 0):
            spectrum = workspace.known_spectrum(factor, False)
            if spectrum is None and np.any(lam != lam[0]):
                spectrum = workspace.spectrum(design, weights, factor, False)
        self._choose(workspace, spectrum, lambda value: self.gram + np.diag(value * factor))

    def correct(self, residual, coef):
        gradient = self.design.correlate(residual * self.weights) - self.lam[:, None] * self.factor * coef
        return self.solve(gradient, self.lam)

    def right(self, Y):
        unit = self.weights[0]
        if np.all(self.weights == unit):
            return unit * self.design.correlate(Y), unit * np.einsum("ki,ki->k", Y, Y)
        weighted = Y * self.weights
        return self.design.correlate(weighted), np.einsum("ki,ki->k", weighted, Y)

    def apply(self, w, lam):
        return w @ self.gram + lam[:, None] * self.factor * w

    def fill(self, w, out):
        out[:] = w

    def reckon(self, squares, rhs, w, lam):
        """The objectives at solutions, to the rounding of the squares."""
        return np.maximum(0.5 * (squares - np.einsum("kj,kj->k", rhs, w)), 0.0)

    def above(self, left, lam):
        """How far what the equations leave can lift the objectives: no more than this."""
        if self._spectrum is not None:
            least = self._spectrum.values[:1].sum() + lam
            return 0.5 * ((left * left) @ (1.0 / self.factor)) / least
        size = np.diagonal(self.gram) + self.lam.min() * self.factor
        return 0.5 * ((left * left) @ (1.0 / size)) / self.certainty


class Dual(System):
    """(A A' + lam I) a = S^1/2 y with A = S^1/2 X F^-1/2; then w = F^-1/2 A' a.

    The correction of a solves the same system for what X w and lam a leave of y.
    """

    def __init__(self, design, weights, lam, factor, workspace):
        self.design, self.lam, self.factor = design, lam, factor
        self.root, self.dual, self.plain = np.sqrt(weights), None, bool(np.all(factor == 1.0))
        kernel = workspace.outer(design, 1.0 / factor)
        self.kernel = kernel * np.outer(self.root, self.root)
        self.size = np.sqrt(np.diagonal(self.kernel).max(initial=0.0))
        spectrum = workspace.known_spectrum(factor, True)
        if spectrum is None and np.any(lam != lam[0]):
            spectrum = workspace.spectrum(design, weights, factor, True)
        self._choose(workspace, spectrum, lambda value: self.kernel + np.diag(np.full(len(kernel), value)))

    def correct(self, residual, coef):
        rhs = residual * self.root
        if self.dual is None:
            self.dual = np.zeros_like(rhs)
        rhs = rhs - self.lam[:, None] * self.dual
        self.dual = self.dual + self.solve(rhs, self.lam)
        return self.coefficients(self.dual) - coef

    def reliable(self, reach):
        return self.keeps(self.dual, reach)

    def keeps(self, dual, reach):
        """Whether w = F^-1/2 A' a does: a is of order y / lam in the null space of A'."""
        norm = np.sqrt(self.root.size) * np.abs(dual).max(axis=1)  # squares might overflow
        lost = _EPS * self.size * norm * self.size
        return bool(np.all(lost <= 1e-12 * reach))

    def right(self, Y):
        scaled = np.multiply(Y, self.root, order="C")
        return scaled, np.einsum("ki,ki->k", scaled, scaled)

    def apply(self, dual, lam):
        return dual @ self.kernel + lam[:, None] * dual

    def coefficients(self, dual):
        return self.fill(dual, np.empty((len(dual), self.factor.size)))

    def fill(self, dual, out):
        self.design.correlate(dual * self.root, out=out)
        if not self.plain:
            out /= self.factor
        return out

    def reckon(self, squares, rhs, dual, lam):
        return 0.5 * np.einsum("ki,ki->k", rhs, lam[:, None] * dual)  # lam first: the rest may underflow

    def above(self, left, lam):
        return 0.5 * np.einsum("ki,ki->k", left, left)


def _solve(found, rhs):
    factor, scale = found
    return linalg.cho_solve((factor, True), (rhs / scale).T, check_finite=False).T / scale
