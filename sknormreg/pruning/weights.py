"""Clip, retain and prune weights: three rules that compare |w| with one cut."""

from numbers import Real

import numpy as np

from ._layers import Layers, chunks

_SCOPES = ("layer", "global")


def clip_weights(W, threshold, *, relative=True, scope="layer", out=None):
    """Bound the weights: entries with ``|w| > tau`` become ``sign(w) * tau``.

    tau is ``threshold * max|W|`` where `relative`, else `threshold`. Nothing becomes zero; the largest
    weights lose their size and keep their sign.

    Parameters
    ----------
    W : {array-like, sparse matrix} of any shape, or a list of arrays (layers)
        Weights. Integers are read as float64, nested lists of numbers as one array.
    threshold : float
        In [0, 1] where `relative`, else >= 0.
    relative : bool, default=True
        Whether `threshold` is a fraction of the largest magnitude.
    scope : {'layer', 'global'}, default='layer'
        Whether the largest magnitude is that of each layer, or that of all layers together.
    out : ndarray, or a list of them, default=None
        Where to write the result, W itself included; None makes new arrays.

    Returns
    -------
    ndarray, sparse matrix or list
        In the form and dtype of W. ``max|result| <= tau`` holds exactly.

    Raises
    ------
    ValueError
        `threshold` outside its range, NaN or infinite weights, an `out` that does not fit.

    See Also
    --------
    retain_weights : Remove the small weights.
    prune_weights : Remove the large weights.

    Examples
    --------
    >>> from sknormreg.pruning import clip_weights
    >>> clip_weights([0.1, -0.5, 2.0], 0.5)
    array([ 0.1, -0.5,  1. ])
    """
    return _apply(_clip, W, threshold, relative, scope, out)


def retain_weights(W, threshold, *, relative=True, scope="layer", out=None):
    """Remove the SMALL weights: entries with ``|w| < tau`` become exactly 0, the others stay bit for bit.

    tau is ``threshold * max|W|`` where `relative`, else `threshold`. This is what the field calls magnitude
    pruning (Han et al., 2015); the name says what happens to the large weights: they are retained.

    Parameters
    ----------
    W : {array-like, sparse matrix} of any shape, or a list of arrays (layers)
        Weights. Integers are read as float64, nested lists of numbers as one array.
    threshold : float
        In [0, 1] where `relative`, else >= 0.
    relative : bool, default=True
        Whether `threshold` is a fraction of the largest magnitude.
    scope : {'layer', 'global'}, default='layer'
        Whether the largest magnitude is that of each layer, or that of all layers together.
    out : ndarray, or a list of them, default=None
        Where to write the result, W itself included; None makes new arrays.

    Returns
    -------
    ndarray, sparse matrix or list
        In the form and dtype of W; a sparse result does not store the removed entries.

    Raises
    ------
    ValueError
        `threshold` outside its range, NaN or infinite weights, an `out` that does not fit.

    See Also
    --------
    magnitude_mask : The mask of what is kept, by threshold, fraction or number.
    prune_weights : Remove the large weights instead.

    References
    ----------
    Han, Pool, Tran and Dally, "Learning both weights and connections for efficient neural networks",
    NeurIPS 2015, section 3.

    Examples
    --------
    >>> from sknormreg.pruning import retain_weights
    >>> retain_weights([0.1, -0.5, 2.0], 0.25)
    array([ 0. , -0.5,  2. ])
    """
    return _apply(_retain, W, threshold, relative, scope, out)


def prune_weights(W, threshold, *, relative=True, scope="layer", out=None):
    """Remove the LARGEST weights: entries with ``|w| >= tau`` become exactly 0.

    tau is ``threshold * max|W|`` where `relative`, else `threshold`. The opposite of what the field calls
    magnitude pruning, which is `retain_weights`: this one cuts off outliers and keeps the small weights bit
    for bit, the third rule beside clipping and retention where those are compared. A relative threshold of
    1 removes the largest weight alone.

    Parameters
    ----------
    W : {array-like, sparse matrix} of any shape, or a list of arrays (layers)
        Weights. Integers are read as float64, nested lists of numbers as one array.
    threshold : float
        In [0, 1] where `relative`, else >= 0.
    relative : bool, default=True
        Whether `threshold` is a fraction of the largest magnitude.
    scope : {'layer', 'global'}, default='layer'
        Whether the largest magnitude is that of each layer, or that of all layers together.
    out : ndarray, or a list of them, default=None
        Where to write the result, W itself included; None makes new arrays.

    Returns
    -------
    ndarray, sparse matrix or list
        In the form and dtype of W; a sparse result does not store the removed entries.

    Raises
    ------
    ValueError
        `threshold` outside its range, NaN or infinite weights, an `out` that does not fit.

    See Also
    --------
    retain_weights : Remove the small weights: magnitude pruning.
    clip_weights : Bound the large weights instead of removing them.

    Examples
    --------
    >>> from sknormreg.pruning import prune_weights
    >>> prune_weights([0.1, -0.5, 2.0], 0.5)
    array([ 0.1, -0.5,  0. ])
    """
    return _apply(_prune, W, threshold, relative, scope, out)


def _clip(w, tau, out):
    np.clip(w, -tau, tau, out=out)


def _retain(w, tau, out):
    out[...] = w
    out[np.abs(w) < tau] = 0.0


def _prune(w, tau, out):
    out[...] = w
    out[np.abs(w) >= tau] = 0.0


def _apply(rule, W, threshold, relative, scope, out):
    check_threshold(threshold, relative)
    check_scope(scope)
    W = Layers(W)
    largest = [max(W.largest, default=0.0)] * len(W.largest) if scope == "global" else W.largest
    made = W.outputs(out)
    for values, size, target in zip(W.apart(made), largest, made, strict=True):
        tau = representable(threshold * size if relative else threshold, values.dtype, rule is not _clip)
        for w, piece in chunks(values, target):
            rule(w, tau, piece)
    return W.assemble(made) if out is None else out


def check_threshold(threshold, relative):
    """Raise ValueError unless the number is a cut that can be made."""
    known = isinstance(threshold, Real) and not isinstance(threshold, bool)
    if not known or not 0 <= threshold <= (1 if relative else np.inf):
        expected = (
            "in [0, 1], a fraction of the largest magnitude (relative=False takes it as it is)"
            if relative
            else ">= 0"
        )
        raise ValueError(f"threshold must be a number {expected}, got {threshold!r}.")


def check_scope(scope):
    if scope not in _SCOPES:
        raise ValueError(f"scope must be one of {_SCOPES}, got {scope!r}.")


def representable(tau, dtype, up):
    """The nearest number of the dtype on one side of tau: |w| < tau is |w| < the nearest one above."""
    with np.errstate(over="ignore"):
        near = dtype.type(tau)
    if up and float(near) < tau:
        return np.nextafter(near, dtype.type(np.inf))
    if not up and float(near) > tau:
        return np.nextafter(near, dtype.type(-np.inf))
    return near
