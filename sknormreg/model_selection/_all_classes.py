"""Classes of the whole where a fold has some of them: in weights of classes, and in scores."""

from functools import wraps
from inspect import signature
from numbers import Number

import numpy as np
from sklearn.utils.metadata_routing import get_routing_for_object

from ._compat import is_score_method, scorer_parts, scorers_by_name, with_options, with_scorers


def all_classes(y):
    """Sorted labels of a classifier's target; None where it has several columns, or no order."""
    y = np.asarray(y)
    y = y[:, 0] if y.ndim == 2 and y.shape[1] == 1 else y
    try:
        return np.unique(y) if y.ndim == 1 else None
    except TypeError:  # the fit will say so
        return None


def weights_of_all(params, classes):
    """Those of the parameters that are a `class_weight` for some classes, with 1 for the others.

    A fit to samples that lack a class then knows that its label is none by mistake. Where one occurs
    nowhere they are left alone.
    """
    labels = [] if classes is None else classes.tolist()
    return {
        name: {**dict.fromkeys(labels, 1.0), **value}
        for name, value in params.items()
        if name.rpartition("__")[2] == "class_weight" and isinstance(value, dict) and {*value} <= {*labels}
    }


def told(scorer, classes):
    """A scorer whose metric is told the classes."""
    options = options_for(scorer, classes)
    return with_options(scorer, options) if options else scorer


def options_for(scorer, classes):
    """What a metric takes and was not told, as a dict.

    One of columns takes the `labels` that they stand for. Of two classes one of them is the `pos_label`:
    the second, where the default, often 1, is no label here.
    """
    parts = None if classes is None else scorer_parts(scorer)
    if parts is None:
        return {}
    function, _, given, response = parts
    takes, labels = signature(function).parameters, classes.tolist()
    options = {}
    if response != "predict" and "labels" in takes:
        options["labels"] = classes
    if len(labels) == 2 and "pos_label" in takes:
        default = takes["pos_label"].default
        if default is None or default not in labels:
            options["pos_label"] = labels[1] if _asks_for_one_class(response, takes, given) else None
    return {name: value for name, value in options.items() if name not in given}


def _asks_for_one_class(response, takes, given):
    """Of labels that are predicted, only the average "binary" does."""
    if response != "predict" or "average" not in takes:
        return True
    return given.get("average", takes["average"].default) == "binary"


class AllClasses:
    """A fitted classifier that has seen some of the classes, as one that gives the others no chance."""

    def __init__(self, model, classes):
        self.model, self.classes_ = model, classes

    def __getattr__(self, name):
        return getattr(object.__getattribute__(self, "model"), name)

    @property
    def predict_proba(self):
        return self._spread(self.model.predict_proba, lambda dtype: 0.0)

    @property
    def predict_log_proba(self):
        return self._spread(self.model.predict_log_proba, lambda dtype: -np.inf)

    @property
    def decision_function(self):
        """The missing classes have the lowest number there is, as in scikit-learn's `cross_val_predict`."""
        return self._spread(self.model.decision_function, lambda dtype: np.finfo(dtype).min)

    def _spread(self, method, nothing):
        @wraps(method)
        def columns(X):
            found = np.asarray(method(X))
            found = found.astype(np.result_type(found, np.float32), copy=False)
            if found.ndim == 1:  # the second of two classes against the first
                found = np.column_stack([-found, found])
            every = np.full((len(found), len(self.classes_)), nothing(found.dtype), dtype=found.dtype)
            every[:, np.searchsorted(self.classes_, self.model.classes_)] = found
            return every

        return columns


def seen_as_of_all(model, classes):
    """A fitted classifier, or `AllClasses` of it where it has seen some."""
    seen = getattr(model, "classes_", None)
    return AllClasses(model, classes) if seen is not None and {*seen} < {*classes} else model


class ScorerOfFold:
    """A scorer on a fold, by the classes of the whole.

    `lack` are the labels that its samples to train on and those to test on have none of.
    """

    def __init__(self, scorer, classes, fold, lack):
        self.scorer, self.classes, self.fold, self.lack = scorer, classes, fold, lack
        self.told = told(scorer, classes)

    def __call__(self, estimator, X, y, **params):
        try:
            found = self.told(seen_as_of_all(estimator, self.classes), X, y, **params)
        except Exception as error:
            if any(self.lack):
                raise ValueError(f"{self._reason()}: {error}") from error
            raise
        if any(self.lack) and is_nan(found):
            raise ValueError(f"{self._reason()}: it is NaN.")
        return found

    def _reason(self):
        lack = [
            f"no sample of class {', '.join(map(repr, labels))} to {what} on"
            for labels, what in zip(self.lack, ("train", "test"), strict=True)
            if labels
        ]
        return (
            f"Fold {self.fold} of cv has {' and '.join(lack)}, and the score needs them (use fewer folds, "
            "stratified ones, or another score)"
        )

    def _accept_sample_weight(self):
        return self.scorer._accept_sample_weight()

    def get_metadata_routing(self):
        return get_routing_for_object(self.scorer)


class ScorerOfSearch(ScorerOfFold):
    """The same where a plain scorer has no answer: what it does say is what a search has to say."""

    def __call__(self, estimator, X, y, **params):
        try:
            found = self.scorer(estimator, X, y, **params)
        except Exception:
            return super().__call__(estimator, X, y, **params)
        if not is_nan(found):
            return found
        try:
            return super().__call__(estimator, X, y, **params)
        except Exception:
            return found


def scorer_of_fold(scorer, classes, fold, y, train, test, kind=ScorerOfFold):
    """A scorer, or several in one, for rows of y; itself where there is nothing to tell it."""
    if classes is None:
        return scorer
    by_name = scorers_by_name(scorer)
    if by_name:
        rows = classes, fold, y, train, test, kind
        return with_scorers(scorer, {name: scorer_of_fold(one, *rows) for name, one in by_name.items()})
    seen = [np.ravel(y)[rows] for rows in (train, test)]
    lack = [np.setdiff1d(classes, labels).tolist() if labels.size else [] for labels in seen]
    if is_score_method(scorer) or not (any(lack) or "pos_label" in options_for(scorer, classes)):
        return scorer
    return kind(scorer, classes, fold, lack)


def plain(scorer):
    """What `scorer_of_fold` made one from."""
    return scorer.scorer if isinstance(scorer, ScorerOfFold) else scorer


def is_nan(score):
    """Whether a score is no number; one that is something else is none of ours."""
    return isinstance(score, Number) and score != score
