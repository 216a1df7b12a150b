"""The mask of the weights that are kept."""

import numpy as np
from scipy import sparse

from ._amount import check_count, count_kept, cutoff
from ._layers import Layers, chunks
from ._scores import axis_norms, check_order, group_norms, lamp
from ._select import keep_largest
from .weights import check_scope, representable

_AXES = {"rows": 0, "columns": 1}


def magnitude_mask(
    W,
    *,
    threshold=None,
    sparsity=None,
    n_keep=None,
    relative=True,
    structure=None,
    order=1,
    scope="layer",
    scores="magnitude",
    out=None,
):
    """Mask of the weights that magnitude pruning keeps: True where a weight stays.

    With the score of a unit its ``|w|``, or for a structure its norm ``(sum |w|^order)^(1/order)``, a unit
    stays if:

    * `threshold`: its score is at least ``threshold * max score`` (or `threshold`, where not `relative`);
    * `sparsity`: it is not among the smallest ``floor(sparsity * n)`` of n units;
    * `n_keep`: it is among the `n_keep` largest.

    Exactly one of the three must be given. The last two select without sorting and hold one copy of W.

    Parameters
    ----------
    W : {array-like, sparse matrix} of any shape, or a list of arrays (layers)
        Weights; nested lists of numbers are one array. In a sparse matrix only what is stored can be kept;
        what is not counts as removed already.
    threshold : float or str, default=None
        In [0, 1] where `relative`, else >= 0; or "mean", "median", "1.25*mean" of the scores (of a sparse W
        those of the stored weights).
    sparsity : float in [0, 1], default=None
        Fraction of the units to remove, rounded down to whole units.
    n_keep : int, default=None
        Number of units to keep: in each layer, or in all with ``scope="global"``.
    relative : bool, default=True
        Whether `threshold` is a fraction of the largest score.
    structure : {None, 'rows', 'columns'} or array-like of int, default=None
        What is kept or removed together. None: single weights. "rows" and "columns": slices along the first
        and the second axis (in scikit-learn's `coef_` a feature is a column). Labels >= 0, of the shape of
        one layer or of the length of its last axis: entries with the same label.
    order : {1, 2, inf}, default=1
        The norm that scores a structure.
    scope : {'layer', 'global'}, default='layer'
        Whether layers are judged one by one, or all units together. A global mask does not depend on the
        order of the layers.
    scores : {'magnitude', 'lamp'} or array-like, default='magnitude'
        "lamp" divides the square of a score by the sum of squares of those at least as large in its layer,
        which makes layers comparable [1]_; it sorts. An array, or a list of them, is compared as it is: one
        number per unit, negative ones and -inf included.
    out : ndarray of bool, or a list of them, default=None
        Where to write the mask.

    Returns
    -------
    ndarray of bool, sparse matrix of bool, or a list of them
        In the form of W. Equal scores at the cut are settled in favour of the first in C order.

    Raises
    ------
    ValueError
        None or several of the three amounts, one outside its range, unknown names, NaN or infinite weights.

    References
    ----------
    .. [1] Lee, Park, Mo, Ahn and Shin, "Layer-adaptive sparsity for the magnitude-based pruning", ICLR
       2021, eq. 4.

    Examples
    --------
    >>> from sknormreg.pruning import magnitude_mask
    >>> magnitude_mask([0.1, -0.5, 2.0], n_keep=1)
    array([False, False,  True])
    >>> magnitude_mask([[1.0, 4.0], [2.0, 0.0]], sparsity=0.5, structure="columns")
    array([[False,  True],
           [False,  True]])
    """
    name, amount = _one_of(threshold=threshold, sparsity=sparsity, n_keep=n_keep)
    check_scope(scope)
    check_order(order)
    W = Layers(W)
    masks = W.outputs(out, np.dtype(bool))
    units, expand = _units(W, structure, order)
    plain = structure is None and isinstance(scores, str) and scores == "magnitude"
    contents = units
    if not plain:
        units = _scored(units, scores, W.several)
    kept = masks if structure is None else [np.empty(unit.shape, bool) for unit in units]
    groups = (
        [(units, kept)] if scope == "global" else [([u], [k]) for u, k in zip(units, kept, strict=True)]
    )
    sizes = [
        unit.size if structure is not None else int(np.prod(layer.shape))
        for unit, layer in zip(units, W.layers, strict=True)
    ]
    totals = [sum(sizes)] if scope == "global" else sizes
    for (members, marks), total in zip(groups, totals, strict=True):
        if name == "threshold":
            _cut_at(members, marks, amount, relative, plain)
        else:
            n_keep = _number(name, amount, total, members)
            keep_largest(members, n_keep, marks, plain, contents if scope == "global" else None)
    if structure is not None:
        for mask, spread in zip(masks, (e(k) for e, k in zip(expand, kept, strict=True)), strict=True):
            mask[...] = spread
    return W.assemble(masks) if out is None else out


