"""The ridge classifier, its alpha chosen."""

from sklearn.utils.validation import check_is_fitted

from .._compat import StrOptions
from ..linear_model import ClassificationMixin, RidgeClassifier, keep_target_names, read
from ..linear_model._checks import check_labels
from ._ridge_base_cv import RidgeBaseCV


class RidgeClassifierCV(ClassificationMixin, RidgeBaseCV):
    """Ridge classifier with its alpha chosen by cross-validation.

    Chooses alpha of :class:`RidgeClassifier`, which minimises for each class, coded -1, +1::

        sum_i s_i (y_i - x_i w - b)^2 + alpha * sum_j f_j w_j^2

    and fits it to all samples. By default every sample is predicted by the fit to all others, exactly and
    for all alphas from one decomposition::

        y_i - yhat_(-i) = (y_i - yhat_i) / (1 - h_i)

    with h_i the leverage of sample i, of its weight and the intercept too: the whole row is left out. Folds
    take one decomposition each.

    A drop-in for :class:`sklearn.linear_model.RidgeClassifierCV`.

    Parameters
    ----------
    alphas : array-like of float, default=(0.1, 1.0, 10.0)
        Alphas to try, positive; zero too with folds.
    fit_intercept : bool, default=True
        Whether to fit the intercept.
    scoring : str or callable, default=None
        The score. None is minus the mean of s_i e_i^2 for leave-one-out, and accuracy for folds. Sample
        weights count in it.
    cv : int, cross-validation generator, iterable or "alo", default=None
        None is leave-one-out; else folds. "alo" is the same leave-one-out, scored as folds are.
    class_weight : dict or 'balanced', default=None
        Weights of the classes, multiplied into the sample weights of fits and of leave-one-out errors.
    store_cv_results : bool, default=False
        Whether to keep what leave-one-out gave for each sample in `cv_results_`.
    alpha_rule : {"min", "1se"} or callable, default="min"
        "min" takes the best mean score; "1se" the largest alpha within one standard error of it. A callable
        takes results as those of a search (`params`, `mean_test_score`, `split0_test_score`, ...; every
        sample is a split of leave-one-out) and returns the index of a candidate, such as
        :func:`one_standard_error` makes.
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

    Attributes
    ----------
    alpha_ : float
        The alpha chosen.
    best_score_ : float
        Its score.
    coef_ : ndarray of shape (n_features,) for two classes, (n_classes, n_features) for more
        Coefficients at `alpha_`, of a fit to all samples.
    intercept_ : ndarray of shape (1,) or (n_classes,)
        Intercept.
    classes_ : ndarray of shape (n_classes,)
        Class labels.
    alphas_ : ndarray of shape (n_alphas,)
        Alphas that were tried, as given.
    mean_score_path_ : ndarray of shape (n_alphas,)
        Score of each alpha, the mean over folds or samples, greater is better.
    score_se_path_ : ndarray of the same shape
        Its standard error, over folds or over samples; NaN for a scorer of leave-one-out.
    alpha_min_ : float
        The alpha with the best score.
    alpha_1se_ : float
        The largest alpha within one standard error of it.
    cv_results_ : ndarray of shape (n_samples, n_alphas) or (n_samples, n_targets, n_alphas)
        With `store_cv_results`: s_i e_i^2, or the predictions where `scoring` is given.
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
        Invalid parameters, bounds or weights, at `fit`; `store_cv_results` with folds.

    References
    ----------
    Golub, Heath and Wahba, "Generalized cross-validation as a method for choosing a good ridge parameter",
    Technometrics 21 (1979), eq. 2.3.

    Examples
    --------
    >>> from sklearn.datasets import load_breast_cancer
    >>> from sklearn.preprocessing import scale
    >>> from sknormreg import RidgeClassifierCV
    >>> X, y = load_breast_cancer(return_X_y=True)
    >>> RidgeClassifierCV(alphas=[0.1, 1.0, 10.0]).fit(scale(X), y).alpha_
    1.0
    """

    _model = RidgeClassifier
    _scoring = "accuracy"
    loss = "squared"  # that of the model, which asks for no other here
    _parameter_constraints = {
        **RidgeBaseCV._parameter_constraints,
        "class_weight": [dict, StrOptions({"balanced"}), None],
        "alpha_rule": [StrOptions({"min", "1se"}), callable],  # squared errors of labels: no likelihood
    }
    _parameter_constraints.pop("gcv_mode")

    def __init__(
        self,
        alphas=(0.1, 1.0, 10.0),
        *,
        fit_intercept=True,
        scoring=None,
        cv=None,
        class_weight=None,
        store_cv_results=False,
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
        self.class_weight = class_weight
        self.store_cv_results = store_cv_results
        self.alpha_rule = alpha_rule
        self.max_iter = max_iter
        self.tol = tol
        self.positive = positive
        self.penalty_factor = penalty_factor
        self.bounds = bounds
        self.n_jobs = n_jobs
        self.verbose = verbose

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
        if self._multilabel:
            return (self._linear_predictor(X) > 0).astype(int)
        return super().predict(X)

    def _linear_predictor(self, X):
        scores = super()._linear_predictor(X)
        return scores[:, None] if scores.ndim == 1 else scores

    def _adopt_model(self, model):
        super()._adopt_model(model)
        self._multilabel = model._multilabel
        if len(self.coef_) == 1:
            self.coef_ = self.coef_[0]  # as scikit-learn's, of two classes

    def _validate(self, X, y):
        given = y
        X, y = read(self, X, y, multi_output=True)
        keep_target_names(self, given)
        check_labels(y)
        self._two_dimensional = True  # errors are told for each class, as in scikit-learn
        return X, y

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags
