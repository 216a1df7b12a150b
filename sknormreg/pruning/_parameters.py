"""How much to prune: parameters that all the estimators here share, their checks and their meaning."""

from dataclasses import dataclass
from numbers import Integral, Real

import numpy as np

from .._compat import Interval, Options, StrOptions
from ..diagnosis.criteria import CRITERIA
from ._amount import check_count, count_kept, cutoff

AMOUNT_CONSTRAINTS = {
    "threshold": [Real, str, None],
    "relative": ["boolean"],
    "sparsity": [Interval(Real, 0, 1, closed="left"), StrOptions({"auto"}), None],
    "n_features_to_keep": [Interval(Integral, 1, None, closed="left"), None],
    "norm_order": [Options(Real, {1, 2, np.inf})],
    "sparsity_rule": [StrOptions({"min", "1se", *CRITERIA})],
    "cv": ["cv_object"],
    "scoring": [str, callable, None],
    "n_jobs": [Integral, None],
}
AMOUNTS = ("threshold", "sparsity", "n_features_to_keep")


@dataclass
class Amount:
    """The one amount that was given: its name and value."""

    name: str | None
    value: object
    relative: bool = True

    @classmethod
    def of(cls, estimator, default=None):
        """From the parameters of an estimator; without any, a sparsity of `default`, or None and None.

        Raises ValueError where more than one is given.
        """
        given = {name: getattr(estimator, name) for name in AMOUNTS}
        given = {name: value for name, value in given.items() if value is not None}
        if len(given) > 1:
            said = " and ".join(f"{name}={value!r}" for name, value in given.items())
            raise ValueError(f"Give one of {', '.join(AMOUNTS)}, not several: got {said}.")
        nothing = (None, None) if default is None else ("sparsity", default)
        name, value = next(iter(given.items()), nothing)
        return cls(name, value, estimator.relative)

    @property
    def auto(self):
        return self.name == "sparsity" and self.value == "auto"

    def cut(self, scores):
        """The score a unit must reach, where the amount is a threshold that some unit reaches."""
        cut = cutoff(scores, self.value, self.relative)
        largest = max(float(s.max()) for s in scores)
        if cut > largest:
            raise ValueError(
                f"threshold={self.value!r} is above the largest importance, {largest:.6g}: nothing would "
                f"be left. Lower it{'' if self.relative else ', or use relative=True'}."
            )
        return cut

    def count(self, scores):
        """How many of the units with these scores (a list of arrays, judged together) to keep."""
        total = sum(s.size for s in scores)
        if self.name == "threshold":
            cut = self.cut(scores)
            return sum(int(np.count_nonzero(s >= cut)) for s in scores)
        if self.name == "n_features_to_keep":
            check_count("n_features_to_keep", self.value, total, "X")
            return self.value
        return count_kept(self.value, total)
