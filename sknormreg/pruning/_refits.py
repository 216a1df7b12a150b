"""How a model follows when units are cut from it: each class one way, all with the same methods.

layers() -> list of coefficient matrices now | cut(masks) -> units that stay, True | record() -> remember
the training score | scores() -> those remembered | model() -> the fitted estimator now, on all features,
its coefficients exactly zero where they were cut
"""

import copy

import numpy as np

from .._compat import safe_indexing
from ..linear_model._ridge_elimination import RidgeElimination, eliminates
from ._coefficients import Location, dense, fit
from ._columns import on_features, widened
from ._ranking import entry_masks

_KEEP = "pass refit=False to keep the coefficients that are left, or use CoefficientPruner before it"


def start(inner, y, *, refit, structure, by_count=False, linear=False, fine_tuning=None, remedy=_KEEP):
    """(a model that follows its cuts, whether whole features are cut) for an `Inner`.

    `structure` is "features", None (single coefficients) or "auto": single ones where the model can be
    fitted again without some of them, unless features are counted (`by_count`). `linear` allows no network.
    Raises ValueError where the estimator cannot be refitted as asked.
    """
    estimator, fitted, X, params = inner.estimator, inner.fitted, inner.X, inner.params
    whole = structure == "features" or (structure == "auto" and by_count)
    plain = refit and fitted is None and inner.getter in ("auto", "coef_")
    if plain and RidgeFits.serves(estimator, params):
        model = RidgeFits(estimator, X, y, params, whole)
        return model, whole or model.layers()[0].shape[0] == 1
    fitted = fit(estimator, X, y, params) if fitted is None else fitted
    location = Location.find(
        fitted, inner.getter, "PrunedEstimator prunes networks and pipelines." if linear else None
    )
    name = type(estimator).__name__
    if linear and location.layered:
        raise ValueError(f"{name} has coefs_ and is no linear model: use PrunedEstimator.")
    layers = location.read(fitted)
    n_features = layers[0].shape[0 if location.layered else 1]
    if not location.owner and n_features != np.shape(X)[1]:
        raise ValueError(f"{name} has coefficients of {n_features} features where X has {np.shape(X)[1]}.")
    data = (X, y, params)
    if not location.layered:
        whole = whole or (structure == "auto" and refit) or layers[0].shape[0] == 1
    if not refit:
        return Cuts(location, fitted, data, whole), whole
    if location.owner:
        raise ValueError(
            f"{name} cannot be refitted on some of its features, because its coefficients are those of "
            f"{location.owner!r} inside it: {remedy}."
        )
    if whole and inner.fitted is not None:
        raise ValueError(f"A FrozenEstimator cannot be fitted again: {remedy}, or give {name}() itself.")
    if whole:
        return Refits(estimator, location, fitted, data, remedy), True
    if not location.layered or fine_tuning is None or not hasattr(fitted, "partial_fit"):
        raise ValueError(
            f"{estimator!r} cannot be refitted with single coefficients left out: pass "
            "structure='features' to prune whole features, or refit=False"
            + (", or solver='adam' or 'sgd' to the network." if location.layered else ".")
        )
    return MaskedTraining(location, fitted, data, **fine_tuning), False


class RidgeFits:
    """Ridge by down-dates of one factorisation."""

    def __init__(self, estimator, X, y, params, whole_features):
        weights = params.get("sample_weight")
        self.elimination = RidgeElimination(estimator, X, y, weights, per_output=not whole_features)

    @staticmethod
    def serves(estimator, params):
        """Whether they are for this estimator, fitted with these parameters."""
        return eliminates(estimator) and not set(params) - {"sample_weight"}

    location = Location("coef_")

    def layers(self):
        return [self.elimination.coef]

    def cut(self, masks):
        self.elimination.drop(~masks[0])

    def record(self):
        self.elimination.record()

    def scores(self):
        return self.elimination.scores()

    def model(self):
        return self.elimination.fitted()

    def draft(self):
        """As `model`, without refinement and certificate."""
        return self.elimination.draft()

    def evidence(self, total):
        """For an information criterion; None where there is no likelihood."""
        return self.elimination.evidence(total)


class _Recording:
    """Scores by the model's own `score`."""

    def __init__(self, location, fitted, data):
        self.location = location
        self.X, self.y, self.params = data
        self.fitted = fitted
        self._scores = []

    def layers(self):
        return self.location.read(self.fitted)

    def record(self):
        self._scores.append(self._score())

    def scores(self):
        return np.array(self._scores)

    def draft(self):
        return self.model()

    def evidence(self, total):
        """None: it is that of any model."""

    def _score(self):
        return score(self.model(), self.X, self.y, self.params.get("sample_weight"))


