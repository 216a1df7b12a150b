"""Which candidates of a grid lie along a path."""

from dataclasses import dataclass

from sklearn.base import clone
from sklearn.model_selection import ParameterGrid
from sklearn.pipeline import Pipeline

from .._compat import has_callbacks


@dataclass(frozen=True)
class Walk:
    """Candidates that differ in the path parameter alone; or a single one, fitted as any other."""

    name: str | None  # of the path parameter in the grid
    indices: list  # of the candidates in the grid
    params: list  # all of each candidate

    @property
    def values(self):
        return [params[self.name] for params in self.params]

    @property
    def others(self):
        """The parameters that the candidates have in common."""
        return {name: value for name, value in self.params[0].items() if name != self.name}


def read_grid(estimator, param_grid):
    """(candidates, walks): the walks in the order of their first candidates."""
    candidates = list(ParameterGrid(param_grid))
    usual = _name_after(estimator, {})
    names, groups = {}, {}
    for index, params in enumerate(candidates):
        others = _identity(params, usual)
        if others not in names:
            names[others] = _name_after(estimator, {k: v for k, v in params.items() if k != usual})
        name = names[others] if names[others] in params else None
        key = (name, _identity(params, name) if name else index)
        groups.setdefault(key, []).append(index)
    return candidates, [
        Walk(name if len(indices) > 1 else None, indices, [candidates[i] for i in indices])
        for (name, _), indices in groups.items()
    ]


def path_name(estimator):
    """The full name of the path parameter of the last step, or None for a foreign one.

    What has callbacks of its own is foreign as well: they are about each fit.
    """
    prefix = ""
    while isinstance(estimator, Pipeline) and not has_callbacks(estimator):
        name, estimator = estimator.steps[-1]
        prefix += f"{name}__"
    if has_callbacks(estimator) or not hasattr(estimator, "fit_path"):
        return None
    return prefix + estimator.path_parameter


def _name_after(estimator, params):
    """The name once `params` are set: they may exchange the last step."""
    try:
        if params:
            estimator = clone(estimator).set_params(**clone(params, safe=False))
        return path_name(estimator)
    except Exception:  # whatever a foreign estimator raises here, it will raise again when it is fitted
        return None


def _identity(params, without):
    """Equal for candidates with the same values, which a grid has once each."""
    return tuple((name, id(value)) for name, value in params.items() if name != without)
