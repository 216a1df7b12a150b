"""What an estimator has to solve, before its strength is known, and how what is found is told."""

from dataclasses import dataclass, field, replace

import numpy as np

from ..problem import Problems
from ..solvers.workspace import Workspace


@dataclass
class Task:
    """The `Problems` of an estimator, one for each target or class that is fitted alone.

    Their penalty has the estimator's form and some strength; `at` gives them those wanted.
    """

    problems: Problems
    attributes: object  # function of (coef, intercept) in centred units: the fitted attributes
    samples: np.ndarray  # weights of the samples in scores, sum to one: those of classes not counted
    alpha_unit: float = 1.0  # the alpha that is strength one inside
    gap_unit: float = 1.0  # the objective of the documentation over the one inside
    target_mean: float | np.ndarray = 0.0  # (K,), what squared loss centred the targets by
    summed: bool = False  # the objective sums over samples, so alpha means less the more there are
    workspace: Workspace = field(default_factory=Workspace)
    starts: list | None = None  # (coef, intercept) for each problem, where a solution nearby is known

    @property
    def targets(self):
        """(K, n), centred where there is an intercept."""
        return self.problems.Y

    @property
    def given_targets(self):
        """The same as they were given (K, n); classes as they are coded."""
        return self.targets + np.reshape(self.target_mean, (-1, 1))

    @property
    def weights(self):
        """Of the samples in the loss, sum to one: those of classes counted."""
        return self.problems.weights

    def strengths_of_part(self, alphas, share):
        """Of the penalties for samples that have a `share` of all the weight."""
        return self.strengths(alphas) / (share if self.summed else 1.0)

    def with_penalty(self, penalty):
        """The same task and workspace under another penalty."""
        return replace(self, problems=replace(self.problems, penalty=penalty))

    def at(self, alphas):
        """The problems at alphas of the estimator's, one each."""
        return self.problems.at(self.strengths(alphas))

    def strengths(self, alphas):
        """Of the penalties inside, for alphas of the estimator's."""
        return np.asarray(alphas, dtype=np.float64) / self.alpha_unit
