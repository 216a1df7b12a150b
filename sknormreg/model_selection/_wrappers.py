"""Walks through what scikit-learn wraps around a model: each wrapper walks if what is inside it does.

What is inside is replaced by a stand-in that walks where it is fitted. The wrapper, fitted around it once,
is copied for each model of the path. So nothing is done here that the wrapper's own `fit` does.
"""

from copy import copy
from dataclasses import dataclass

from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import MultiOutputClassifier, MultiOutputRegressor
from sklearn.pipeline import Pipeline

from .._compat import CallbackSupportMixin, callback_context, has_callbacks
from ..linear_model import overridden, why_no_path
from ._last_step import StandIn


class Steps:
    """A pipeline, around its last step."""

    def name(self, pipeline):
        """The parameter that what is inside goes by."""
        return pipeline.steps[-1][0]

    def inside(self, pipeline):
        return pipeline.steps[-1][1]

    def around(self, pipeline, model):
        """The same around another model."""
        made = copy(pipeline)
        made.steps = [*pipeline.steps[:-1], (self.name(pipeline), model)]
        return made

    def finished(self, pipeline, path, place):
        """What was fitted around a `PathFit`, as it is around one model of the path."""
        return self.around(pipeline, self.inside(pipeline).model_at(place))


@dataclass(frozen=True)
class Holder:
    """A meta-estimator of scikit-learn with what is inside it in a parameter."""

    kind: type
    parameter: str
    attribute: str  # where its fitted copy is, or a list of them

    def name(self, wrapper):
        return self.parameter

    def inside(self, wrapper):
        return getattr(wrapper, self.parameter)

    def around(self, wrapper, model):
        made = copy(wrapper)
        setattr(made, self.parameter, model)
        return made

    def finished(self, wrapper, path, place):
        made, fitted = self.around(wrapper, path.unfitted(place)), getattr(wrapper, self.attribute)
        if isinstance(fitted, list):  # some may be constants where there was nothing to fit
            found = [one.model_at(place) if isinstance(one, PathFit) else one for one in fitted]
        else:
            found = fitted.model_at(place)
        setattr(made, self.attribute, found)
        return made


_STEPS = Steps()
_HOLDERS = (
    Holder(TransformedTargetRegressor, "regressor", "regressor_"),
    Holder(MultiOutputRegressor, "estimator", "estimators_"),
    Holder(MultiOutputClassifier, "estimator", "estimators_"),
    Holder(OneVsRestClassifier, "estimator", "estimators_"),
)


def wrapper_of(estimator):
    """How to see through an estimator that is wrapped around another, or None.

    A class derived from one of scikit-learn's may do in its `fit` what it likes; of a pipeline only the
    last step is relied on.
    """
    if isinstance(estimator, Pipeline):
        return _STEPS
    for holder in _HOLDERS:
        if isinstance(estimator, holder.kind):
            strange = overridden(estimator, ("fit",), lambda space, kind=holder.kind: space is kind)
            return None if strange or holder.inside(estimator) is None else holder
    return None


def path_of_candidates(estimator):
    """(the full name of the parameter that an estimator walks along, None), or (None, why it does not).

    What has callbacks of its own is fitted by itself: they are about each fit.
    """
    prefix = ""
    while not has_callbacks(estimator):
        wrapper = wrapper_of(estimator)
        if wrapper is None:
            reason = why_no_path(estimator)
            return (None, reason) if reason else (prefix + estimator.path_parameter, None)
        prefix += f"{wrapper.name(estimator)}__"
        estimator = wrapper.inside(estimator)
    return None, f"{type(estimator).__name__} has callbacks"


def walk(estimator, X, y, values, params):
    """Fitted estimators, one for each value of the path parameter of what is innermost."""
    wrapper = wrapper_of(estimator)
    if wrapper is None:
        return estimator.fit_path(X, y, values, **params)
    path = PathFit(wrapper.inside(estimator), values)
    fitted = wrapper.around(estimator, path).fit(X, y, **params)
    return [wrapper.finished(fitted, path, place) for place in range(len(values))]


class PathFit(StandIn, CallbackSupportMixin):
    """A stand-in that is fitted by walking the path of the model."""

    def __init__(self, model, values):
        super().__init__(model)
        self.values = values

    def fit(self, X, y=None, sample_weight=None, **params):
        data = {"estimator": self.model, "X": X, "y": y}
        context = callback_context(self, task_name="path")
        context.estimator_name = type(self.model).__name__  # for progress bars
        context.call_on_fit_task_begin(**data)
        if sample_weight is not None:
            params["sample_weight"] = sample_weight
        self.models = walk(self.model, X, y, self.values, params)
        for name in ("n_features_in_", "feature_names_in_", "classes_"):  # for what is around it to read
            if hasattr(self.models[0], name):
                setattr(self, name, getattr(self.models[0], name))
        context.call_on_fit_task_end(**data)
        return self

    def predict(self, X):
        """Never; scikit-learn's wrappers want to see the method before they fit."""
        raise NotImplementedError("A path is no model: it has many.")

    def model_at(self, place):
        """The one for one of the values."""
        if len(self.models) != len(self.values):
            kind = type(self.model).__name__
            raise ValueError(
                f"{kind}.fit_path gave {len(self.models)} models for {len(self.values)} values."
            )
        return self.models[place]

    def unfitted(self, place):
        """The model as `fit` finds it for one of the values."""
        name, _ = path_of_candidates(self.model)
        return clone(self.model).set_params(**{name: self.values[place]})

    def __sklearn_clone__(self):
        return PathFit(clone(self.model), self.values)
