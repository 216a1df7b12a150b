"""Classification under the elastic net, alpha and l1_ratio chosen by cross-validation."""

from numbers import Real

from .._compat import Interval
from ..linear_model import ElasticNetClassifier
from ._classification_cv import ClassificationCV


class ElasticNetClassifierCV(ClassificationCV):
    """Linear classifier under the elastic net, alpha and l1_ratio chosen by cross-validation.

    Chooses alpha and l1_ratio of :class:`ElasticNetClassifier`, which minimises::

        1 / S * sum_i s_i loss(y_i, x_i w + b)
            + alpha * sum_j f_j (l1_ratio * |w_j| + (1 - l1_ratio) / 2 * w_j^2)

    and fits it to all samples. The path of every fold is walked once, and each fit is certified by a
    duality gap.

    Parameters
    ----------
    l1_ratio : float or list of float, default=0.5
        Share of the L1 norm, in [0, 1]; of a list the best is chosen with alpha.
    eps : float, default=1e-3
        The smallest alpha over the largest, where they are chosen.
    alphas : int or array-like, default=100
        How many alphas to choose, from the smallest that makes every coefficient zero downwards, evenly
        spaced in their logarithm; or the alphas themselves.
    fit_intercept : bool, default=True
        Whether to fit the intercept.
    loss : {'log_loss', 'squared_hinge'}, default='log_loss'
        Loss function; of several classes the log-loss is the multinomial one.
    class_weight : dict or 'balanced', default=None
        Weights of the classes in fits, not in scores.
    max_iter : int, default=1000
        Most iterations of the outer loop.
    tol : float, default=1e-8
        The certificate required of every fit: its duality gap over the objective at w = 0.
    cv : int, cross-validation generator, iterable or "alo", default=None
        Folds; None is five stratified ones. "alo" is approximate leave-one-out, from the one path of all
        samples: a fit that follows some sample wherever it goes has no prediction for it, and no score
        (NaN).
    verbose : bool or int, default=False
        How much joblib tells of the folds.
    n_jobs : int, default=None
        Folds at a time, in threads.
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
    alpha_rule : {"min", "1se", "aic", "bic", "ebic"} or callable, default="min"
        "min" takes the best mean score; "1se" the largest alpha within one standard error of it. The
        information criteria look at the path of all samples alone and need no folds. A callable takes
        results as those of a search (`params`, `mean_test_score`, `split0_test_score`, ...) and returns the
        index of a candidate, such as :func:`one_standard_error` makes.
    scoring : str or callable, default=None
        The score on held-out data; None is minus the log-loss, and accuracy for the squared hinge. Sample
        weights count in it. A fold may lack classes: they have no probability in a model that has not seen
        them, and every metric that takes labels is told all. Of two classes the second is the positive one.
    relax : float or list of float, default=None
        The relaxed lasso: blends ``relax * coef + (1 - relax) * refit`` with the fit without penalty on the
        coefficients that each alpha leaves, in [0, 1]; of a list the best is chosen with alpha. 1 is no
        blend. Where those separate the classes of a fold, the log-loss has no finite minimiser, and the
        blends with it no score (NaN). `dual_gap_` and `n_iter_` are of the penalised fit. Needs folds.

    Attributes
    ----------
    alpha_ : float
        The alpha chosen.
    l1_ratio_ : float
        The l1_ratio chosen.
    alphas_ : ndarray of shape (n_alphas,) or (n_l1_ratios, n_alphas)
        Alphas that were tried, falling.
    coef_ : ndarray of shape (1, n_features) or (n_classes, n_features)
        Coefficients at `alpha_`, of a fit to all samples; those that are zero are exactly 0.0.
    intercept_ : ndarray of shape (1,) or (n_classes,)
        Intercept.
    classes_ : ndarray of shape (n_classes,)
        Class labels.
    mean_score_path_ : ndarray of the shape of `alphas_`, or one row for each l1_ratio
        Mean score over the folds, greater is better; of an information criterion its negative.
    score_se_path_ : ndarray of the same shape
        Its standard error, the deviation over the folds (with ``ddof=1``) over the root of their number.
    n_nonzero_path_ : ndarray of the same shape
        Mean number of non-zero coefficients.
    alpha_min_ : float
        The alpha with the best mean score.
    alpha_1se_ : float
        The largest alpha within one standard error of it.
    relax_ : float
        The blend chosen, if `relax` is given. The paths then have an axis for the blends before that of the
        alphas.
    dual_gap_ : float or ndarray
        Duality gap at the returned coefficients, in the units of the objective.
    n_iter_ : ndarray of int
        Iterations of the outer loop of the final fit.
    sparse_coef_ : sparse matrix
        `coef_` in CSR format.
    n_features_in_ : int
        Number of features seen during fit.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the features, when X had string column names.

    Raises
    ------
    ValueError
        Invalid parameters, bounds or weights, at `fit`; no alpha with a score; a criterion
        for a loss that is no likelihood.

    Warns
    -----
    sklearn.exceptions.ConvergenceWarning
        A fit misses the certificate.

    References
    ----------
    Friedman, Hastie and Tibshirani, J. Stat. Softw. 33 (2010), section 2.5, for the grid; Breiman,
    Friedman, Olshen and Stone, "Classification and regression trees", 1984, section 3.4.3, for one standard
    error; Rad and Maleki, JRSS B 82 (2020), eq. 8, for approximate leave-one-out; Hastie, Tibshirani and
    Tibshirani, Statistical Science 35 (2020), eq. 5, for the relaxed lasso; Zou, Hastie and Tibshirani,
    Ann. Stat. 35 (2007), theorem 1, for the degrees of freedom; Chen and Chen, Biometrika 95 (2008), eq. 1,
    for the extended criterion.

    Examples
    --------
    >>> from sklearn.datasets import load_breast_cancer
    >>> from sklearn.preprocessing import scale
    >>> from sknormreg import ElasticNetClassifierCV
    >>> X, y = load_breast_cancer(return_X_y=True)
    >>> model = ElasticNetClassifierCV(alphas=20, alpha_rule="1se").fit(scale(X), y)
    >>> int((model.coef_ != 0).sum())
    21
    """

    _model = ElasticNetClassifier
    _parameter_constraints = {
        **ClassificationCV._parameter_constraints,
        "l1_ratio": [Interval(Real, 0, 1, closed="both"), "array-like"],
    }

    def __init__(
        self,
        *,
        l1_ratio=0.5,
        eps=1e-3,
        alphas=100,
        fit_intercept=True,
        loss="log_loss",
        class_weight=None,
        max_iter=1000,
        tol=1e-8,
        cv=None,
        verbose=False,
        n_jobs=None,
        positive=False,
        random_state=None,
        penalty_factor=None,
        bounds=None,
        alpha_rule="min",
        scoring=None,
        relax=None,
    ):
        self.l1_ratio = l1_ratio
        self.eps = eps
        self.alphas = alphas
        self.fit_intercept = fit_intercept
        self.loss = loss
        self.class_weight = class_weight
        self.max_iter = max_iter
        self.tol = tol
        self.cv = cv
        self.verbose = verbose
        self.n_jobs = n_jobs
        self.positive = positive
        self.random_state = random_state
        self.penalty_factor = penalty_factor
        self.bounds = bounds
        self.alpha_rule = alpha_rule
        self.scoring = scoring
        self.relax = relax
