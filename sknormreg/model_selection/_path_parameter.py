"""Which candidates of a grid lie along a path."""

from dataclasses import dataclass
from numbers import Real

from sklearn.base import clone
from sklearn.model_selection import ParameterGrid

from ._content import content
from ._wrappers import path_of_candidates


@dataclass(frozen=True)
class Walk:
    """Candidates that differ in the path parameter alone; or a single one, fitted as any other."""

    name: str | None  # of the path parameter in the grid
    indices: list  # of the candidates in the grid
    params: list  # all of each candidate
    values: list  # of the path parameter, each once
    places: list  # of each candidate's value among them

    @property
    def others(self):
        """The parameters that the candidates have in common."""
        return _without(self.name, self.params[0])


def read_grid(estimator, param_grid):
    """(candidates, walks): the walks in the order of their first candidates.

    What counts is the model that a candidate's parameters make, whichever of them it names: in a list of
    grids the same model may stand more than once, and has but one score.
    """
    candidates = list(ParameterGrid(param_grid))
    usual, _ = _path_of(estimator, {})
    paths, models, groups = {}, {}, {}
    for index, params in enumerate(candidates):
        others = _identity(params, usual)
        if others not in paths:
            paths[others] = _path_of(estimator, _without(usual, params))
        name, value = paths[others]
        if name is None:
            group = None, index
        else:
            others = name, _identity(params, name)
            if others not in models:
                models[others] = _model(estimator, params, name)
            group = name, models[others]
        groups.setdefault(group, []).append((index, params.get(name, value)))
    walks = []
    for (name, _), members in groups.items():
        indices, values = zip(*members, strict=True)
        points = {}
        places = [points.setdefault(_point(value), len(points)) for value in values]
        walks.append(
            Walk(
                name=name if len(indices) > 1 else None,
                indices=list(indices),
                params=[candidates[index] for index in indices],
                values=[values[places.index(place)] for place in points.values()],
                places=places,
            )
        )
    return candidates, walks


def path_name(estimator):
    """The full name of the parameter that an estimator walks along, or None for a foreign one."""
    return path_of_candidates(estimator)[0]


def _path_of(estimator, params):
    """(name, value) of the path parameter once `params` are set: they may exchange the last step."""
    try:
        estimator = _with(estimator, params)
        name = path_name(estimator)
        return (name, estimator.get_params()[name]) if name else (None, None)
    except Exception:  # whatever a foreign estimator raises here, it will raise again when it is fitted
        return None, None


def _model(estimator, params, name):
    """Equal for candidates that make the same model but for its path parameter."""
    try:
        return content(_with(estimator, _without(name, params)).set_params(**{name: None}))
    except Exception:  # what cannot be read is known by its objects in the grid
        return _identity(params, name)


def _point(value):
    """Equal for values at the same point of a path."""
    try:
        return value if isinstance(value, Real) else content(value)
    except Exception:
        return id(value)


def _with(estimator, params):
    return clone(estimator).set_params(**clone(params, safe=False))


def _without(name, params):
    return {key: value for key, value in params.items() if key != name}


def _identity(params, without):
    """Equal for candidates with the same values, which a grid has once each."""
    return tuple((name, id(value)) for name, value in params.items() if name != without)
