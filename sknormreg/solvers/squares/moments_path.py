"""A path of squared loss from moments alone: no row is read.

The active-set search of `newton.pyx` goes from one strength to the next with its Cholesky factor, so the
whole path costs about its changes of pattern, each O(p k) with k free coefficients.
"""

from dataclasses import dataclass

import numpy as np

from ..._kernels import newton
from ...unpenalised import MatrixProducts, Unpenalised
from ..certificate import squared_objective_and_gap
from ..solution import Solution

_EPS = np.finfo(float).eps
_SURE = 1e-6  # squared pivots from here on, relative, leave ten digits to a solution from a Gram matrix


@dataclass
class Squares:
    """Weighted averages of centred rows, for one target: gram (p, p), cross (p,) and yy."""

    gram: np.ndarray
    cross: np.ndarray
    yy: float

    def correlation(self, w):
        """X'u (A, p) at coefficients (A, p)."""
        return self.cross - w @ self.gram

    def loss(self, w, correlation):
        """Half the mean squared error, from what is left of yy: as exact as eps yy."""
        explained = np.einsum("...j,...j->...", w, self.cross + correlation)
        return np.maximum(0.5 * (self.yy - explained), 0.0)


def solve_moments(squares, penalty, coordinates, alphas, work):
    """(coefficients (A', p), certain): the optima at falling `alphas`.

    A' < A if a search ran too long. From the place `certain` on, columns are so near to dependent that a
    Gram matrix loses digits that the rows have.
    """
    start = np.clip(np.zeros(squares.cross.size), coordinates.low, coordinates.high)
    gradient = -squares.correlation(start)
    return follow(squares.gram, gradient, start, penalty, coordinates, alphas, squares.yy, work)


def follow(gram, gradient, start, penalty, coordinates, alphas, yy, work):
    """The same from any start, with the gradient of the loss there."""
    c, p = coordinates, start.size
    unit1, unit2 = penalty.with_alpha(1.0).l1_and_l2(c)
    noise = 16 * _EPS * np.sqrt(np.maximum(np.diagonal(gram), 0.0)) * np.sqrt(yy)
    found = np.empty((len(alphas), p))
    done, certain, steps, factorisations = newton.follow(
        gram, gradient.copy(), start.copy(), unit1, unit2, np.ascontiguousarray(alphas, dtype=np.float64),
        c.low, c.high, noise, np.empty((p, p)), np.empty(p, dtype=np.intp), np.empty((7, p)),
        np.empty(p, dtype=np.int8), 3 * p + 50, _SURE, found,
    )  # fmt: skip
    work.newton_steps += steps
    work.factorisations += factorisations
    return found[:done], certain


def certify(squares, penalty, coordinates, alphas, found, tol):
    """Solutions from coefficients (A, p), each with its gap, from the moments."""
    c = coordinates
    null = np.clip(np.zeros(squares.cross.size), c.low, c.high)
    correlation = squares.correlation(found)
    loss = squares.loss(found, correlation)
    null_loss = squares.loss(null, squares.correlation(null))
    products, solutions = MatrixProducts(squares.gram), []
    free = Unpenalised(penalty.with_alpha(float(alphas[0])), c, len(squares.gram), products)
    for alpha, w, v, value in zip(alphas, found, correlation, loss, strict=True):
        here = penalty.with_alpha(float(alpha))
        objective, gap = squared_objective_and_gap(here, c, w, v, value, free.charge(v[free.indices]))
        null_objective = null_loss + here.value(null, c)
        solutions.append(Solution.judged(w[None, :], np.zeros(1), objective, gap, null_objective, tol))
    return solutions
