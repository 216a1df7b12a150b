"""The estimator whose coefficients are pruned, out of a pipeline or a FrozenEstimator around it."""

from copy import copy, deepcopy
from dataclasses import dataclass

from sklearn.base import clone
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline
from sklearn.utils.metadata_routing import process_routing

from .._compat import feature_names, routing_enabled
from ..linear_model import by_position, overridden
from ._coefficients import takes_weights


def itself(model):
    return model


@dataclass
class Inner:
    """An estimator with the X and the fit parameters that reach it."""

    estimator: object
    X: object
    params: dict
    getter: str = "auto"  # path to its coefficients
    fitted: object = None  # where it was given fitted, and cannot be fitted again
    transform: object = itself  # takes other rows to what it sees of them
    complete: object = itself  # what the user gets, of the pruned estimator


def reach(estimator, X, y, params, getter="auto", names=None):
    """The last step of a pipeline, if the coefficients are there; what is inside a FrozenEstimator.

    `names` are those of the columns of an X that is an array.
    """
    frozen = isinstance(estimator, FrozenEstimator)
    if frozen:
        estimator = deepcopy(estimator.estimator)
    if not _is_plain(estimator) or getter not in _paths_of_last_step(estimator):
        if not frozen:
            known = feature_names(X)
            estimator = by_position(estimator, names if known is None else known)
        return Inner(estimator, X, params, getter, estimator if frozen else None)
    getter = "auto" if getter == "auto" else getter.rpartition(".")[2]
    before, last = estimator[:-1], estimator[-1]
    transform = itself
    own, params = _shares(estimator, before, params)
    if not before.steps:
        first = X
    elif frozen:
        first, transform, names = before.transform(X), before.transform, None
    else:
        before = clone(before)
        first, transform, names = before.fit_transform(X, y, **own), before.transform, None
    inner = reach(FrozenEstimator(last) if frozen else last, first, y, params, getter, names)
    inner.transform = transform
    inner.complete = EndOf(estimator, before)
    return inner


def _is_plain(estimator):
    """Whether it is a pipeline that is fitted step by step; a class derived from Pipeline may do more."""
    return isinstance(estimator, Pipeline) and not overridden(
        estimator, ("fit",), lambda space: space is Pipeline
    )


def is_pipeline(estimator):
    return isinstance(
        estimator.estimator if isinstance(estimator, FrozenEstimator) else estimator, Pipeline
    )


class EndOf:
    """Puts a model in the place of a pipeline's last step, after the fitted steps before it."""

    def __init__(self, pipeline, before):
        self.pipeline, self.before = pipeline, before

    def __call__(self, model):
        made = copy(self.pipeline)
        made.steps = [*self.before.steps, (self.pipeline.steps[-1][0], model)]
        return made


def weights_to_every_step(pipeline, params):
    """The parameters with `sample_weight` for each step that takes it; the last has to."""
    params = dict(params)
    weights = params.pop("sample_weight")
    taking = [name for name, step in pipeline.steps if takes_weights(step)]
    if pipeline.steps[-1][0] not in taking:
        raise ValueError(f"{type(pipeline[-1]).__name__} does not take sample_weight in fit: pass none.")
    return {**{f"{name}__sample_weight": weights for name in taking}, **params}


def _paths_of_last_step(pipeline):
    name = pipeline.steps[-1][0]
    return {"auto", *(f"named_steps.{name}.{attribute}" for attribute in ("coef_", "coefs_"))}


def _shares(pipeline, before, params):
    """What of the parameters of a pipeline's `fit` goes to the steps before the last, and to the last."""
    name = pipeline.steps[-1][0]
    if not params:
        return {}, {}
    if routing_enabled():
        wanted = before.get_metadata_routing().consumes("fit_transform", params) if before.steps else ()
        return {key: params[key] for key in wanted}, dict(
            process_routing(pipeline, "fit", **params)[name].fit
        )
    last = {key: value for key, value in params.items() if key.partition("__")[0] == name}
    own = {key: value for key, value in params.items() if key not in last}
    return own, {key.partition("__")[2]: value for key, value in last.items()}
