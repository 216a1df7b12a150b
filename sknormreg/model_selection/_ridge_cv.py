"""Ridge regression, its alpha chosen."""

import numpy as np

from ..linear_model import RegressionMixin, Ridge, read_regression_data
from ._ridge_base_cv import RidgeBaseCV


class RidgeCV(RegressionMixin, RidgeBaseCV):
    _model = Ridge
    _scoring = "r2"
    _parameter_constraints = {**RidgeBaseCV._parameter_constraints, "alpha_per_target": ["boolean"]}

    def __init__(
        self,
        alphas=(0.1, 1.0, 10.0),
        *,
        fit_intercept=True,
        scoring=None,
        cv=None,
        gcv_mode=None,
        store_cv_results=False,
        alpha_per_target=False,
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
        self.gcv_mode = gcv_mode
        self.store_cv_results = store_cv_results
        self.alpha_per_target = alpha_per_target
        self.alpha_rule = alpha_rule
        self.max_iter = max_iter
        self.tol = tol
        self.positive = positive
        self.penalty_factor = penalty_factor
        self.bounds = bounds
        self.n_jobs = n_jobs
        self.verbose = verbose

    def _validate(self, X, y):
        X, Y, y_ndim = read_regression_data(self, X, y)
        self._two_dimensional = y_ndim == 2
        return X, (Y[0] if y_ndim == 1 else np.ascontiguousarray(Y.T))
