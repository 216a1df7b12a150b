"""Prediction by the pruned estimator, with the methods that the inner one has."""

from sklearn.base import ClassifierMixin, RegressorMixin, is_classifier

from ..linear_model import nameless, overridden
from ..linear_model._available import available_if


def _inner_has(name):
    """For `available_if`: whether the inner estimator has the method."""

    def check(self):
        getattr(self.estimator_ if hasattr(self, "estimator_") else self._estimator(), name)

    return check


@nameless
class Delegating:
    """Methods of `estimator_`, for X as `_read` leaves it."""

    @available_if(_inner_has("predict"))
    def predict(self, X):
        """Predict by the pruned estimator.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples, with all features.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_outputs)
            Predictions of `estimator_`.
        """
        X = self._read(X)
        return self.estimator_.predict(X)

    @available_if(_inner_has("predict_proba"))
    def predict_proba(self, X):
        """Probabilities of the classes, where the estimator has them.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples, with all features.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            Probabilities, in the order of ``classes_``.
        """
        X = self._read(X)
        return self.estimator_.predict_proba(X)

    @available_if(_inner_has("predict_log_proba"))
    def predict_log_proba(self, X):
        """Logarithm of the probabilities of the classes, where the estimator has them.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples, with all features.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            Logarithms, in the order of ``classes_``.
        """
        X = self._read(X)
        return self.estimator_.predict_log_proba(X)

    @available_if(_inner_has("decision_function"))
    def decision_function(self, X):
        """Confidence scores, where the estimator has them.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples, with all features.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_classes)
            Scores; with two classes a positive one stands for ``classes_[1]``.
        """
        X = self._read(X)
        return self.estimator_.decision_function(X)

    @available_if(_inner_has("score"))
    def score(self, X, y, sample_weight=None):
        """The score of the inner estimator: R^2 or accuracy, unless it has one of its own.

        In a derived class that overrides `predict`, R^2 or accuracy of its own predictions.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Target.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights.

        Returns
        -------
        float
            The score.
        """
        if overridden(self, ("predict",), lambda space: space is Delegating):
            kind = ClassifierMixin if is_classifier(self) else RegressorMixin
            return kind.score(self, X, y, sample_weight)
        X = self._read(X)
        weights = {} if sample_weight is None else {"sample_weight": sample_weight}
        return self.estimator_.score(X, y, **weights)
