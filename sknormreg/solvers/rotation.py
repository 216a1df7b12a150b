"""Wide rows under an L2 penalty: the same problem in at most n dimensions.

With X F^-1 X' = E V E', the minimiser lies in the row space, w = F^-1 X' E V^-1/2 t, where the predictor is
Z t with Z = E V^1/2 and the penalty sum_j f_j w_j^2 is |t|^2. Any loss will do. Rows so dependent that the
squares lose digits are rotated by a QR decomposition instead.
"""

from dataclasses import replace

import numpy as np
from scipy import linalg

from ..design import DenseDesign
from ..penalties import L2, Coordinates
from .certificate import evaluate
from .loop import solve_path
from .solution import Status
from .squares.orthogonal import column_norms, rounding, turn

_EPS = np.finfo(float).eps
_ROOM = 1 << 23  # entries of a dense copy of sparse rows: 64 MiB
_SURE = 1e-4  # singular values from here on, relative, are good to enough digits though they are roots


def solve_rotated(problem, alphas, *, workspace, tol, max_iter, callback=None):
    """Yield the solutions along a path, certified on the original rows."""
    wide, K = problem.design, problem.n_outputs
    factor = problem.penalty.l2_factor(problem.coordinates)[: problem.n_features]
    Z, back = _rotation(wide, factor, problem.weights * problem.fit_intercept, workspace)
    size = K * Z.shape[1]
    small = replace(
        problem,
        design=DenseDesign(Z, problem.weights, centre=False),
        penalty=L2(problem.penalty.alpha),
        coordinates=Coordinates.uniform(size),
    )

    report = callback and (lambda coef, intercept: callback(back(coef), intercept))
    options = {"workspace": workspace.anew(), "tol": tol, "max_iter": max_iter, "callback": report}
    path = solve_path(small, alphas, **options)
    for alpha, found in zip(alphas, path, strict=True):
        coef = back(found.coef)
        point = evaluate(problem.with_alpha(alpha), coef.reshape(-1), found.intercept)
        judged = Status.judge(point.gap, tol, found.null_objective, point.objective)
        yield replace(
            found,
            coef=coef,
            intercept=point.intercept,
            objective=point.objective,
            dual_gap=point.gap,
            status=found.status if found.status is Status.STOPPED else judged,
        )


def _rotation(wide, factor, s, workspace):
    """Z (n, r), and the function that turns coefficients t (K, r) for it into w (K, p).

    `s` are the weights in whose mean the rows are centred once more, as the first mean is rounded to its
    own size; zero without an intercept.
    """
    n, p = wide.shape
    kernel = workspace.outer(wide, 1.0 / factor)
    across = kernel @ s
    values, vectors = linalg.eigh(kernel - across - across[:, None] + s @ across)
    kept = values > n * _EPS * values.max(initial=0.0)
    root, vectors = np.sqrt(values[kept]), vectors[:, kept]
    lost = n - bool(s.any()) - root.size  # directions too short to be seen among squares
    sure = not kept.any() or (lost <= 0 and root[0] > _SURE * root[-1])
    if sure or not (hasattr(wide, "columns") or n * p <= _ROOM):
        dual = vectors / root
        dual -= s[:, None] * dual.sum(axis=0)
        return np.asfortranarray(vectors * root), lambda t: wide.correlate(t @ dual.T) / factor
    scale = np.sqrt(factor)
    rows = next(wide.row_blocks(n))[1] / scale
    rows -= s @ rows
    Z, back = turn(rows, rounding(column_norms(rows), wide.mean / scale))
    return Z, lambda t: (t @ back.T) / scale
