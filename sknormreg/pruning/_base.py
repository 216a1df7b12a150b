"""What the pruned estimators share: from a way to begin and an amount to fitted attributes."""

from numbers import Integral

import numpy as np
from sklearn.base import BaseEstimator, MetaEstimatorMixin, is_classifier

from .._compat import Interval, StrOptions
from ._choose import CRITERIA, Criterion, by_cross_validation, candidates, evidence
from ._coefficients import check_not_all_zero
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


class BasePruned(Routed, MetaEstimatorMixin, BaseEstimator):
    """Subclasses say how to begin: `_begin(X, y, params)` -> Start."""

    def _prune(self, X, y, params, default=0.5):
        """Walk the path and keep what it found; returns (unpruned model, masks of the weights kept)."""
        amount = Amount.of(self)
        if amount.name is None:
            amount = Amount("sparsity", default)
        start = self._begin(X, y, params)
        model, ranking = start.model, start.ranking
        layers = model.layers()
        check_not_all_zero(layers, self._estimator(), X)
        scores = ranking(layers)
        groups = ranking.groups(scores)
        sizes = [sum(score.size for score in group) for group in groups]
        n_units = sum(sizes)
        self._check_amount(amount, ranking, layers)
        frozen = self.n_steps == 1 or not self.refit
        chosen, extra, criterion = None, {}, None
        if not amount.auto:
            ends = [amount.count(group) for group in groups]
            if not any(ends):
                raise ValueError(f"{amount.name}={amount.value!r} leaves nothing of {sizes} units.")
            counts = self._counts(sizes, ends)
            chosen = len(counts)
        else:
            counts = candidates(sizes) if self.n_steps == 1 else self._counts(sizes, [1] * len(sizes))
            if self.sparsity_rule in CRITERIA:
                weights = params.get("sample_weight")
                n = len(y) if weights is None else float(np.sum(weights))
                criterion = Criterion(self.sparsity_rule, n, n_units)
            else:
                chosen, extra = by_cross_validation(
                    self._begin, (X, y, params), counts, frozen, cv=self.cv, scoring=self.scoring,
                    rule=self.sparsity_rule, n_jobs=self.n_jobs, classifier=is_classifier(self),
                )  # fmt: skip
        seen, unpruned, pruned = [], None, None
        for i, step in enumerate(walk(model, ranking, scores, counts, frozen)):
            seen.append(step)
            if i == 0:
                unpruned = model.model()
            if criterion is not None:
                criterion.add(self._evidence(start, X, y, params), step.n_kept)
                chosen, extra = criterion.best()
            if i == chosen:
                pruned = unpruned if step.n_kept == n_units else model.model()
        step = seen[chosen]
        exact = amount.name == "threshold" and frozen
        cut = [amount.cut(group) for group in groups] if exact else step.threshold
        self.estimator_ = start.complete(pruned)
        self.support_ = ranking.features(step.masks)
        self.n_features_selected_ = int(self.support_.sum())
        self.threshold_ = float(cut[0]) if len(cut) == 1 else np.array(cut)
        self.pruning_path_ = {**path_table(seen, model.scores(), n_units), **extra}
        return unpruned, ranking.entries(step.masks, layers)

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
