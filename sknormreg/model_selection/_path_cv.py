"""What every estimator that chooses its own alpha has in common."""

from copy import copy
from numbers import Integral, Real

import numpy as np
from sklearn import config_context
from sklearn.base import is_classifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import get_scorer, get_scorer_names
from sklearn.model_selection import check_cv
from sklearn.utils import Bunch
from sklearn.utils.metadata_routing import MetadataRouter, MethodMapping, process_routing
from sklearn.utils.validation import check_scalar

from .._compat import (
    Interval,
    StrOptions,
    callback_context,
    check_sample_weight,
    fit_context,
    raise_for_params,
    routing_enabled,
)
from ..diagnosis.criteria import CRITERIA, samples_count_for
from ..diagnosis.rules import mean_and_error
from ..linear_model import LinearModel, nameless, params_by_position, relaxed, store, warn
from ..linear_model._checks import as_python, floats
from ._all_classes import all_classes, weights_of_all
from ._alpha_grid import falling
from ._approximate import score_left_out
from ._choice import RULES, Scored, check_scored, warn_of
from ._criteria import criterion, noise_variances, warn_if_saturated
from ._fold_progress import Steps
from ._fold_scores import Candidates, check_folds, read_folds, score_folds, start_from
from ._linear import linear_model
from ._regularization_path import path_of

CV_CONSTRAINTS = {
    "eps": [Interval(Real, 0, 1, closed="right")],
    "alphas": ["array-like", Interval(Integral, 1, None, closed="left")],
    "cv": ["cv_object", StrOptions({"alo"})],
    "scoring": [StrOptions(set(get_scorer_names())), callable, None],
    "alpha_rule": [StrOptions(RULES), callable],
    "n_jobs": [Integral, None],
    "verbose": ["verbose"],
}
RELAX = ["array-like", Interval(Real, 0, 1, closed="both"), None]
SEPARABLE = (
    ". Blends of relax have none where the coefficients that alpha leaves separate the classes of a fold: "
    "without penalty they grow without end."
)
ENDLESS = (
    "relax={gamma:g}: the coefficients that alpha={alpha:.6g} leaves separate the classes, so without "
    "penalty the loss has no finite minimiser, and the refit only shows its direction. Use relax=1 or "
    "larger alphas."
)
NOISE_VARIANCE = [Interval(Real, 0, None, closed="neither"), "array-like", None]


