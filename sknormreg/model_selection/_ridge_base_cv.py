"""The choice of alpha for ridge: exact leave-one-out by default, folds, or a criterion."""

import warnings
from copy import copy
from dataclasses import dataclass
from numbers import Real

import numpy as np
from scipy import sparse
from sklearn.utils.validation import check_scalar

from .._compat import Interval, StrOptions
from ..linear_model import Ridge
from ..solvers.leave_one_out import RidgeLeaveOneOut
from ._approximate import knows
from ._choice import CRITERIA, ask, best_of, simplest_near
from ._path_cv import CV_CONSTRAINTS, Choice, PathCV
from ._regularization_path import path_of


@dataclass
class LeftOut:
    """Of leave-one-out at each alpha, for all targets together or for each alone (columns)."""

    mean: np.ndarray  # (A, 1) or (A, K), greater is better
    error: np.ndarray
    samples: np.ndarray  # (A, K, n): squared errors, or predictions where a scorer was given


class RidgeBaseCV(PathCV):
    """Of Ridge and RidgeClassifier, with scikit-learn's parameters."""

    _parameter_constraints = {
        **Ridge._parameter_constraints,
        **CV_CONSTRAINTS,
        "alphas": ["array-like", Interval(Real, 0, None, closed="neither")],
        "gcv_mode": [StrOptions({"auto", "svd", "eigen"}), None],
        "store_cv_results": ["boolean"],
    }
    for _name in ("alpha", "copy_X", "solver", "random_state", "eps"):
        _parameter_constraints.pop(_name)
    del _name
    alpha_per_target = False

    def _choose_and_fit(self, X, y, sample_weight, routed):
        leaves_out = self.cv is None and self.alpha_rule not in CRITERIA
        for name in ("store_cv_results", "alpha_per_target"):
            if getattr(self, name) and not leaves_out:
                raise ValueError(f"cv!=None and {name}=True are incompatible")
        if getattr(self, "gcv_mode", None) == "svd" and sparse.issparse(X):
            warnings.warn(
                "The 'svd' mode is not supported for sparse X, we fallback to `gcv_mode='eigen'`. The "
                "decomposition is chosen by the shape of X in any case.",
                FutureWarning,
                stacklevel=4,
            )
        alphas = self._given_alphas(positive=leaves_out)
        template = self._templates()[0]
        task = template._task(X, y, sample_weight)
        left = None
        if leaves_out:
            left = self._leave_out(template, task, alphas, X, y, sample_weight, routed)
            choice = self._choice_of(left, alphas)
        else:
            choice = self._falling(template, task, alphas, X, y, sample_weight, routed)
        chosen = alphas[choice.place]
        template.alpha = chosen if np.ndim(chosen) else float(chosen)
        template._fit_task(task)
        self._adopt_ridge(template, alphas, choice, left)

    def _given_alphas(self, positive):
        """In the order given."""
        boundaries = "neither" if positive else "left"
        given = [self.alphas] if np.ndim(self.alphas) == 0 else list(self.alphas)
        for index, alpha in enumerate(given):
            name = f"alphas[{index}]" if len(given) > 1 else "alphas"
            check_scalar(alpha, name, Real, min_val=0.0, include_boundaries=boundaries)
        if not given:
            raise ValueError(f"alphas must be one or more numbers, got {self.alphas!r}.")
        return np.array(given, dtype=np.float64)

    def _falling(self, template, task, alphas, X, y, sample_weight, routed):
        """On folds or along a path, which run from the largest alpha; told in the order given."""
        order = np.argsort(-alphas, kind="stable")
        back, row = np.argsort(order), alphas[order][None, :]
        if self.alpha_rule in CRITERIA or self.cv == "alo":
            path = path_of(copy(template), task, row[0])
            found = self._along([path], [task], row, y, sample_weight, routed)
        else:
            found = self._on_folds([template], [task], row, X, y, sample_weight, routed)
        mean, error, count = (part[0][back] for part in (found.mean, found.error, found.n_nonzero))
        place = order[found.place[1]]
        if self.alpha_rule == "min":
            place = best_of(mean)[0]  # of equals the first given, as in scikit-learn
        return Choice(place, mean, error, count)

    def _leave_out(self, template, task, alphas, X, y, sample_weight, routed):
        errors = self._errors(template, task, alphas, X, y, sample_weight)
        if self.scoring is None:
            terms = task.weights * task.alpha_unit * errors**2  # (A, K, n)
            seen = terms if self.alpha_per_target else terms.mean(axis=1, keepdims=True)
            return LeftOut(-seen.mean(axis=2), seen.std(axis=2, ddof=1) / np.sqrt(seen.shape[2]), terms)
        predicted = task.targets + np.reshape(task.target_mean, (-1, 1)) - errors
        scorer, params = self._scorer(), routed.scorer.score
        per_target = self.alpha_per_target and predicted.shape[1] > 1
        scores = [
            [scorer(knows(template, z[k : k + 1]), z[k][:, None], y[:, k], **params) for k in range(len(z))]
            if per_target
            else [scorer(knows(template, z), z.T, y, **params)]
            for z in predicted
        ]
        mean = np.array(scores, dtype=np.float64)
        return LeftOut(mean, np.full(mean.shape, np.nan), predicted)

    def _errors(self, template, task, alphas, X, y, sample_weight):
        """y minus the prediction by a fit without that sample (A, K, n)."""
        problem, c = task.problems[0], task.problems[0].coordinates
        if c.unbounded and np.all(c.factor > 0):
            fitted = problem.design, task.targets, task.weights, c.factor, problem.fit_intercept
            return RidgeLeaveOneOut(*fitted).errors(task.strengths(alphas))
        return refitted_errors(template, task, alphas, X, y, sample_weight)

    def _choice_of(self, left, alphas):
        places = [self._place(*pair, alphas) for pair in zip(left.mean.T, left.error.T, strict=True)]
        count = np.full(alphas.size, np.nan)
        if len(places) == 1:
            return Choice(places[0], left.mean[:, 0], left.error[:, 0], count)
        return Choice(np.array(places), left.mean, left.error, count)

    def _place(self, mean, error, alphas):
        best = best_of(mean)
        if callable(self.alpha_rule):
            params = [{"alpha": alpha} for alpha in alphas.tolist()]
            return int(ask(self.alpha_rule, params, mean[:, None], "alpha_rule")[0])
        if self.alpha_rule == "min":
            return int(best[0])
        if np.isnan(error[best]):
            raise ValueError(
                "alpha_rule='1se' needs a standard error, which leave-one-out has for squared errors only, "
                f"not for scoring={self.scoring!r}. Use folds, or alpha_rule='min'."
            )
        return simplest_near(mean, error, best, alphas)[0]

    def _adopt_ridge(self, model, alphas, choice, left):
        self._adopt_model(model)
        self.alphas_ = alphas
        self.mean_score_path_, self.score_se_path_ = choice.mean, choice.error
        several = choice.mean.ndim == 2
        columns = choice.mean.T if several else [choice.mean]
        errors = np.nan_to_num(choice.error.T if several else [choice.error])
        best = [best_of(mean)[0] for mean in columns]
        near = [
            simplest_near(mean, error, (int(b),), alphas)[0]
            for mean, error, b in zip(columns, errors, best, strict=True)
        ]
        self.alpha_min_ = alphas[best] if several else float(alphas[best[0]])
        self.alpha_1se_ = alphas[near] if several else float(alphas[near[0]])
        places = np.atleast_1d(choice.place)
        scores = np.array([mean[place] for mean, place in zip(columns, places, strict=True)])
        self.best_score_ = scores if several else float(scores[0])
        if self.store_cv_results:
            stored = np.moveaxis(left.samples, (0, 2), (2, 0))
            self.cv_results_ = stored if self._two_dimensional else stored[:, 0]


def refitted_errors(template, task, alphas, X, y, sample_weight):
    """The same by as many fits as there are samples, where ridge is no linear system."""
    order, n = np.argsort(-alphas, kind="stable"), X.shape[0]
    errors = np.empty((alphas.size, len(task.problems), n))
    targets = task.targets + np.reshape(task.target_mean, (-1, 1))
    for i in range(n):
        rest = np.delete(np.arange(n), i)
        here = {} if sample_weight is None else {"sample_weight": sample_weight[rest]}
        for a, model in zip(order, template.fit_path(X[rest], y[rest], alphas[order], **here), strict=True):
            errors[a, :, i] = targets[:, i] - np.ravel(model._linear_predictor(X[[i]]))
    return errors
