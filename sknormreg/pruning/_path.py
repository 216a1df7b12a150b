"""The path from the model on all features to the pruned one."""

from dataclasses import dataclass

import numpy as np

from ..norms import norm


@dataclass
class Step:
    masks: list  # units that stay
    n_kept: int
    threshold: np.ndarray  # per group, the smallest score of a unit that stayed
    norm: float  # L2, of all coefficients


def walk(model, ranking, scores, counts, frozen):
    """Yield a Step for the model on all units, then one for each row of `counts` (steps, groups).

    The model is cut and refitted on the way. `frozen` ranks once and for all, by `scores`; otherwise each
    cut is judged by the coefficients that the last one left.
    """
    kept = [np.ones(score.shape, dtype=bool) for score in scores]
    yield _step(model, ranking, scores, kept)
    for row in counts:
        if sum(row) < sum(int(k.sum()) for k in kept):
            if not frozen:
                scores = ranking(model.layers())
            kept = ranking.select(scores, kept, row)
            model.cut(kept)
        yield _step(model, ranking, scores, kept)


def _step(model, ranking, scores, kept):
    model.record()
    pairs = zip(ranking.groups(scores), ranking.groups(kept), strict=True)
    least = [
        min((float(s[k].min()) for s, k in zip(members, marks, strict=True) if k.any()), default=np.inf)
        for members, marks in pairs
    ]
    sizes = [norm(layer) for layer in model.layers()]
    size = sizes[0] if len(sizes) == 1 else norm(sizes)
    return Step(kept, sum(int(k.sum()) for k in kept), np.array(least), size)


def path_table(steps, scores, n_units):
    """A dict of arrays, one entry per step; the first is the model before pruning."""
    n_kept = np.array([step.n_kept for step in steps])
    cuts = np.array([step.threshold for step in steps]).T
    names = ["threshold"] if len(cuts) == 1 else [f"threshold_{i}" for i in range(len(cuts))]
    return {
        "n_kept": n_kept,
        "sparsity": 1.0 - n_kept / n_units,
        **dict(zip(names, cuts, strict=True)),
        "norm": np.array([step.norm for step in steps]),
        "score": np.asarray(scores, dtype=float),
    }
