"""The last step of an estimator: of a pipeline the model, at any depth, and of a bare model itself."""

from copy import copy
from dataclasses import dataclass

from sklearn.base import clone
from sklearn.pipeline import Pipeline
from sklearn.utils import get_tags
from sklearn.utils.metadata_routing import get_routing_for_object

from .._compat import routing_enabled


def last_step(estimator):
    """The model at the end of the pipelines."""
    while isinstance(estimator, Pipeline):
        estimator = estimator.steps[-1][1]
    return estimator


def with_last_step(estimator, model):
    """An estimator that ends in another model; the other steps are shared, fitted or not."""
    if not isinstance(estimator, Pipeline):
        return model
    pipeline = copy(estimator)
    name, inner = estimator.steps[-1]
    pipeline.steps = [*estimator.steps[:-1], (name, with_last_step(inner, model))]
    return pipeline


def is_bare(estimator):
    """Whether there is no pipeline around the model."""
    return not isinstance(estimator, Pipeline)


def can_transform(estimator):
    """Whether `transform` gives what the last step sees; a class derived from Pipeline may do more."""
    while isinstance(estimator, Pipeline):
        if type(estimator) is not Pipeline:
            return False
        estimator = estimator.steps[-1][1]
    return True


def transform(estimator, X):
    """What the last step of a fitted estimator is given to predict from."""
    while isinstance(estimator, Pipeline):
        *transformers, (_, last) = estimator.steps
        for _, transformer in transformers:
            if transformer is not None and transformer != "passthrough":
                X = transformer.transform(X)
        estimator = last
    return X


def names_out(estimator, names=None):
    """What the last step's columns are called, in a fitted estimator; None where a step does not say.

    `names` are those of the columns that the estimator sees, if they are known.
    """
    while isinstance(estimator, Pipeline):
        if len(estimator.steps) > 1:
            try:
                names = estimator[:-1].get_feature_names_out(names)
            except AttributeError:
                names = None
        estimator = estimator.steps[-1][1]
    return names


class StandIn:
    """Takes the place of a model while what is around it is fitted."""

    def __init__(self, model):
        self.model = model

    def __sklearn_tags__(self):
        return get_tags(self.model)

    def get_metadata_routing(self):
        return get_routing_for_object(self.model)


class Receiver(StandIn):
    """Keeps what it is given to fit."""

    def fit(self, X, y=None, **params):
        self.received = X, y, params
        return self


@dataclass
class Reached:
    """The last step of an estimator, not fitted, and what reached it when the steps before it were."""

    model: object
    X: object
    y: object
    params: dict
    pipeline: object = None  # fitted, to be given its last step again; None around a bare model


def reach(estimator, X, y, params=None):
    """Fit a copy of an estimator, all but the last step.

    The pipeline's own `fit` is run, whatever its class. `sample_weight` among the parameters of fit is for
    the last step alone, unless metadata routing says otherwise.
    """
    model, params = clone(last_step(estimator)), dict(params or {})
    if is_bare(estimator):
        return Reached(model, X, y, params)
    to_last = {} if routing_enabled() else {k: params.pop(k) for k in ("sample_weight",) if k in params}
    pipeline = with_last_step(clone(estimator), Receiver(model))
    pipeline.fit(X, y, **params)
    X, y, params = last_step(pipeline).received
    return Reached(model, X, y, {**params, **to_last}, with_last_step(pipeline, None))
