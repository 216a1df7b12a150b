"""Regressors that choose their own alpha."""

import numpy as np

from .._compat import StrOptions
from ..linear_model import Lasso, RegressionMixin, read_regression_data
from ._path_cv import CV_CONSTRAINTS, NOISE_VARIANCE, RELAX, PathCV


class RegressionCV(RegressionMixin, PathCV):
    """Of Lasso and ElasticNet."""

    _scoring = "neg_mean_squared_error"
    _parameter_constraints = {
        **Lasso._parameter_constraints,
        **CV_CONSTRAINTS,
        "precompute": ["boolean", "array-like", StrOptions({"auto"})],
        "noise_variance": NOISE_VARIANCE,
        "relax": RELAX,
    }
    _parameter_constraints.pop("alpha")
    _parameter_constraints.pop("warm_start")

    def _validate(self, X, y):
        X, Y, y_ndim = read_regression_data(self, X, y)
        return X, (Y[0] if y_ndim == 1 else np.ascontiguousarray(Y.T))
