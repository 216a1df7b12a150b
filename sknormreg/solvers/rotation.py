"""Wide rows under an L2 penalty: the same problem in at most n dimensions.

With X F^-1 X' = E V E', the minimiser lies in the row space, w = F^-1 X' E V^-1/2 t, where the predictor is
Z t with Z = E V^1/2 and the penalty sum_j f_j w_j^2 is |t|^2. Any loss will do.
"""

from dataclasses import replace

import numpy as np
from scipy import linalg

from ..design import DenseDesign
from ..penalties import L2, Coordinates
from .certificate import evaluate
from .path import solve
from .solution import Status

_EPS = np.finfo(float).eps


def rotates(problem):
    """Whether the problem has this form, and fewer rows than features."""
    c, (n, p) = problem.coordinates, problem.design.shape
    penalised = isinstance(problem.penalty, L2) and problem.penalty.alpha > 0 and not c.unpenalised.any()
    return n < p and penalised and c.unbounded


def solve_rotated(problem, tol, max_iter, callback=None):
    """The solution, certified on the original rows."""
    wide, factor, K = problem.design, problem.coordinates.factor[: problem.n_features], problem.n_outputs
    values, vectors = linalg.eigh(wide.outer(1.0 / factor))
    kept = values > wide.shape[0] * _EPS * values.max(initial=0.0)
    root = np.sqrt(values[kept])
    Z = np.asfortranarray(vectors[:, kept] * root)
    size = K * root.size
    unbounded = np.full(size, np.inf)
    small = replace(
        problem,
        design=DenseDesign(Z, problem.weights, centre=False),
        coordinates=Coordinates(np.ones(size), -unbounded, unbounded),
    )

    def back(coef):
        return wide.correlate(coef @ (vectors[:, kept] / root).T) / factor

    report = callback and (lambda coef, intercept: callback(back(coef), intercept))
    found = solve(small, tol=tol, max_iter=max_iter, callback=report)
    coef = back(found.coef)
    point = evaluate(problem, coef.reshape(-1), found.intercept)
    return replace(
        found,
        coef=coef,
        intercept=point.intercept,
        objective=point.objective,
        dual_gap=point.gap,
        status=Status.judge(point.gap, tol, found.null_objective, point.objective),
    )
