"""Ridge classifier."""

from functools import partial

import numpy as np
from sklearn.preprocessing import LabelBinarizer
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.validation import check_is_fitted, column_or_1d

from .. import penalties
from .._compat import StrOptions, fit_context
from ._base import PenalizedModel
from ._by_name import is_by_name
from ._checks import check_labels, normalised_weights
from ._classification import PenalizedClassifier, encode_classes
from ._progress import Progress
from ._read import read
from ._regression import regression_attributes
from ._ridge import RidgeBase, RidgeData
from ._target_names import keep_target_names


class RidgeClassifier(PenalizedClassifier, RidgeBase):
    """Classifier with a squared L2 penalty.

    With ``loss="squared"`` (scikit-learn's) the classes are coded y = -1, +1 and it minimises, for two
    classes, or per class against the rest::

        sum_i s_i (y_i - x_i w - b)^2 + alpha * sum_j f_j w_j^2

    With ``loss="log_loss"``, averaged::

        1 / S * sum_i s_i loss(y_i, x_i w + b) + alpha / 2 * sum_j f_j w_j^2

    the log-loss of two classes or the multinomial one; ``alpha = 1 / (C S)`` for the C of
    :class:`sklearn.linear_model.LogisticRegression`. s are the sample weights after `class_weight`, S
    their sum, f the penalty factors; all subject to the bounds. The intercept b is not penalised.

    A drop-in for :class:`sklearn.linear_model.RidgeClassifier`.

    Parameters
    ----------
    alpha : float, default=1.0
        Strength of the penalty, >= 0.
    loss : {'squared', 'log_loss'}, default='squared'
        Loss function.
    fit_intercept : bool, default=True
        Whether to fit the intercept.
    copy_X : bool, default=True
        Accepted for compatibility; X is never written to.
    max_iter : int, default=None
        Most iterations of the iterative solvers; None leaves it to them.
    tol : float, default=1e-8
        The certificate required: ``dual_gap_ <= tol * f_null`` up to rounding, with f_null the objective
        at w = 0.
    class_weight : dict or 'balanced', default=None
        Weights of the classes, multiplied into the sample weights. "balanced" makes every class count the
        same, ``S / (n_classes * S_class)`` with the sample weights counted.
    solver : {'auto', 'svd', 'cholesky', 'lsqr', 'sparse_cg', 'sag', 'saga', 'lbfgs'}, default='auto'
        Accepted for compatibility, with scikit-learn's errors for combinations it does not allow.
    positive : bool, default=False
        Keep the coefficients non-negative.
    random_state : int, RandomState instance or None, default=None
        Accepted for compatibility; nothing here is random.
    penalty_factor : array-like of shape (n_features,), dict or float, default=None
        Multiplies the penalty of each coefficient; 0 leaves it unpenalised. Not rescaled. None is all ones.
        A dict, or a pandas Series with names for its index, goes by the names of features: 1 for the rest.
    bounds : tuple (low, high) or dict, default=None
        Bounds on the coefficients: numbers, or for each feature as in `penalty_factor`; None, or -inf and
        inf, for none. A dict has such a pair for each feature it names. Intersected with `positive`.

    Attributes
    ----------
    coef_ : ndarray of shape (1, n_features) or (n_classes, n_features)
        Coefficients; with ``loss="log_loss"`` and more than two classes each column sums to zero unless
        bounds prevent it.
    intercept_ : ndarray of shape (1,) or (n_classes,)
        Intercept.
    classes_ : ndarray of shape (n_classes,)
        Class labels.
    dual_gap_ : float or ndarray of shape (n_classes,)
        Duality gap at the returned coefficients, in the units of the objective.
    n_iter_ : ndarray of int
        Iterations of each problem, at least 1.
    sparse_coef_ : sparse matrix
        `coef_` in CSR format.
    n_features_in_ : int
        Number of features seen during fit.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the features, when X had string column names.
    target_names_in_ : ndarray of shape (n_targets,)
        Names of the targets, when y had string column names, or a name.

    Raises
    ------
    ValueError
        Invalid parameters, bounds, weights or classes, at `fit`.

    Warns
    -----
    sklearn.exceptions.ConvergenceWarning
        `max_iter` was reached, or rounding stopped all progress, before the certificate; or there is no
        finite minimiser (separable classes, unpenalised coefficients).

    References
    ----------
    le Cessie and van Houwelingen, "Ridge estimators in logistic regression", Applied Statistics 41 (1992),
    eq. 1, for the log-loss.

    Examples
    --------
    >>> from sklearn.datasets import load_breast_cancer
    >>> from sklearn.preprocessing import scale
    >>> from sknormreg import RidgeClassifier
    >>> X, y = load_breast_cancer(return_X_y=True)
    >>> round(RidgeClassifier(alpha=0.01, loss="log_loss").fit(scale(X), y).score(scale(X), y), 3)
    0.986
    """

    _parameter_constraints = {
        **PenalizedClassifier._parameter_constraints,
        **RidgeBase._parameter_constraints,
        "loss": [StrOptions({"squared", "log_loss"})],
    }
    _parameter_constraints.pop("warm_start")

    def __init__(
        self,
        alpha=1.0,
        *,
        loss="squared",
        fit_intercept=True,
        copy_X=True,
        max_iter=None,
        tol=1e-8,
        class_weight=None,
        solver="auto",
        positive=False,
        random_state=None,
        penalty_factor=None,
        bounds=None,
    ):
        self.alpha = alpha
        self.loss = loss
        self.fit_intercept = fit_intercept
        self.copy_X = copy_X
        self.max_iter = max_iter
        self.tol = tol
        self.class_weight = class_weight
        self.solver = solver
        self.positive = positive
        self.random_state = random_state
        self.penalty_factor = penalty_factor
        self.bounds = bounds

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y, sample_weight=None):
        """Fit the model.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples: float64 or float32, dense in either order, CSC or CSR.
        y : array-like of shape (n_samples,) or (n_samples, n_labels)
            Class labels; with ``loss="squared"`` also a multilabel indicator matrix.
        sample_weight : float or array-like of shape (n_samples,), default=None
            Non-negative weights.

        Returns
        -------
        self : object
            The fitted estimator.
        """
        if self.loss != "squared" and (np.ndim(self.alpha) > 0 or is_by_name(self.alpha)):
            raise ValueError(
                f"alpha must be one number with loss={self.loss!r}: the classes are fitted together. "
                f"Got {self.alpha!r}."
            )
        task = self._task(X, y, sample_weight)
        return self._fit_task(task, Progress(self, X, y, sample_weight))

    fit_path = PenalizedModel.fit_path  # stands for this `fit`, and for no other

    def _task(self, X, y, sample_weight):
        kind = RidgeBase if self.loss == "squared" else PenalizedClassifier
        return kind._task(self, X, y, sample_weight)

    def _adopt(self, task, solutions):
        kind = RidgeBase if self.loss == "squared" else PenalizedClassifier
        kind._adopt(self, task, solutions)

    def _read(self, X, y, sample_weight):
        """For the squared loss: classes coded -1, +1."""
        given = y
        X, y = read(self, X, y, multi_output=True)
        keep_target_names(self, given)
        check_labels(y)
        weights, total = normalised_weights(sample_weight, X)
        before = None if self.class_weight is None else weights
        binarizer = LabelBinarizer(pos_label=1, neg_label=-1)
        Y = binarizer.fit_transform(y).astype(np.float64)
        self._multilabel = binarizer.y_type_.startswith("multilabel")
        if self._multilabel:
            self.classes_ = binarizer.classes_
            if self.class_weight is not None:
                weights = weights * compute_sample_weight(self.class_weight, y)
                total, weights = total * weights.sum(), weights / weights.sum()
        else:
            _, weights, factor = encode_classes(self, column_or_1d(y, warn=True), weights)
            total *= factor
        name = partial(_matrix_attributes, dtype=X.dtype)
        return RidgeData(X, np.ascontiguousarray(Y.T), weights, total, name, before)

    def predict(self, X):
        """Predict the class.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_labels)
            Class labels, or the indicator matrix of a multilabel problem.
        """
        check_is_fitted(self)
        if self.loss == "squared" and self._multilabel:
            return (self.decision_function(X) > 0).astype(int)
        return super().predict(X)

    def _penalty(self):
        return penalties.L2(float(self.alpha))

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = self.loss == "squared"
        return tags


def _matrix_attributes(coef, intercept, design, y_mean, dtype):
    found = regression_attributes(coef, intercept, design, y_mean, dtype, 2)
    return {**found, "coef_": np.atleast_2d(found["coef_"])}
