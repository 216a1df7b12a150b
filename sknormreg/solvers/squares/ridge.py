"""Ridge regression without bounds: a linear system, solved on its smaller side and refined on the rows.

    minimise over w_k    1/2 sum_i s_i (y_ki - x_i w_k)^2 + lam_k / 2 sum_j f_j w_kj^2

for centred X and Y, weights s that sum to one and one lam per target. Which method, by the table below;
each ends with refinement steps on residuals recomputed from X, so the squared condition number of a Gram
matrix costs iterations and not digits. Where it is singular because columns depend on others, on the rows
too and to rounding, these are left out (`dependent`). All else goes to an orthogonal method, which decides
what depends on what. Both give the solution of minimum norm.

| rows n, features p                           | method                                               |
|----------------------------------------------|------------------------------------------------------|
| p <= 5000, and p <= n or some factor is 0    | Cholesky of G + lam F; one eigh(G) for several lam   |
| the same, singular, one lam                  | Cholesky of the columns that others depend on        |
| n < p, n <= 5000, all lam and factors > 0    | Cholesky of X F^-1 X' + lam I; eigh for several lam  |
| otherwise, dense or of moderate size         | QR with pivoting (`orthogonal`)                      |
| otherwise                                    | LSQR                                                 |

Every method tells how far its objective is above the minimum: half the squared length, in the norm of the
system, of the last step of refinement, or the squared projection of the residual on the columns.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy import linalg
from scipy.sparse.linalg import LinearOperator, lsqr

from ...moments import mean_squares, without_mean
from ...unpenalised import cholesky
from ..certificate import evaluate, squared_residuals
from ..solution import Solution
from ..workspace import Workspace
from .dependent import SOUND, Dependent
from .orthogonal import orthogonal_ridge

_LARGEST = 5000  # side of a matrix worth factorising
_DENSE = 1 << 25  # entries of sparse rows that an orthogonal method may hold: 256 MiB
_DEAR = 1 << 42  # operations of one, from which on an iterative method has to do
_REFINEMENTS = 10
_EPS = np.finfo(float).eps


@dataclass
class SystemFit:
    """What was found for K targets."""

    coef: np.ndarray  # (K, p)
    above: np.ndarray  # (K,), how far the objective is above its minimum; inf where it is not known
    n_iter: int = 1  # the most of any target
    direct: bool = True  # no iterations that might have been more


def solve_squares(problems, tol, max_iter=None, workspace=None):
    """Certified solutions of such problems, that differ in target and strength only."""
    first = problems[0]
    Y = np.concatenate([problem.y for problem in problems])
    lam = np.array([problem.penalty.alpha for problem in problems])
    factor = first.penalty.l2_factor(first.coordinates)
    found = solve_ridge(first.design, Y, first.weights, lam, factor, max_iter, workspace)
    return certify(problems, found, tol)


def certify(problems, found, tol):
    """Solutions from what was found for one problem each.

    The gap is what a factorisation tells of the minimum, where there is one: the dual point that X'u makes
    charges its rounding to the curvature of the penalty alone, and not to that of the whole system.
    """
    Y, solutions = np.concatenate([problem.y for problem in problems]), []
    _, intercepts, losses = squared_residuals(replace(problems[0], y=Y), found.coef)
    for k, (problem, w, gap) in enumerate(zip(problems, found.coef, found.above, strict=True)):
        if not np.isfinite(gap):
            gap = evaluate(problem, w, intercepts[k : k + 1]).gap
        solution = Solution.judged(
            w[None, :], intercepts[k : k + 1], losses[k] + problem.penalty.value(w, problem.coordinates),
            float(gap), problem.null_objective(), tol, found.n_iter, direct=found.direct,
        )  # fmt: skip
        solutions.append(solution)
    return solutions


def solve_ridge(design, Y, weights, lam, factor, max_iter=None, workspace=None):
    """`SystemFit` of targets Y (K, n)."""
    n, p = design.shape
    root = np.sqrt(weights)
    lam = np.broadcast_to(lam, Y.shape[0])
    if not lam.any():
        factor = np.ones(p)  # nothing is penalised: minimum norm over all features
    method, workspace = None, workspace or Workspace()
    if p <= _LARGEST and (p <= n or np.any(factor == 0)):
        method = _Primal(design, weights, lam, factor, workspace)
    elif n < p and n <= _LARGEST and np.all(lam > 0) and np.all(factor > 0):
        method = _Dual(design, weights, lam, factor, workspace)
    if method is not None and method.sound:
        coef, settled, above = refine(method, design, Y, weights)
        if settled:
            return SystemFit(coef, above)
    if isinstance(method, _Primal) and not method.sound and np.all(lam == lam[0]):
        method = Dependent(design, weights, lam, factor, workspace.whole_gram(design, weights))
        if method.sound:
            coef, settled, above = refine(method, design, Y, weights)
            if settled:
                coef, settled, above = refine(method, design, Y, weights, method.shortened(coef))
            if settled:
                return SystemFit(coef, above)
    if _can_be_dense(design):
        return SystemFit(*orthogonal_ridge(design, Y, root, lam, factor))
    return _by_lsqr(design, Y, root, lam, factor, max_iter)


def _can_be_dense(design):
    """Whether rows may be copied into dense blocks: where they are dense, or all that is held is of the
    size of a Gram matrix that would be formed.
    """
    n, p = design.shape
    if hasattr(design, "columns"):
        return True
    held = p <= _LARGEST if p <= n else n * p <= _DENSE
    return held and n * p * min(n, p) <= _DEAR


def refine(method, design, Y, weights, start=None):
    """(coef, settled, above (K,)): corrections from the gradient until they stop shrinking.

    Settled: the last correction is below 1e-10 of the solution, in the norm of the predictions. Above
    the minimum was half the square of that, with the penalty's share, and is less after it.
    """
    coef = np.zeros((Y.shape[0], design.shape[1])) if start is None else start
    residual = Y if start is None else _residual(design, Y, weights, coef)
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
        coef, previous = trial, size
        residual = _residual(design, Y, weights, coef)
        if size <= 4 * _EPS:
            break
    return coef, bool(previous <= 1e-10 and method.reliable(reach)), above


def _residual(design, Y, weights, coef):
    return without_mean(design, Y - design.matvec(coef), weights)


class _Primal:
    """(G + lam F) change = X'S r - lam F w."""

    def __init__(self, design, weights, lam, factor, workspace):
        self.design, self.weights, self.lam, self.factor = design, weights, lam, factor
        gram = workspace.whole_gram(design, weights)
        self.several = np.unique(lam).size > 1
        if self.several and np.all(factor == factor[0]):
            self.values, self.vectors = linalg.eigh(gram)
            shifted = self.values[0] + lam.min() * factor[0]
            self.sound = shifted > max(SOUND, 10 * len(gram) * _EPS) * self.values[-1]
            self._solve = self._by_eigh
        else:
            self.factors = {}
            for value in np.unique(lam):
                self.factors[value] = _cholesky_solver(gram + np.diag(value * factor))
            self.sound = all(f is not None for f in self.factors.values())
            self._solve = self._by_factors

    def correct(self, residual, coef):
        gradient = self.design.correlate(residual * self.weights)
        gradient -= self.lam[:, None] * self.factor * coef
        return self._solve(gradient)

    def reliable(self, reach):
        return True

    def _by_eigh(self, rhs):
        scale = self.values + (self.lam * self.factor[0])[:, None]
        return ((rhs @ self.vectors) / scale) @ self.vectors.T

    def _by_factors(self, rhs):
        out = np.empty_like(rhs)
        for value, solve in self.factors.items():
            chosen = self.lam == value
            out[chosen] = solve(rhs[chosen].T).T
        return out


