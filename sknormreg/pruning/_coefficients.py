"""Where an estimator keeps its coefficients, and how to read and replace them."""

from inspect import Parameter, signature
from operator import attrgetter

import numpy as np
from scipy import sparse
from sklearn.base import clone
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import has_fit_parameter

from .._compat import num_samples, routing_enabled


class Location:
    """The attribute `coef_` or `coefs_`, of a fitted estimator or of one inside it.

    Coefficients are read as a list of float matrices: [(n_outputs, n_features)] for `coef_`, whatever its
    shape, and the layers (n_in, n_out) of `coefs_`.
    """

    def __init__(self, path):
        self.owner, _, self.attribute = path.rpartition(".")
        self.layered = self.attribute == "coefs_"

    @classmethod
    def find(cls, model, getter="auto", remedy=None):
        """Of a fitted model; `getter` is a dotted path, or "auto", which looks in a pipeline's last step.

        Raises ValueError where there is none, ending in the remedy.
        """
        if getter != "auto":
            _check_path(model, getter)
            return cls(getter)
        inside = f"named_steps.{model.steps[-1][0]}." if isinstance(model, Pipeline) else ""
        holder = model[-1] if inside else model
        for name in ("coef_", "coefs_"):
            if hasattr(holder, name):
                return cls(inside + name)
        raise ValueError(
            f"{type(holder).__name__} has no coef_ or coefs_ after fit: there is nothing to prune. "
            + (remedy or "Use a linear model or a network, or name the attribute with importance_getter.")
        )

    def holder(self, model):
        return attrgetter(self.owner)(model) if self.owner else model

    def value(self, model):
        """As the model holds them."""
        return getattr(self.holder(model), self.attribute)

    def read(self, model):
        """Copies; ValueError for NaN."""
        holder, value = self.holder(model), self.value(model)
        name = f"{self.attribute} of {type(holder).__name__}"
        layers = value if self.layered else [np.atleast_2d(dense(value))]
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
            old = dense(old)
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


def takes_weights(estimator):
    """Whether `fit` has a parameter `sample_weight`, or takes any."""
    kinds = [parameter.kind for parameter in signature(estimator.fit).parameters.values()]
    return has_fit_parameter(estimator, "sample_weight") or Parameter.VAR_KEYWORD in kinds


def fit(estimator, X, y, params):
    """A fitted clone; ValueError where sample weights are given to an estimator that takes none."""
    if "sample_weight" in params and not (routing_enabled() or takes_weights(estimator)):
        raise ValueError(f"{type(estimator).__name__} does not take sample_weight in fit: pass none.")
    return clone(estimator).fit(X, y, **params)


def _check_path(model, path):
    """Raise ValueError for the first part of a dotted path that is not there."""
    here, seen = model, []
    for part in path.split("."):
        if not hasattr(here, part):
            there = list(here) if isinstance(here, dict) else [n for n in vars(here) if n.endswith("_")]
            owner = ".".join([type(model).__name__, *seen])
            raise ValueError(
                f"importance_getter={path!r} leads nowhere: {owner} has no {part!r} after fit, but "
                f"{', '.join(there) or 'nothing fitted'}."
            )
        here = getattr(here, part)
        seen.append(part)


def check_not_all_zero(layers, model, X):
    """Raise ValueError where there is nothing to rank."""
    if not any(layer.any() for layer in layers):
        raise ValueError(
            f"All coefficients of {model!r} are zero after a fit with n_samples={num_samples(X)}: there is "
            "nothing to rank. Weaken its penalty (a smaller alpha, a larger C), or check that the target "
            "varies."
        )


def dense(value):
    return value.toarray() if sparse.issparse(value) else np.asarray(value)
