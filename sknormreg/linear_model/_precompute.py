"""scikit-learn's `precompute`: a Gram matrix that the user already has."""

import numpy as np
from scipy import sparse
from sklearn.utils.validation import check_array

from ._warning import warn


def adopt_gram(workspace, precompute, design, weights, fit_intercept):
    """Check a Gram matrix as scikit-learn does, and put it into the workspace.

    Its convention: the Gram matrix of the centred columns, rows scaled by the square root of weights that
    sum to n. `True`, `False` and sparse X leave the choice to the solver, which forms what it needs.

    Raises
    ------
    ValueError
        The shape is wrong, or an element differs from the one computed from X.
    """
    X = design.X
    if isinstance(precompute, (bool, np.bool_)) or sparse.issparse(X):
        return
    n, p = X.shape
    single = np.float32 in (X.dtype, getattr(precompute, "dtype", None))
    gram = check_array(precompute, dtype=np.float64, copy=True, input_name="precompute")
    if gram.shape != (p, p):
        raise ValueError(f"precompute must have shape ({p}, {p}), got {gram.shape}.")
    near = 1e-4 if single else 1e-7  # in the units of each column
    if fit_intercept and np.any(
        np.abs(design.mean) > near * np.sqrt(design.squares(np.arange(p), weights))
    ):
        warn(
            "Gram matrix was provided but X was centered to fit intercept: recomputing Gram matrix.",
            UserWarning,
        )
        return
    pair = np.unique([p // 2, min(p // 2 + 1, p - 1)])
    computed = design.gram(pair, weights)[0, -1] * n
    given = gram[pair[0], pair[-1]]
    sizes = np.sqrt(design.squares(pair, weights) * n)
    if not abs(computed - given) <= near * sizes[0] * sizes[-1]:
        raise ValueError(
            "Gram matrix passed in via 'precompute' parameter did not pass validation when a single "
            "element was checked - please check that it was computed properly. For element "
            f"({pair[0]},{pair[-1]}) we computed {computed} but the user-supplied value was {given}."
        )
    workspace.adopt(gram / n)
