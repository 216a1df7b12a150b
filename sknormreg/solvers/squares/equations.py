"""Many targets, or many strengths, on the equations of the smaller side: X is read once.

A residual from the rows costs a product with X for every target. Where a Gram matrix is well-conditioned
the equations leave digits enough, so they are solved, corrected from what is left of them, and tell
the objective and its distance from the minimum: arrays for all targets, in blocks of bounded memory.
"""

import numpy as np

from .systems import SystemFit

SURE = 1e-6  # reciprocal condition number that leaves ten digits to a solution
_SETTLED = 1e-20  # distances from the minimum, over the square of the target, at which predictions stand
_ROUNDING = 1e-24  # at which a correction would only move digits that rounding has
_CORRECTIONS = 3
_NEAR = 1e-6  # objectives above this share of the square of the target keep nine digits
_AT_ONCE = 1 << 20  # doubles of one array of a block: 8 MiB
_LEAST = 64  # targets in a block, for BLAS, unless that takes
_AT_MOST = 1 << 22  # doubles: 32 MiB
_MANY = 16  # from which on they may be worth it


def target_blocks(count, design):
    """Slices of so many targets."""
    side = max(design.shape)
    height = max(1, min(_LEAST, _AT_MOST // side), _AT_ONCE // side)
    return [slice(first, first + height) for first in range(0, count, height)]


def many(system, count):
    """Whether so many targets would spend more on reading the rows than on the factorisation."""
    return count >= _MANY and 4 * count >= min(system.design.shape)


def solve_equations(system, Y, which, exact=True):
    """The `SystemFit` for the targets Y[which] at the strengths of the system.

    None where the rows have digits that the equations have not: the system is near to singular or, if the
    objectives have to be `exact`, next to nothing of a target is left.
    """
    if not (system.sound and system.certainty > SURE):
        return None
    design, lam = system.design, system.lam
    coef = np.empty((which.size, design.shape[1]))
    above, objective, squares = np.empty((3, which.size))
    if many(system, which.size):
        system.invert()
    for some in target_blocks(which.size, design):
        targets, place = np.unique(which[some], return_inverse=True)
        chosen = Y[_as_slice(targets)]
        rhs, size = system.right(chosen)
        if not np.array_equal(place, np.arange(targets.size)):
            rhs, size = rhs[place], size[place]
        x, above[some] = _solution(system, rhs, lam[some], size)
        squares[some] = size
        objective[some] = system.reckon(size, rhs, x, lam[some])
        system.fill(x, coef[some])
        settled = (above[some] <= _SETTLED * size) & np.isfinite(objective[some]) & np.isfinite(size)
        if not settled.all() or (exact and np.any(objective[some] < 0.5 * _NEAR * size)):
            return None
        if not system.keeps(x, np.sqrt(size)):
            return None
    return SystemFit(coef, above, objective=objective, intercept=np.zeros(which.size), squares=squares)


def _solution(system, rhs, lam, size):
    """(solutions, how far their objectives are above the minimum at most), corrected where it pays."""
    x = system.solve(rhs, lam)
    for _ in range(_CORRECTIONS):
        left = system.apply(x, lam)
        np.subtract(rhs, left, out=left)
        above = system.above(left, lam)
        if np.all(above <= _ROUNDING * size):
            break
        x += system.solve(left, lam)
    return x, above


def _as_slice(places):
    """Of targets that lie together no copy is made."""
    first, last = int(places[0]), int(places[-1]) + 1
    return slice(first, last) if last - first == places.size else places
