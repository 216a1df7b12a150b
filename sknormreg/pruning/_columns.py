"""What a model holds per feature: cut for a fit on some of them, and widened again after it."""

import copy

import numpy as np
from scipy import sparse
from sklearn.base import clone

from ..linear_model._base import LinearModel

# parameters of our own that may hold one number per feature
_PER_FEATURE = ("penalty_factor", "bounds", "precompute")


def widened(inner, fitted, estimator, kept):
    """`inner`, fitted on the features `kept`, as a model on all: zeros stand for the others.

    `fitted` is the same estimator fitted on all, and says which attributes go by features.
    """
    model = copy.copy(inner)
    given = inner.get_params(deep=False)
    for name, value in vars(fitted).items():
        if name not in given:
            setattr(model, name, _spread(getattr(inner, name, value), value, kept))
    for name in ("n_features_in_", "feature_names_in_"):
        if name in vars(fitted):
            setattr(model, name, getattr(fitted, name))
    return model.set_params(**{name: getattr(estimator, name) for name in _per_feature(estimator)})


def on_features(estimator, kept):
    """A clone for some of the features: what it holds per feature is cut alike."""
    made = clone(estimator)
    for name in _per_feature(made):
        value = getattr(made, name)
        if name == "bounds":
            value = tuple(_take(bound, kept) for bound in value)
        elif name == "precompute":
            value = np.asarray(value)[np.ix_(kept, kept)] if np.ndim(value) == 2 else value
        else:
            value = _take(value, kept)
        made.set_params(**{name: value})
    return made


def _spread(narrow, wide, kept):
    """A fitted value of a model on some features, in the shape of the wide one: zeros for the others."""
    if isinstance(wide, list) and isinstance(narrow, list) and len(wide) == len(narrow):
        return [_spread(n, w, kept) for n, w in zip(narrow, wide, strict=True)]
    if sparse.issparse(narrow):
        narrow = narrow.toarray()
    shape = getattr(wide, "shape", ())
    if not isinstance(narrow, np.ndarray) or narrow.ndim != len(shape) or narrow.shape == shape:
        return narrow
    sides = zip(narrow.shape, shape, strict=True)
    if any(n != w and (n, w) != (kept.sum(), kept.size) for n, w in sides):
        return narrow
    places = [
        np.flatnonzero(kept) if n != w else np.arange(n) for n, w in zip(narrow.shape, shape, strict=True)
    ]
    made = np.zeros(shape, dtype=narrow.dtype)
    made[np.ix_(*places)] = narrow
    return made


def _take(value, kept):
    return value if np.ndim(value) == 0 else np.asarray(value)[kept]


def _per_feature(estimator):
    if not isinstance(estimator, LinearModel):
        return []
    return [name for name in _PER_FEATURE if getattr(estimator, name, None) is not None]
