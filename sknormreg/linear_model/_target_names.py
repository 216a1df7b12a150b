"""What targets are called, kept as scikit-learn keeps the names of features; and rows of `coef_`."""

import numpy as np


def keep_target_names(estimator, y):
    """Set `target_names_in_`, where y as it was given has names that are strings; else there is none."""
    names = list(getattr(y, "columns", [getattr(y, "name", None)]))
    if names and all(isinstance(name, str) and name for name in names):
        estimator.target_names_in_ = np.array(names, dtype=object)
    else:
        vars(estimator).pop("target_names_in_", None)


def output_names(model, n_outputs):
    """Those of the targets or the classes of a fitted model, or None where neither are known.

    A single row of two classes is called by the second, for which positive coefficients speak.
    """
    classes = getattr(model, "classes_", ())
    if n_outputs == 1 and len(classes) == 2:
        return np.array(classes[1:], dtype=object)
    for names in (getattr(model, "target_names_in_", ()), classes):
        if len(names) == n_outputs:
            return np.array(names, dtype=object)
    return None
