"""Where an estimator keeps its coefficients, and how to read and replace them."""

from operator import attrgetter

import numpy as np
from scipy import sparse

from .._compat import num_samples


class Location:
    """The attribute `coef_` or `coefs_`, of a fitted estimator or of one inside it.

    Coefficients are read as a list of float matrices: [(n_outputs, n_features)] for `coef_`, whatever its
    shape, and the layers (n_in, n_out) of `coefs_`.
    """

    def __init__(self, path):
        self.owner, _, self.attribute = path.rpartition(".")
        self.layered = self.attribute == "coefs_"

    @classmethod
    def find(cls, model, getter="auto"):
        """Of a fitted model; `getter` is a dotted path to the attribute or "auto"."""
        paths = ("coef_", "coefs_") if getter == "auto" else (getter,)
        for path in paths:
            try:
                attrgetter(path)(model)
            except AttributeError:
                continue
            return cls(path)
        wanted = "coef_ or coefs_" if getter == "auto" else f"{getter!r}, as importance_getter asks,"
        raise ValueError(
            f"{type(model).__name__} has no {wanted} after fit, so there are no coefficients to prune. "
            "Use a linear model or a network, or name the attribute with importance_getter, for a pipeline "
            "importance_getter='named_steps.<step>.coef_'."
        )

    def holder(self, model):
        return attrgetter(self.owner)(model) if self.owner else model

    def read(self, model):
        """Copies; ValueError for NaN."""
        holder = self.holder(model)
        value = getattr(holder, self.attribute)
        name = f"{self.attribute} of {type(holder).__name__}"
        layers = value if self.layered else [np.atleast_2d(_dense(value))]
        layers = [np.array(layer, dtype=np.float64) for layer in layers]
        if not all(np.isfinite(layer).all() for layer in layers):
            raise ValueError(f"{name} contains NaN or infinity: it cannot be ranked.")
        return layers

    def write(self, model, layers, like=None):
        """Replace them, in the shape and dtype that they have in `like` (None: in the model itself)."""
        holder = self.holder(model)
        old = getattr(self.holder(model if like is None else like), self.attribute)
        if self.layered:
            new = [np.asarray(layer, dtype=o.dtype) for layer, o in zip(layers, old, strict=True)]
        else:
            old = _dense(old)
            new = np.asarray(layers[0], dtype=old.dtype)
            new = new[0] if old.ndim == 1 else new
        try:
            setattr(holder, self.attribute, new)
        except AttributeError:
            raise ValueError(
                f"{type(holder).__name__} computes its {self.attribute} from other attributes, so it "
                "cannot be pruned in place: use a linear model that stores it (LinearSVC for SVC, say), or "
                "CoefficientPruner to drop columns before the model."
            ) from None


def check_not_all_zero(layers, model, X):
    """Raise ValueError where there is nothing to rank."""
    if not any(layer.any() for layer in layers):
        raise ValueError(
            f"All coefficients of {model!r} are zero after a fit with n_samples={num_samples(X)}: there is "
            "nothing to rank. Weaken its penalty (a smaller alpha, a larger C), or check that the target "
            "varies."
        )


def _dense(value):
    return value.toarray() if sparse.issparse(value) else np.asarray(value)
