"""Linear models whose small coefficients are pruned and whose others are refitted."""

from copy import deepcopy
from numbers import Real

import numpy as np
from sklearn.base import is_classifier, is_regressor
from sklearn.utils import get_tags
from sklearn.utils.validation import check_is_fitted, validate_data

from .._compat import HasMethods, Interval, StrOptions, check_sample_weight, fit_context
from ..design import make_design
from ..linear_model import FLOATS, keep_target_names, nameless
from ..linear_model._checks import normalised_weights
from ._base import PATH_CONSTRAINTS, BasePruned
from ._ranking import Ranking
from ._reach import is_pipeline, reach
from ._refits import RidgeFits, start
from ._routing import Start


@nameless
class MagnitudePruned(BasePruned):
    """The shared fit; subclasses name the default estimator."""

    _parameter_constraints = {
        **PATH_CONSTRAINTS,
        "estimator": [HasMethods("fit"), None],
        "alpha": [Interval(Real, 0, None, closed="left"), None],
        "structure": [StrOptions({"auto", "features"}), None],
        "scale_aware": ["boolean"],
        "scores": [StrOptions({"magnitude", "random"})],
    }

    def __init__(
        self,
        estimator=None,
        *,
        alpha=None,
        threshold=None,
        relative=True,
        sparsity=None,
        n_features_to_keep=None,
        structure="auto",
        norm_order=1,
        scale_aware=True,
        scores="magnitude",
        refit=True,
        n_steps=1,
        schedule="linear",
        sparsity_rule="min",
        cv=None,
        scoring=None,
        n_jobs=None,
        random_state=None,
    ):
        self.estimator = estimator
        self.alpha = alpha
        self.threshold = threshold
        self.relative = relative
        self.sparsity = sparsity
        self.n_features_to_keep = n_features_to_keep
        self.structure = structure
        self.norm_order = norm_order
        self.scale_aware = scale_aware
        self.scores = scores
        self.refit = refit
        self.n_steps = n_steps
        self.schedule = schedule
        self.sparsity_rule = sparsity_rule
        self.cv = cv
        self.scoring = scoring
        self.n_jobs = n_jobs
        self.random_state = random_state

    def _estimator(self):
        if self.estimator is None:
            return self._default(alpha=1.0 if self.alpha is None else self.alpha)
        if self.alpha is not None:
            raise ValueError(
                f"alpha={self.alpha!r} is the strength of the default ridge and cannot be given beside an "
                f"estimator: set it there, {type(self.estimator).__name__}(...), and leave alpha=None "
                "(estimator__alpha in a grid search)."
            )
        kind, fits = ("regressor", is_regressor) if self._numeric else ("classifier", is_classifier)
        if not fits(self.estimator):
            raise ValueError(f"{type(self).__name__} needs a {kind}, got {self.estimator!r}.")
        if is_pipeline(self.estimator):
            raise ValueError(
                f"{type(self).__name__} needs a linear model, got a pipeline: put it at the end of one, "
                "or use PrunedEstimator."
            )
        return self.estimator

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y, sample_weight=None, **fit_params):
        """Fit, prune and refit the model.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples; at least two.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Target.
        sample_weight : array-like of shape (n_samples,), default=None
            Non-negative weights: of the fits, of the deviations that `scale_aware` uses, and of the scores.
        **fit_params : dict
            Passed to the `fit` of `estimator`; with metadata routing, what it requests.

        Returns
        -------
        self : object
            The fitted estimator.
        """
        self._estimator()
        given = y
        X, y = validate_data(
            self, X, y, accept_sparse=["csc", "csr"], dtype=FLOATS, multi_output=True,
            y_numeric=self._numeric, ensure_min_samples=2,
        )  # fmt: skip
        keep_target_names(self, given)
        if sample_weight is not None:
            sample_weight = check_sample_weight(sample_weight, X)
            normalised_weights(sample_weight, X)
            fit_params["sample_weight"] = sample_weight
        unpruned, _ = self._prune(X, y, self._fit_params(fit_params), sample_weight)
        self.coef_unpruned_ = unpruned.coef_
        self.coef_ = self.estimator_.coef_
        self.intercept_ = getattr(self.estimator_, "intercept_", 0.0)
        if hasattr(self.estimator_, "classes_"):
            self.classes_ = self.estimator_.classes_
        return self

    def _begin(self, X, y, params, seed):
        inner = reach(self._estimator(), X, y, params, names=getattr(self, "feature_names_in_", None))
        model, whole = start(
            inner, y, refit=self.refit, structure=self.structure, linear=True,
            by_count=self.n_features_to_keep is not None,
        )  # fmt: skip
        ranking = Ranking(
            "features" if whole else None, self.norm_order, scores=self.scores, seed=seed,
            scale=self._scale(model, X, y, params) if self.scale_aware else None,
        )  # fmt: skip
        return Start(model, ranking, inner)

    def _scale(self, model, X, y, params):
        """What coefficients are multiplied by: std(x), of several targets over std(y)."""
        weights, _ = normalised_weights(params.get("sample_weight"), X)
        if isinstance(model, RidgeFits):
            scale = model.elimination.deviations()
        else:
            squares = make_design(X, weights, True).squares(np.arange(X.shape[1]), weights)
            scale = np.sqrt(np.maximum(0.0, squares))
        if not self._numeric or np.ndim(y) < 2 or np.shape(y)[1] < 2:
            return scale
        spread = np.sqrt(weights @ (y - weights @ y) ** 2)
        return scale / np.where(spread > 0, spread, 1.0)[:, None]

    def _read(self, X):
        check_is_fitted(self)
        return validate_data(self, X, accept_sparse=["csr", "csc"], dtype=FLOATS, reset=False)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        inner = get_tags(self._default() if self.estimator is None else self.estimator)
        tags.input_tags.sparse = inner.input_tags.sparse
        tags.target_tags.multi_output = inner.target_tags.multi_output
        tags.target_tags.positive_only = inner.target_tags.positive_only
        if self._numeric:
            tags.regressor_tags = deepcopy(inner.regressor_tags) or tags.regressor_tags
        else:
            tags.classifier_tags = deepcopy(inner.classifier_tags) or tags.classifier_tags
        return tags