def _one_of(**amounts):
    given = {name: amount for name, amount in amounts.items() if amount is not None}
    if len(given) != 1:
        said = " and ".join(f"{name}={amount!r}" for name, amount in given.items()) or "none of them"
        raise ValueError(f"Give exactly one of {', '.join(amounts)}: got {said}.")
    return next(iter(given.items()))


def _number(name, amount, total, scores):
    """How many of `total` units to keep, and no more than are stored."""
    if name == "sparsity":
        amount = count_kept(amount, total)
    else:
        check_count("n_keep", amount, total, "W")
    return min(amount, sum(score.size for score in scores))


def _cut_at(scores, masks, threshold, relative, magnitude):
    if magnitude and isinstance(threshold, str):
        sizes = [np.abs(score) for score in scores]
    elif magnitude:
        sizes = [np.array([abs(s.max(initial=0.0)), abs(s.min(initial=0.0))]) for s in scores]
    else:
        sizes = scores
    cut = cutoff(sizes, threshold, relative)
    for score, mask in zip(scores, masks, strict=True):
        near = representable(cut, score.dtype, up=True)
        for values, piece in chunks(score, mask):
            np.greater_equal(np.abs(values) if magnitude else values, near, out=piece)


def _units(W, structure, order):
    """(scores or weights, one array per layer, functions from what is kept of them to the entries)."""
    if structure is None:
        return W.values, None
    pairs = [_structured(layer, structure, order) for layer in W.layers]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def _structured(layer, structure, order):
    if isinstance(structure, str):
        if structure not in _AXES:
            raise ValueError(
                f"structure must be None, 'rows', 'columns' or an array of labels, got {structure!r}."
            )
        axis = _AXES[structure]
        if layer.ndim <= axis:
            raise ValueError(f"structure={structure!r} wants more than {layer.ndim} dimension(s).")
        return axis_norms(layer, axis, order), _along(layer, axis)
    labels = np.asarray(structure)
    if labels.dtype.kind not in "iu" or labels.min(initial=0) < 0:
        raise ValueError("The labels of structure must be integers >= 0.")
    labels = np.unique(labels, return_inverse=True)[1].reshape(labels.shape)
    if sparse.issparse(layer):
        if labels.shape != layer.shape[1:]:
            raise ValueError(
                f"structure must label the {layer.shape[1]} columns of a sparse W, got {labels.shape}."
            )
        columns = labels[layer.tocoo().col]
        found = group_norms(layer.data, columns, order)
        return np.append(found, np.zeros(labels.max(initial=-1) + 1 - found.size)), lambda kept: kept[
            columns
        ]
    if labels.shape not in (layer.shape, layer.shape[-1:]):
        raise ValueError(
            f"structure must have the shape of W, {layer.shape}, or label its last axis, "
            f"{layer.shape[-1:]}: got {labels.shape}."
        )
    return group_norms(layer, labels, order), lambda kept: kept[labels]


def _along(layer, axis):
    if sparse.issparse(layer):
        place = layer.tocoo()
        place = (place.row, place.col)[axis]
        return lambda kept: kept[place]
    return lambda kept: np.expand_dims(kept, [i for i in range(layer.ndim) if i != axis])


def _scored(units, scores, several):
    if isinstance(scores, str):
        if scores not in ("magnitude", "lamp"):
            raise ValueError(f"scores must be 'magnitude', 'lamp' or an array, got {scores!r}.")
        return [lamp(unit) if scores == "lamp" else unit for unit in units]
    scores = [np.asarray(s, dtype=np.float64) for s in (scores if several else [scores])]
    shapes = [unit.shape for unit in units]
    if [s.shape for s in scores] != shapes:
        raise ValueError(
            f"scores must hold one number per unit: expected {shapes}, got {[s.shape for s in scores]}."
        )
    if any(np.isnan(s).any() for s in scores):
        raise ValueError("scores contain NaN, which cannot be compared.")
    return scores