class Refits(_Recording):
    """A fit of its own, on the columns that are left."""

    def __init__(self, estimator, location, fitted, data, remedy):
        super().__init__(location, fitted, data)
        self.estimator, self.remedy = estimator, remedy
        self.inner, self.kept = fitted, None
        self._wide = fitted  # what the last fit gives on all features

    def layers(self):
        return self.location.read(self.model())

    def cut(self, masks):
        self.kept = masks[0].copy()
        self.inner = on_features(self.estimator, self.kept)
        self.inner.fit(safe_indexing(self.X, np.flatnonzero(self.kept), axis=1), self.y, **self.params)
        self._wide = None

    def _score(self):
        X = self.X if self.kept is None else safe_indexing(self.X, np.flatnonzero(self.kept), axis=1)
        return score(self.inner, X, self.y, self.params.get("sample_weight"))

    def model(self):
        if self._wide is None:
            self._wide = widened(self.inner, self.fitted, self.estimator, self.kept)
            self._check_prediction(self._wide)
        return self._wide

    def _check_prediction(self, model):
        """Raise ValueError for a model that predicts from more than its coefficients."""
        if not hasattr(model, "predict"):
            return
        rows = np.arange(min(5, self.X.shape[0]))
        X = safe_indexing(self.X, rows)
        expected = self.inner.predict(safe_indexing(X, np.flatnonzero(self.kept), axis=1))
        try:
            found = model.predict(X)
            same = np.all(found == expected) or (
                np.max(np.abs(found - expected)) <= self._tolerance(model, X, expected)
            )
        except (ValueError, TypeError):
            same = False
        if not same:
            raise ValueError(
                f"{type(model).__name__} predicts from more than its {self.location.attribute}, which is "
                f"all that a pruned model keeps: {self.remedy}."
            )

    def _tolerance(self, model, X, predictions):
        """How far two predictions of one model may be apart: by the rounding of sums over the features."""
        layers, size = self.location.read(model), np.abs(dense(X))
        for layer in layers if self.location.layered else [layers[0].T]:
            size = size @ np.abs(layer)
        rounding = X.shape[1] * np.finfo(predictions.dtype).eps * np.max(size)
        return 1e-5 * np.max(np.abs(predictions)) + rounding


class Cuts(_Recording):
    """What is cut becomes zero, the rest stays as it is."""

    def __init__(self, location, fitted, data, whole_features):
        super().__init__(location, fitted, data)
        self.whole_features = whole_features
        self.now = self.location.read(fitted)

    def layers(self):
        return self.now

    def cut(self, masks):
        masks = entry_masks(masks, self.now, self.whole_features, self.location.layered)
        self.now = [np.where(mask, layer, 0.0) for mask, layer in zip(masks, self.now, strict=True)]

    def model(self):
        model = copy.deepcopy(self.fitted)
        self.location.write(model, self.now)
        return model


class MaskedTraining(_Recording):
    """Passes of `partial_fit` over minibatches, what was cut being set back to zero after each.

    The forward and backward pass of a batch then never see a coefficient that was cut, so this is training
    of the network that is left.
    """

    def __init__(self, location, fitted, data, n_epochs, seed):
        super().__init__(location, copy.deepcopy(fitted), data)
        self.n_epochs, self.rng = n_epochs, np.random.default_rng(seed)
        self.batch_size = 200 if fitted.batch_size == "auto" else fitted.batch_size

    def cut(self, masks):
        self._apply(masks)
        model, n = self.fitted, self.X.shape[0]
        options = {"early_stopping": model.early_stopping, "batch_size": model.batch_size}
        counted, best, curve = model.n_iter_, model.best_loss_, model.loss_curve_
        model.set_params(early_stopping=False, batch_size="auto")
        for _ in range(self.n_epochs):
            model.best_loss_, model.loss_curve_ = np.inf, []
            order = self.rng.permutation(n)
            for first in range(0, n, self.batch_size):
                rows = order[first : first + self.batch_size]
                params = {name: safe_indexing(value, rows) for name, value in self.params.items()}
                model.partial_fit(safe_indexing(self.X, rows), safe_indexing(self.y, rows), **params)
                self._apply(masks)
            curve.append(float(np.mean(model.loss_curve_)))  # one entry per pass, as `fit` makes them
        model.loss_curve_, model.n_iter_ = curve, counted + self.n_epochs
        model.best_loss_ = None if best is None else min(curve)
        model.set_params(**options)

    def _apply(self, masks):
        for layer, mask in zip(getattr(self.fitted, self.location.attribute), masks, strict=True):
            layer[~mask] = 0.0

    def _score(self):
        return score(self.fitted, self.X, self.y, self.params.get("sample_weight"))

    def model(self):
        return copy.deepcopy(self.fitted)


def score(model, X, y, sample_weight):
    weights = {} if sample_weight is None else {"sample_weight": sample_weight}
    return model.score(X, y, **weights)
