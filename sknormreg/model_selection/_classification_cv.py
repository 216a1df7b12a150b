"""Classifiers that choose their own alpha."""

from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import column_or_1d, validate_data

from ..linear_model import FLOATS, ClassificationMixin, LassoClassifier
from ._path_cv import CV_CONSTRAINTS, PathCV


class ClassificationCV(ClassificationMixin, PathCV):
    """Of LassoClassifier and ElasticNetClassifier."""

    _scoring = "accuracy"
    _parameter_constraints = {**LassoClassifier._parameter_constraints, **CV_CONSTRAINTS}
    _parameter_constraints.pop("alpha")
    _parameter_constraints.pop("warm_start")

    def _validate(self, X, y):
        X, y = validate_data(self, X, y, accept_sparse=["csc", "csr"], dtype=FLOATS)
        check_classification_targets(y)
        return X, column_or_1d(y)
