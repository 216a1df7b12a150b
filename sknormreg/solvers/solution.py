"""What a solver hands back: a solution, and why it stopped, in words that tell what to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from math import isfinite, isnan

import numpy as np

_EPS = np.finfo(float).eps


class Status(Enum):
    CONVERGED = "The duality gap certifies the tolerance asked for."
    MAX_ITER = (
        "Objective did not converge. You might want to increase the number of iterations. "
        "Relative duality gap: {gap:.3e}, tolerance: {tol:.3e}, alpha={alpha:.6g}. "
        "{hint}"
    )
    INEXACT = (
        "Objective did not converge: the linear system is too ill-conditioned for floating-point numbers. "
        "Relative duality gap: {gap:.3e}, tolerance: {tol:.3e}, alpha={alpha:.6g}. "
        "Scaling the features, or a larger alpha or tol, helps."
    )
    STOPPED = "A callback stopped the fit before the tolerance was certified."
    NOT_FINITE = (
        "Coordinate descent iterations resulted in non-finite parameter values. The squares of the values "
        "in X, y or sample_weight overflow: scale them down."
    )
    VANISHING = (
        "Coordinate descent iterations could not move some parameters, because the squares of the values "
        "in X, times sample_weight, vanish (they underflow): scale X up."
    )
    NO_MINIMISER = (
        "The classes are separable and some coefficients are unpenalised (alpha={alpha:.6g}): the loss "
        "has no finite minimiser and the coefficients returned only show its direction. Use alpha > 0 "
        "and no zero in penalty_factor."
    )

    @property
    def fatal(self):
        """Whether the coefficients are of no use at all."""
        return self in (Status.NOT_FINITE, Status.VANISHING)

    @classmethod
    def judge(cls, gap, tol, null_objective, objective, direct=False):
        """CONVERGED when the gap is within tol * f_null, up to the rounding of the objective.

        An infinite gap certifies nothing; one that is nan comes of an overflow. A `direct` method has no
        iterations of which more would help.
        """
        if isnan(gap) or not isfinite(objective):
            return cls.NOT_FINITE
        certified = gap <= tol * null_objective + 8 * _EPS * objective
        if certified:
            return cls.CONVERGED
        return cls.INEXACT if direct else cls.MAX_ITER


@dataclass
class Solution:
    """In the centred units of the problem: `coef` (K, p), `intercept` (K,)."""

    coef: np.ndarray
    intercept: np.ndarray
    objective: float
    dual_gap: float
    null_objective: float
    n_iter: int
    status: Status
    route: str = ""  # what found it, by the names of `choose.ROUTES`

    @classmethod
    def judged(cls, coef, intercept, objective, gap, null_objective, tol, n_iter=1, direct=False):
        """A solution whose gap alone tells its status."""
        status = Status.judge(gap, tol, null_objective, objective, direct)
        return cls(coef, intercept, objective, gap, null_objective, n_iter, status)

    @property
    def relative_gap(self):
        return self.dual_gap / self.null_objective if self.null_objective > 0 else self.dual_gap


@dataclass(eq=False)
class Solutions(Sequence):
    """Those of m problems of K outputs each, as arrays; a single `Solution` is made when asked for."""

    coef: np.ndarray  # (m K, p)
    intercept: np.ndarray  # (m K,)
    objective: np.ndarray  # (m,), as all others
    dual_gap: np.ndarray
    null_objective: np.ndarray
    n_iter: np.ndarray
    status: np.ndarray
    route: np.ndarray

    @classmethod
    def gathered(cls, solutions):
        """From a list of single ones."""
        parts = [np.array([getattr(s, name) for s in solutions], dtype=_KIND.get(name)) for name in _EACH]
        intercept = np.concatenate([s.intercept for s in solutions])
        return cls(np.concatenate([s.coef for s in solutions]), intercept, *parts)

    @classmethod
    def joined(cls, groups):
        """Of all groups of `Solutions`, one after the other."""
        return cls(*(np.concatenate([getattr(group, name) for group in groups]) for name in _ALL))

    @classmethod
    def judged(cls, coef, intercept, objective, gap, null_objective, tol, n_iter=1, direct=False):
        """Of problems of one output, whose gaps alone tell their status."""
        status = np.full(len(coef), Status.CONVERGED)
        fine = (gap <= tol * null_objective + 8 * _EPS * objective) & np.isfinite(objective)
        for k in np.flatnonzero(~fine):
            status[k] = Status.judge(gap[k], tol, null_objective[k], objective[k], direct)
        n_iter = np.full(len(coef), n_iter)
        route = np.full(len(coef), "", dtype=object)
        return cls(coef, intercept, objective, gap, null_objective, n_iter, status, route)

    def part(self, some):
        """Those of a slice of problems of one output."""
        return Solutions(*(getattr(self, name)[some] for name in _ALL))

    def __len__(self):
        return len(self.objective)

    def __getitem__(self, k):
        k, K = range(len(self))[k], len(self.coef) // len(self)
        some = slice(k * K, (k + 1) * K)
        return Solution(
            self.coef[some], self.intercept[some], *(getattr(self, name)[k].item() for name in _NUMBERS),
            self.status[k], self.route[k],
        )  # fmt: skip

    def doubtful(self, alphas):
        """Pairs of a solution that is not certified and its alpha, one of `alphas` (m,)."""
        return [(self[k], alphas[k]) for k in self.uncertified()]

    def uncertified(self):
        """Their places."""
        return [k for k, status in enumerate(self.status.tolist()) if status is not Status.CONVERGED]


_NUMBERS = ("objective", "dual_gap", "null_objective", "n_iter")
_EACH = (*_NUMBERS, "status", "route")
_KIND = {"status": object, "route": object}
_ALL = ("coef", "intercept", *_EACH)
