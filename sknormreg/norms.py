"""Norms of coefficient vectors and matrices, so that the effect of a cut or a penalty can be stated."""

from numbers import Real

import numpy as np
from scipy import sparse
from scipy.linalg import svdvals

_NAMED = ("fro", "spectral", "nuclear", "l21")


def norm(W, p=2):
    """Norm of a vector or matrix.

    For a number p, the entrywise ``(sum_ij |w_ij|^p)^(1/p)``: a norm for p >= 1, a quasi-norm for
    0 < p < 1, the largest magnitude for infinity and the number of non-zero entries for 0. By name, for
    matrices, in terms of the singular values s and the rows w_i:

    * ``"fro"``: ``sqrt(sum_ij w_ij^2)``, Frobenius, the same as p = 2
    * ``"spectral"``: ``max s``
    * ``"nuclear"``: ``sum s``
    * ``"l21"``: ``sum_i |w_i|_2``, the group lasso's norm when a row is what is kept or dropped

    Note that ``numpy.linalg.norm(W, 2)`` of a matrix is the spectral norm, and here the entrywise one.

    Parameters
    ----------
    W : {array-like, sparse matrix} of any shape
        Numbers; the named norms want two dimensions. "spectral" and "nuclear" hold a dense copy.
    p : float >= 0, inf, or one of {"fro", "spectral", "nuclear", "l21"}, default=2
        Which norm.

    Returns
    -------
    float
        Scaled on the way, so that no square or power overflows before the norm does.

    Raises
    ------
    ValueError
        p is negative, NaN or not a known name, or W is not a matrix where a matrix is wanted.

    Examples
    --------
    >>> from sknormreg.norms import norm
    >>> norm([3.0, 0.0, -4.0])
    5.0
    >>> norm([[3.0, -4.0], [0.0, 0.0]], "l21"), norm([3.0, 0.0, -4.0], 0)
    (5.0, 2.0)
    """
    named = isinstance(p, str)
    known = p in _NAMED if named else isinstance(p, Real) and p >= 0
    if not known:
        raise ValueError(f"p must be a number >= 0, inf, or one of {_NAMED}, got {p!r}.")
    if named and np.ndim(W) != 2:
        raise ValueError(f"The {p!r} norm is one of matrices, got {np.ndim(W)} dimension(s).")
    if p in ("spectral", "nuclear"):
        values = _singular_values(W.toarray() if sparse.issparse(W) else np.asarray(W, dtype=float))
        return float(values.max(initial=0.0) if p == "spectral" else values.sum())
    if p == "l21":
        return _sum_of_rows(
            sparse.csr_array(W, dtype=float) if sparse.issparse(W) else np.asarray(W, float)
        )
    return _entrywise(_entries(W), 2 if p == "fro" else p)


def _entries(W):
    """The entries as a flat float array; of sparse W those that are stored."""
    if sparse.issparse(W):
        W = W.tocsr()
        if not W.has_canonical_format:
            W = W.copy()
            W.sum_duplicates()
        W = W.data
    return np.asarray(W, dtype=float).ravel()


def _entrywise(w, p):
    if p == 0:
        return float(np.count_nonzero(w))
    size = np.abs(w)
    largest = float(size.max(initial=0.0))
    if p == np.inf or largest == 0.0 or not np.isfinite(largest):
        return largest
    size = size / largest
    return largest * float(np.sum(size**p)) ** (1.0 / p)


def _sum_of_rows(W):
    largest = float(np.abs(W).max()) if W.size else 0.0
    if largest == 0.0:
        return 0.0
    W = W / largest
    return largest * float(np.sqrt((W * W).sum(axis=1)).sum())


def _singular_values(W):
    largest = np.abs(W).max(initial=0.0)
    if largest == 0.0:
        return np.zeros(0)
    return largest * svdvals(W / largest)
