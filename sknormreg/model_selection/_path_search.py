"""GridSearchCV that walks along regularisation paths."""

import time

import numpy as np
from sklearn.base import clone, is_classifier
from sklearn.model_selection import GridSearchCV, check_cv
from sklearn.utils import assert_all_finite, get_tags, indexable
from sklearn.utils.parallel import Parallel, delayed

from .._compat import callback_context, check_method_params, fit_context
from ..diagnosis.rules import deviation
from ..linear_model import Versioned, overridden
from ._all_classes import all_classes
from ._compat import insert_error_scores, report_failures, scorers_by_name
from ._path_folds import Fold, Made, Search, evaluate
from ._path_parameter import read_grid
from ._wrappers import path_of_candidates


class PathSearchCV(Versioned, GridSearchCV):
    """Grid search with cross-validation that walks along regularisation paths.

    Takes the place of :class:`~sklearn.model_selection.GridSearchCV`: the same parameters, attributes,
    scores and messages. Where the grid varies the path parameter of the estimator, `alpha` of those of
    this package, all its values are fitted by one walk per fold and combination of the other
    parameters, which costs little more than one fit. In a :class:`~sklearn.pipeline.Pipeline` it is that
    of the last step, as in "lasso__alpha"; the transformers are fitted once per walk, and not once per
    candidate. A model that stands more than once in a list of grids has one score.
    :class:`~sklearn.compose.TransformedTargetRegressor`,
    :class:`~sklearn.multioutput.MultiOutputRegressor`, :class:`~sklearn.multioutput.MultiOutputClassifier`
    and :class:`~sklearn.multiclass.OneVsRestClassifier` walk if what they wrap does, as in
    "regressor__lasso__alpha".

    Parameters
    ----------
    estimator : estimator object
        A model, or what is wrapped around one. One without a path is searched as GridSearchCV does it.
    param_grid : dict or list of dict
        Names of parameters with the values to try, or several such grids.
    scoring : str, callable, list, tuple or dict, default=None
        The score, or several; None is that of the estimator. scikit-learn's R2, squared, absolute and
        largest errors, accuracy and log-loss are computed for a whole walk at once, other scores model by
        model. Where a fold lacks a class and a score fails for it, or for the names of two classes, that
        score is by the classes of all samples.
    n_jobs : int, default=None
        Walks in parallel. The result does not depend on it.
    refit : bool, str or callable, default=True
        Whether to fit the best candidate to all data; with several scores the one that decides; or a
        function of `cv_results_` that gives the index of the candidate, see :func:`one_standard_error`.
    cv : int, cross-validation generator or iterable, default=None
        Folds; None is five.
    verbose : int, default=0
        1 tells the number of fits, how many walks gave them and how many were made one by one, 2 each walk,
        3 also which fold.
    pre_dispatch : int or str, default='2*n_jobs'
        How many jobs are handed to the workers ahead of time.
    error_score : 'raise' or float, default=np.nan
        Score of a candidate that cannot be fitted.
    return_train_score : bool, default=False
        Whether to compute the scores of the training data.

    Attributes
    ----------
    cv_results_ : dict of ndarray
        One entry per candidate, as GridSearchCV has it. Times are those of the walk, divided by its
        candidates.
    best_estimator_ : estimator
        Fitted to all data, unless ``refit=False``.
    best_score_ : float
        Mean score of the best candidate over the folds.
    best_params_ : dict
        Its parameters.
    best_index_ : int
        Its place in `cv_results_`.
    scorer_ : callable or dict
        The scorers.
    n_splits_ : int
        Number of folds.
    refit_time_ : float
        Seconds of the last fit.
    multimetric_ : bool
        Whether there are several scores.
    classes_ : ndarray of shape (n_classes,)
        Class labels, of a classifier.
    n_features_in_ : int
        Number of features seen during fit.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the features, when X had string column names.

    See Also
    --------
    sklearn.model_selection.GridSearchCV : Fits every candidate by itself.
    one_standard_error : The most regularised candidate that is nearly the best.

    Notes
    -----
    Any estimator joins in by two names, which are looked up on the last step; no base class is needed:

    ``path_parameter``
        The parameter to walk along, a string such as "alpha" or "penalty__alpha".
    ``fit_path(X, y, values, **fit_params)``
        Gives a list of fitted estimators, one for each of `values` and in their order, each as `fit`
        would have left it, and changes nothing in the estimator itself.

    `fit_path` stands for the `fit` of its class, or of those before it that this one derives from. A class
    derived later that overrides `fit` alone does not walk. It may define `fit_path` as well; where the path
    of the other class is still right, ``fit_path = Lasso.fit_path`` says so.

    A `fit_path` that raises is not held against its candidates: they are then fitted one by one, and
    fail or succeed as in GridSearchCV. An estimator with callbacks of its own is fitted one by one, too.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.datasets import load_diabetes
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from sknormreg import Lasso, PathSearchCV
    >>> X, y = load_diabetes(return_X_y=True)
    >>> pipeline = make_pipeline(StandardScaler(), Lasso())
    >>> search = PathSearchCV(pipeline, {"lasso__alpha": np.geomspace(0.01, 100, 50)}).fit(X, y)
    >>> print(f"{search.best_params_['lasso__alpha']:.3f} {search.best_score_:.3f}")
    0.079 0.483
    """

    _doc_link_module = "sknormreg"
    _doc_link_template = (
        "https://sknormreg.readthedocs.io/en/stable/api/generated/{estimator_module}.{estimator_name}.html"
    )

    def _doc_link_url_param_generator(self):
        return {"estimator_module": "sknormreg", "estimator_name": type(self).__name__}

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y=None, **params):
        """Search the grid.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples, in any form that the estimator takes.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs), default=None
            Target.
        **params : dict
            For the `fit` of the estimator, the scorer and the splitter: `groups`, `sample_weight`, and
            with metadata routing whatever they request. Arrays with one entry per sample are split as X.

        Returns
        -------
        self : object
            The fitted search.
        """
        self._check_target(y)
        candidates, walks = read_grid(self.estimator, self.param_grid)
        own_way = overridden(self, ("_run_search",), lambda space: space is PathSearchCV)
        if own_way or all(walk.name is None for walk in walks):
            super().fit(X, y, **params)
            if self.verbose > 0:
                n_fits = len(self.cv_results_["params"]) * self.n_splits_
                self._tell([(n_fits, Made(reason=own_way))])
            return self
        for name, value in self._search(X, y, params, candidates, walks).items():
            setattr(self, name, value)
        return self

    def _check_target(self, y):
        """What is said before any fit, where GridSearchCV would leave it to warnings and the folds."""
        if y is None and get_tags(self).target_tags.required:
            self._get_scorers()  # what is wrong with `scoring` comes first
            name = type(self).__name__
            raise ValueError(f"This {name} estimator requires y to be passed, but the target y is None.")
        if is_classifier(self) and isinstance(y, np.ndarray) and y.dtype.kind == "f":
            assert_all_finite(y, input_name="y")

    def _search(self, X, y, params, candidates, walks):
        """Fitted attributes. What GridSearchCV's `fit` does, with walks for candidates."""
        scorer, metric = self._get_scorers()
        X, y = indexable(X, y)
        params = check_method_params(X, params)
        routed = self._get_routed_params_for_fit(params)
        weight = params.get("sample_weight")
        told = {"estimator": self, "X": X, "y": y}
        told["metadata"] = None if weight is None else {"sample_weight": weight}
        context = callback_context(self, max_subtasks=1 + (self.refit is not False))
        context.call_on_fit_task_begin(**told)

        folds = self._folds(X, y, routed.splitter.split)
        estimator = clone(self.estimator)
        search = Search(
            estimator=estimator,
            X=X,
            y=y,
            n_candidates=len(candidates),
            n_splits=len(folds),
            scorer=scorer,
            fit_params=routed.estimator.fit,
            score_params=routed.scorer.score,
            return_train_score=self.return_train_score,
            error_score=self.error_score,
            verbose=self.verbose,
            caller=self,
            classes=all_classes(y) if is_classifier(self.estimator) else None,
        )
        found = self._evaluate(search, walks, folds, context)
        report_failures(found, self.error_score)
        if callable(self.scoring):
            insert_error_scores(found, self.error_score)
        results = self._format_results(candidates, len(folds), found)
        multimetric = isinstance(found[0]["test_scores"], dict)
        if callable(self.scoring) and multimetric:
            self._check_refit_for_multimetric(found[0]["test_scores"])
            metric = self.refit

        attributes = {"n_splits_": len(folds), "multimetric_": multimetric, "cv_results_": results}
        by_name = scorers_by_name(scorer)
        attributes["scorer_"] = scorer if by_name is None else by_name
        if self.refit or not multimetric:
            best = self._select_best_index(self.refit, metric, results)
            attributes |= {"best_index_": best, "best_params_": results["params"][best]}
            if not callable(self.refit):
                attributes["best_score_"] = results[f"mean_test_{metric}"][best]
        if self.refit:
            chosen = clone(estimator).set_params(**clone(attributes["best_params_"], safe=False))
            attributes |= self._refit(chosen, told, routed.estimator.fit, context)
        context.call_on_fit_task_end(**told)
        return attributes

    def _format_results(self, candidate_params, n_splits, out, more_results=None):
        """scikit-learn's, where the squares of the scores neither overflow nor vanish."""
        with np.errstate(over="ignore", invalid="ignore"):
            results = super()._format_results(candidate_params, n_splits, out, more_results)
        for name in [name for name in results if name.startswith("std_t")]:
            splits = np.column_stack([results[f"split{i}{name[3:]}"] for i in range(n_splits)])
            lost = ~((results[name] > 0) & (results[name] < np.inf)) & np.isfinite(splits).all(axis=1)
            results[name][lost] = deviation(splits[lost], ddof=0)
        return results

    def _folds(self, X, y, params):
        cv = check_cv(self.cv, y, classifier=is_classifier(self.estimator))
        expected = cv.get_n_splits(X, y, **params)
        folds = [Fold(number, *split) for number, split in enumerate(cv.split(X, y, **params))]
        if len(folds) != expected:
            raise ValueError(
                "cv.split and cv.get_n_splits return inconsistent results. "
                f"Expected {expected} splits, got {len(folds)}"
            )
        return folds

    def _evaluate(self, search, walks, folds, context):
        """Results of all candidates on all folds, by candidates first."""
        if self.verbose > 0:
            print(
                f"Fitting {search.n_splits} folds for each of {search.n_candidates} candidates, "
                f"totalling {search.n_candidates * search.n_splits} fits"
            )
        jobs = [(walk, fold) for walk in walks for fold in folds]
        inner = context.subcontext(task_name="search", max_subtasks=len(jobs), sequential_subtasks=False)
        inner.call_on_fit_task_begin(estimator=self)
        tasks = [inner.subcontext(task_name="walk-split-evaluation", task_id=i) for i in range(len(jobs))]
        parallel = Parallel(n_jobs=self.n_jobs, pre_dispatch=self.pre_dispatch)
        done = parallel(
            delayed(evaluate)(search, *job, task) for job, task in zip(jobs, tasks, strict=True)
        )
        inner.call_on_fit_task_end(estimator=self)
        found = {}
        for (walk, fold), (results, _) in zip(jobs, done, strict=True):
            found |= {(index, fold.number): one for index, one in zip(walk.indices, results, strict=True)}
        if self.verbose > 0:
            self._tell([(len(results), made) for results, made in done])
        return [found[place] for place in sorted(found)]

    def _tell(self, parts):
        """How all was fitted, in one line, of pairs (number of fits, how they were `Made`)."""
        walks = [count for count, made in parts if made.walked]
        alone = sum(count for count, made in parts if not made.walked)
        _, reason = path_of_candidates(self.estimator)
        reason = next((made.reason for _, made in parts if made.reason), None if walks else reason)
        print(
            f"Fitted {sum(walks)} by {len(walks)} walks along a path and {alone} one by one"
            + (f": {reason}" if reason else "")
        )

    def _refit(self, estimator, told, params, context):
        """Attributes from the best candidate, fitted to all data."""
        task = context.subcontext(task_name="refit-with-best-params")
        with task.propagate_callback_context(estimator):
            task.call_on_fit_task_begin(**told)
            target = [] if told["y"] is None else [told["y"]]
            start = time.perf_counter()
            estimator.fit(told["X"], *target, **params)
            attributes = {"best_estimator_": estimator, "refit_time_": time.perf_counter() - start}
        if hasattr(estimator, "feature_names_in_"):
            attributes["feature_names_in_"] = estimator.feature_names_in_
        task.call_on_fit_task_end(**told)
        return attributes

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags = get_tags(self.estimator).target_tags
        return tags
