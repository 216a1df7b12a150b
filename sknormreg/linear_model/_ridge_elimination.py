"""The ridge estimators on ever fewer features, without fitting each anew."""

import copy
from dataclasses import replace
from numbers import Real

import numpy as np
from scipy import sparse
from sklearn.base import clone, is_classifier

from ..design import make_design
from ..diagnosis.criteria import gaussian_deviance
from ..elimination.path import eliminate
from ..solvers.solution import Solutions
from ..solvers.squares.ridge import certify
from ._base import store
from ._checks import make_coordinates
from ._ridge import Ridge
from ._ridge_classifier import RidgeClassifier

_ROWS = 4096


def eliminates(estimator):
    """Whether `RidgeElimination` serves the estimator.

    Ridge and RidgeClassifier with the squared loss, themselves and not subclasses, with one alpha and
    without bounds.
    """
    if type(estimator) not in (Ridge, RidgeClassifier):
        return False
    free = estimator.bounds is None and not estimator.positive and isinstance(estimator.alpha, Real)
    return free and (isinstance(estimator, Ridge) or estimator.loss == "squared")


class RidgeElimination:
    """Coefficients (K, p) of the features that are left, and the estimator fitted to them alone.

    `per_output` lets each output lose features of its own.
    """

    def __init__(self, estimator, X, y, sample_weight=None, per_output=False):
        self.estimator = estimator = clone(estimator)
        estimator._validate_params()
        data = estimator._read(X, y, sample_weight)
        estimator._check_solver(sparse.issparse(data.X))
        n_outputs, n_features = data.Y.shape[0], data.X.shape[1]
        self.alphas = estimator._alphas(n_outputs)
        self.coordinates = make_coordinates(estimator, n_features)
        self.groups = [[k] for k in range(n_outputs)] if per_output else [list(range(n_outputs))]
        self._recorded = []
        with np.errstate(over="ignore", invalid="ignore"):
            self.rows = rows = data.centre(estimator.fit_intercept)
            lam, factor = float(self.alphas[0]) / data.total, self.coordinates.factor
            self.parts = []
            for group in self.groups:  # they share all that does not depend on the target
                first = self.parts[0] if self.parts else None
                made = eliminate(rows.design, rows.Y[group], data.weights, lam, factor, like=first)
                self.parts.append(made)

    @property
    def coef(self):
        return np.concatenate([part.coef for part in self.parts])

    def deviations(self):
        """Weighted standard deviation of each feature, whatever the classes weigh."""
        design, data = self.rows.design, self.rows.data
        squares = self.parts[0].squares
        weights = data.sample_weights
        if not design.centred or weights is not data.weights:
            squares = make_design(data.X, weights, True).squares(np.arange(design.shape[1]), weights)
        return np.sqrt(np.maximum(0.0, squares))

    def drop(self, mask):
        """Drop where `mask` (p,), or (K, p) per output, is True; features that are gone may be in it."""
        mask = np.broadcast_to(mask, (len(self.groups), mask.shape[-1]))
        for part, dropped in zip(self.parts, mask, strict=True):
            features = np.flatnonzero(dropped & part.kept)
            if features.size:
                part.drop(features)

    def record(self):
        """Remember the present fit for `scores`."""
        if is_classifier(self.estimator):
            self._recorded.append(self.coef)
        else:
            self._recorded.append(np.concatenate([part.loss() for part in self.parts]))

    def scores(self):
        """The estimator's `score` on the training data at each recorded fit."""
        if is_classifier(self.estimator):
            return self._accuracies(self._recorded)
        loss, spread = np.array(self._recorded), self._spread()
        with np.errstate(divide="ignore", invalid="ignore"):
            r2 = 1.0 - loss / spread
        r2[:, spread == 0] = np.where(loss[:, spread == 0] == 0, 1.0, 0.0)  # as sklearn.metrics.r2_score
        return r2.mean(axis=1)

    def _spread(self):
        """Weighted variance of each target."""
        target, weights = self.rows.Y, self.rows.data.weights
        return ((target - (target @ weights)[:, None]) ** 2) @ weights

    def _accuracies(self, coefs):
        """In one pass over X."""
        data, design = self.rows.data, self.rows.design
        stacked = np.concatenate(coefs)
        shape = (len(coefs), data.Y.shape[0])
        shift = np.tile(self.rows.y_mean, len(coefs)) - stacked @ design.mean
        right = np.zeros(len(coefs))
        for first in range(0, data.Y.shape[1], _ROWS):
            rows = slice(first, first + _ROWS)
            z = (np.asarray(data.X[rows] @ stacked.T) + shift).reshape(-1, *shape)
            right += data.sample_weights[rows] @ self._hits(z, data.Y[:, rows].T)
        return right

    def _hits(self, z, target):
        """(rows, steps): whether each row is predicted right."""
        if self.estimator._multilabel or target.shape[1] == 1:
            return ((z > 0) == (target > 0)[:, None]).all(axis=2)
        return z.argmax(axis=2) == target.argmax(axis=1)[:, None]

    def evidence(self, total):
        """(minus twice the log-likelihood, effective degrees of freedom), or None for a classifier.

        Gaussian, with the variance of the noise of each target at its maximum; `total` is what the samples
        count for together.
        """
        if is_classifier(self.estimator):
            return None
        loss = np.concatenate([part.loss() for part in self.parts])
        freedom = sum(len(g) * part.freedom() for g, part in zip(self.groups, self.parts, strict=True))
        return (
            gaussian_deviance(loss, self._spread(), total),
            freedom + loss.size * self.estimator.fit_intercept,
        )

    def draft(self):
        """The estimator with the present coefficients as they are."""
        model = copy.copy(self.estimator)
        store(model, self.rows.attributes(self.coef, np.zeros(len(self.alphas))))
        return model

    def fitted(self):
        """The estimator at the present features, refined on the rows and certified."""
        solutions = []
        with np.errstate(over="ignore", invalid="ignore"):
            for group, part in zip(self.groups, self.parts, strict=True):
                found = part.refined()
                low = np.where(part.kept, -np.inf, 0.0)
                within = replace(self.coordinates, low=low, high=-low)
                task = self.rows.task(within, group)
                solutions.append(certify(task.at(self.alphas[group]), found, self.estimator.tol))
        model = copy.copy(self.estimator)
        solutions = Solutions.joined(solutions)
        model._warn(solutions.doubtful(self.alphas))
        model._adopt(self.rows.task(self.coordinates), solutions)
        return model
