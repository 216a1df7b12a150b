"""Classifiers that choose their own alpha."""

from sklearn.utils.validation import column_or_1d

from ..linear_model import ClassificationMixin, LassoClassifier, read
from ..linear_model._checks import check_labels
from ._path_cv import CV_CONSTRAINTS, RELAX, PathCV


class ClassificationCV(ClassificationMixin, PathCV):
    """Of LassoClassifier and ElasticNetClassifier."""

    _parameter_constraints = {**LassoClassifier._parameter_constraints, **CV_CONSTRAINTS, "relax": RELAX}
    _parameter_constraints.pop("alpha")
    _parameter_constraints.pop("warm_start")

    @property
    def _scoring(self):
        """Squared hinges have no probabilities."""
        return "neg_log_loss" if self.loss == "log_loss" else "accuracy"

    def _validate(self, X, y):
        X, y = read(self, X, y)
        check_labels(y)
        return X, column_or_1d(y)
