"""What the units of a model are, and how they are ranked."""

import numpy as np

from ._scores import axis_norms, lamp
from ._select import keep_largest


class Ranking:
    """Scores of whole features (`structure` "features") or of single coefficients (None).

    A feature is a column of the one matrix of `coef_`, or a row of the first layer of `coefs_`. `scale`
    (p,) multiplies what belongs to a feature; (K, p), of one output.
    """

    def __init__(
        self, structure, order, layered=False, scale=None, scores="magnitude", scope="layer", seed=None
    ):
        self.structure, self.order, self.layered = structure, order, layered
        self.scale, self.kind, self.scope, self.seed = scale, scores, scope, seed
        self._random = None

    def __call__(self, layers):
        """List of score arrays, one entry per unit."""
        sizes = [np.abs(layer) for layer in layers]
        if self.scale is not None:
            sizes[0] = sizes[0] * (self.scale[:, None] if self.layered else self.scale)
        if self.structure == "features":
            sizes = [axis_norms(sizes[0], 0 if self.layered else 1, self.order)]
        if self.kind == "lamp":
            return [lamp(size) for size in sizes]
        if self.kind == "random":
            if self._random is None:
                rng = np.random.default_rng(self.seed)
                self._random = [rng.random(size.shape) for size in sizes]
            return self._random
        return sizes

    def groups(self, scores):
        """Units that are judged together."""
        return [scores] if self.scope == "global" else [[score] for score in scores]

    def select(self, scores, kept, counts):
        """Masks of the units that stay, of those `kept`: one count for each of `groups`."""
        scores = [np.where(k, s, -np.inf) for s, k in zip(scores, kept, strict=True)]
        masks = [np.empty(s.shape, dtype=bool) for s in scores]
        for members, outs, count in zip(self.groups(scores), self.groups(masks), counts, strict=True):
            keep_largest(members, count, outs)
        return masks

    def entries(self, masks, layers):
        """Masks of the single coefficients, in the shape of the layers."""
        return entry_masks(masks, layers, self.structure == "features", self.layered)

    def features(self, masks):
        """Which input features the masks leave anything of."""
        first = masks[0]
        if self.structure == "features":
            return first.copy()
        return first.any(axis=1 if self.layered else 0)


def entry_masks(masks, layers, whole_features, layered):
    """Masks in the shape of the layers; that of whole features is spread over what belongs to each."""
    if not whole_features:
        return masks
    mask = masks[0][:, None] if layered else masks[0]
    rest = [np.ones(layer.shape, dtype=bool) for layer in layers[1:]]
    return [np.broadcast_to(mask, layers[0].shape).copy(), *rest]
