"""What features and outputs are called, of a model behind pipelines and wrappers."""

import numpy as np
from sklearn.pipeline import Pipeline

from ..model_selection._last_step import last_step, names_out

# Where a fitted meta-estimator keeps the one that it predicts by, given the same columns.
INNER = ("best_estimator_", "regressor_", "estimator_")


def unwrap(model):
    """(the model with `coef_` inside a fitted one, the names of its features)."""
    outer, names = model, None
    while not hasattr(model, "coef_"):
        if isinstance(model, Pipeline):
            names, model = names_out(model, names), last_step(model)
            continue
        inner = next((name for name in INNER if hasattr(model, name)), None)
        if inner is None or hasattr(model, "transform"):
            raise TypeError(f"A fitted model with coef_ is needed, got {outer!r}.")
        model = getattr(model, inner)
    return model, getattr(model, "feature_names_in_", names)


def output_title(name, kind):
    """Of a target or class in words, where its name alone says too little."""
    return name if isinstance(name, str) else f"{kind} {name}"


def kind_of_output(model):
    return "class" if hasattr(model, "classes_") else "output"


def numbered(n_features):
    return np.array([f"x{j}" for j in range(n_features)])
