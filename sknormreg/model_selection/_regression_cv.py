"""Regressors that choose their own alpha."""

from numbers import Real

import numpy as np

from .._compat import Interval, StrOptions
from ..linear_model import Lasso, RegressionMixin, read_regression_data
from ._choice import CRITERIA
from ._path_cv import CV_CONSTRAINTS, PathCV


class RegressionCV(RegressionMixin, PathCV):
    """Of Lasso and ElasticNet."""

    _scoring = "neg_mean_squared_error"
    _parameter_constraints = {
        **Lasso._parameter_constraints,
        **CV_CONSTRAINTS,
        "precompute": ["boolean", "array-like", StrOptions({"auto"})],
        "relax": ["array-like", Interval(Real, 0, 1, closed="both"), None],
    }
    _parameter_constraints.pop("alpha")
    _parameter_constraints.pop("warm_start")

    def _gammas(self):
        if self.relax is None:
            return (1.0,)
        gammas = np.atleast_1d(np.asarray(self.relax, dtype=np.float64))
        if gammas.ndim != 1 or gammas.size == 0 or not np.all((gammas >= 0) & (gammas <= 1)):
            raise ValueError(f"relax must be one or more numbers from 0 to 1, got {self.relax!r}.")
        if (isinstance(self.alpha_rule, str) and self.alpha_rule in CRITERIA) or isinstance(self.cv, str):
            raise ValueError(
                f"relax needs folds to choose by, not alpha_rule={self.alpha_rule!r} with cv={self.cv!r}."
            )
        return tuple(gammas.tolist())

    def _adopt_model(self, model):
        super()._adopt_model(model)
        vars(self).pop("relax_", None)  # of an earlier fit
        if self.relax is not None:
            self.relax_ = model.gamma

    def _validate(self, X, y):
        X, Y, y_ndim = read_regression_data(self, X, y)
        return X, (Y[0] if y_ndim == 1 else np.ascontiguousarray(Y.T))
