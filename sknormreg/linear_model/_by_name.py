"""What is given by the names of columns, in their order."""

import sys
from collections import Counter
from collections.abc import Mapping
from difflib import get_close_matches

import numpy as np
from sklearn.base import clone

from ._base import LinearModel

_SHOWN = 10  # names of columns in a message


def per_feature(parameter, value, n_features, names, rest):
    """Floats (n_features,) of a number, one value per column, or values by their names.

    Columns that are not named have `rest`, and so have those given None. `names` are those of X, None where
    it has none. Raises ValueError for names that X does not have, and for values that are no numbers.
    """
    if is_by_name(value):
        value = in_order(parameter, value, names, rest)
    try:
        given = np.asarray(value)
        if given.dtype == object:
            given = np.where(np.equal(given, None), rest, given)
        value = given.astype(np.float64)
    except (OverflowError, TypeError, ValueError) as error:
        raise ValueError(f"{parameter} must be numbers, got {value!r}.") from error
    if value.ndim == 0:
        return np.full(n_features, float(value))
    if value.shape != (n_features,):
        raise ValueError(
            f"{parameter} must be a scalar or have one entry per feature: expected shape "
            f"({n_features},), got {value.shape}."
        )
    return value


def low_and_high(bounds):
    """The two sides of `bounds`, each as `per_feature` takes it."""
    if isinstance(bounds, Mapping):
        pairs = {name: _pair(f"bounds[{name!r}]", pair) for name, pair in bounds.items()}
        return tuple({name: pair[side] for name, pair in pairs.items()} for side in (0, 1))
    return _pair("bounds", bounds)


def _pair(parameter, value):
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        raise ValueError(f"{parameter} must be a pair (low, high), got {value!r}.")
    return value


def is_by_name(value):
    """Whether it is a mapping, or a pandas Series with an index of its own.

    One that merely counts says no more than the order does.
    """
    if isinstance(value, Mapping):
        return True
    pandas = sys.modules.get("pandas")  # a Series cannot be there without it
    if pandas is None or not isinstance(value, pandas.Series):
        return False
    return not value.index.equals(pandas.RangeIndex(len(value)))


def in_order(parameter, value, names, rest, of="X"):
    """A list in the order of `names`, those of the columns `of` X or y, of a mapping or Series.

    Of an empty one `rest`, which stands for those that it does not name.
    """
    given = list(value.items())
    if not given:
        return rest
    asked = [name for name, _ in given]
    if names is None:
        raise ValueError(
            f"{parameter} is given by names ({_listed(asked)}), but {of} has none: give a DataFrame whose "
            'columns are strings, in a pipeline by set_output(transform="pandas"), or one value per column '
            "in their order."
        )
    for what, counts in ((parameter, Counter(asked)), (of, Counter(names))):
        repeated = [name for name, count in counts.items() if count > 1]
        if repeated:
            raise ValueError(
                f"{what} has the name {repeated[0]!r} more than once: give {parameter} as one value per "
                "column, in their order."
            )
    names = list(names)
    unknown = sorted(set(asked).difference(names), key=asked.index)
    if unknown:
        near = get_close_matches(str(unknown[0]), map(str, names), n=1)
        raise ValueError(
            f"{parameter} has names that are no columns of {of}: {_listed(unknown)}. "
            + (f"Did you mean {near[0]!r}? " if near else "")
            + f"The columns are {_listed(names)}."
        )
    known = dict(given)
    return [known.get(name, rest) for name in names]


def _listed(names):
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(map(repr, names[:_SHOWN])) + more


def params_by_position(estimator, names):
    """Those parameters of a linear model that go by the names of features, as lists in their order."""
    factor, bounds = (getattr(estimator, name, None) for name in ("penalty_factor", "bounds"))
    found = {}
    if is_by_name(factor):
        found["penalty_factor"] = in_order("penalty_factor", factor, names, 1.0)
    if bounds is not None:
        sides = low_and_high(bounds)
        if any(map(is_by_name, sides)):
            found["bounds"] = tuple(
                in_order(f"bounds[{k}]", side, names, None) if is_by_name(side) else side
                for k, side in enumerate(sides)
            )
    return found


def by_position(estimator, names):
    """An estimator that can be fitted to an array of the columns `names`, itself where it always could."""
    params = params_by_position(estimator, names) if isinstance(estimator, LinearModel) else {}
    return clone(estimator).set_params(**params) if params else estimator
