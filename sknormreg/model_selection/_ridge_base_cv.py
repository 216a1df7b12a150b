"""The choice of alpha for ridge: exact leave-one-out by default, folds, or a criterion."""

from copy import copy
from dataclasses import dataclass
from numbers import Real

import numpy as np
from scipy import sparse

from .._compat import Interval, StrOptions
from ..diagnosis.criteria import CRITERIA
from ..diagnosis.rules import mean_and_error
from ..linear_model import Ridge, warn
from ._all_classes import told
from ._approximate import check_several, exact_errors, knows
from ._choice import Scored, warn_of
from ._fold_scores import start_from
from ._path_cv import CV_CONSTRAINTS, PathCV, check_alphas
from ._regularization_path import path_of


@dataclass
class LeftOut:
    """Of leave-one-out at each alpha, for all targets together or for each alone (the second axis)."""

    scores: np.ndarray  # (A, 1 or K, n) of each sample, or (A, 1 or K, 1) by a scorer; greater is better
    samples: np.ndarray  # (A, K, n): squared errors, or predictions where a scorer was given

    def curves(self):
        """`Scored` for all targets or for each; a scorer tells no standard error."""
        mean, error = mean_and_error(self.scores)
        if self.scores.shape[2] == 1:
            error[:] = np.nan
        nothing = np.full(len(mean), np.nan)
        parts = zip(mean.T, error.T, np.moveaxis(self.scores, 1, 0), strict=True)
        return [Scored(*pair, nothing, scores) for *pair, scores in parts]


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

    def _choose_and_fit(self, X, y, sample_weight, routed, progress):
        leaves_out = self.cv is None and self.alpha_rule not in CRITERIA
        for name in ("store_cv_results", "alpha_per_target"):
            if getattr(self, name) and not leaves_out:
                other = "cv!=None" if self.cv is not None else f"alpha_rule={self.alpha_rule!r}"
                raise ValueError(f"{other} and {name}=True are incompatible")
        if getattr(self, "gcv_mode", None) == "svd" and sparse.issparse(X):
            warn(
                "The 'svd' mode is not supported for sparse X, we fallback to `gcv_mode='eigen'`. The "
                "decomposition is chosen by the shape of X in any case.",
                FutureWarning,
            )
        alphas = check_alphas(self.alphas, positive=leaves_out)
        template = self._templates()[0]
        task = template._task(X, y, sample_weight)
        left = None
        if leaves_out:
            left = self._leave_out(template, task, alphas, X, y, routed)
            curves = left.curves()
            self._check_errors(curves)
        else:
            curves = [self._falling(template, task, alphas, X, y, sample_weight, routed, progress)]
        if not isinstance(self.cv, str):
            warn_of(_columns([curve.mean for curve in curves]))
        params = [{"alpha": alpha} for alpha in alphas.tolist()]
        places = [curve.chosen(self.alpha_rule, params, alphas)[0] for curve in curves]
        template.alpha = alphas[places] if len(places) > 1 else float(alphas[places[0]])
        if curves[0].moments is not None:
            start_from(curves[0].moments, task, template.alpha)
        template._fit_task(task)
        self._adopt_ridge(template, alphas, curves, places, left)

    def _check_errors(self, curves):
        if self.alpha_rule == "1se" and any(np.isnan(curve.error[curve.best]) for curve in curves):
            raise ValueError(
                "alpha_rule='1se' needs a standard error, which leave-one-out has for squared errors only, "
                f"not for scoring={self.scoring!r}. Use folds, or alpha_rule='min'."
            )

    def _falling(self, template, task, alphas, X, y, sample_weight, routed, progress):
        """On folds or along a path, which run from the largest alpha; told in the order given."""
        order = np.argsort(-alphas, kind="stable")
        back, row = np.argsort(order), alphas[order][None, :]
        if self.alpha_rule in CRITERIA or isinstance(self.cv, str):
            path = path_of(copy(template), task, row[0])
            found = self._along([path], [task], y, sample_weight, routed)
        else:
            found = self._on_folds([template], [task], row, X, y, sample_weight, routed, progress)
        parts = found.mean, found.error, found.n_nonzero, found.scores
        parts = [None if part is None else part[0][back] for part in parts]
        return Scored(*parts, moments=found.moments, noise=found.noise)

    def _leave_out(self, template, task, alphas, X, y, routed):
        errors = self._errors(template, task, alphas, X)
        if self.scoring is None:
            terms = task.weights * task.alpha_unit * errors**2  # (A, K, n)
            return LeftOut(-(terms if self.alpha_per_target else terms.mean(axis=1, keepdims=True)), terms)
        predicted = task.given_targets - errors
        scorer, params = told(self._scorer(), self._classes_of(y)), routed.scorer.score
        per_target = self.alpha_per_target and predicted.shape[1] > 1
        scores = [
            [scorer(knows(template, z[k : k + 1]), z[k][:, None], y[:, k], **params) for k in range(len(z))]
            if per_target
            else [scorer(knows(template, z), z.T, y, **params)]
            for z in predicted
        ]
        return LeftOut(np.array(scores, dtype=np.float64)[..., None], predicted)

    def _errors(self, template, task, alphas, X):
        """y minus the prediction by a fit without that sample (A, K, n)."""
        check_several(task.weights)
        exact = exact_errors(task, alphas)
        if exact is not None:
            return exact
        params = {name: getattr(template, name) for name in ("fit_intercept", "penalty_factor", "bounds")}
        model = Ridge(positive=self.positive, tol=self.tol, max_iter=self.max_iter, **params)
        return refitted_errors(model, task, alphas, X)

    def _adopt_ridge(self, model, alphas, curves, places, left):
        self._adopt_model(model)
        self._adopt_noise(curves[0].noise)
        vars(self).pop("cv_results_", None)  # of an earlier fit
        self.alphas_ = alphas
        self.mean_score_path_ = _columns([curve.mean for curve in curves])
        self.score_se_path_ = _columns([curve.error for curve in curves])
        best = np.array([curve.best[0] for curve in curves])
        near = np.array([curve.simplest(alphas)[0] for curve in curves])
        scores = np.array([curve.mean[place] for curve, place in zip(curves, places, strict=True)])
        several = len(curves) > 1
        self.alpha_min_ = alphas[best] if several else float(alphas[best[0]])
        self.alpha_1se_ = alphas[near] if several else float(alphas[near[0]])
        self.best_score_ = scores if several else float(scores[0])
        if self.store_cv_results:
            stored = np.moveaxis(left.samples, (0, 2), (2, 0))
            self.cv_results_ = stored if self._two_dimensional else stored[:, 0]


def _columns(curves):
    """A column for each; one alone as it is."""
    return np.stack(curves, axis=1) if len(curves) > 1 else curves[0]


def refitted_errors(model, task, alphas, X):
    """The same by as many fits as there are samples, where ridge is no linear system.

    Classes are the targets that they are coded as, and weigh what they do in the fit to all samples.
    """
    order, n = np.argsort(-alphas, kind="stable"), X.shape[0]
    targets = task.given_targets.T
    weights = task.weights * task.alpha_unit
    errors = np.empty((alphas.size, targets.shape[1], n))
    for i in range(n):
        rest = np.delete(np.arange(n), i)
        path = model.fit_path(X[rest], targets[rest], alphas[order], sample_weight=weights[rest])
        for a, fitted in zip(order, path, strict=True):
            errors[a, :, i] = targets[i] - np.ravel(fitted.predict(X[[i]]))
    return errors
