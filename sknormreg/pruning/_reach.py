"""The estimator whose coefficients are pruned, out of a pipeline or a FrozenEstimator around it."""

from copy import copy, deepcopy
from dataclasses import dataclass

from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline
from sklearn.utils.metadata_routing import process_routing
from sklearn.utils.validation import has_fit_parameter

from .._compat import routing_enabled
from ._coefficients import fit


def itself(model):
    return model


@dataclass
class Inner:
    """An estimator with the X and the fit parameters that reach it."""

    estimator: object
    X: object
    params: dict
    getter: str = "auto"  # path to its coefficients
    fitted: object = None  # where a fit was needed to get there
    complete: object = itself  # what the user gets, of the pruned estimator
    frozen: bool = False  # it was given fitted, and cannot be fitted again


def reach(estimator, X, y, params, getter="auto"):
    """The last step of a pipeline, if the coefficients are there; what is inside a FrozenEstimator."""
    frozen = isinstance(estimator, FrozenEstimator)
    fitted = None
    if frozen:
        estimator = fitted = deepcopy(estimator.estimator)
    if not isinstance(estimator, Pipeline) or getter not in _paths_of_last_step(estimator):
        return Inner(estimator, X, params, getter, fitted, frozen=frozen)
    whole = fit(estimator, X, y, params) if fitted is None else fitted
    getter = "auto" if getter == "auto" else getter.rpartition(".")[2]
    return Inner(
        estimator[-1], whole[:-1].transform(X), _params_of_last_step(estimator, params), getter,
        whole[-1], EndOf(whole), frozen,
    )  # fmt: skip


def is_pipeline(estimator):
    return isinstance(
        estimator.estimator if isinstance(estimator, FrozenEstimator) else estimator, Pipeline
    )


class EndOf:
    """Puts a model in the place of a fitted pipeline's last step."""

    def __init__(self, pipeline):
        self.pipeline = pipeline

    def __call__(self, model):
        made = copy(self.pipeline)
        made.steps = [*self.pipeline.steps[:-1], (self.pipeline.steps[-1][0], model)]
        return made


def weights_to_every_step(pipeline, params):
    """The parameters with `sample_weight` for each step that takes it."""
    params = dict(params)
    weights = params.pop("sample_weight")
    taking = [name for name, step in pipeline.steps if has_fit_parameter(step, "sample_weight")]
    return {**{f"{name}__sample_weight": weights for name in taking}, **params}


def _paths_of_last_step(pipeline):
    name = pipeline.steps[-1][0]
    return {"auto", *(f"named_steps.{name}.{attribute}" for attribute in ("coef_", "coefs_"))}


def _params_of_last_step(pipeline, params):
    """What of the parameters of a pipeline's `fit` reaches the `fit` of its last step."""
    name = pipeline.steps[-1][0]
    if not params:
        return {}
    if routing_enabled():
        return dict(process_routing(pipeline, "fit", **params)[name].fit)
    return {key.removeprefix(f"{name}__"): v for key, v in params.items() if key.startswith(f"{name}__")}
