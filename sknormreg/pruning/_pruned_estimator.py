"""Any estimator with coefficients, pruned."""

from copy import deepcopy
from numbers import Integral

from sklearn.utils import get_tags
from sklearn.utils.validation import check_is_fitted, validate_data

from .._compat import HasMethods, Interval, StrOptions, check_sample_weight, fit_context
from ..linear_model import keep_target_names
from ._base import PATH_CONSTRAINTS, BasePruned
from ._ranking import Ranking
from ._reach import is_pipeline, reach
from ._refits import start
from ._routing import Start


class PrunedEstimator(BasePruned):
    """Any estimator with `coef_` or `coefs_`, its smallest weights pruned.

    Fits the estimator, keeps the weights K with the largest ``|w|`` (or the features with the largest
    norms), and minimises the estimator's own objective again with all others held at zero::

        minimise over w    objective(w)    subject to    w_j = 0 for j not in K

    Whole features are left out by a fit on the other columns. Single weights of a network are held at zero
    through `n_epochs` passes of its own stochastic solver over the data, from the weights that are left
    [1]_.

    Parameters
    ----------
    estimator : estimator object with `coef_` or `coefs_` after fit
        A linear model, a network (:class:`sklearn.neural_network.MLPClassifier`), or a pipeline that ends
        in one. Wrap a fitted one in :class:`sklearn.frozen.FrozenEstimator` to prune it as it is, which
        needs ``refit=False`` unless it can be fine-tuned.
    threshold : float or str, default=None
        A unit (a weight or a feature: `structure`) is kept if its importance is at least
        ``threshold * largest`` (or `threshold`, where not `relative`), or by name: "mean", "median",
        "1.25*mean" of the importances.
    relative : bool, default=True
        Whether `threshold` is a fraction of the largest importance.
    sparsity : float in [0, 1) or 'auto', default=None
        Fraction of the units to remove, rounded down to whole ones; "auto" chooses it along the path, by
        `sparsity_rule`. None is 0.5 if no other amount is given.
    n_features_to_keep : int, default=None
        Number of features to keep.
    structure : {'auto', 'features', None}, default='auto'
        Whether whole input features are removed, by the norm of their coefficients, or single weights
        (None). "auto" is whole features with `n_features_to_keep` and for linear models that cannot be
        fitted again without some of their coefficients, and single weights elsewhere.
    norm_order : {1, 2, inf}, default=1
        Order of that norm.
    scope : {'layer', 'global'}, default='layer'
        Whether single weights of a network are ranked within each layer, or all together.
    scores : {'magnitude', 'lamp', 'random'}, default='magnitude'
        "lamp" makes layers comparable, see :func:`sknormreg.pruning.magnitude_mask`; "random" prunes at
        random: the control that a rule should beat.
    refit : bool, default=True
        Whether what is left is fitted again. If not, it keeps its weights.
    n_steps : int, default=1
        In how many steps to prune; after each the model is fitted again, and ranked by the new weights.
    schedule : {'linear', 'cubic', 'one_shot'} or callable, default='linear'
        Which fraction of all that will be removed is gone after the fraction t of the steps: t, all at the
        first step, ``schedule(t)``, or ``1 - (1 - t)^3`` [2]_ for "cubic".
    n_epochs : int, default=10
        Passes over the data after each cut of single weights of a network.
    importance_getter : str, default='auto'
        Dotted path to the coefficients inside the estimator. "auto" is `coef_` or `coefs_`, of a pipeline
        those of its last step. Coefficients elsewhere need ``refit=False``: 'regressor_.coef_' for a
        :class:`sklearn.compose.TransformedTargetRegressor`.
    sparsity_rule : {'min', '1se', 'aic', 'bic', 'ebic'}, default='min'
        With ``sparsity="auto"``: the least error in cross-validation, the sparsest within one standard
        error of it, or an information criterion on the training data.
    cv : int, cross-validation generator or iterable, default=None
        Folds for "min" and "1se"; None is five.
    scoring : str or callable, default=None
        Score for them; None is that of the estimator.
    n_jobs : int, default=None
        Folds in parallel.
    random_state : int, RandomState instance or None, default=None
        For ``scores="random"``, and for the order of samples in the passes over the data.

    Attributes
    ----------
    estimator_ : estimator
        The pruned estimator, fitted, on all features; its weights are exactly 0.0 where they were pruned.
    coef_, coefs_ : ndarray, list of ndarray
        Its weights, where it has them under that name.
    mask_ : ndarray of bool, or list of them
        The weights that are kept, in the shape of `coef_` or `coefs_`.
    support_ : ndarray of bool
        The input features of which some weight is kept; for a pipeline those of its last step.
    n_features_selected_ : int
        Their number.
    threshold_ : float or ndarray
        The importance that a unit needed at the last cut; one per layer with ``scope="layer"``.
    pruning_path_ : dict of ndarray
        One entry per step, the first before pruning: "n_kept", "sparsity", "threshold" (with
        ``scope="layer"`` "threshold_0" and so on), "norm" (L2, of the
        weights), "score" (on the training data), and with ``sparsity="auto"`` "cv_score" and "cv_score_se",
        or the criterion.
    best_index_ : int
        The step of the path that was chosen; the last, unless by ``sparsity="auto"``.
    classes_ : ndarray of shape (n_classes,)
        Class labels, where the estimator has them.
    n_features_in_ : int
        Number of features seen during fit.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the features, when X had string column names.
    target_names_in_ : ndarray of shape (n_targets,)
        Names of the targets, when y had string column names, or a name.

    Raises
    ------
    ValueError
        Two amounts, an amount outside its range, an estimator without coefficients or with all of them zero
        or NaN, or one that cannot be fitted again as asked; at `fit`.

    See Also
    --------
    MagnitudePrunedRegressor, MagnitudePrunedClassifier : Linear models, with their coefficients.
    CoefficientPruner : A transformer that drops the columns.

    References
    ----------
    .. [1] Han, Pool, Tran and Dally, "Learning both weights and connections for efficient neural networks",
       NeurIPS 2015, section 3.
    .. [2] Zhu and Gupta, "To prune, or not to prune", 2017, eq. 1.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.neural_network import MLPClassifier
    >>> from sknormreg import PrunedEstimator
    >>> X, y = load_digits(return_X_y=True)
    >>> network = MLPClassifier(random_state=0, max_iter=500)
    >>> model = PrunedEstimator(network, sparsity=0.9, random_state=0).fit(X / 16, y)
    >>> [round(float((layer == 0).mean()), 2) for layer in model.estimator_.coefs_]
    [0.9, 0.9]
    """

    _parameter_constraints = {
        **PATH_CONSTRAINTS,
        "estimator": [HasMethods("fit")],
        "structure": [StrOptions({"auto", "features"}), None],
        "scope": [StrOptions({"layer", "global"})],
        "scores": [StrOptions({"magnitude", "lamp", "random"})],
        "n_epochs": [Interval(Integral, 1, None, closed="left")],
        "importance_getter": [str],
    }

    def __init__(
        self,
        estimator,
        *,
        threshold=None,
        relative=True,
        sparsity=None,
        n_features_to_keep=None,
        structure="auto",
        norm_order=1,
        scope="layer",
        scores="magnitude",
        refit=True,
        n_steps=1,
        schedule="linear",
        n_epochs=10,
        importance_getter="auto",
        sparsity_rule="min",
        cv=None,
        scoring=None,
        n_jobs=None,
        random_state=None,
    ):
        self.estimator = estimator
        self.threshold = threshold
        self.relative = relative
        self.sparsity = sparsity
        self.n_features_to_keep = n_features_to_keep
        self.structure = structure
        self.norm_order = norm_order
        self.scope = scope
        self.scores = scores
        self.refit = refit
        self.n_steps = n_steps
        self.schedule = schedule
        self.n_epochs = n_epochs
        self.importance_getter = importance_getter
        self.sparsity_rule = sparsity_rule
        self.cv = cv
        self.scoring = scoring
        self.n_jobs = n_jobs
        self.random_state = random_state

    def _estimator(self):
        return self.estimator

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y, sample_weight=None, **fit_params):
        """Fit, prune and refit the estimator.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples; for a pipeline anything that it takes.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Target.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights, passed to the estimator; of a pipeline to every step that takes them. With metadata
            routing to those that request them.
        **fit_params : dict
            Passed to the `fit` of `estimator`; with metadata routing, what it requests.

        Returns
        -------
        self : object
            The fitted estimator.
        """
        given = y
        if is_pipeline(self.estimator):
            validate_data(self, X, skip_check_array=True)
        else:
            X, y = validate_data(
                self, X, y, accept_sparse=["csr", "csc"], multi_output=True, ensure_min_samples=2,
                ensure_all_finite=not get_tags(self.estimator).input_tags.allow_nan,
                y_numeric=get_tags(self.estimator).estimator_type == "regressor",
            )  # fmt: skip
        keep_target_names(self, given)
        if sample_weight is not None:
            fit_params["sample_weight"] = sample_weight = check_sample_weight(sample_weight, X)
        params = self._fit_params(fit_params)
        _, self.mask_ = self._prune(X, y, params, sample_weight)
        return self

    def _begin(self, X, y, params, seed):
        inner = reach(
            self.estimator, X, y, params, self.importance_getter, getattr(self, "feature_names_in_", None)
        )
        model, whole = start(
            inner, y, refit=self.refit, structure=self.structure,
            by_count=self.n_features_to_keep is not None,
            fine_tuning={"n_epochs": self.n_epochs, "seed": seed},
        )  # fmt: skip
        ranking = Ranking(
            "features" if whole else None, self.norm_order, model.location.layered,
            scores=self.scores, scope=self.scope, seed=seed,
        )  # fmt: skip
        return Start(model, ranking, inner)

    def _read(self, X):
        check_is_fitted(self)
        if is_pipeline(self.estimator):
            return X
        allow_nan = get_tags(self.estimator).input_tags.allow_nan
        return validate_data(
            self, X, accept_sparse=["csr", "csc"], ensure_all_finite=not allow_nan, reset=False
        )

    @property
    def classes_(self):
        """Class labels."""
        return self.estimator_.classes_

    @property
    def coef_(self):
        """Coefficients of a linear model, exactly 0.0 where they were pruned."""
        return self.estimator_.coef_

    @property
    def coefs_(self):
        """Weights of a network, layer by layer, exactly 0.0 where they were pruned."""
        return self.estimator_.coefs_

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        inner = get_tags(self.estimator)
        tags.estimator_type = inner.estimator_type
        tags.classifier_tags = deepcopy(inner.classifier_tags)
        tags.regressor_tags = deepcopy(inner.regressor_tags)
        tags.target_tags = deepcopy(inner.target_tags)
        tags.input_tags = deepcopy(inner.input_tags)
        return tags
