"""Which solver does what: the one place that decides.

A row of a table names a solver and says when it is taken, once in code and once in words. The first row
that fits is taken. `printed` makes of a table what `docs/design.md` shows of it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..penalties import Structure
from .cost import by_hessian, by_rotation, by_rows
from .inner import alternate, conjugate, gram, outputs, proximal, residual

_SMALL = 512  # features up to which the whole Gram matrix is worth it for two strengths
_LARGE = 4096  # and beyond which for no number of them
_SEVERAL = 10  # strengths from which on it is worth it in between
_HELD = 1 << 25  # entries of a basis beside sparse rows, or of a dense copy of them: 256 MiB
_SIDE = 5000  # of a matrix worth factorising
_DEAR = 1 << 42  # operations of an orthogonal method on sparse rows, from which on iterations have to do
_MOST = 1 << 27  # doubles in the Gram matrices of all folds: 1 GiB
_FEW = 256  # members whose Gram block costs next to nothing
_CHEAP = 2e9  # operations on Hessians, about .2 s, that are well spent on a minimiser exact to rounding
_ROOM = 1 << 23  # entries of a Hessian, of which there are three at a time: 192 MiB
_SLOWLY, _FAST = 0.75, 3.0  # as many times the members that stay are taken anew
_SHORT = 4  # as many times the entries of a column in mean: members beyond these are swept on residuals


@dataclass(frozen=True)
class Row:
    """One of a table; `paths.py` knows the solvers of routes by their names."""

    name: str
    when: str  # what `fits` asks, in words
    does: str
    fits: Callable


@dataclass(frozen=True)
class Inner(Row):
    """Of the table of those that minimise quadratic models."""

    minimise: Callable
    model: str = "gram"  # what its models keep: a "gram" block, the "columns" of an output, or "rows"
    inexact: bool = False  # whether a point costs more to refine than to certify
    # of (gap, required gap, null objective): how roughly a model may be solved that nothing is outside of
    forcing: Callable = lambda gap, required, null_objective: 0.0


@dataclass(frozen=True)
class Route:
    """How problems are solved at some strengths."""

    solver: str  # the name of a row of `ROUTES`
    basis: bool = False  # with an orthonormal basis in place of the unpenalised columns

    @property
    def name(self):
        return f"orthonormal basis, {self.solver}" if self.basis else self.solver


class Case:
    """What decides: problems that differ in target and strength only, their strengths (A, K), a start."""

    def __init__(self, problems, strengths, cold=True):
        self.problem = first = problems[0].with_alpha(float(strengths.max()))  # the strongest
        self.structure = first.structure
        self.n, self.p = first.design.shape
        self.targets, self.outputs = len(problems), first.n_outputs
        self.strengths, self.several, self.cold = strengths, len(strengths) > 1, cold
        self.quadratic, self.kinked = first.loss.quadratic, first.loss.kinked
        self.unbounded = first.coordinates.unbounded

    @property
    def positive(self):
        """Whether no strength is zero."""
        return bool(np.all(self.strengths > 0.0))

    @property
    def shrinks(self):
        """Whether there is an L2 penalty on every coordinate, and nothing else."""
        if self.structure is not Structure.L2 or not self.unbounded:
            return False
        return bool(np.all(self.problem.penalty.l2_factor(self.problem.coordinates) > 0.0))

    @property
    def smooth(self):
        """Whether the penalty has no kink, and nothing bounds a coefficient."""
        return self.unbounded and self.structure in (Structure.L2, Structure.NOTHING)

    @property
    def linear(self):
        """Whether the solutions are those of linear systems."""
        return self.quadratic and self.smooth

    @property
    def walks(self):
        """Whether the active-set search can go from one strength to the next."""
        compiled = self.structure in (Structure.L1, Structure.L2)
        return self.quadratic and self.several and compiled and self.positive

    @property
    def short_columns(self):
        """Whether columns have so few entries that a support of any size is swept on residuals."""
        return _SHORT * self.problem.design.stored_per_column < _FEW < min(self.n, self.p)

    @property
    def gram_pays(self):
        """Whether so many strengths are worth the whole Gram matrix."""
        if self.p <= _SMALL:
            return True
        return self.p <= min(self.n, _LARGE) and len(self.strengths) >= _SEVERAL


@dataclass
class System:
    """What decides how linear systems are solved: the rows, strengths lam (K,) and factors (p,)."""

    design: object
    lam: np.ndarray
    factor: np.ndarray

    def __post_init__(self):
        self.n, self.p = self.design.shape
        self.dense = hasattr(self.design, "columns")

    @property
    def moderate(self):
        held = self.p <= _SIDE if self.p <= self.n else self.n * self.p <= _HELD
        return held and self.n * self.p * min(self.n, self.p) <= _DEAR


ROUTES = (
    Row(
        "ridge path",
        "squared loss, L2 or no penalty, no bounds; several strengths",
        "one eigendecomposition of the smaller side for all of them (`squares/ridge_path.py`)",
        lambda case: case.linear and case.several,
    ),
    Row(
        "linear system",
        "the same, one strength",
        "one factorisation for all targets, refined on the rows (`squares/ridge.py`)",
        lambda case: case.linear,
    ),
    Row(
        "moments",
        "squared loss, L1 or L2, several strengths > 0; p <= 512, or <= min(n, 4096) for 10 strengths",
        "an active-set walk on the Gram matrix: X is not read again (`squares/moments_path.py`)",
        lambda case: case.walks and case.gram_pays,
    ),
    Row(
        "batches",
        "the same, any other p, columns of 64 entries or more in mean",
        "working sets, several strengths a pass over X (`squares/batched.py`)",
        lambda case: case.walks and not case.short_columns,
    ),
    Row(
        "rotation",
        "any other loss, L2, n < p, no bounds, all penalised, where products with the rows cost more",
        "the outer loop in at most n dimensions (`rotation.py`)",
        lambda case: case.n < case.p and case.shrinks and _rotation_pays(case.problem),
    ),
    Row(
        "approach",
        "squared hinge, L1, no start",
        "the outer loop, after stronger penalties, each solved (`approach.py`)",
        lambda case: case.kinked and case.cold and case.structure is Structure.L1,
    ),
    Row(
        "outer loop",
        "all others",
        "the outer loop, the strongest penalty first (`loop.py`)",
        lambda case: True,
    ),
)

INNER = (
    Inner(
        "proximal steps",
        "a penalty that states its prox and no more",
        "accelerated proximal gradient steps, a Newton step where the penalty is smooth",
        lambda problem, members, crude, hard: problem.penalty.l1_and_l2(problem.coordinates) is None,
        proximal.minimise,
    ),
    Inner(
        "conjugate gradients",
        "no L1, no bounds, not squared loss, and a Hessian that is too large or costs more than it saves",
        "Newton's method by products with the rows",
        lambda problem, members, crude, hard: _is_smooth(problem) and _rows_pay(problem, members),
        conjugate.minimise,
        "rows",
        inexact=True,
        forcing=conjugate.forcing,
    ),
    Inner(
        "residuals",
        "one output; more coordinates than 256 and four times the entries of a column, not too dependent",
        "coordinate descent on residuals, then conjugate gradients: no Gram block",
        lambda problem, members, crude, hard: (
            problem.n_outputs == 1
            and members.size > _enough(problem, crude)
            and not _is_smooth(problem)
            and not (hard and members.size**2 <= _ROOM)
        ),
        residual.minimise,
        "columns",
        forcing=alternate.forcing,
    ),
    Inner(
        "residuals of outputs",
        "several outputs, L1 or bounds, and a Hessian that takes long; columns not too dependent",
        "coordinate descent on the residuals of all outputs, then conjugate gradients",
        lambda problem, members, crude, hard: (
            problem.n_outputs > 1
            and members.size > _FEW
            and not (problem.loss.quadratic or _is_smooth(problem))
            and by_hessian(problem, members.size) > _CHEAP
            and not (hard and members.size**2 <= _ROOM)
        ),
        outputs.minimise,
        "rows",
        forcing=alternate.forcing,
    ),
    Inner(
        "Gram block",
        "all others",
        "coordinate descent on the Gram block, then the active-set search",
        lambda problem, members, crude, hard: True,
        gram.minimise,
    ),
)


FOLDS = (
    Row(
        "moments of folds",
        "squared loss, L1 or L2; p <= min(n, 4096), Gram matrices of all folds within 1 GiB",
        "moments of each fold's rows, merged for the others; held-out errors are quadratic forms",
        lambda problem, count: (
            problem.loss.quadratic
            and problem.with_alpha(1.0).structure in (Structure.L1, Structure.L2)
            and problem.n_features <= min(problem.design.shape[0], _LARGE)
            and count * problem.n_features**2 <= _MOST
        ),
    ),
    Row(
        "rows of folds",
        "all others",
        "the path of each fold on its rows, by the routes above",
        lambda problem, count: True,
    ),
)

SYSTEMS = (
    Row(
        "features",
        "p <= 5000, and p <= n or some factor is 0",
        "Cholesky of G + lam F, or its spectrum where there are several strengths",
        lambda system: system.p <= _SIDE and (system.p <= system.n or bool(np.any(system.factor == 0.0))),
    ),
    Row(
        "rows",
        "n < p, n <= 5000, all strengths and factors > 0",
        "Cholesky of X F^-1 X' + lam I, or its spectrum likewise",
        lambda system: (
            system.n < system.p
            and system.n <= _SIDE
            and bool(np.all(system.lam > 0.0) and np.all(system.factor > 0.0))
        ),
    ),
    Row(
        "columns that others depend on",
        "where the matrix of the features is singular; one strength",
        "the same without the columns that depend on them (`squares/dependent.py`)",
        lambda system: SYSTEMS[0].fits(system) and bool(np.all(system.lam == system.lam[0])),
    ),
    Row(
        "orthogonal",
        "dense rows, or sparse ones of which a dense copy is small enough",
        "QR with pivoting, which decides what depends on what (`squares/orthogonal.py`)",
        lambda system: system.dense or system.moderate,
    ),
    Row(
        "LSQR",
        "all others",
        "iterations on the rows, from zero to the solution of minimum norm",
        lambda system: True,
    ),
)


def choose(problems, strengths, cold=True):
    """The `Route` of problems that differ in target and strength only, at strengths (A, K), falling.

    `cold`: from no start.
    """
    case = Case(problems, strengths, cold)
    row = _first(ROUTES, case)
    return Route(row.name, not case.linear and needs_basis(case))


def choose_folds(problem, count):
    """The name of the way through as many folds."""
    return _first(FOLDS, problem, count).name


def growth(problem):
    """How many times the members that stay a working set takes anew: more where they cost their entries.

    Of a kinked loss a model may turn out so hard that a Gram block has to do, and is small for that.
    """
    case = Case([problem], np.array([[problem.penalty.alpha]]))
    return _FAST if case.short_columns and not case.kinked else _SLOWLY


def choose_systems(design, lam, factor):
    """The names of the ways to solve linear systems, each for where those before it fail."""
    system = System(design, lam, factor)
    return [row.name for row in SYSTEMS if row.fits(system)]


def choose_inner(problem, members, crude=False, hard=False):
    """The `Inner` of the quadratic models of a problem on a working set.

    A `crude` one is of a working set that will be another at the next iteration; on `hard` ones conjugate
    gradients ran out of steps.
    """
    return _first(INNER, problem, members, crude, hard)


def is_linear_system(problems):
    """Whether `Problems` have no bounds, squared loss, and an L2 penalty or none at all."""
    return Case(problems, problems.strengths[None]).linear


def needs_basis(case):
    """Whether unpenalised columns are so near to dependent that an orthonormal basis replaces them."""
    free = case.problem.unpenalised
    if free.independent:
        return False
    return hasattr(case.problem.design, "columns") or case.n * min(case.n, free.features.size) <= _HELD


def printed(rows):
    """A table as Markdown has it."""
    lines = ["| route | taken for | what it does |", "|---|---|---|"]
    return "\n".join([*lines, *(f"| {row.name} | {row.when} | {row.does} |" for row in rows)])


def _enough(problem, crude):
    """Members beyond which a Gram block costs more than residuals; one that is used once does so sooner."""
    return _FEW if crude else max(_FEW, _SHORT * problem.design.stored_per_column)


def _is_smooth(problem):
    return not problem.loss.quadratic and Case([problem], np.array([[problem.penalty.alpha]])).smooth


def _rows_pay(problem, members):
    """Whether the matrix of a smooth model is too large, or costs more than products with the rows."""
    m = members.size
    if by_hessian(problem, m) <= _CHEAP:
        return False
    if m * m > _ROOM:
        return True
    held = np.all(problem.penalty.l2_factor(problem.coordinates) > 0.0)  # else the rows may tell nothing
    return bool(held) and by_rows(problem) < by_hessian(problem, m)


def _rotation_pays(problem):
    """Whether fewer dimensions are worth the decomposition that leads to them."""
    m, dear = problem.n_outputs * problem.design.shape[0], by_rotation(problem)
    return dear <= _CHEAP or (m * m <= _ROOM and dear <= by_rows(problem))


def _first(rows, *known):
    return next(row for row in rows if row.fits(*known))
