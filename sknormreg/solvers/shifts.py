"""One of the minimisers that an L1 penalty leaves of a softmax.

A constant added to all coefficients of a feature changes no probability, and as long as zero stays between
the two middle ones of an even number of them no sum of absolute values either. Of those within the bounds
the solution is the one of least L2 norm. It is the limit of elastic nets as their L2 part vanishes, and
depends on nothing but the set of all minimisers.
"""

from dataclasses import replace

import numpy as np

_SAME = 1e-10  # of a feature's coefficients: as near as this an end of the interval is meant, and its zero


def least_norm(problem, solution):
    """The solution with every feature moved to where its L2 norm is least among the minimisers.

    Neither the objective nor the gap becomes any larger, and they stay as they are.
    """
    parts = problem.penalty.l1_and_l2(problem.coordinates) if problem.loss.shift_invariant else None
    if parts is None or not np.isfinite(solution.coef).all():
        return solution
    l1, l2 = (part.reshape(problem.shape) for part in parts)
    features = np.flatnonzero(solution.coef.any(axis=0) & ~l2.any(axis=0))
    w, low, high = (
        values.reshape(problem.shape)[:, features]
        for values in (solution.coef, problem.coordinates.low, problem.coordinates.high)
    )
    first, last = _flat_interval(w, l1[:, features])
    first = np.minimum(np.maximum(first, (low - w).max(axis=0)), 0.0)
    last = np.maximum(np.minimum(last, (high - w).min(axis=0)), 0.0)
    shift = np.clip(-w.mean(axis=0), first, last)
    for end in (first, last):
        shift = np.where(np.abs(shift - end) <= _SAME * np.abs(w).max(axis=0), end, shift)
    coef = solution.coef.copy()
    moved = np.where(shift == low - w, low, np.where(shift == high - w, high, w + shift))
    coef[:, features] = np.where(shift == 0.0, w, moved)
    return replace(solution, coef=coef)


def _flat_interval(w, factors):
    """(first, last) constants (p,) that, added to columns (K, p), leave a weighted L1 norm at its least."""
    order = np.argsort(w, axis=0, kind="stable")
    largest = factors.max(axis=0)
    weights = np.take_along_axis(factors / np.where(largest > 0.0, largest, 1.0), order, axis=0)
    ordered = np.vstack([np.take_along_axis(w, order, axis=0), np.full(w.shape[1], np.inf)])
    double = 2.0 * np.cumsum(weights, axis=0)
    total = weights.sum(axis=0)
    lower, upper = np.sum(double < total, axis=0), np.sum(double <= total, axis=0)
    columns = np.arange(w.shape[1])
    return -ordered[upper, columns], np.where(total > 0.0, -ordered[lower, columns], np.inf)
