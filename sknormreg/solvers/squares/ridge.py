"""Ridge regression without bounds: a linear system, solved on its smaller side and refined on the rows.

    minimise over w_k    1/2 sum_i s_i (y_ki - x_i w_k)^2 + lam_k / 2 sum_j f_j w_kj^2

for centred X and Y, weights s that sum to one and one lam per target. The method is chosen by the table
`SYSTEMS` of `choose`, of which a row is for where those before it fail. Each ends with refinement steps on
residuals recomputed from X, so the squared condition number of a Gram matrix costs iterations and not
digits. Where it is singular because columns depend on others, on the rows too and to rounding, these are
left out (`dependent`). All else goes to an orthogonal method. Both give the solution of minimum norm. Many
targets of a well-conditioned system are solved and certified on its `equations`.

Every method tells how far its objective is above the minimum: half the squared length, in the norm of the
system, of the last step of refinement, or the squared projection of the residual on the columns.
"""

from copy import copy
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse.linalg import LinearOperator, lsqr

from ...moments import mean_squares, without_mean
from ..certificate import evaluate
from ..choose import choose_systems
from ..solution import Solutions
from ..workspace import Workspace
from .dependent import Dependent
from .equations import many, solve_equations, target_blocks
from .orthogonal import orthogonal_ridge
from .systems import Dual, Primal, SystemFit

_HELD = 1 << 21  # doubles of targets that it turns at a time: 16 MiB
_REFINEMENTS = 10
_EPS = np.finfo(float).eps


def solve_squares(problems, tol, max_iter=None, workspace=None):
    """Certified `Solutions` of such problems."""
    factor = problems.penalty.l2_factor(problems.coordinates)
    rows = problems.design, problems.Y, problems.weights
    found = solve_ridge(*rows, problems.strengths, factor, max_iter, workspace)
    return certify(problems, found, tol)


def certify(problems, found, tol):
    """`Solutions` from what was found for one problem each, for all in one go.

    The gap is what a factorisation tells of the minimum, where there is one: the dual point that X'u makes
    charges its rounding to the curvature of the penalty alone, and not to that of the whole system.
    """
    if found.objective is None:
        found = replace(found, **_on_rows(problems, found.coef))
    above = found.above.copy()
    for k in np.flatnonzero(~np.isfinite(above)):
        above[k] = evaluate(problems[k], found.coef[k], found.intercept[k : k + 1]).gap
    options = {"n_iter": found.n_iter, "direct": found.direct}
    null = 0.5 * found.squares  # of coefficients of zero
    return Solutions.judged(found.coef, found.intercept, found.objective, above, null, tol, **options)


def _on_rows(problems, coef):
    """What a `SystemFit` may leave out, from the rows."""
    design, weights, count = problems.design, problems.weights, len(coef)
    objective, squares, intercept = np.empty(count), np.empty(count), np.zeros(count)
    root, lam = np.sqrt(problems.coordinates.factor), np.sqrt(problems.strengths)
    for some in target_blocks(count, design):
        Y = problems.Y[some]
        squares[some] = mean_squares(Y, weights)
        residual = Y - design.matvec(coef[some])
        if problems.fit_intercept:
            intercept[some] = residual @ weights
            residual -= intercept[some, None]
        charged = lam[some, None] * coef[some] * root  # the root first: squares alone may overflow
        loss = mean_squares(residual, weights)
        objective[some] = 0.5 * (loss + np.einsum("kj,kj->k", charged, charged))
    return {"objective": objective, "intercept": intercept, "squares": squares}


def solve_ridge(design, Y, weights, lam, factor, max_iter=None, workspace=None):
    """`SystemFit` of targets Y (K, n)."""
    lam = np.array(np.broadcast_to(lam, Y.shape[0]), dtype=np.float64)
    if not lam.any():
        factor = np.ones(design.shape[1])  # nothing is penalised: minimum norm over all features
    task = _Task(design, Y, weights, lam, factor, max_iter, workspace or Workspace())
    ways = (_WAYS[name](task) for name in choose_systems(design, lam, factor))
    return next(found for found in ways if found is not None)


@dataclass
class _Task:
    design: object
    Y: np.ndarray
    weights: np.ndarray
    lam: np.ndarray
    factor: np.ndarray
    max_iter: int | None
    workspace: Workspace
    singular: bool = False  # whether the matrix of the features turned out to be


def _by_cholesky(task):
    design, Y, weights = task.design, task.Y, task.weights
    system = make_system(design, weights, task.lam, task.factor, task.workspace)
    task.singular = not system.sound
    if task.singular:
        return None
    found = solve_equations(system, Y, np.arange(len(Y))) if many(system, len(Y)) else None
    return found or refined(system, design, Y, weights)


