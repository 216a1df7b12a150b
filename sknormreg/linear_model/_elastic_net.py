"""The elastic net."""

from numbers import Real

from .. import penalties
from .._compat import Interval
from ._regression import PenalizedSquares


class ElasticNet(PenalizedSquares):
    """Linear regression with L1 and L2 penalties.

    Minimises::

        1 / (2 S) * sum_i s_i (y_i - x_i w - b)^2
            + alpha * sum_j f_j (l1_ratio * |w_j| + (1 - l1_ratio) / 2 * w_j^2)

    with sample weights s, S = sum_i s_i, and penalty factors f, subject to the bounds. The intercept b is
    not penalised. The solution is certified by a duality gap and exact to rounding.

    A drop-in for :class:`sklearn.linear_model.ElasticNet`.

    Parameters
    ----------
    alpha : float, default=1.0
        Strength of the penalty, >= 0. At 0 the fit is least squares, with the coefficients of minimum norm.
    l1_ratio : float, default=0.5
        Share of the L1 norm, in [0, 1].
    fit_intercept : bool, default=True
        Whether to fit the intercept.
    precompute : bool or array-like of shape (n_features, n_features), default=False
        A Gram matrix of the centred (and weighted) columns, if there is one already. True and False are
        accepted; the solver forms the part of the Gram matrix it needs in either case.
    max_iter : int, default=1000
        Most iterations of the outer loop, each a full pass over X.
    copy_X : bool, default=True
        Accepted for compatibility; X is never copied as a whole and never written to.
    tol : float, default=1e-8
        The certificate required: ``dual_gap_ <= tol * f_null`` up to rounding, with f_null the objective
        at w = 0. Once it holds, refinement still goes on until its steps are at rounding level.
    warm_start : bool, default=False
        Start from the coefficients of the previous fit.
    positive : bool, default=False
        Keep the coefficients non-negative.
    random_state : int, RandomState instance or None, default=None
        Accepted for compatibility; nothing here is random.
    selection : {'cyclic', 'random'}, default='cyclic'
        Accepted for compatibility; the solution does not depend on it.
    penalty_factor : array-like of shape (n_features,), dict or float, default=None
        Multiplies the penalty of each coefficient; 0 leaves it unpenalised. Not rescaled. None is all ones.
        A dict, or a pandas Series with names for its index, goes by the names of features: 1 for the rest.
    bounds : tuple (low, high) or dict, default=None
        Bounds on the coefficients: numbers, or for each feature as in `penalty_factor`; None, or -inf and
        inf, for none. A dict has such a pair for each feature it names. Intersected with `positive`.

    Attributes
    ----------
    coef_ : ndarray of shape (n_features,) or (n_targets, n_features)
        Coefficients; those that are zero are exactly 0.0.
    intercept_ : float or ndarray of shape (n_targets,)
        Intercept.
    dual_gap_ : float or ndarray of shape (n_targets,)
        Duality gap at the returned coefficients, in the units of the objective.
    n_iter_ : int or list of int
        Iterations of the outer loop, at least 1.
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
        Invalid parameters, bounds or weights, at `fit`.

    Warns
    -----
    sklearn.exceptions.ConvergenceWarning
        `max_iter` was reached, or rounding stopped all progress, before the certificate.

    References
    ----------
    Zou and Hastie, "Regularization and variable selection via the elastic net", JRSS B 67 (2005), eq. 3,
    in the scaling of Friedman, Hastie and Tibshirani, J. Stat. Softw. 33 (2010), eq. 1.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from sknormreg import ElasticNet
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = ElasticNet(alpha=0.01, l1_ratio=0.9).fit(X, y)
    >>> int((model.coef_ != 0).sum())
    10
    """

    _parameter_constraints = {
        **PenalizedSquares._parameter_constraints,
        "l1_ratio": [Interval(Real, 0, 1, closed="both")],
    }

    def __init__(
        self,
        alpha=1.0,
        *,
        l1_ratio=0.5,
        fit_intercept=True,
        precompute=False,
        max_iter=1000,
        copy_X=True,
        tol=1e-8,
        warm_start=False,
        positive=False,
        random_state=None,
        selection="cyclic",
        penalty_factor=None,
        bounds=None,
    ):
        self.alpha = alpha
        self.l1_ratio = l1_ratio
        self.fit_intercept = fit_intercept
        self.precompute = precompute
        self.max_iter = max_iter
        self.copy_X = copy_X
        self.tol = tol
        self.warm_start = warm_start
        self.positive = positive
        self.random_state = random_state
        self.selection = selection
        self.penalty_factor = penalty_factor
        self.bounds = bounds

    def _penalty(self):
        return penalties.ElasticNet(float(self.alpha), float(self.l1_ratio))
