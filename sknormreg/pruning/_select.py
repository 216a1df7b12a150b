"""Which scores are the n largest: by selection and not by sorting, with ties settled by position."""

import hashlib

import numpy as np

from ._layers import chunks
from .weights import representable


def keep_largest(scores, n_keep, outs, magnitude=False, contents=None):
    """Mark the `n_keep` largest of all scores in the boolean arrays `outs`; one array per layer.

    `magnitude` reads |score|. Of equal scores the first in C order are kept, and of those in different
    layers the ones in the layer that comes first in an order of contents, whatever the order of the list:
    of the scores, and behind them of `contents`, what was scored. Holds one copy of the scores.
    """
    cut, ties = _cut(scores, n_keep, magnitude)
    order = range(len(scores))
    if len(scores) > 1 and ties is not None:
        contents = scores if contents is None else contents
        order = sorted(order, key=lambda i: _digest(scores[i], magnitude) + _digest(contents[i], True))
    for i in order:
        near = representable(cut, scores[i].dtype, up=True)
        for score, mask in chunks(scores[i], outs[i]):
            size = np.abs(score) if magnitude else score
            np.greater_equal(size, near, out=mask)
            if ties is not None and near == cut:
                tied = np.flatnonzero(size == near)
                mask[tied[ties:]] = False
                ties = max(0, ties - tied.size)


def _cut(scores, n_keep, magnitude):
    """(the smallest score kept, how many equal to it are kept: None where all are)."""
    total = sum(score.size for score in scores)
    dtype = np.result_type(*scores) if scores else np.dtype(float)
    if n_keep == 0:
        return dtype.type(np.inf), 0
    flat = np.empty(total, dtype)
    start = 0
    for score in scores:
        part = flat[start : start + score.size].reshape(score.shape)
        if magnitude:
            np.abs(score, out=part)
        else:
            part[...] = score
        start += score.size
    flat.partition(total - n_keep)
    cut = flat[total - n_keep]
    above = np.count_nonzero(flat[total - n_keep :] > cut)
    below_tied = total > n_keep and flat[: total - n_keep].max() == cut
    return cut, (n_keep - above if below_tied else None)


def _digest(score, magnitude):
    values = np.ascontiguousarray(np.abs(score) if magnitude else score)
    return (values.shape, values.dtype.str, hashlib.blake2b(values).digest())
