"""What weights are compared by: magnitudes, norms of rows, columns and groups, LAMP."""

import numpy as np
from scipy import sparse

_ORDERS = (1, 2, np.inf)


def check_order(order):
    if order not in _ORDERS:
        raise ValueError(f"order must be 1, 2 or inf, got {order!r}.")


def group_norms(W, labels, order):
    """Norm over each set of entries with the same label, by increasing label."""
    sizes = np.abs(np.asarray(W, dtype=np.float64))
    n_groups = int(labels.max(initial=-1)) + 1
    labels = np.broadcast_to(labels, sizes.shape).ravel()
    sizes = sizes.ravel()
    if order == np.inf:
        out = np.zeros(n_groups)
        np.maximum.at(out, labels, sizes)
        return out
    if order == 1:
        return np.bincount(labels, sizes, minlength=n_groups)
    largest = sizes.max(initial=0.0) or 1.0
    return largest * np.sqrt(np.bincount(labels, (sizes / largest) ** 2, minlength=n_groups))


def axis_norms(W, axis, order):
    """Norm of each slice of W along `axis`: of the rows (axis 0) or columns (axis 1), dense or sparse."""
    if sparse.issparse(W):
        W = W.tocoo()
        labels = (W.row, W.col)[axis]
        found = group_norms(W.data, labels, order)
        return np.append(found, np.zeros(W.shape[axis] - found.size))
    others = tuple(i for i in range(W.ndim) if i != axis)
    if order == np.inf:
        return np.abs(W).max(axis=others, initial=0.0).astype(np.float64)
    if order == 1:
        return np.abs(W).sum(axis=others, dtype=np.float64)
    largest = np.abs(W).max(axis=others, initial=0.0, keepdims=True).astype(np.float64)
    largest[largest == 0.0] = 1.0
    scaled = W / largest
    scaled *= scaled
    return largest.ravel() * np.sqrt(scaled.sum(axis=others))


def lamp(scores):
    """Layer-adaptive magnitude: ``w_u^2`` over the sum of ``w_v^2`` for all v with ``|w_v| >= |w_u|``.

    Lee, Park, Mo, Ahn and Shin, "Layer-adaptive sparsity for the magnitude-based pruning", ICLR 2021,
    eq. 4; equal magnitudes have equal scores here. Sorts.
    """
    flat = np.abs(scores, dtype=np.float64).ravel()
    largest = flat.max(initial=0.0)
    if largest == 0.0:
        return np.zeros(scores.shape)
    flat = (flat / largest) ** 2
    values, place, counts = np.unique(flat, return_inverse=True, return_counts=True)
    tails = np.cumsum((values * counts)[::-1])[::-1]
    return (values / tails)[place].reshape(scores.shape)
