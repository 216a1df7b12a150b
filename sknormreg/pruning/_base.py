"""What the pruned estimators share: from a way to begin and an amount to fitted attributes."""

from functools import partial
from numbers import Integral

import numpy as np
from sklearn.base import BaseEstimator, MetaEstimatorMixin
from sklearn.utils import check_random_state

from .._compat import Interval, StrOptions
from ..diagnosis.criteria import CRITERIA
from ..linear_model import Versioned
from ._choose import Criterion, by_cross_validation, candidates
from ._coefficients import check_not_all_zero
from ._delegation import Delegating
from ._parameters import AMOUNT_CONSTRAINTS, Amount
from ._path import path_table, walk
from ._routing import Routed
from ._schedule import SCHEDULES, steps

PATH_CONSTRAINTS = {
    **AMOUNT_CONSTRAINTS,
    "refit": ["boolean"],
    "n_steps": [Interval(Integral, 1, None, closed="left")],
    "schedule": [StrOptions(set(SCHEDULES)), callable],
    "random_state": ["random_state"],
}


class BasePruned(Versioned, Delegating, Routed, MetaEstimatorMixin, BaseEstimator):
    """Subclasses say how to begin: `_begin(X, y, params, seed)` -> Start."""

    def _prune(self, X, y, params, sample_weight):
        """Walk the path and keep what it found; returns (unpruned model, masks of the weights kept)."""
        amount = Amount.of(self, default=0.5)
        seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        begin = partial(type(self)._begin, seed=seed)
        start = begin(self, X, y, params)
        layers = start.model.layers()
        check_not_all_zero(layers, self._estimator(), X)
        scores = start.ranking(layers)
        groups = start.ranking.groups(scores)
        sizes = [sum(score.size for score in group) for group in groups]
        if amount.name == "n_features_to_keep" and start.ranking.structure is None:
            raise ValueError(
                f"n_features_to_keep={amount.value} counts features, but structure=None prunes single "
                "coefficients: give sparsity, or structure='features'."
            )
        frozen = self.n_steps == 1 or not self.refit
        criterion, extra = None, {}
        if not amount.auto:
            counts = self._counts(sizes, [amount.count(group) for group in groups])
            chosen = len(counts)
        else:
            counts = candidates(sizes) if self.n_steps == 1 else self._counts(sizes, [1] * len(sizes))
            if self.sparsity_rule in CRITERIA:
                criterion = Criterion(self.sparsity_rule, len(y), sample_weight, sum(sizes))
            else:
                data = (X, y, params, sample_weight)
                chosen, extra = by_cross_validation(self, begin, data, counts, frozen)
        seen, models = [], {}
        for i, step in enumerate(walk(start.model, start.ranking, scores, counts, frozen)):
            seen.append(step)
            if criterion is not None:
                criterion.add(start, y, step.n_kept)
                chosen, extra = criterion.best, {self.sparsity_rule: np.array(criterion.values)}
            if i in (0, chosen):
                cut = step.n_kept < sum(sizes)
                models[i] = start.model.model() if i == 0 or cut else models[0]
        step = seen[chosen]
        exact = amount.name == "threshold" and frozen
        cuts = [amount.cut(group) for group in groups] if exact else step.threshold
        self.best_index_ = chosen
        self.estimator_ = start.inner.complete(models[chosen])
        self.support_ = start.ranking.features(step.masks)
        self.n_features_selected_ = int(self.support_.sum())
        self.threshold_ = float(cuts[0]) if len(cuts) == 1 else np.array(cuts)
        self.pruning_path_ = {**path_table(seen, start.model.scores(), sum(sizes)), **extra}
        masks, location = start.ranking.entries(step.masks, layers), start.model.location
        if not location.layered:
            masks = masks[0].reshape(np.shape(location.value(models[0])))
        return models[0], masks

    def _counts(self, sizes, ends):
        columns = [steps(n, end, self.n_steps, self.schedule) for n, end in zip(sizes, ends, strict=True)]
        return np.stack(columns, axis=1)
