"""Ridge regression, its alpha chosen."""

import numpy as np

from ..linear_model import RegressionMixin, Ridge, read_regression_data
from ._path_cv import NOISE_VARIANCE
from ._ridge_base_cv import RidgeBaseCV


class RidgeCV(RegressionMixin, RidgeBaseCV):
    """Ridge regression with its alpha chosen by cross-validation.

    Chooses alpha of :class:`Ridge`, which minimises::

        sum_i s_i (y_i - x_i w - b)^2 + alpha * sum_j f_j w_j^2

    and fits it to all samples. By default every sample is predicted by the fit to all others, exactly and
    for all alphas from one decomposition::

        y_i - yhat_(-i) = (y_i - yhat_i) / (1 - h_i)

    with h_i the leverage of sample i, of its weight and the intercept too: the whole row is left out. Folds
    take one decomposition each, and with more samples than features the moments of all folds are formed in
    one pass over X.

    A drop-in for :class:`sklearn.linear_model.RidgeCV`.

    Parameters
    ----------
    alphas : array-like of float, default=(0.1, 1.0, 10.0)
        Alphas to try, positive; zero too with folds.
    fit_intercept : bool, default=True
        Whether to fit the intercept.
    scoring : str or callable, default=None
        The score. None is minus the mean of s_i e_i^2 for leave-one-out, and R2 for folds. Sample weights
        count in it.
    cv : int, cross-validation generator, iterable or "alo", default=None
        None is leave-one-out; else folds. "alo" is the same leave-one-out, scored as folds are.
    gcv_mode : {'auto', 'svd', 'eigen'}, default=None
        Accepted for compatibility; the smaller side of X is decomposed in any case.
    store_cv_results : bool, default=False
        Whether to keep what leave-one-out gave for each sample in `cv_results_`.
    alpha_per_target : bool, default=False
        Whether each target gets an alpha of its own, with leave-one-out.
    alpha_rule : {"min", "1se", "aic", "bic", "ebic"} or callable, default="min"
        "min" takes the best mean score; "1se" the largest alpha within one standard error of it. The
        information criteria look at the fits to all samples alone. A callable takes results as those of a
        search (`params`, `mean_test_score`, `split0_test_score`, ...; every sample is a split of
        leave-one-out) and returns the index of a candidate, such as :func:`one_standard_error` makes.
    max_iter : int, default=None
        Most iterations of the iterative solvers; None leaves it to them.
    tol : float, default=1e-8
        The certificate required of every fit: its duality gap over the objective at w = 0.
    positive : bool, default=False
        Keep the coefficients non-negative. With bounds of any kind leave-one-out fits once per sample.
    penalty_factor : array-like of shape (n_features,), dict or float, default=None
        Multiplies the penalty of each coefficient; 0 leaves it unpenalised. Not rescaled. None is all ones.
        A dict, or a pandas Series with names for its index, goes by the names of features: 1 for the rest.
    bounds : tuple (low, high) or dict, default=None
        Bounds on the coefficients: numbers, or for each feature as in `penalty_factor`; None, or -inf and
        inf, for none. A dict has such a pair for each feature it names. Intersected with `positive`.
    n_jobs : int, default=None
        Folds at a time, in threads.
    verbose : bool or int, default=False
        How much joblib tells of the folds.
    noise_variance : float or array-like of shape (n_targets,), default=None
        Variance of the noise in the target, for the information criteria. None is what least squares on
        all features leaves, where there are more samples than features; else that of each fit, which makes
        the criteria choose fits that go through every sample: a warning tells of one.

    Attributes
    ----------
    alpha_ : float or ndarray of shape (n_targets,)
        The alpha chosen.
    best_score_ : float or ndarray of shape (n_targets,)
        Its score.
    coef_ : ndarray of shape (n_features,) or (n_targets, n_features)
        Coefficients at `alpha_`, of a fit to all samples.
    intercept_ : float or ndarray of shape (n_targets,)
        Intercept.
    alphas_ : ndarray of shape (n_alphas,)
        Alphas that were tried, as given.
    mean_score_path_ : ndarray of shape (n_alphas,) or (n_alphas, n_targets)
        Score of each alpha, the mean over folds or samples, greater is better; of an information criterion
        its negative.
    score_se_path_ : ndarray of the same shape
        Its standard error, over folds or over samples; NaN for a scorer of leave-one-out.
    alpha_min_ : float
        The alpha with the best score.
    alpha_1se_ : float
        The largest alpha within one standard error of it.
    cv_results_ : ndarray of shape (n_samples, n_alphas) or (n_samples, n_targets, n_alphas)
        With `store_cv_results`: s_i e_i^2, or the predictions where `scoring` is given.
    noise_variance_ : float or ndarray of shape (n_targets,)
        The variance that an information criterion took, where it was given or estimated once.
    dual_gap_ : float or ndarray
        Duality gap at the returned coefficients, in the units of the objective.
    n_iter_ : ndarray
        Iterations of the final fit.
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
        Invalid parameters, bounds or weights, at `fit`; `store_cv_results` or `alpha_per_target` with
        folds.

    Warns
    -----
    UserWarning
        An information criterion chose a fit that goes through nearly all samples.

    References
    ----------
    Golub, Heath and Wahba, "Generalized cross-validation as a method for choosing a good ridge parameter",
    Technometrics 21 (1979), eq. 2.3.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.datasets import load_diabetes
    >>> from sknormreg import RidgeCV
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = RidgeCV(alphas=np.geomspace(1e-3, 10, 50)).fit(X, y)
    >>> round(model.alpha_, 3)
    0.004
    """

    _model = Ridge
    _scoring = "r2"
    _parameter_constraints = {**RidgeBaseCV._parameter_constraints, "alpha_per_target": ["boolean"]}
    _parameter_constraints["noise_variance"] = NOISE_VARIANCE

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
        noise_variance=None,
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
        self.noise_variance = noise_variance

    def _validate(self, X, y):
        X, Y, y_ndim = read_regression_data(self, X, y)
        self._two_dimensional = y_ndim == 2
        return X, (Y[0] if y_ndim == 1 else np.ascontiguousarray(Y.T))
