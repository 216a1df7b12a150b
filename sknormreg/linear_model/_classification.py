"""The shared fit of classifiers with a convex loss and a separable penalty."""

from functools import partial
from numbers import Real

import numpy as np
from scipy.special import log_expit, log_softmax
from sklearn.base import ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from .._compat import Interval, StrOptions, fit_context
from ..design import make_design
from ..losses import LogLoss, MultinomialLoss, SquaredHinge
from ..problem import Problems
from ._available import available_if
from ._base import SHARED_CONSTRAINTS, PenalizedModel, as_stored
from ._checks import as_python, check_labels, make_coordinates, normalised_weights
from ._nameless import nameless
from ._progress import Progress
from ._read import read
from ._task import Task


def _has_probabilities(estimator):
    if estimator.loss != "log_loss":
        raise AttributeError(
            "probabilities come with loss='log_loss' (of RidgeClassifier, LassoClassifier or "
            f"ElasticNetClassifier), and this one has loss={estimator.loss!r}."
        )


@nameless
class ClassificationMixin(ClassifierMixin):
    """Prediction from one row of `coef_` (two classes) or one per class."""

    def decision_function(self, X):
        """Confidence scores: the linear predictor of the second class, or of each class.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_classes)
            Scores; with two classes a positive one stands for ``classes_[1]``.
        """
        scores = self._linear_predictor(X)
        return scores[:, 0] if scores.shape[1] == 1 else scores

    def predict(self, X):
        """Predict the class.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples.

        Returns
        -------
        ndarray of shape (n_samples,)
            Class labels.
        """
        check_is_fitted(self)
        scores = self.decision_function(X)
        index = (scores > 0).astype(int) if scores.ndim == 1 else scores.argmax(axis=1)
        return self.classes_[index]

    @available_if(_has_probabilities)
    def predict_proba(self, X):
        """Probabilities of the classes, for ``loss="log_loss"``.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            Probabilities, in the order of ``classes_``; each row sums to one.
        """
        scores = np.atleast_2d(self.decision_function(X).T)
        if scores.shape[0] == 1:
            p = LogLoss().inverse_link(scores)[0]
            q = LogLoss().inverse_link(-scores)[0]
            return np.column_stack([q, p])
        return MultinomialLoss().inverse_link(scores).T

    @available_if(_has_probabilities)
    def predict_log_proba(self, X):
        """Logarithm of the probabilities of the classes, for ``loss="log_loss"``.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            Logarithms, in the order of ``classes_``.
        """
        scores = self._linear_predictor(X)
        if scores.shape[1] == 1:
            return log_expit(scores * np.array([-1, 1], dtype=scores.dtype))
        return log_softmax(scores, axis=1)


def encode_classes(estimator, y, weights):
    """Set `classes_`; returns (codes, weights that sum to one after `class_weight`, their factor).

    Raises ValueError for one class, for a label in `class_weight` that does not occur while some class has
    no weight there, and for a class whose weights are all zero.
    """
    check_labels(y)
    classes, codes = np.unique(y, return_inverse=True)
    if classes.size < 2:
        raise ValueError(
            "This solver needs samples of at least 2 classes in the data, but the data contains only "
            f"one class: {classes.tolist()[0]!r}"
        )
    class_weight = estimator.class_weight
    if isinstance(class_weight, dict):
        for label, weight in class_weight.items():
            if not (np.isfinite(weight) and weight >= 0):
                raise ValueError(
                    f"class_weight must be finite and non-negative: class {as_python(label)!r} has "
                    f"{as_python(weight)!r}."
                )
        labels = classes.tolist()
        unknown = [as_python(label) for label in class_weight if label not in labels]
        if unknown and not {*labels} <= {*class_weight}:
            raise ValueError(
                f"class_weight has labels that do not occur in y: {unknown}. The classes are {labels}."
            )
    factor = 1.0
    if class_weight is not None:
        weights = weights * _class_weights(class_weight, classes, codes, weights)[codes]
        factor = weights.sum()
        if factor > 0:
            weights = weights / factor
    totals = np.bincount(codes, weights, minlength=classes.size)
    empty = np.flatnonzero(totals == 0)
    if empty.size:
        names = classes[empty].tolist()
        raise ValueError(f"The sample_weight of these classes sums to zero: {names}. Remove their samples.")
    estimator.classes_ = classes
    return codes, weights, factor


def _class_weights(class_weight, classes, codes, weights):
    """One weight per class; "balanced" counts samples by their weights."""
    if isinstance(class_weight, str):
        totals = np.bincount(codes, weights, minlength=classes.size)
        with np.errstate(divide="ignore"):
            return np.where(totals > 0, weights.sum() / (classes.size * totals), 0.0)
    return np.array([class_weight.get(label, 1.0) for label in classes.tolist()], dtype=np.float64)


@nameless
class PenalizedClassifier(ClassificationMixin, PenalizedModel):
    """Fit by the certified path solver; `_penalty()` is the recipe."""

    _parameter_constraints = {
        **SHARED_CONSTRAINTS,
        "alpha": [Interval(Real, 0, None, closed="left")],
        "loss": [StrOptions({"log_loss", "squared_hinge"})],
        "class_weight": [dict, StrOptions({"balanced"}), None],
    }

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y, sample_weight=None):
        """Fit the model.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples: float64 or float32, dense in either order, CSC or CSR.
        y : array-like of shape (n_samples,)
            Class labels.
        sample_weight : float or array-like of shape (n_samples,), default=None
            Non-negative weights; only their ratios matter.

        Returns
        -------
        self : object
            The fitted estimator.
        """
        task = self._task(X, y, sample_weight)
        return self._fit_task(task, Progress(self, X, y, sample_weight))

    fit_path = PenalizedModel.fit_path  # stands for this `fit`, and for no other

    def _task(self, X, y, sample_weight):
        X, y = read(self, X, y)
        samples, _ = normalised_weights(sample_weight, X)
        codes, weights, _ = encode_classes(self, y, samples)
        targets, loss = class_targets(self.loss, codes, self.classes_.size)
        n_outputs = targets.shape[1]
        coordinates = make_coordinates(self, X.shape[1], n_outputs)
        with np.errstate(over="ignore", invalid="ignore"):
            design = make_design(X, weights, self.fit_intercept)
        return Task(
            Problems(design, targets, weights, loss, self._penalty(), coordinates, self.fit_intercept),
            partial(class_attributes, design=design, dtype=X.dtype, softmax=n_outputs > 1),
            samples,
        )


def class_attributes(coef, intercept, design, dtype, softmax):
    """User's units, from coefficients (K, p) of the centred problem."""
    intercept = intercept - coef @ design.mean
    if softmax:
        intercept = intercept - intercept.mean()
    return as_stored(dtype, coef_=coef, intercept_=intercept)


def class_targets(loss, codes, n_classes):
    """The targets (m, K, n) of the problems to solve, and their loss."""
    hits = (codes == np.arange(n_classes)[:, None]).astype(float)
    if loss == "log_loss" and n_classes > 2:
        return hits[None], MultinomialLoss()
    alone = hits[1:, None] if n_classes == 2 else hits[:, None]
    if loss == "log_loss":
        return alone, LogLoss()
    return 2.0 * alone - 1.0, SquaredHinge()
