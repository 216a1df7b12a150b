"""The transformer: drops the columns whose coefficients a model does not need."""

from numbers import Integral

import numpy as np
from sklearn.base import BaseEstimator, MetaEstimatorMixin
from sklearn.feature_selection import SelectorMixin
from sklearn.utils import check_X_y, get_tags
from sklearn.utils.validation import check_is_fitted, validate_data

from .._compat import HasMethods, Interval, check_sample_weight, fit_context
from ..diagnosis.criteria import CRITERIA
from ..linear_model import Versioned
from ._amount import cutoff
from ._choose import Criterion, by_cross_validation, candidates
from ._coefficients import Location, check_not_all_zero, dense, fit
from ._parameters import AMOUNT_CONSTRAINTS, Amount
from ._path import walk
from ._ranking import Ranking
from ._reach import is_pipeline, reach
from ._refits import start
from ._routing import Routed, Start
from ._select import keep_largest


class CoefficientPruner(Versioned, SelectorMixin, Routed, MetaEstimatorMixin, BaseEstimator):
    """Transformer that keeps the columns with the largest coefficients of a model.

    Fits `estimator` on all columns and keeps column j if its importance ``|w_j|``, for several outputs the
    norm ``(sum_k |w_kj|^order)^(1/order)``, reaches the cut:

    * `threshold`: ``threshold * largest``, or `threshold` where not `relative`;
    * `sparsity`: all but the smallest ``floor(sparsity * p)`` of p;
    * `n_features_to_keep`: the largest so many;
    * none of them: all that are not exactly zero, which is what a lasso selects.

    Importance is not corrected for the units of the columns: put a scaler before it, or give an estimator
    that has one inside.

    Parameters
    ----------
    estimator : estimator object with `coef_` or `coefs_` after fit
        The model that ranks the columns. Wrap a fitted one in
        :class:`sklearn.frozen.FrozenEstimator` to use it as it is.
    threshold : float or str, default=None
        In [0, 1] where `relative`, else >= 0; or "mean", "median", "1.25*mean" of the importances.
    relative : bool, default=True
        Whether `threshold` is a fraction of the largest importance.
    sparsity : float in [0, 1) or 'auto', default=None
        Fraction of the columns to drop, rounded down to whole ones; "auto" chooses it by `sparsity_rule`,
        from refits of `estimator` on ever fewer columns.
    n_features_to_keep : int, default=None
        Number of columns to keep.
    min_features : int, default=1
        At least so many columns are kept, the largest, whatever the cut; X never comes out empty.
    max_features : int or callable, default=None
        At most so many are kept; a callable is given X.
    norm_order : {1, 2, inf}, default=1
        Order of the norm over several outputs.
    importance_getter : str or callable, default='auto'
        Dotted path to the coefficients, such as 'regressor_.coef_', or a function of the fitted estimator;
        "auto" is `coef_`, or the first layer of `coefs_`, of a pipeline those of its last step.
    sparsity_rule : {'min', '1se', 'aic', 'bic', 'ebic'}, default='min'
        With ``sparsity="auto"``: the least error in cross-validation, the fewest columns within one
        standard error of it, or an information criterion on the training data.
    cv : int, cross-validation generator or iterable, default=None
        Folds for "min" and "1se"; None is five.
    scoring : str or callable, default=None
        Score for them; None is that of the estimator.
    n_jobs : int, default=None
        Folds in parallel. The result does not depend on it.

    Attributes
    ----------
    estimator_ : estimator
        Fitted on all columns.
    importances_ : ndarray of shape (n_features_in_,)
        What the columns are ranked by.
    support_ : ndarray of bool of shape (n_features_in_,)
        The columns that are kept.
    n_features_selected_ : int
        Their number.
    threshold_ : float
        The smallest importance that is kept by the amount given.
    pruning_path_ : dict of ndarray
        With ``sparsity="auto"``, one entry per candidate, the first with all columns: "n_kept", "sparsity",
        "cv_score" and "cv_score_se", or the criterion.
    best_index_ : int
        With ``sparsity="auto"``, the candidate that was chosen.
    n_features_in_ : int
        Number of features seen during fit.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the features, when X had string column names.

    Raises
    ------
    ValueError
        Two amounts, an amount outside its range or beyond the number of columns, an estimator without
        coefficients or with all of them zero or NaN; at `fit`.

    See Also
    --------
    sklearn.feature_selection.SelectFromModel : Absolute thresholds only; its default depends on the class
        of the estimator.
    MagnitudePrunedRegressor : A model that prunes itself.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from sknormreg import CoefficientPruner, Lasso, Ridge
    >>> X, y = load_diabetes(return_X_y=True)
    >>> pipeline = make_pipeline(StandardScaler(), CoefficientPruner(Lasso(3.0)), Ridge()).fit(X, y)
    >>> pipeline[:-1].get_feature_names_out()
    array(['x1', 'x2', 'x3', 'x4', 'x6', 'x8', 'x9'], dtype=object)
    """

    _parameter_constraints = {
        **AMOUNT_CONSTRAINTS,
        "estimator": [HasMethods("fit")],
        "min_features": [Interval(Integral, 1, None, closed="left")],
        "max_features": [Interval(Integral, 1, None, closed="left"), callable, None],
        "importance_getter": [str, callable],
    }
    _consumes = False  # weights are passed on, and not used here

    def __init__(
        self,
        estimator,
        *,
        threshold=None,
        relative=True,
        sparsity=None,
        n_features_to_keep=None,
        min_features=1,
        max_features=None,
        norm_order=1,
        importance_getter="auto",
        sparsity_rule="min",
        cv=None,
        scoring=None,
        n_jobs=None,
    ):
        self.estimator = estimator
        self.threshold = threshold
        self.relative = relative
        self.sparsity = sparsity
        self.n_features_to_keep = n_features_to_keep
        self.min_features = min_features
        self.max_features = max_features
        self.norm_order = norm_order
        self.importance_getter = importance_getter
        self.sparsity_rule = sparsity_rule
        self.cv = cv
        self.scoring = scoring
        self.n_jobs = n_jobs

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y=None, **fit_params):
        """Fit the estimator and choose the columns.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples, in any form that the estimator takes.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs), default=None
            Target.
        **fit_params : dict
            Passed to the `fit` of `estimator`, `sample_weight` above all, which every step of a pipeline
            gets that takes it; with metadata routing, what it requests.

        Returns
        -------
        self : object
            The fitted transformer.
        """
        amount = Amount.of(self)
        params = self._fit_params(fit_params)
        self.estimator_ = fit(self.estimator, X, y, params)
        validate_data(self, X, skip_check_array=True)
        self.importances_ = self._importances(X)
        p = self.importances_.size
        cut, kept = 0.0, np.ones(p, dtype=bool)
        if amount.name is None:
            kept = self.importances_ > 0
        elif amount.name == "threshold":
            cut = cutoff([self.importances_], self.threshold, self.relative)
            kept = self.importances_ >= cut
        else:
            if amount.auto:
                count = self._chosen(X, y, params, fit_params.get("sample_weight"))
            else:
                count = amount.count([self.importances_])
            keep_largest([self.importances_], count, [kept])
        if amount.name != "threshold":
            cut = float(self.importances_[kept].min())
        self.threshold_ = cut
        low, high = self._limits(X, p)
        if not low <= np.count_nonzero(kept) <= high:
            keep_largest([self.importances_], int(np.clip(np.count_nonzero(kept), low, high)), [kept])
        self.support_ = kept
        self.n_features_selected_ = int(kept.sum())
        return self

    def _importances(self, X):
        if callable(self.importance_getter):
            layers = [np.atleast_2d(dense(self.importance_getter(self.estimator_)).astype(np.float64))]
            if not np.isfinite(layers[0]).all():
                raise ValueError("importance_getter returned NaN or infinity: that cannot be ranked.")
            layered, source = False, "importance_getter"
        else:
            location = Location.find(self.estimator_, self.importance_getter)
            layers, layered = location.read(self.estimator_), location.layered
            source = f"{type(self.estimator_).__name__}, by importance_getter={self.importance_getter!r},"
        check_not_all_zero(layers[:1], self.estimator, X)
        importances = Ranking("features", self.norm_order, layered)(layers)[0]
        expected = getattr(self, "n_features_in_", importances.size)
        if importances.size != expected:
            raise ValueError(
                f"{source} has coefficients of {importances.size} features where X has {expected}: "
                "columns that are made inside the estimator cannot be dropped before it."
            )
        return importances

    def _limits(self, X, p):
        """(fewest, most) columns."""
        high = self.max_features(X) if callable(self.max_features) else self.max_features
        high = p if high is None else high
        if not isinstance(high, Integral) or high < 1:
            raise ValueError(f"max_features must give a positive integer, got {high!r}.")
        if self.min_features > p:
            raise ValueError(f"min_features={self.min_features} is more than X has: {p} features.")
        if self.min_features > high:
            raise ValueError(f"min_features={self.min_features} is above max_features={high}.")
        return self.min_features, min(high, p)

    def _chosen(self, X, y, params, sample_weight):
        """How many columns `sparsity_rule` wants."""
        checked, y = check_X_y(
            X, y, accept_sparse=["csr", "csc"], dtype=None, multi_output=True, ensure_all_finite=False
        )
        if not (is_pipeline(self.estimator) and hasattr(self, "feature_names_in_")):
            X = checked  # the steps of a pipeline may ask for names
        if sample_weight is not None:
            sample_weight = check_sample_weight(sample_weight, X)
        p = self.importances_.size
        counts = candidates([p])
        if self.sparsity_rule in CRITERIA:
            start = self._begin(X, y, params)
            criterion = Criterion(self.sparsity_rule, len(y), sample_weight, p)
            scores = start.ranking(start.model.layers())
            for step in walk(start.model, start.ranking, scores, counts, True):
                criterion.add(start, y, step.n_kept)
            index, found = criterion.best, {self.sparsity_rule: np.array(criterion.values)}
        else:
            data = (X, y, params, sample_weight)
            index, found = by_cross_validation(self, type(self)._begin, data, counts, True)
        n_kept = np.append(p, counts[:, 0])
        self.pruning_path_ = {"n_kept": n_kept, "sparsity": 1.0 - n_kept / p, **found}
        self.best_index_ = index
        return int(n_kept[index])

    def _begin(self, X, y, params):
        if not isinstance(self.importance_getter, str):
            raise ValueError(
                "sparsity='auto' refits the estimator on fewer columns and has to read its coefficients: "
                f"give importance_getter as a path, not {self.importance_getter!r}."
            )
        inner = reach(
            self.estimator, X, y, params, self.importance_getter, getattr(self, "feature_names_in_", None)
        )
        model, _ = start(
            inner, y, refit=True, structure="features",
            remedy="give a number, fraction or threshold in place of sparsity='auto'",
        )  # fmt: skip
        return Start(model, Ranking("features", self.norm_order, model.location.layered), inner)

    def _get_support_mask(self):
        check_is_fitted(self)
        return self.support_

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        inner = get_tags(self.estimator)
        tags.input_tags.sparse = inner.input_tags.sparse
        tags.input_tags.allow_nan = inner.input_tags.allow_nan
        tags.target_tags.required = inner.target_tags.required
        return tags
