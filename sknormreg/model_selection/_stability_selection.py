"""Stability selection: the features that a sparse model selects on halves of the data."""

from numbers import Integral, Real

import numpy as np
from sklearn.base import BaseEstimator, MetaEstimatorMixin, is_classifier
from sklearn.feature_selection import SelectorMixin
from sklearn.utils import check_array, check_random_state, get_tags
from sklearn.utils.metadata_routing import MetadataRouter, MethodMapping, process_routing
from sklearn.utils.parallel import Parallel, delayed
from sklearn.utils.validation import check_is_fitted, has_fit_parameter, validate_data

from .._compat import (
    HasMethods,
    Interval,
    StrOptions,
    check_method_params,
    check_sample_weight,
    fit_context,
    routing_enabled,
)
from ..linear_model import PenalizedModel, Versioned, by_position, described, why_no_path
from ._alpha_grid import alpha_grid
from ._last_step import last_step, reach, with_last_step
from ._stability_bounds import ASSUMPTIONS, error_bound, settle, votes
from ._stability_halves import entries_of_pair, halved_groups


class StabilitySelection(Versioned, SelectorMixin, MetaEstimatorMixin, BaseEstimator):
    """Transformer that keeps the features which are selected on most halves of the data.

    Splits the rows into two halves `n_pairs` times and fits `estimator` on each half, from the largest
    of `alphas` down, until `max_features` features have entered with a coefficient that is not zero.
    Feature j is kept if the share of half-samples that selected it is large enough::

        selection_probabilities_[j] >= threshold

    With q the number of features that is expected to be selected on a half-sample, out of p, the
    expected number kept of those whose probability to be selected on one is at most q / p is no more
    than::

        error_bound_ = q^2 / ((2 threshold - 1) p)

    if the rows are independent, whatever the estimator (Shah and Samworth, 2013, theorem 1). Those are
    all the noise features, if none of them is likelier to be selected than a feature drawn at random.
    Two of `threshold`, `max_features` and `error_bound` settle the third:

    ================================= ====================================================
    given                             taken for the others
    ================================= ====================================================
    none, or `threshold`              ``error_bound=1``, `max_features` follows
    `error_bound`                     ``threshold=0.75``, `max_features` follows
    `max_features`                    ``threshold=0.75``, `error_bound_` follows
    `alphas` and none, or `threshold` no limit on the features, `error_bound_` follows
    ================================= ====================================================

    Columns are not scaled: put a scaler before it, or into the pipeline.

    Parameters
    ----------
    estimator : estimator object with `coef_` after fit, and `fit_path` or a parameter `alpha`
        The sparse model, such as Lasso() or LassoClassifier(). Its own alpha is not used. Or a pipeline
        that ends in one, whose other steps keep the columns apart, as a scaler does; they are fitted on
        each half.
    alphas : float or array-like, default=None
        Strengths, in any order. None is `n_alphas` from the least that makes every coefficient zero on
        all of the data down to `eps` times that, for linear models of this package.
    threshold : float in (0.5, 1], default=None
        The share of half-samples that a feature needs.
    max_features : int, default=None
        Most features selected on a half-sample: those that enter first, and of those that enter at the
        same alpha the ones with the largest coefficients.
    error_bound : float, default=None
        The largest bound wanted.
    assumption : {'none', 'unimodal', 'r-concave'}, default='none'
        What is assumed of features with a probability of at most q / p: how the share of pairs that
        select one in both halves is distributed, for 'r-concave' also the share of half-samples. Either
        makes the bound smaller, 'r-concave' by more (theorem 2 and equation 8).
    n_pairs : int, default=50
        Number of complementary pairs of halves.
    n_alphas : int, default=100
        Number of alphas where they are not given.
    eps : float, default=1e-3
        The least of them over the largest.
    n_jobs : int, default=None
        Pairs in parallel. The result does not depend on it.
    random_state : int, RandomState instance or None, default=None
        Draws the halves.
    verbose : int, default=0
        Verbosity of joblib.

    Attributes
    ----------
    selection_probabilities_ : ndarray of shape (n_features_in_,)
        Share of the half-samples on which each feature was selected.
    selection_path_ : ndarray of shape (n_features_in_, n_alphas)
        The same down to each of `alphas_`; the last column is `selection_probabilities_`.
    alphas_ : ndarray of shape (n_alphas,)
        Strengths, falling.
    threshold_ : float
        The threshold used.
    max_features_ : int
        Most features selected on a half-sample.
    q_ : float
        The average number that was: the estimate of q.
    error_bound_ : float
        The bound above, from `q_` and `threshold_`.
    support_ : ndarray of bool of shape (n_features_in_,)
        The features that are kept.
    n_features_in_ : int
        Number of features seen during fit.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the features, when X had string column names.

    Raises
    ------
    ValueError
        All three of `threshold`, `max_features` and `error_bound`, or two that leave nothing for the
        third; fewer than four samples, or a class with one; an estimator without what is needed; at
        `fit`.

    See Also
    --------
    CoefficientPruner : Keeps the features with the largest coefficients of one fit.

    Notes
    -----
    Meinshausen and Buehlmann look at each alpha by itself and take the largest share. Here a feature
    that has entered counts as selected at all smaller alphas, which gives shares no smaller and the
    same bound.

    Where `alphas` are not given, all halves share those of all of the data. As long as `max_features`
    ends the way down, these are no more than its steps.

    Classes are halved one by one, so that both halves have all of them. Halves are drawn over rows and
    the sample weights passed to the fits. A weight of zero removes a row. A weight of two does what two
    copies would do in the same half, where copies may come into different ones.

    References
    ----------
    Meinshausen and Buehlmann, "Stability selection", JRSS B 72 (2010), theorem 1.

    Shah and Samworth, "Variable selection with error control: another look at stability selection",
    JRSS B 75 (2013).

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from sknormreg import Lasso, StabilitySelection
    >>> X, y = load_diabetes(return_X_y=True)
    >>> selector = StabilitySelection(Lasso(), random_state=0).fit(X, y)
    >>> selector.get_support(indices=True)
    array([2, 8])
    >>> selector.max_features_, selector.error_bound_
    (2, 0.8)
    """

    _doc_link_module = "sknormreg"
    _doc_link_template = (
        "https://sknormreg.readthedocs.io/en/stable/api/generated/{estimator_module}.{estimator_name}.html"
    )

    def _doc_link_url_param_generator(self):
        return {"estimator_module": "sknormreg", "estimator_name": type(self).__name__}

    _parameter_constraints = {
        "estimator": [HasMethods("fit")],
        "alphas": [Interval(Real, 0, None, closed="left"), "array-like", None],
        "threshold": [Interval(Real, 0.5, 1, closed="right"), None],
        "max_features": [Interval(Integral, 1, None, closed="left"), None],
        "error_bound": [Interval(Real, 0, None, closed="neither"), None],
        "assumption": [StrOptions(set(ASSUMPTIONS))],
        "n_pairs": [Interval(Integral, 1, None, closed="left")],
        "n_alphas": [Interval(Integral, 1, None, closed="left")],
        "eps": [Interval(Real, 0, 1, closed="neither")],
        "n_jobs": [Integral, None],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        estimator,
        *,
        alphas=None,
        threshold=None,
        max_features=None,
        error_bound=None,
        assumption="none",
        n_pairs=50,
        n_alphas=100,
        eps=1e-3,
        n_jobs=None,
        random_state=None,
        verbose=0,
    ):
        self.estimator = estimator
        self.alphas = alphas
        self.threshold = threshold
        self.max_features = max_features
        self.error_bound = error_bound
        self.assumption = assumption
        self.n_pairs = n_pairs
        self.n_alphas = n_alphas
        self.eps = eps
        self.n_jobs = n_jobs
        self.random_state = random_state
        self.verbose = verbose

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y, **fit_params):
        """Fit on the half-samples and choose the features.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples.
        y : array-like of shape (n_samples,) or (n_samples, n_targets)
            Target.
        **fit_params : dict
            Passed to the fits of `estimator`, cut to the rows of each half: `sample_weight` above all,
            which in a pipeline the last step gets. With metadata routing, what it requests.

        Returns
        -------
        self : object
            The fitted transformer.
        """
        X, y = validate_data(
            self, X, y, accept_sparse="csr", dtype=[np.float64, np.float32], multi_output=True
        )
        X, y, params = self._without_zero_weights(X, y, self._fit_params(fit_params))
        model = by_position(last_step(self.estimator), getattr(self, "feature_names_in_", None))
        estimator = with_last_step(self.estimator, model)
        groups = halved_groups(y, is_classifier(self.estimator))
        self.threshold_, self.max_features_ = settle(
            self.threshold, self.max_features, self.error_bound, self.alphas is None,
            X.shape[1], self.n_pairs, self.assumption,
        )  # fmt: skip
        self.alphas_ = self._alphas(estimator, X, y, params)
        seeds = check_random_state(self.random_state).randint(2**31 - 1, size=self.n_pairs)
        pairs = Parallel(n_jobs=self.n_jobs, verbose=self.verbose)(
            delayed(entries_of_pair)(
                estimator, X, y, params, self.alphas_, self.max_features_, groups, seed
            )
            for seed in seeds
        )
        self._count([entry for pair in pairs for entry in pair])
        return self

    def _count(self, entries):
        """Fitted attributes, from where in `alphas_` the features enter on each half."""
        n_features, n_alphas = entries[0].size, self.alphas_.size
        counts = np.zeros((n_features, n_alphas + 1), dtype=int)  # the last column: never
        for entry in entries:
            counts[np.arange(n_features), entry] += 1
        counts = counts[:, :-1].cumsum(axis=1)
        self.selection_path_ = counts / len(entries)
        self.selection_probabilities_ = self.selection_path_[:, -1].copy()
        self.q_ = float(counts[:, -1].sum() / len(entries))
        self.error_bound_ = error_bound(self.q_, self.threshold_, n_features, self.n_pairs, self.assumption)
        self.support_ = counts[:, -1] >= votes(self.threshold_, self.n_pairs)

    def _alphas(self, estimator, X, y, params):
        """Falling."""
        model = last_step(self.estimator)
        reason = why_no_path(model)
        if reason is not None and "alpha" not in model.get_params():
            raise ValueError(
                f"{reason}, and has no parameter alpha to select with: use Lasso or LassoClassifier, say."
            )
        if self.alphas is not None:
            alphas = np.atleast_1d(self.alphas)
            alphas = np.unique(check_array(alphas, ensure_2d=False, dtype=float, input_name="alphas"))
            if alphas[0] < 0:
                raise ValueError(f"alphas must be non-negative, got {alphas[0]}.")
            return alphas[::-1]
        if not isinstance(model, PenalizedModel):
            raise ValueError(
                f"Give alphas for {described(model)}: only models of sknormreg tell their range."
            )
        reached = reach(estimator, X, y, params)
        return alpha_grid(
            reached.model, reached.X, reached.y,
            n_alphas=self.n_alphas, eps=self.eps, sample_weight=reached.params.get("sample_weight"),
        )  # fmt: skip

    def _without_zero_weights(self, X, y, params):
        """The rows that count."""
        if "sample_weight" not in params:
            return X, y, params
        params["sample_weight"] = check_sample_weight(params["sample_weight"], X)
        rows = np.flatnonzero(params["sample_weight"])
        return X[rows], y[rows], check_method_params(X, params, rows)

    def _fit_params(self, fit_params):
        """What goes to the fits of the estimator, by routing where that is on."""
        fit_params = {name: value for name, value in fit_params.items() if value is not None}
        if routing_enabled():
            return dict(process_routing(self, "fit", **fit_params).estimator.fit)
        model = last_step(self.estimator)
        if "sample_weight" in fit_params and not has_fit_parameter(model, "sample_weight"):
            raise ValueError(f"{type(model).__name__} does not take sample_weight in fit: pass none.")
        return fit_params

    def get_metadata_routing(self):
        """Which metadata goes where: see scikit-learn's user guide on metadata routing.

        Returns
        -------
        sklearn.utils.metadata_routing.MetadataRouter
            Everything goes to the `fit` of `estimator`.
        """
        mapping = MethodMapping().add(caller="fit", callee="fit")
        mapping.add(caller="fit_transform", callee="fit")  # for pipelines of scikit-learn 1.6
        return MetadataRouter(owner=type(self).__name__).add(
            estimator=self.estimator, method_mapping=mapping
        )

    def _get_support_mask(self):
        check_is_fitted(self)
        return self.support_

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = get_tags(self.estimator).input_tags.sparse
        tags.target_tags.required = True
        return tags
