"""Ridge regression."""

from dataclasses import dataclass
from functools import partial
from numbers import Integral, Real

import numpy as np
from scipy import sparse

from .. import penalties
from .._compat import Interval, StrOptions, fit_context
from ..design import make_design
from ..losses import SquaredLoss
from ..problem import Problems
from ._base import SHARED_CONSTRAINTS, PenalizedModel
from ._by_name import in_order, is_by_name
from ._checks import floats, make_coordinates, normalised_weights
from ._progress import Progress
from ._regression import RegressionMixin, centre_target, read_regression_data, regression_attributes
from ._target_names import output_names
from ._task import Task


@dataclass
class RidgeData:
    """What a ridge estimator read of its input: targets (K, n) and how to name what is found for them."""

    X: object
    Y: np.ndarray
    weights: np.ndarray  # sum to one
    total: float  # what they summed to
    name: object  # function of (coef, intercept, design, y_mean)
    before_class_weights: object = None  # the same without those of the classes, where there are any

    def __post_init__(self):
        if not np.isfinite(2.0 * self.total):
            raise ValueError("The sum of sample_weight overflows: scale the weights down, and alpha alike.")

    @property
    def sample_weights(self):
        """What samples weigh in scores and deviations, whatever their classes do."""
        return self.weights if self.before_class_weights is None else self.before_class_weights

    def centre(self, fit_intercept):
        return RidgeRows(self, make_design(self.X, self.weights, fit_intercept), fit_intercept)


class RidgeRows:
    """The same as centred rows."""

    def __init__(self, data, design, fit_intercept):
        self.data, self.design, self.fit_intercept = data, design, fit_intercept
        self.Y, self.y_mean = centre_target(data.Y, data.weights, fit_intercept)

    def task(self, coordinates, targets=slice(None)):
        """A problem for each of the targets."""
        data = self.data
        problems = Problems(
            self.design, self.Y[targets][:, None], data.weights, SquaredLoss(), penalties.L2(), coordinates,
            self.fit_intercept,
        )  # fmt: skip
        return Task(
            problems, self.attributes, data.sample_weights, data.total, 2.0 * data.total,
            target_mean=self.y_mean[targets], summed=True,
        )  # fmt: skip

    def attributes(self, coef, intercept):
        return self.data.name(coef, intercept, self.design, self.y_mean)


_SOLVERS = {"auto", "svd", "cholesky", "lsqr", "sparse_cg", "sag", "saga", "lbfgs"}


class RidgeBase(PenalizedModel):
    """The fit that Ridge and RidgeClassifier share: targets (K, n), one alpha each."""

    _parameter_constraints = {
        **SHARED_CONSTRAINTS,
        "alpha": [Interval(Real, 0, None, closed="left"), "array-like", dict],
        "copy_X": ["boolean"],
        "max_iter": [Interval(Integral, 1, None, closed="left"), None],
        "solver": [StrOptions(_SOLVERS)],
    }
    _parameter_constraints.pop("warm_start")
    warm_start = False

    def _task(self, X, y, sample_weight):
        data = self._read(X, y, sample_weight)
        self._check_solver(sparse.issparse(data.X))
        coordinates = make_coordinates(self, data.X.shape[1])
        with np.errstate(over="ignore", invalid="ignore"):
            return data.centre(self.fit_intercept).task(coordinates)

    def _adopt(self, task, solutions):
        super()._adopt(task, solutions)
        self.solver_ = self.solver

    def _alphas(self, n_targets):
        alphas = self.alpha
        if is_by_name(alphas):
            alphas = in_order("alpha", alphas, output_names(self, n_targets), np.nan, "y")
        alphas = floats("alpha", alphas).ravel()
        if alphas.size not in (1, n_targets):
            raise ValueError(
                f"Number of targets and number of penalties do not correspond: {alphas.size} != {n_targets}"
            )
        if not np.all(np.isfinite(alphas)) or np.any(alphas < 0):
            raise ValueError(f"alpha must be finite and non-negative, got {self.alpha!r}.")
        return np.broadcast_to(alphas, (n_targets,))

    def _check_solver(self, is_sparse):
        """scikit-learn's errors for solvers that could not do there what is asked."""
        if self.solver == "lbfgs" and not self.positive:
            raise ValueError(
                "'lbfgs' solver can be used only when positive=True. Please use another solver."
            )
        if self.positive and self.solver not in ("auto", "lbfgs"):
            raise ValueError(
                f"solver='{self.solver}' does not support positive fitting. Please set the solver to "
                "'auto' or 'lbfgs', or set `positive=False`"
            )
        if is_sparse and self.fit_intercept and self.solver in ("svd", "cholesky", "saga"):
            raise ValueError(
                f"solver='{self.solver}' does not support fitting the intercept on sparse data. Please "
                "set the solver to 'auto' or 'lsqr', 'sparse_cg', 'sag', 'lbfgs' or set "
                "`fit_intercept=False`"
            )
        if is_sparse and self.solver == "svd":
            raise TypeError("SVD solver does not support sparse inputs currently")


