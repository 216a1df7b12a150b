"""What the pruned estimators share: from a way to begin and an amount to fitted attributes."""

from numbers import Integral

import numpy as np
from sklearn.base import BaseEstimator, MetaEstimatorMixin

from .._compat import Interval, StrOptions
from ._choose import candidates, choose, evidence
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


class BasePruned(Delegating, Routed, MetaEstimatorMixin, BaseEstimator):
    """Subclasses say how to begin: `_begin(X, y, params)` -> Start."""

    def _prune(self, X, y, params):
        """Walk the path and keep what it found; returns (unpruned model, masks of the weights kept)."""
        amount = Amount.of(self, default=0.5)
        start = self._begin(X, y, params)
        layers = start.model.layers()
        check_not_all_zero(layers, self._estimator(), X)
        self._check_amount(amount, start.ranking, layers)
        scores = start.ranking(layers)
        groups = start.ranking.groups(scores)
        sizes = [sum(score.size for score in group) for group in groups]
        frozen = self.n_steps == 1 or not self.refit
        if amount.auto:
            counts = candidates(sizes) if self.n_steps == 1 else self._counts(sizes, [1] * len(sizes))
            chosen, extra = choose(self, self._begin, self._evidence, (X, y, params), counts, frozen)
        else:
            counts = self._counts(sizes, [amount.count(group) for group in groups])
            chosen, extra = len(counts), {}
        seen, models = [], {}
        for i, step in enumerate(walk(start.model, start.ranking, scores, counts, frozen)):
            seen.append(step)
            if i in (0, chosen):
                cut = step.n_kept < sum(sizes)
                models[i] = start.model.model() if i == 0 or cut else models[0]
        step = seen[chosen]
        exact = amount.name == "threshold" and frozen
        cuts = [amount.cut(group) for group in groups] if exact else step.threshold
        self.best_index_ = chosen
        self.estimator_ = start.complete(models[chosen])
        self.support_ = start.ranking.features(step.masks)
        self.n_features_selected_ = int(self.support_.sum())
        self.threshold_ = float(cuts[0]) if len(cuts) == 1 else np.array(cuts)
        self.pruning_path_ = {**path_table(seen, start.model.scores(), sum(sizes)), **extra}
        return models[0], start.ranking.entries(step.masks, layers)

    def _evidence(self, start, X, y, params):
        model = start.complete(start.model.draft())
        return evidence(model, start.model.layers(), X, y, params.get("sample_weight"))

    def _counts(self, sizes, ends):
        columns = [steps(n, end, self.n_steps, self.schedule) for n, end in zip(sizes, ends, strict=True)]
        return np.stack(columns, axis=1)

    def _check_amount(self, amount, ranking, layers):
        if amount.name == "n_features_to_keep" and ranking.structure is None:
            single = len(layers) == 1 and layers[0].shape[0] == 1
            if not single:
                raise ValueError(
                    f"n_features_to_keep={amount.value} counts features, but structure=None prunes single "
                    "coefficients: give sparsity, or structure='features'."
                )
