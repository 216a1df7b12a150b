"""Input that scikit-learn's checks would hand back as it is, told at a glance.

Those checks know many kinds of tables and take longer than a small fit. Whatever is not plain arrays, or is
not valid, goes through them: they convert, and raise.
"""

from math import isfinite

import numpy as np
from sklearn.utils.validation import check_is_fitted, validate_data

FLOATS = (np.float64, np.float32)


def read(estimator, X, y, **checks):
    """`validate_data` of X and y as `fit` needs it; `checks` are for what is not plain."""
    if _is_plain(X) and _is_target(y, "multi_output" in checks) and len(X) == len(y):
        estimator.n_features_in_ = X.shape[1]
        vars(estimator).pop("feature_names_in_", None)
        return X, y
    return validate_data(estimator, X, y, accept_sparse=["csc", "csr"], dtype=FLOATS, **checks)


def read_to_predict(estimator, X):
    """`validate_data` of X as methods of a fitted model need it."""
    check_is_fitted(estimator)
    known = vars(estimator)
    if "feature_names_in_" not in known and _is_plain(X) and X.shape[1] == known.get("n_features_in_"):
        return X
    return validate_data(estimator, X, accept_sparse=["csr", "csc", "coo"], dtype=FLOATS, reset=False)


def _is_plain(X):
    return type(X) is np.ndarray and X.ndim == 2 and X.size and X.dtype in FLOATS and _is_finite(X)


def _is_target(y, several):
    """Numbers, or labels that are; one column, or `several`."""
    plain = type(y) is np.ndarray and y.size and y.dtype.kind in "biuf"
    return plain and (y.ndim == 1 or (several and y.ndim == 2)) and _is_finite(y)


def _is_finite(values):
    """Of sums that overflow nothing is told."""
    if values.dtype.kind != "f":
        return True
    with np.errstate(over="ignore", invalid="ignore"):
        return isfinite(values.sum())
