"""The ridge classifier, its alpha chosen."""

from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import validate_data

from .._compat import StrOptions
from ..linear_model import FLOATS, ClassificationMixin, RidgeClassifier
from ._ridge_base_cv import RidgeBaseCV


class RidgeClassifierCV(ClassificationMixin, RidgeBaseCV):
    _model = RidgeClassifier
    _scoring = "accuracy"
    loss = "squared"  # that of the model, which asks for no other here
    _parameter_constraints = {
        **RidgeBaseCV._parameter_constraints,
        "class_weight": [dict, StrOptions({"balanced"}), None],
    }

    def __init__(
        self,
        alphas=(0.1, 1.0, 10.0),
        *,
        fit_intercept=True,
        scoring=None,
        cv=None,
        class_weight=None,
        store_cv_results=False,
        alpha_rule="min",
        max_iter=None,
        tol=1e-8,
        positive=False,
        penalty_factor=None,
        bounds=None,
        n_jobs=None,
        verbose=False,
    ):
        self.alphas = alphas
        self.fit_intercept = fit_intercept
        self.scoring = scoring
        self.cv = cv
        self.class_weight = class_weight
        self.store_cv_results = store_cv_results
        self.alpha_rule = alpha_rule
        self.max_iter = max_iter
        self.tol = tol
        self.positive = positive
        self.penalty_factor = penalty_factor
        self.bounds = bounds
        self.n_jobs = n_jobs
        self.verbose = verbose

    predict = RidgeClassifier.predict

    def _validate(self, X, y):
        X, y = validate_data(self, X, y, accept_sparse=["csc", "csr"], dtype=FLOATS, multi_output=True)
        check_classification_targets(y)
        self._two_dimensional = True  # errors are told for each class, as in scikit-learn
        return X, y

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags
