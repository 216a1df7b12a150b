"""Sparse classification: the elastic net."""

from numbers import Real

from .. import penalties
from .._compat import Interval
from ._classification import PenalizedClassifier


class ElasticNetClassifier(PenalizedClassifier):
    """Sparse linear classifier with L1 and L2 penalties.

    Minimises::

        1 / S * sum_i s_i loss(y_i, x_i w + b)
            + alpha * sum_j f_j (l1_ratio * |w_j| + (1 - l1_ratio) / 2 * w_j^2)   (over classes)

    with sample weights s (after `class_weight`), S their sum, and penalty factors f, subject to the bounds.
    The intercept b is not penalised. The loss is the log-loss, of two classes or the true multinomial one
    of several, ``log(1 + exp(-y z))`` with y = -1, +1 and ``log sum_k exp(z_k) - z_y``; or the squared
    hinge ``max(0, 1 - y z)^2``, one class against the rest. The solution is certified by a duality gap and
    exact to rounding.

    Against scikit-learn, ``alpha = 1 / (C S)`` for the C of
    :class:`sklearn.linear_model.LogisticRegression` and :class:`sklearn.svm.LinearSVC`.

    Parameters
    ----------
    alpha : float, default=0.01
        Strength of the penalty, >= 0.
    l1_ratio : float, default=0.5
        Share of the L1 norm, in [0, 1].
    loss : {'log_loss', 'squared_hinge'}, default='log_loss'
        Loss function.
    fit_intercept : bool, default=True
        Whether to fit the intercept.
    class_weight : dict or 'balanced', default=None
        Weights of the classes, multiplied into the sample weights. "balanced" makes every class count the
        same, ``S / (n_classes * S_class)`` with the sample weights counted.
    max_iter : int, default=1000
        Most iterations of the outer loop, each a full pass over X.
    tol : float, default=1e-8
        The certificate required: ``dual_gap_ <= tol * f_null`` up to rounding, with f_null the objective
        at w = 0. Once it holds, refinement still goes on until its steps are at rounding level.
    warm_start : bool, default=False
        Start from the coefficients of the previous fit.
    positive : bool, default=False
        Keep the coefficients non-negative.
    random_state : int, RandomState instance or None, default=None
        Accepted for compatibility; nothing here is random.
    penalty_factor : array-like of shape (n_features,), dict or float, default=None
        Multiplies the penalty of each coefficient; 0 leaves it unpenalised. Not rescaled. None is all ones.
        A dict, or a pandas Series with names for its index, goes by the names of features: 1 for the rest.
    bounds : tuple (low, high) or dict, default=None
        Bounds on the coefficients, each class alike: numbers, or for each feature as in `penalty_factor`;
        None, or -inf and inf, for none. A dict has such a pair for each feature it names. Intersected with
        `positive`.

    Attributes
    ----------
    coef_ : ndarray of shape (1, n_features) or (n_classes, n_features)
        Coefficients; those that are zero are exactly 0.0. Where an L1 penalty alone leaves the multinomial
        log-loss several minimisers (an even number of classes, bounds), those of least L2 norm.
    intercept_ : ndarray of shape (1,) or (n_classes,)
        Intercept; sums to zero over the classes of a multinomial fit.
    classes_ : ndarray of shape (n_classes,)
        Class labels.
    dual_gap_ : float or ndarray of shape (n_classes,)
        Duality gap at the returned coefficients, in the units of the objective.
    n_iter_ : ndarray of int
        Iterations of the outer loop for each problem, at least 1.
    sparse_coef_ : sparse matrix
        `coef_` in CSR format.
    n_features_in_ : int
        Number of features seen during fit.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the features, when X had string column names.

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
    Friedman, Hastie and Tibshirani, "Regularization paths for generalized linear models via coordinate
    descent", J. Stat. Softw. 33 (2010), eq. 12 and 19.

    Examples
    --------
    >>> from sklearn.datasets import load_breast_cancer
    >>> from sklearn.preprocessing import scale
    >>> from sknormreg import ElasticNetClassifier
    >>> X, y = load_breast_cancer(return_X_y=True)
    >>> model = ElasticNetClassifier().fit(scale(X), y)
    >>> int((model.coef_ != 0).sum())
    20
    """

    _parameter_constraints = {
        **PenalizedClassifier._parameter_constraints,
        "l1_ratio": [Interval(Real, 0, 1, closed="both")],
    }

    def __init__(
        self,
        alpha=0.01,
        *,
        l1_ratio=0.5,
        loss="log_loss",
        fit_intercept=True,
        class_weight=None,
        max_iter=1000,
        tol=1e-8,
        warm_start=False,
        positive=False,
        random_state=None,
        penalty_factor=None,
        bounds=None,
    ):
        self.alpha = alpha
        self.l1_ratio = l1_ratio
        self.loss = loss
        self.fit_intercept = fit_intercept
        self.class_weight = class_weight
        self.max_iter = max_iter
        self.tol = tol
        self.warm_start = warm_start
        self.positive = positive
        self.random_state = random_state
        self.penalty_factor = penalty_factor
        self.bounds = bounds

    def _penalty(self):
        return penalties.ElasticNet(float(self.alpha), float(self.l1_ratio))
