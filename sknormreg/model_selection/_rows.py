"""Some rows of a matrix, in the layout of the whole."""

import numpy as np
from scipy import sparse
from sklearn.utils import get_tags

from .._compat import safe_indexing, safe_split

_RUNS = 8  # pieces up to which copying slices beats gathering


def take_rows(X, rows):
    """A copy of the rows of an array or a sparse matrix. Dense indexing would not keep the layout."""
    if sparse.issparse(X):
        return X[rows]
    X, n = np.asarray(X), len(X)
    rows = np.arange(n)[rows]  # of a mask or numbers from the end too
    turned = X.ndim == 2 and X.flags.f_contiguous
    X, axis = (X.T, 1) if turned else (X, 0)
    ends = np.flatnonzero(np.diff(rows) != 1) + 1
    if rows.size and ends.size < _RUNS:
        runs = [slice(run[0], run[-1] + 1) for run in np.split(rows, ends)]
        found = np.concatenate([X[:, run] if turned else X[run] for run in runs], axis=axis)
    else:
        found = X.take(rows, axis=axis)
    return found.T if turned else found


def split(estimator, X, y, rows, train=None):
    """(X, y) of some rows, as scikit-learn's searches take them: of a kernel matrix the columns too."""
    plain = type(X) in (np.ndarray, np.memmap)  # the second is what joblib makes of the first for processes
    if not plain or X.ndim != 2 or get_tags(estimator).input_tags.pairwise:
        return safe_split(estimator, X, y, rows, train)
    return take_rows(X, rows), None if y is None else safe_indexing(y, rows)
