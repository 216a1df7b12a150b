"""Pruned linear regression."""

from sklearn.base import MultiOutputMixin, RegressorMixin

from ..linear_model import Ridge
from ._magnitude_pruned import MagnitudePruned


class MagnitudePrunedRegressor(RegressorMixin, MultiOutputMixin, MagnitudePruned):
    """Linear regression on the features with the largest coefficients.

    Fits w, keeps the features K whose importance reaches the cut, and minimises again over them alone::

        minimise over w, b    sum_i s_i (y_i - x_i w - b)^2 + alpha * ||w||_2^2    w_j = 0 for j not in K

    or the objective of any linear `estimator`. The importance of feature j is ``|w_j| * std(x_j)``, for
    several targets the norm of its coefficients times the deviation.

    For the default, and for any :class:`Ridge` of this package without bounds, the whole path comes from
    one factorisation with down-dates; every step costs a small fraction of a fit.

    Parameters
    ----------
    estimator : estimator object with `coef_` after fit, default=None
        A linear model. None is `Ridge(alpha)` of this package.
    alpha : float, default=None
        Strength of the default ridge; None is 1.0. With an `estimator` it must stay None.
    threshold : float or str, default=None
        A feature is kept if its importance is at least ``threshold * largest`` (or `threshold`, where not
        `relative`), or by name: "mean", "median", "1.25*mean" of the importances.
    relative : bool, default=True
        Whether `threshold` is a fraction of the largest importance.
    sparsity : float in [0, 1) or 'auto', default=None
        Fraction of the features (or coefficients: `structure`) to remove, rounded down to whole ones;
        "auto" chooses it along the path, by `sparsity_rule`. None is 0.5 if no other amount is given.
    n_features_to_keep : int, default=None
        Number of features to keep.
    structure : {'auto', 'features', None}, default='auto'
        With several outputs, whether whole features are kept or removed, by the norm of their
        coefficients, or single coefficients (None). "auto" is single coefficients for ridge and without
        `refit`, whole features with `n_features_to_keep` and for models that cannot be fitted again
        without some of their coefficients.
    norm_order : {1, 2, inf}, default=1
        Order of that norm.
    scale_aware : bool, default=True
        Whether importance is ``|coef| * std(x)``, which does not depend on the units of the features, or
        ``|coef|``. Of several targets it is also divided by the deviation of each.
    scores : {'magnitude', 'random'}, default='magnitude'
        "random" prunes at random: the control that a rule should beat.
    refit : bool, default=True
        Whether what is left is fitted again. If not, it keeps its coefficients and the intercept.
    n_steps : int, default=1
        In how many steps to prune; after each the model is fitted again, and ranked by the new
        coefficients. Without `refit` the ranking stays that of the first fit.
    schedule : {'linear', 'cubic', 'one_shot'} or callable, default='linear'
        Which fraction of all that will be removed is gone after the fraction t of the steps: t, all at the
        first step, ``schedule(t)``, or ``1 - (1 - t)^3`` [2]_ for "cubic". A threshold is turned into a
        number of features at the first fit.
    sparsity_rule : {'min', '1se', 'aic', 'bic', 'ebic'}, default='min'
        With ``sparsity="auto"``: the least error in cross-validation, the sparsest within one standard
        error of it, or an information criterion on the training data. The candidates are the steps from
        all features down to one; with ``n_steps=1`` up to 100 of them, each one cut by the first ranking.
    cv : int, cross-validation generator or iterable, default=None
        Folds for "min" and "1se"; None is five.
    scoring : str or callable, default=None
        Score for them; None is that of the estimator.
    n_jobs : int, default=None
        Folds in parallel. The result does not depend on it.
    random_state : int, RandomState instance or None, default=None
        For ``scores="random"``.

    Attributes
    ----------
    estimator_ : estimator
        The pruned model, fitted, on all features.
    coef_ : ndarray
        Its coefficients, in the shape of the estimator's and exactly 0.0 where they were pruned.
    intercept_ : float or ndarray
        Its intercept.
    coef_unpruned_ : ndarray
        The coefficients before pruning.
    support_ : ndarray of bool of shape (n_features,)
        The features that are kept.
    n_features_selected_ : int
        Their number.
    threshold_ : float
        The importance that a feature needed at the last cut.
    pruning_path_ : dict of ndarray
        One entry per step, the first before pruning: "n_kept" and "sparsity" (of the features, or of the
        coefficients with ``structure=None``), "threshold", "norm" (L2, of the coefficients), "score" (on
        the training data), and with ``sparsity="auto"`` "cv_score" and "cv_score_se", or the criterion.
    best_index_ : int
        The step of the path that was chosen; the last, unless by ``sparsity="auto"``.
    n_features_in_ : int
        Number of features seen during fit.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the features, when X had string column names.
    target_names_in_ : ndarray of shape (n_targets,)
        Names of the targets, when y had string column names, or a name.

    Raises
    ------
    ValueError
        Two amounts, an amount outside its range, `alpha` beside an estimator, an estimator without
        coefficients or with all of them zero or NaN; at `fit`.

    See Also
    --------
    MagnitudePrunedClassifier : The same for classification.
    CoefficientPruner : A transformer that drops the columns.
    PrunedEstimator : For networks, pipelines, and single weights.

    References
    ----------
    .. [1] Han, Pool, Tran and Dally, "Learning both weights and connections for efficient neural networks",
       NeurIPS 2015, section 3.
    .. [2] Zhu and Gupta, "To prune, or not to prune", 2017, eq. 1.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from sknormreg import MagnitudePrunedRegressor
    >>> X, y = load_diabetes(return_X_y=True, scaled=False)
    >>> model = MagnitudePrunedRegressor(alpha=1.0, n_features_to_keep=5, n_steps=5).fit(X, y)
    >>> model.support_.nonzero()[0], round(model.score(X, y), 3)
    (array([2, 3, 4, 5, 8]), 0.499)
    """

    _default = Ridge
    _numeric = True
    score = MagnitudePruned.score  # and not that of the mixin