class Ridge(RegressionMixin, RidgeBase):
    """Linear regression with a squared L2 penalty.

    Minimises::

        sum_i s_i (y_i - x_i w - b)^2 + alpha * sum_j f_j w_j^2

    with sample weights s and penalty factors f, subject to the bounds. The intercept b is not penalised.
    The scaling is scikit-learn's: neither term is averaged or halved.

    A drop-in for :class:`sklearn.linear_model.Ridge`.

    Parameters
    ----------
    alpha : float, array-like of shape (n_targets,) or dict, default=1.0
        Strength of the penalty, >= 0, one for all targets or one each; a dict, or a pandas Series with
        names for its index, goes by the names of targets. At 0 the fit is least squares, with the
        coefficients of minimum norm.
    fit_intercept : bool, default=True
        Whether to fit the intercept.
    copy_X : bool, default=True
        Accepted for compatibility; X is never written to.
    max_iter : int, default=None
        Most iterations of the iterative solvers (LSQR, for large sparse X; the outer loop, with bounds).
        None leaves it to them.
    tol : float, default=1e-8
        The certificate required: ``dual_gap_ <= tol * f_null`` up to rounding, with f_null the objective
        at w = 0.
    solver : {'auto', 'svd', 'cholesky', 'lsqr', 'sparse_cg', 'sag', 'saga', 'lbfgs'}, default='auto'
        Accepted for compatibility, with scikit-learn's errors for combinations it does not allow. The
        method is always chosen by the shape of the problem, and the solution is the same.
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
    coef_ : ndarray of shape (n_features,) or (n_targets, n_features)
        Coefficients.
    intercept_ : float or ndarray of shape (n_targets,)
        Intercept.
    dual_gap_ : float or ndarray of shape (n_targets,)
        Duality gap at the returned coefficients, in the units of the objective.
    n_iter_ : ndarray of shape (n_targets,)
        Iterations of the iterative solvers; 1 where the system is solved directly.
    solver_ : str
        The solver asked for.
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
        Invalid parameters, bounds or weights, at `fit`; a number of alphas other than that of targets.

    Warns
    -----
    sklearn.exceptions.ConvergenceWarning
        `max_iter` was reached, or rounding stopped all progress, before the certificate.

    References
    ----------
    Hoerl and Kennard, "Ridge regression: biased estimation for nonorthogonal problems", Technometrics 12
    (1970), eq. 2.1.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from sknormreg import Ridge
    >>> X, y = load_diabetes(return_X_y=True)
    >>> round(Ridge(alpha=0.1).fit(X, y).score(X, y), 3)
    0.513
    """

    def __init__(
        self,
        alpha=1.0,
        *,
        fit_intercept=True,
        copy_X=True,
        max_iter=None,
        tol=1e-8,
        solver="auto",
        positive=False,
        random_state=None,
        penalty_factor=None,
        bounds=None,
    ):
        self.alpha = alpha
        self.fit_intercept = fit_intercept
        self.copy_X = copy_X
        self.max_iter = max_iter
        self.tol = tol
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
        y : array-like of shape (n_samples,) or (n_samples, n_targets)
            Target.
        sample_weight : float or array-like of shape (n_samples,), default=None
            Non-negative weights.

        Returns
        -------
        self : object
            The fitted estimator.
        """
        task = self._task(X, y, sample_weight)
        return self._fit_task(task, Progress(self, X, y, sample_weight))

    fit_path = PenalizedModel.fit_path  # stands for this `fit`, and for no other

    def _read(self, X, y, sample_weight):
        X, Y, y_ndim = read_regression_data(self, X, y)
        weights, total = normalised_weights(sample_weight, X)
        name = partial(regression_attributes, dtype=X.dtype, y_ndim=y_ndim)
        return RidgeData(X, Y, weights, total, name)
