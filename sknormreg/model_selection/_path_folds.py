"""The candidates of a walk on one fold: transformers once, the path once, a score for each model."""

import time
from dataclasses import dataclass
from typing import Any

from joblib.logger import short_format_time
from sklearn.base import clone

from .._compat import NoContext, check_method_params, num_samples
from ._all_classes import ScorerOfSearch, scorer_of_fold, weights_of_all
from ._compat import fit_and_score
from ._last_step import last_step, with_last_step
from ._path_scoring import score_path
from ._rows import split
from ._wrappers import PathFit


@dataclass(frozen=True)
class Search:
    """What all folds and candidates have in common."""

    estimator: Any
    X: Any
    y: Any
    n_candidates: int
    n_splits: int
    scorer: Any
    fit_params: dict
    score_params: dict
    return_train_score: bool
    error_score: Any
    verbose: int
    caller: Any  # the search itself, for callbacks
    classes: Any = None  # of all samples, for a classifier

    def part(self, estimator, indices, train=None):
        """(X, y, parameters of fit, parameters of the scorer) of some samples."""
        X, y = split(estimator, self.X, self.y, indices, train)
        params = [
            check_method_params(self.X, given, indices) for given in (self.fit_params, self.score_params)
        ]
        return X, y, *params

    def scorer_on(self, fold):
        """The scorer for a fold that may lack classes."""
        rows = fold.number, self.y, fold.train, fold.test
        return scorer_of_fold(self.scorer, self.classes, *rows, kind=ScorerOfSearch)

    def with_params(self, params):
        """A clone of the estimator, for a fold that may lack classes."""
        estimator = clone(self.estimator)
        if params:
            estimator.set_params(**clone(params, safe=False))
        weights = weights_of_all(estimator.get_params(), self.classes)
        return estimator.set_params(**weights) if weights else estimator


@dataclass(frozen=True)
class Fold:
    """One split."""

    number: int
    train: Any
    test: Any


@dataclass(frozen=True)
class Made:
    """How the fits of a walk on a fold were made."""

    walked: bool = False
    reason: str | None = None  # why not, where that shows on the way


def evaluate(search, walk, fold, context):
    """(a result for each candidate: scores, times, and the error if there was one; how they were made)."""
    if walk.name is None:
        return one_by_one(search, walk, fold, context), Made()
    estimator = search.with_params(walk.others)
    X, y, params, _ = train = search.part(estimator, fold.train)
    weight = params.get("sample_weight")
    told = {"estimator": search.caller, "X": X, "y": y}
    told["metadata"] = None if weight is None else {"sample_weight": weight}
    path = with_last_step(estimator, PathFit(last_step(estimator), walk.values))
    start = time.perf_counter()
    try:
        with context.propagate_callback_context(path):
            context.call_on_fit_task_begin(**told)
            fitted = path.fit(X, y, **params)
    except Exception as error:  # only the candidate at fault is to fail, and as it does by itself
        fitted, reason = None, f"a path raised {type(error).__name__}: {error}"
    try:
        if fitted is None:
            return one_by_one(search, walk, fold, NoContext()), Made(reason=reason)
        test = search.part(estimator, fold.test, fold.train)
        return results(search, walk, fold, fitted, train, test, start), Made(walked=True)
    finally:
        context.call_on_fit_task_end(**told)


def one_by_one(search, walk, fold, context):
    """As :class:`~sklearn.model_selection.GridSearchCV` does it."""
    return [
        fit_and_score(
            search.with_params({}),
            search.X,
            search.y,
            train=fold.train,
            test=fold.test,
            parameters=params | weights_of_all(params, search.classes),
            scorer=search.scorer_on(fold),
            fit_params=search.fit_params,
            score_params=search.score_params,
            return_train_score=search.return_train_score,
            return_n_test_samples=True,
            return_times=True,
            split_progress=(fold.number, search.n_splits),
            candidate_progress=(index, search.n_candidates),
            error_score=search.error_score,
            verbose=search.verbose,
            caller=search.caller,
            callback_ctx=context,
        )
        for index, params in zip(walk.indices, walk.params, strict=True)
    ]


def results(search, walk, fold, fitted, train, test, start):
    """As `one_by_one`, of a path that was fitted since `start`."""
    models = [last_step(fitted).model_at(place) for place in range(len(walk.values))]
    fit_end, scorer = time.perf_counter(), search.scorer_on(fold)

    def scores(part):
        X, y, _, params = part
        return score_path(fitted, models, X, y, scorer, params, search.error_score)

    test_scores = scores(test)
    score_end = time.perf_counter()
    shared = {
        "fit_error": None,
        "n_test_samples": num_samples(test[0]),
        "fit_time": (fit_end - start) / len(walk.indices),
        "score_time": (score_end - fit_end) / len(walk.indices),
    }
    found = [{**shared, "test_scores": test_scores[place]} for place in walk.places]
    if search.return_train_score:
        train_scores = scores(train)
        for result, place in zip(found, walk.places, strict=True):
            result["train_scores"] = train_scores[place]
    if search.verbose > 1:
        report(search, walk, fold, score_end - start)
    return found


def report(search, walk, fold, seconds):
    """One line."""
    split = f" {fold.number + 1}/{search.n_splits}" if search.verbose > 2 else ""
    params = [f"{name}={value}" for name, value in sorted(walk.others.items())]
    what = ", ".join([*params, f"{walk.name}: {len(walk.values)} values"])
    start, end = f"[CV{split}] END ", f"{what}; total time={short_format_time(seconds)}"
    print(start + end.rjust(80 - len(start), "."))
