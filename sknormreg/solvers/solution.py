"""What a solver hands back: a solution, and why it stopped, in words that tell what to do."""

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