def _without_dependent(task):
    if not task.singular:
        return None
    design, Y, weights = task.design, task.Y, task.weights
    gram = task.workspace.whole_gram(design, weights)
    system = Dependent(design, weights, task.lam, task.factor, gram)
    found = refined(system, design, Y, weights) if system.sound else None
    return found and refined(system, design, Y, weights, system.shortened(found.coef))


def _by_orthogonal(task):
    """Block by block of targets, each large enough to be worth its factorisation."""
    design, Y, root, lam = task.design, task.Y, np.sqrt(task.weights), task.lam
    coef, above = np.empty((len(Y), design.shape[1])), np.empty(len(Y))
    height = max(min(design.shape), _HELD // max(design.shape))
    for first in range(0, len(Y), height):
        some = slice(first, first + height)
        coef[some], above[some] = orthogonal_ridge(design, Y[some], root, lam[some], task.factor)
    return SystemFit(coef, above)


def make_system(design, weights, lam, factor, workspace):
    """The linear system of the smaller side at strengths lam (K,), one for each target; or None."""
    kind = {"features": Primal, "rows": Dual}.get(choose_systems(design, lam, factor)[0])
    return kind and kind(design, weights, lam, factor, workspace)


def refined(system, design, Y, weights, start=None):
    """The `SystemFit` refined on the rows, or None where that does not settle."""
    coef, above = np.empty((len(Y), design.shape[1])), np.empty(len(Y))
    for some in target_blocks(len(Y), design):
        targets = np.ascontiguousarray(Y[some])
        begun = None if start is None else start[some]
        coef[some], settled, above[some] = refine(_part(system, some), design, targets, weights, begun)
        if not settled:
            return None
    return SystemFit(coef, above)


def _part(system, some):
    """That of some of the targets."""
    made = copy(system)
    made.lam = system.lam[some]
    return made


def refine(method, design, Y, weights, start=None):
    """(coef, settled, above (K,)): corrections from the gradient until they stop shrinking.

    Settled: the last correction is below 1e-10 of the solution, in the norm of the predictions. Above
    the minimum was half the square of that, with the penalty's share, and is less after it.
    """
    coef = np.zeros((Y.shape[0], design.shape[1])) if start is None else start
    residual = Y if start is None else _left(design, Y, weights, design.matvec(coef))
    previous = np.inf
    reach = np.sqrt(mean_squares(Y, weights))
    for _ in range(_REFINEMENTS):
        change = method.correct(residual, coef)
        trial = coef + change
        moved = design.matvec(change)
        squares = mean_squares(moved, weights)
        size = np.max(np.sqrt(squares) / np.where(reach > 0, reach, 1.0))
        if not np.isfinite(size):
            return coef, False, np.full(len(coef), np.inf)
        charged = (
            np.reshape(np.sqrt(method.lam), (-1, 1)) * change
        )  # the root first: squares alone may overflow
        above = 0.5 * (squares + (charged * charged) @ method.factor)
        if size >= 0.5 * previous:
            break
        first = start is None and previous == np.inf  # the step is then all that there is
        coef, previous = trial, size
        if size <= 4 * _EPS:
            break
        residual = _left(design, Y, weights, moved if first else design.matvec(coef))
    return coef, bool(previous <= 1e-10 and method.reliable(reach)), above


def _left(design, Y, weights, predicted):
    return without_mean(design, Y - predicted, weights)


def _by_lsqr(task):
    """LSQR on the rows above diag(sqrt(lam F)); from zero it tends to the minimum-norm solution."""
    design, Y, root, lam = task.design, task.Y, np.sqrt(task.weights), task.lam
    n, p = design.shape
    coef, most = np.empty((Y.shape[0], p)), 1
    unit = np.sqrt(design.squares(np.arange(p), root**2).max(initial=0.0)) or 1.0  # LSQR squares its norms
    for k, (y, value) in enumerate(zip(Y, lam, strict=True)):
        ridge = np.sqrt(value * task.factor) / unit
        size = np.linalg.norm(root * y) or 1.0
        operator = LinearOperator(
            (n + p, p),
            matvec=lambda w, d=ridge: np.append(
                root * design.matvec(w.reshape(1, -1))[0] / unit, d * w.ravel()
            ),
            rmatvec=lambda u, d=ridge: (
                design.correlate((root * u.ravel()[:n])[None, :])[0] / unit + d * u.ravel()[n:]
            ),
        )
        result = lsqr(
            operator,
            np.append(root * y / size, np.zeros(p)),
            atol=_EPS,
            btol=_EPS,
            conlim=0.0,
            iter_lim=task.max_iter or 20 * max(n, p),
        )
        coef[k], most = result[0] * (size / unit), max(most, result[2])
    return SystemFit(coef, np.full(len(coef), np.inf), most, direct=False)


_WAYS = {
    "features": _by_cholesky,
    "rows": _by_cholesky,
    "columns that others depend on": _without_dependent,
    "orthogonal": _by_orthogonal,
    "LSQR": _by_lsqr,
}
