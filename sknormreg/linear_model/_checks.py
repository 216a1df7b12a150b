"""Input checks that scikit-learn's `validate_data` does not make."""

import numpy as np
from sklearn.utils.multiclass import check_classification_targets

from .._compat import check_sample_weight
from ..penalties import Coordinates
from ._by_name import low_and_high, per_feature


def as_python(value):
    """A number of NumPy's as Python prints it, for messages; anything else as it is."""
    return value.item() if isinstance(value, np.generic) else value


def check_labels(y):
    """scikit-learn's check of a classifier's target, which has no word for labels that are missing."""
    if y.dtype.kind in "biu" and y.ndim == 1 and int(y.max()) - int(y.min()) < y.size // 2:
        return  # integers of which many are alike, known without asking
    if y.dtype == object and any(label is None for label in y.flat):
        raise ValueError("Input y contains None: every sample needs a label. Leave those without one out.")
    check_classification_targets(y)


def normalised_weights(sample_weight, X):
    """(weights that sum to one, their sum S) in float64."""
    n = X.shape[0]
    if sample_weight is None:
        return np.full(n, 1.0 / n), float(n)
    weights = check_sample_weight(sample_weight, X, dtype=np.float64)
    if np.any(weights < 0):
        raise ValueError(f"sample_weight must be non-negative: the smallest value is {weights.min():g}.")
    largest = weights.max()
    if largest == 0:
        raise ValueError("sample_weight is all zero: no sample counts.")
    scaled = weights / largest
    total = scaled.sum()
    return scaled / total, float(total) * float(largest)  # infinite where the weights say so


def floats(name, values):
    """A float64 array of a parameter; ValueError for an integer beyond its range."""
    try:
        with np.errstate(over="ignore"):
            return np.asarray(values, dtype=np.float64)
    except OverflowError:
        raise ValueError(f"{name} must be finite and non-negative in float64, got {values!r}.") from None


def make_coordinates(estimator, n_features, n_outputs=1):
    """The factors and bounds of an estimator that has read X, checked and repeated for every output."""
    if estimator.penalty_factor is None and estimator.bounds is None and not estimator.positive:
        return Coordinates.uniform(n_outputs * n_features)
    factor = np.ones(n_features)
    low, high = np.full(n_features, -np.inf), np.full(n_features, np.inf)
    columns = n_features, getattr(estimator, "feature_names_in_", None)
    if estimator.penalty_factor is not None:
        factor = per_feature("penalty_factor", estimator.penalty_factor, *columns, 1.0)
        if not np.all(np.isfinite(factor)) or np.any(factor < 0):
            raise ValueError("penalty_factor must be finite and non-negative.")
    if estimator.bounds is not None:
        sides = low_and_high(estimator.bounds)
        low = per_feature("bounds[0]", sides[0], *columns, -np.inf)
        high = per_feature("bounds[1]", sides[1], *columns, np.inf)
        if np.any(np.isnan(low)) or np.any(np.isnan(high)):
            raise ValueError("bounds must not contain NaN; use None, or -inf and inf, for no bound.")
    if estimator.positive:
        low = np.maximum(low, 0.0)
    crossed = np.flatnonzero((low > high) | (low == np.inf) | (high == -np.inf))
    if crossed.size:
        j = crossed[0]
        raise ValueError(
            f"bounds leave no value for feature {j}: low={low[j]:g}, high={high[j]:g}"
            + (" with positive=True." if estimator.positive else ".")
        )
    if n_outputs > 1:
        factor, low, high = (np.tile(a, n_outputs) for a in (factor, low, high))
    return Coordinates(factor, low, high)
