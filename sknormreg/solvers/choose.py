"""Which solver does what: the one place that decides."""

from .inner import gram, proximal


def choose_inner(problem, members):
    """The solver of the quadratic models of a problem on a working set."""
    if problem.penalty.l1_and_l2(problem.coordinates) is None:
        return proximal.minimise
    return gram.minimise
