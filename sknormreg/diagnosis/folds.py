"""Cross-validation of squared loss without rows: moments of every fold, formed once and merged.

Each row goes into the moments of one fold. Those of a training set are the other folds' merged about their
common mean, so no held-out row has a part in the centring, and nothing is subtracted. The held-out error of
any coefficients is then a quadratic form.
"""

from dataclasses import dataclass
from functools import reduce

import numpy as np

from ..design import make_design
from ..moments import Moments
from ..penalties import Structure
from ..solvers.squares.moments_path import Squares, solve_moments
from ..solvers.squares.ridge_path import ridge_coefficients
from ..solvers.workspace import Work

_NEAR = 1e-6  # squared errors above this share of the square of the target keep nine digits


@dataclass
class Fold:
    """Moments of the rows trained on and of those held out."""

    train: Moments
    test: Moments


def partition(folds, n):
    """Whether the test sets share no row and each fold trains on all rows of the other ones."""
    if len(folds) < 2:
        return False
    times = sum(np.bincount(test, minlength=n) for _, test in folds)
    if times.max() > 1:
        return False
    for train, test in folds:
        apart = np.bincount(train, minlength=n)
        apart[test] += 1
        if not np.array_equal(apart, times):
            return False
    return True


def held_moments(X, Y, weights, tests, centre):
    """The moments of each of the test sets, a partition; Y is (K, n), X as a design takes it."""
    return [_moments(X, Y, weights, test, centre) for test in tests]


def make_folds(held, others=None):
    """The `Fold` of each test set in turn, the training moments merged from all other `held` ones.

    Halves of the sets are merged, then halves of those: few moments exist at any time.
    """
    if len(held) == 1:
        yield Fold(others, held[0])
        return
    left, right = held[: len(held) // 2], held[len(held) // 2 :]
    yield from make_folds(left, merged(right if others is None else [others, *right]))
    yield from make_folds(right, merged(left if others is None else [others, *left]))


def merged(moments):
    """The moments of all their rows."""
    return reduce(Moments.merge, moments)


def _moments(X, Y, weights, test, centre):
    rows = _rows(test)
    total = weights[rows].sum()
    share = weights[rows] / total
    design = make_design(X[rows], share, centre)
    Y = Y[:, rows]
    mean = Y @ share if centre else np.zeros(len(Y))
    return Moments.from_design(design, Y - mean[:, None], mean, share, total)


def _rows(test):
    """A slice where the rows lie together: that is no copy of them."""
    first, last = int(test[0]), int(test[-1])
    together = last - first + 1 == len(test) and np.array_equal(test, np.arange(first, last + 1))
    return slice(first, last + 1) if together else test


def fold_coefficients(train, penalty, coordinates, strengths):
    """(A, K, p) at strengths (A, K) that fall, or None where moments alone would lose digits."""
    if not strengths.all():
        return None
    structure = penalty.with_alpha(1.0).structure(coordinates)
    if structure is Structure.L1 or not coordinates.unbounded:
        found, work = [], Work()
        for k, cross in enumerate(train.cross):
            squares = Squares(train.gram, cross, float(train.yy[k]))
            falling = np.ascontiguousarray(strengths[:, k])
            coef, certain = solve_moments(squares, penalty, coordinates, falling, work)
            found.append(coef)
            if certain < len(strengths):
                return None
        found = np.stack(found, axis=1)
    elif np.all(coordinates.factor > 0):
        factor = penalty.l2_factor(coordinates)
        found, sure = ridge_coefficients(train.gram, train.cross, strengths, factor)
        if not sure:
            return None
    else:
        return None
    return found if np.isfinite(found).all() else None


def squared_errors(fold, coefs):
    """Mean squared errors (A, K) on the rows held out, for coefficients (A, K, p) from the others.

    None where one is so small beside the squares it is the difference of that it has lost its digits.
    """
    train, test = fold.train, fold.test
    shift = (test.y_mean - train.y_mean) - coefs @ (test.x_mean - train.x_mean)
    quadratic = np.einsum("akj,akj->ak", coefs @ test.gram, coefs)
    linear = np.einsum("akj,kj->ak", coefs, test.cross)
    errors = np.maximum(test.yy - 2.0 * linear + quadratic, 0.0) + shift**2
    return errors if np.all(errors >= _NEAR * (test.yy + quadratic)) else None
