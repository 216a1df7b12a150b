"""Weights in any form (dense, sparse, a list of layers) as a list of arrays, and back."""

import numpy as np
from scipy import sparse

_CHUNK = 1 << 18


class Layers:
    """The layers of W: dense float arrays, and the stored values of sparse ones.

    Nothing is copied but integers, which become float64, and sparse formats that do not store one value per
    entry. Raises ValueError for NaN or infinity, naming the layer.
    """

    def __init__(self, W):
        self.several = isinstance(W, (list, tuple)) and any(np.ndim(layer) > 0 for layer in W)
        if self.several and all(isinstance(layer, (list, tuple)) for layer in W):
            self.several = False  # nested lists of numbers are one matrix
        self.layers = [_readable(layer) for layer in (W if self.several else [W])]
        self.values = [layer.data if sparse.issparse(layer) else layer for layer in self.layers]
        self.largest = [_largest(values) for values in self.values]
        for i, largest in enumerate(self.largest):
            if not np.isfinite(largest):
                where = f"layer {i} of W" if self.several else "W"
                raise ValueError(
                    f"{where} contains NaN or infinity: weights must be finite to be compared."
                )

    def outputs(self, out, dtype=None):
        """Arrays to write to, one per layer: those of `out` where they fit, else new ones."""
        wanted = [(v.shape, dtype or v.dtype) for v in self.values]
        if out is None:
            return [np.empty(shape, dtype) for shape, dtype in wanted]
        if any(sparse.issparse(layer) for layer in self.layers):
            raise ValueError("out must be None for sparse W: the result stores fewer entries.")
        out = list(out) if self.several else [out]
        found = [(a.shape, a.dtype) if isinstance(a, np.ndarray) else type(a).__name__ for a in out]
        if found != wanted:
            raise ValueError(f"out must have the shape and dtype of the result: {wanted}, got {found}.")
        return out

    def apart(self, outputs):
        """Values that writing to the outputs does not change, unless place by place."""
        return [
            v.copy() if np.may_share_memory(v, o) and not _same_place(v, o) else v
            for v, o in zip(self.values, outputs, strict=True)
        ]

    def assemble(self, arrays):
        """In the form of W, from one array of values per layer; zeros of sparse layers are not stored."""
        made = [_restore(layer, array) for layer, array in zip(self.layers, arrays, strict=True)]
        return made if self.several else made[0]


def chunks(*arrays, writes=1):
    """Pieces of arrays of one shape, in C order of the entries; the last `writes` are written to."""
    flags = [["readonly"]] * (len(arrays) - writes) + [["writeonly"]] * writes
    if arrays[0].size == 0:
        return
    with np.nditer(
        arrays,
        flags=["external_loop", "buffered", "zerosize_ok"],
        op_flags=flags,
        order="C",
        buffersize=_CHUNK,
    ) as pieces:
        yield from pieces


def _same_place(a, b):
    one, other = a.__array_interface__, b.__array_interface__
    return one["data"] == other["data"] and a.strides == b.strides


def _readable(layer):
    if sparse.issparse(layer):
        if layer.format not in ("csr", "csc", "coo"):
            layer = layer.tocsr()
        if not layer.has_canonical_format:
            layer = layer.copy()
            layer.sum_duplicates()
        return layer if layer.dtype.kind == "f" else layer.astype(np.float64)
    layer = np.asarray(layer)
    if layer.dtype.kind not in "fiub":
        raise ValueError(f"W must hold real numbers, got dtype {layer.dtype}.")
    return layer if layer.dtype.kind == "f" else layer.astype(np.float64)


def _largest(values):
    """max |w|, NaN where there is one; without a copy."""
    if values.size == 0:
        return 0.0
    return float(max(abs(values.max()), abs(values.min())))


def _restore(layer, values):
    if not sparse.issparse(layer):
        return values
    made = layer.copy()
    made.data = values
    made.eliminate_zeros()
    return made
