"""Which solver does what: the one place that decides."""

from collections.abc import Callable
from dataclasses import dataclass

from .inner import gram, proximal, residual

_FEW = 256  # members whose Gram block costs next to nothing
_SHORT = 4  # as many times the entries of a column in mean: members beyond these are swept on residuals


@dataclass(frozen=True)
class Inner:
    """A solver of quadratic models."""

    name: str
    minimise: Callable
    gram: bool  # whether its models have a Gram block


GRAM = Inner("Gram block", gram.minimise, True)
PROXIMAL = Inner("proximal steps", proximal.minimise, True)
RESIDUAL = Inner("residuals", residual.minimise, False)


def choose_inner(problem, members, crude=False):
    """The solver of the quadratic models of a problem on a working set.

    A `crude` one is of a working set that will be another at the next iteration.
    """
    if problem.penalty.l1_and_l2(problem.coordinates) is None:
        return PROXIMAL
    few = _FEW if crude else max(_FEW, _SHORT * problem.design.stored_per_column)
    if problem.n_outputs == 1 and members.size > few:
        return RESIDUAL
    return GRAM