@nameless
class PathCV(LinearModel):
    """Chooses the alpha of `_model`, an estimator class whose other parameters are among those here.

    A concrete class states besides `_scoring`, the default.
    """

    noise_variance = relax = None  # where they are no parameters

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y, sample_weight=None, **params):
        """Choose alpha and fit with it.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples.
        y : array-like of shape (n_samples,)
            Target.
        sample_weight : float or array-like of shape (n_samples,), default=None
            Non-negative weights, of fits and of scores.
        **params : dict
            Passed to the `split` of `cv`, such as `groups`; with metadata routing enabled only.

        Returns
        -------
        self : object
            The fitted estimator.
        """
        raise_for_params(params, self, "fit")
        progress = callback_context(self, max_subtasks=1)
        told = None if sample_weight is None else {"sample_weight": sample_weight}
        data = {"estimator": self, "X": X, "y": y, "metadata": told}
        progress.call_on_fit_task_begin(**data)
        X, y = self._validate(X, y)
        if sample_weight is not None:
            sample_weight = check_sample_weight(sample_weight, X)
        routed = self._route(sample_weight, params)
        with config_context(assume_finite=True):  # all has been checked
            self._choose_and_fit(X, y, sample_weight, routed, progress)
        progress.call_on_fit_task_end(**data)
        return self

    def _templates(self):
        """An unfitted model for each l1_ratio."""
        names = getattr(self, "feature_names_in_", None)
        own = self.get_params(deep=False) | params_by_position(self, names)
        if "precompute" in own:  # a Gram matrix of all samples is none of a fold's
            own["precompute"] = False
        params = {name: own[name] for name in self._model._get_param_names() if name in own}
        if "l1_ratio" not in params:
            return [linear_model(self._model(**params))]
        ratios = [self.l1_ratio] if np.ndim(self.l1_ratio) == 0 else list(self.l1_ratio)
        for index, ratio in enumerate(ratios):
            if not (isinstance(ratio, Real) and 0 <= ratio <= 1):
                raise ValueError(
                    f"l1_ratio[{index}] must be a number from 0 to 1, got {as_python(ratio)!r}."
                )
        if not ratios:
            raise ValueError(f"l1_ratio must be one or more numbers from 0 to 1, got {self.l1_ratio!r}.")
        return [linear_model(self._model(**(params | {"l1_ratio": ratio}))) for ratio in ratios]

    def _choose_and_fit(self, X, y, sample_weight, routed, progress):
        templates = self._templates()
        task = templates[0]._task(X, y, sample_weight)
        tasks = [task, *(task.with_penalty(template._penalty()) for template in templates[1:])]
        alphas, paths = self._grid(tasks), []
        if self.alpha_rule in CRITERIA or isinstance(self.cv, str):
            paths = [
                path_of(_as_read(template, templates[0]), *pair)
                for template, *pair in zip(templates, tasks, alphas, strict=True)
            ]
            found = self._along(paths, tasks, y, sample_weight, routed)
        else:
            found = self._on_folds(templates, tasks, alphas, X, y, sample_weight, routed, progress)
            separable = self.relax is not None and is_classifier(self)
            warn_of(found.mean, SEPARABLE if separable else "")
        check_scored(found.mean)
        every = np.repeat(alphas, len(self._gammas()), axis=0)
        row, place = found.chosen(self.alpha_rule, self._params(templates, alphas), every)
        at, blend = divmod(row, len(self._gammas()))
        model = _as_read(templates[at], templates[0])
        model.alpha = float(alphas[at, place])
        if found.moments is not None:
            start_from(found.moments, tasks[at], model.alpha)
        if paths:
            tasks[at].starts = [(one.coef, one.intercept) for one in paths[at]._rows[place]]
        model._fit_task(tasks[at])
        model.gamma = gamma = self._gammas()[blend]
        if gamma < 1.0:
            ((model,),), (endless,) = relaxed(tasks[at], [model], [gamma])
            if endless:
                warn(ENDLESS.format(gamma=gamma, alpha=model.alpha), ConvergenceWarning)
        self._adopt(model, alphas, found)

    def _gammas(self):
        """Blends with a refit on the features chosen; 1 is the penalised fit."""
        if self.relax is None:
            return (1.0,)
        gammas = np.atleast_1d(np.asarray(self.relax, dtype=np.float64))
        if gammas.ndim != 1 or gammas.size == 0 or not np.all((gammas >= 0) & (gammas <= 1)):
            raise ValueError(f"relax must be one or more numbers from 0 to 1, got {self.relax!r}.")
        if (isinstance(self.alpha_rule, str) and self.alpha_rule in CRITERIA) or isinstance(self.cv, str):
            raise ValueError(
                f"relax needs folds to choose by, not alpha_rule={self.alpha_rule!r} with cv={self.cv!r}."
            )
        return tuple(gammas.tolist())

    def _grid(self, tasks):
        """Alphas (l1_ratios, alphas), falling."""
        if isinstance(self.alphas, Integral):
            if any(getattr(task.problems[0].penalty, "l1_ratio", 1) == 0 for task in tasks):
                raise ValueError(
                    "Automatic alpha grid generation is not supported for l1_ratio=0. Please supply a grid "
                    "by providing your estimator with the appropriate `alphas=` argument."
                )
            return np.array([falling(task, self.alphas, self.eps) for task in tasks])
        given = np.sort(check_alphas(self.alphas))[::-1]
        return np.tile(given, (len(tasks), 1))

    def _scorer(self):
        return get_scorer(self._scoring if self.scoring is None else self.scoring)

    def _classes_of(self, y):
        """None for a regressor and for labels that do not exclude each other."""
        return all_classes(y) if is_classifier(self) else None

    def _on_folds(self, templates, tasks, alphas, X, y, sample_weight, routed, progress):
        cv = check_cv(self.cv, y, classifier=is_classifier(self))
        folds = read_folds(cv, X, y, routed.splitter.split)
        check_folds(folds, y, sample_weight, routed.scorer.score, classifier=is_classifier(self))
        classes = self._classes_of(y)
        if classes is not None:
            for template in templates:
                template.set_params(**weights_of_all(template.get_params(), classes))
            folds = [(_that_count(train, sample_weight), test) for train, test in folds]
        given = [task.problems[0].penalty for task in tasks]
        candidates = Candidates(templates, given, alphas, self._scorer(), self._gammas(), classes)
        found = score_folds(
            candidates, X, y, sample_weight, tasks[0], folds,
            score_params=routed.scorer.score, n_jobs=self.n_jobs, verbose=self.verbose,
            progress=Steps(self, progress),
        )  # fmt: skip
        mean, error = mean_and_error(found.scores)
        return Scored(mean, error, found.n_nonzero.mean(axis=-1), found.scores, found.moments)

    def _params(self, templates, alphas):
        """Of every candidate, as a search names them."""
        gammas = self._gammas()
        return [
            {"alpha": alpha}
            | ({"l1_ratio": template.l1_ratio} if len(templates) > 1 else {})
            | ({"relax": gamma} if gammas != (1.0,) else {})
            for template, row in zip(templates, alphas, strict=True)
            for gamma in gammas
            for alpha in row.tolist()
        ]

    def _along(self, paths, tasks, y, sample_weight, routed):
        """Of the paths of all rows: by a criterion or by approximate leave-one-out."""
        counts = np.array([np.count_nonzero(p.coefs.reshape(-1, p.alphas.size), axis=0) for p in paths])
        if self.alpha_rule in CRITERIA:
            n = samples_count_for(len(y), sample_weight)
            if tasks[0].problems[0].loss.kinked:
                raise ValueError(
                    f"alpha_rule={self.alpha_rule!r} needs a likelihood, which {type(self).__name__} with "
                    f"loss={self.loss!r} has not: use alpha_rule='min' or '1se', or loss='log_loss'."
                )
            variances, quadratic = None, tasks[0].problems[0].loss.quadratic
            if quadratic:
                variances = noise_variances(self.noise_variance, tasks[0], n, self.tol)
            mean = -np.array(
                [criterion(self.alpha_rule, *pair, n, variances) for pair in zip(paths, tasks, strict=True)]
            )
            known = Scored(mean, np.zeros_like(mean), counts, noise=variances)
            if quadratic and self.noise_variance is None:
                row, place = known.best
                warn_if_saturated(self.alpha_rule, paths[row], tasks[row], n, place)
            return known
        found = [
            score_left_out(path._model, path, task, y, self._scorer(), routed.scorer.score)
            for path, task in zip(paths, tasks, strict=True)
        ]
        known = Scored(*(np.array(part) for part in zip(*found, strict=True)), counts)
        if self.alpha_rule == "1se" and np.isnan(known.error[known.best]):
            raise ValueError(
                "alpha_rule='1se' needs a standard error, which cv='alo' has for mean squared error, "
                f"log-loss and accuracy only, not for scoring={self.scoring!r}. Use folds, or "
                "alpha_rule='min'."
            )
        return known

    def _adopt(self, model, alphas, found):
        """All fitted attributes, once everything has been found."""
        self._adopt_model(model)
        self._adopt_noise(found.noise)
        vars(self).pop("mse_path_", None)  # of an earlier fit
        gammas = len(self._gammas())
        every = np.repeat(alphas, gammas, axis=0)

        def told(rows):
            """With an axis for l1_ratios and one for gammas where there are several."""
            rows = rows.reshape(len(alphas), gammas, *rows.shape[1:])
            rows = rows[:, 0] if gammas == 1 else rows
            return rows[0] if len(alphas) == 1 else rows

        self.alphas_ = alphas[0] if not isinstance(self.alphas, Integral) or len(alphas) == 1 else alphas
        self.mean_score_path_ = told(found.mean)
        self.score_se_path_ = told(found.error)
        self.n_nonzero_path_ = told(found.n_nonzero)
        self.alpha_min_ = float(every[found.best])
        self.alpha_1se_ = float(every[found.simplest(every)])
        if hasattr(self, "l1_ratio"):
            self.l1_ratio_ = model.l1_ratio
        if found.scores is not None and self.scoring is None and self._scoring == "neg_mean_squared_error":
            self.mse_path_ = np.squeeze(told(-found.scores))

    def _adopt_model(self, model):
        """What its own fit set, but what reading the input did."""
        told = {"n_features_in_", "feature_names_in_", "solver_"}
        kept = {k for k in vars(model) if k.endswith("_")} - told
        store(self, {name: getattr(model, name) for name in kept})
        self.alpha_ = model.alpha
        vars(self).pop("relax_", None)  # of an earlier fit
        if self.relax is not None:
            self.relax_ = model.gamma

    def _adopt_noise(self, noise):
        vars(self).pop("noise_variance_", None)  # of an earlier fit
        if noise is not None:
            self.noise_variance_ = noise if noise.size > 1 else float(noise[0])

    def _route(self, sample_weight, params):
        """What goes to the splitter and to the scorer."""
        weights = {} if sample_weight is None else {"sample_weight": sample_weight}
        routed = Bunch(splitter=Bunch(split={}))
        if routing_enabled():
            routed = process_routing(self, "fit", **weights, **params)
        if self.scoring is None or not routing_enabled():
            routed.scorer = Bunch(score=weights)
        return routed

    def get_metadata_routing(self):
        """Get metadata routing of this object.

        Returns
        -------
        routing : MetadataRouter
            What `fit` passes to the `split` of `cv` and to the scorer, if `scoring` names one; the default
            score always takes the sample weights.
        """
        to_split = MethodMapping().add(caller="fit", callee="split")
        to_score = MethodMapping().add(caller="fit", callee="score")
        router = MetadataRouter(owner=self).add_self_request(self)
        router.add(splitter=self.cv, method_mapping=to_split)  # as it is: a generator can be read but once
        if self.scoring is None:
            return router
        return router.add(scorer=self._scorer(), method_mapping=to_score)


def _as_read(template, first):
    """A model with what the first one learnt of the data: classes."""
    made = copy(first)
    if hasattr(template, "l1_ratio"):
        made.l1_ratio = template.l1_ratio
    return made


def _that_count(rows, sample_weight):
    """A class without weight in a fold is then one that it lacks."""
    return rows if sample_weight is None else rows[sample_weight[rows] > 0]


def check_alphas(alphas, *, positive=False):
    """In the order given; they must not be negative, nor zero if they have to be `positive`."""
    given = [alphas] if np.ndim(alphas) == 0 else list(alphas)
    if not given:
        raise ValueError(f"alphas must be one or more numbers, got {alphas!r}.")
    boundaries = "neither" if positive else "left"
    for index, alpha in enumerate(given):
        name = f"alphas[{index}]" if len(given) > 1 else "alphas"
        check_scalar(alpha, name, Real, min_val=0.0, include_boundaries=boundaries)
        if not np.isfinite(floats(name, alpha)):
            raise ValueError(f"{name} must be finite, got {as_python(alpha)!r}.")
    return np.array(given, dtype=np.float64)
