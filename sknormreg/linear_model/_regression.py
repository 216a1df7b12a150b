"""The shared fit of Lasso and ElasticNet: squared loss, any separable penalty, one problem per target."""

from functools import partial
from numbers import Real

import numpy as np
from sklearn.base import MultiOutputMixin, RegressorMixin
from sklearn.utils.validation import assert_all_finite, check_array

from .._compat import Interval, StrOptions, fit_context
from ..design import make_design
from ..losses import SquaredLoss
from ..problem import Problems
from ._base import SHARED_CONSTRAINTS, PenalizedModel, as_stored
from ._checks import make_coordinates, normalised_weights
from ._nameless import nameless
from ._precompute import adopt_gram
from ._progress import Progress
from ._read import FLOATS, read
from ._target_names import keep_target_names
from ._task import Task

_FAR = 8.0  # deviations from zero at which a mean has to be taken off twice
_SAMPLE = 16  # of them that tell what is far from zero


@nameless
class RegressionMixin(MultiOutputMixin, RegressorMixin):
    """`predict` and the pieces of `fit` that regressors share; `_penalty()` is the recipe."""

    def predict(self, X):
        """Predict the target.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_targets)
            Predicted values, in the units of the target.
        """
        return self._linear_predictor(X)


def read_regression_data(estimator, X, y, check_input=True):
    """(X, Y, ndim of y): Y (K, n) in float64, X as stored wherever the kernels can read that.

    Y may be a view of y.
    """
    given = y
    if check_input:
        X, y = read(estimator, X, y, multi_output=True, y_numeric=True)
        if y.dtype.kind not in "fiu":
            y = check_array(y, dtype=np.float64, ensure_2d=False, input_name="y")
        if y is not given:
            assert_all_finite(y, input_name="y")  # None among objects has become NaN
    elif getattr(X, "dtype", None) not in FLOATS:
        raise TypeError(
            "check_input=False takes X as an array or sparse matrix of float64 or float32, got "
            f"{getattr(X, 'dtype', type(X))}: convert it, or leave check_input=True."
        )
    keep_target_names(estimator, given)
    Y = np.asarray(y, dtype=np.float64)
    return X, np.atleast_2d(Y.T), Y.ndim


def centre_target(Y, weights, fit_intercept):
    """(Y - mean, mean (K,)), in the order of Y; Y itself without an intercept."""
    if not fit_intercept:
        return Y, np.zeros(Y.shape[0])
    mean = Y @ weights
    centred = np.subtract(Y, mean[:, None])
    sample = np.abs(centred[:, :: max(1, len(weights) // _SAMPLE)]).mean(axis=1)
    if not np.all(np.abs(mean) <= _FAR * sample):
        rest = centred @ weights  # what rounding left, when the mean is far above the deviation
        centred -= rest[:, None]
        mean += rest
    for k in np.flatnonzero((Y[:, 0] == Y[:, -1]) & (Y[:, 0] == Y[:, len(weights) // 2])):
        if np.all(Y[k] == Y[k, 0]):
            centred[k], mean[k] = 0.0, Y[k, 0]  # not even a rounding error to explain
    return centred, mean


@nameless
class PenalizedSquares(RegressionMixin, PenalizedModel):
    """Fit by the certified path solver."""

    _parameter_constraints = {
        **SHARED_CONSTRAINTS,
        "alpha": [Interval(Real, 0, None, closed="left")],
        "precompute": ["boolean", "array-like"],
        "copy_X": ["boolean"],
        "selection": [StrOptions({"cyclic", "random"})],
    }

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y, sample_weight=None, check_input=True):
        """Fit the model.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples: float64 or float32, dense in either order, CSC or CSR.
        y : array-like of shape (n_samples,) or (n_samples, n_targets)
            Target.
        sample_weight : float or array-like of shape (n_samples,), default=None
            Non-negative weights; only their ratios matter.
        check_input : bool, default=True
            False skips the checks of X and y, which must then be float arrays.

        Returns
        -------
        self : object
            The fitted estimator.
        """
        task = self._task(X, y, sample_weight, check_input)
        return self._fit_task(task, Progress(self, X, y, sample_weight))

    fit_path = PenalizedModel.fit_path  # stands for this `fit`, and for no other

    def _task(self, X, y, sample_weight, check_input=True):
        X, Y, y_ndim = read_regression_data(self, X, y, check_input)
        weights, _ = normalised_weights(sample_weight, X)
        coordinates = make_coordinates(self, X.shape[1])
        with np.errstate(over="ignore", invalid="ignore"):
            design = make_design(X, weights, self.fit_intercept)
            Y, y_mean = centre_target(Y, weights, self.fit_intercept)
            task = Task(
                Problems(
                    design,
                    Y[:, None],
                    weights,
                    SquaredLoss(),
                    self._penalty(),
                    coordinates,
                    self.fit_intercept,
                ),
                partial(regression_attributes, design=design, y_mean=y_mean, dtype=X.dtype, y_ndim=y_ndim),
                weights,
                target_mean=y_mean,
            )
            adopt_gram(task.workspace, self.precompute, design, weights, self.fit_intercept)
        return task

    def _adopt(self, task, solutions):
        super()._adopt(task, solutions)
        n_iter = self.n_iter_.tolist()  # scikit-learn's types
        self.n_iter_ = n_iter if len(n_iter) > 1 else n_iter[0]


def regression_attributes(coef, intercept, design, y_mean, dtype, y_ndim):
    """User's units and shapes, from coefficients (K, p) of the centred problem."""
    found = as_stored(dtype, coef_=coef, intercept_=intercept + y_mean - coef @ design.mean)
    if coef.shape[0] == 1:
        found["coef_"] = found["coef_"][0]
    if y_ndim < 2:
        found["intercept_"] = found["intercept_"][0]
    return found
