"""What the features are called that a model sees behind pipelines and wrappers."""

import numpy as np
from sklearn.base import clone
from sklearn.pipeline import Pipeline

# Where a fitted meta-estimator keeps the one that it predicts by, given the same columns.
INNER = ("best_estimator_", "regressor_", "estimator_")


def unwrap(model):
    """(the model with `coef_` inside a fitted one, the names of its features)."""
    outer, names = model, None
    while not hasattr(model, "coef_"):
        if isinstance(model, Pipeline):
            names, model = names_out(model[:-1], names), model[-1]
            continue
        inner = next((name for name in INNER if hasattr(model, name)), None)
        if inner is None or hasattr(model, "transform"):
            raise TypeError(f"A fitted model with coef_ is needed, got {outer!r}.")
        model = getattr(model, inner)
    return model, getattr(model, "feature_names_in_", names)


def transformed(estimator, X, y):
    """(last step, what it is given, names or None): copies of the steps before it are fitted to X and y."""
    names = None
    while isinstance(estimator, Pipeline):
        steps, estimator = clone(estimator[:-1]), estimator[-1]
        if len(steps):
            X = steps.fit_transform(X, y)
            names = names_out(steps, names)
    return estimator, X, names


def names_out(steps, names=None):
    """Of the columns that the fitted steps of a pipeline make; None if one of them does not say."""
    if len(steps) == 0:
        return names
    try:
        return steps.get_feature_names_out(names)
    except AttributeError:
        return None


def numbered(n_features):
    return np.array([f"x{j}" for j in range(n_features)])
