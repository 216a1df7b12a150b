"""Which solver does what: the one place that decides."""

from collections.abc import Callable
from dataclasses import dataclass

from .cost import by_hessian, by_rotation, by_rows
from .inner import conjugate, gram, proximal, residual

_FEW = 256  # members whose Gram block costs next to nothing
_SHORT = 4  # as many times the entries of a column in mean: members beyond these are swept on residuals
_CHEAP = 2e9  # operations on Hessians, about .2 s, that are well spent on a minimiser exact to rounding
_ROOM = 1 << 23  # entries of a Hessian, of which there are three at a time: 192 MiB


@dataclass(frozen=True)
class Inner:
    """A solver of quadratic models."""

    name: str
    minimise: Callable
    model: str  # what its models keep: a "gram" block, the "columns" of an output, or "rows"

    @property
    def inexact(self):
        """Whether a point costs more to refine than to certify."""
        return self.model == "rows"


GRAM = Inner("Gram block", gram.minimise, "gram")
PROXIMAL = Inner("proximal steps", proximal.minimise, "gram")
RESIDUAL = Inner("residuals", residual.minimise, "columns")
CONJUGATE = Inner("conjugate gradients", conjugate.minimise, "rows")


def choose_inner(problem, members, crude=False):
    """The solver of the quadratic models of a problem on a working set.

    A `crude` one is of a working set that will be another at the next iteration.
    """
    if problem.penalty.l1_and_l2(problem.coordinates) is None:
        return PROXIMAL
    if not problem.loss.quadratic and is_smooth(problem):
        return CONJUGATE if matrix_free(problem, members) else GRAM
    few = _FEW if crude else max(_FEW, _SHORT * problem.design.stored_per_column)
    if problem.n_outputs == 1 and members.size > few:
        return RESIDUAL
    return GRAM


def matrix_free(problem, members):
    """Whether the matrix of a smooth model is too large, or costs more than products with the rows."""
    m = members.size
    if by_hessian(problem, m) <= _CHEAP:
        return False
    return m * m > _ROOM or by_rows(problem) < by_hessian(problem, m)


def rotates(problem):
    """Whether fewer rows than features, under an L2 penalty alone, are rotated into fewer dimensions."""
    n, p = problem.design.shape
    if n >= p or problem.loss.quadratic or not is_smooth(problem):
        return False
    if problem.penalty.alpha == 0.0 or not problem.coordinates.plain:
        return False
    m, dear = problem.n_outputs * n, by_rotation(problem)
    return dear <= _CHEAP or (m * m <= _ROOM and dear <= by_rows(problem))


def is_smooth(problem):
    """Whether the penalty has no kink, and nothing bounds a coefficient."""
    parts = problem.penalty.l1_and_l2(problem.coordinates)
    return parts is not None and not parts[0].any() and problem.coordinates.unbounded