class _Dual:
    """(A A' + lam I) a = S^1/2 y with A = S^1/2 X F^-1/2; then w = F^-1/2 A' a.

    The correction of a solves the same system for what X w and lam a leave of y.
    """

    def __init__(self, design, weights, lam, factor, workspace):
        self.design, self.lam, self.factor = design, lam, factor
        self.root = np.sqrt(weights)
        kernel = workspace.outer(design, 1.0 / factor) * np.outer(self.root, self.root)
        self.size = np.sqrt(np.diagonal(kernel).max(initial=0.0))
        self.dual = None
        self.several = np.unique(lam).size > 1
        if self.several:
            self.values, self.vectors = linalg.eigh(kernel)
            floor = max(SOUND, 10 * len(kernel) * _EPS)
            self.sound = self.values[0] + lam.min() > floor * self.values[-1]
        else:
            self._solve = _cholesky_solver(kernel + np.diag(np.full(kernel.shape[0], lam[0])))
            self.sound = self._solve is not None

    def correct(self, residual, coef):
        rhs = residual * self.root
        if self.dual is None:
            self.dual = np.zeros_like(rhs)
        rhs = rhs - self.lam[:, None] * self.dual
        if self.several:
            change = (rhs @ self.vectors) / (self.values + self.lam[:, None]) @ self.vectors.T
        else:
            change = self._solve(rhs.T).T
        self.dual = self.dual + change
        return self.design.correlate(self.dual * self.root) / self.factor - coef

    def reliable(self, reach):
        """Whether w = F^-1/2 A' a keeps its digits: a is of order y / lam in the null space of A'."""
        norm = np.sqrt(self.root.size) * np.abs(self.dual).max(axis=1)  # squares might overflow
        lost = _EPS * self.size * norm * self.size
        return np.all(lost <= 1e-12 * reach)


def _cholesky_solver(matrix):
    """A function that solves with the matrix, or None where it is too near to a singular one."""
    found = cholesky(matrix, SOUND)
    if found is None:
        return None
    factor, scale = found[0], found[1][:, None]
    return lambda rhs: linalg.cho_solve((factor, True), rhs / scale, check_finite=False) / scale


def _by_lsqr(design, Y, root, lam, factor, max_iter):
    """LSQR on the rows above diag(sqrt(lam F)); from zero it tends to the minimum-norm solution."""
    n, p = design.shape
    coef, most = np.empty((Y.shape[0], p)), 1
    unit = np.sqrt(design.squares(np.arange(p), root**2).max(initial=0.0)) or 1.0  # LSQR squares its norms
    for k, (y, value) in enumerate(zip(Y, lam, strict=True)):
        ridge = np.sqrt(value * factor) / unit
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
            iter_lim=max_iter or 20 * max(n, p),
        )
        coef[k], most = result[0] * (size / unit), max(most, result[2])
    return SystemFit(coef, np.full(len(coef), np.inf), most, direct=False)
