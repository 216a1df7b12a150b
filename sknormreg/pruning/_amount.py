"""How much to prune: a threshold, a fraction or a number, turned into a cut or a count."""

from numbers import Integral, Real

import numpy as np

from .weights import check_threshold


def count_kept(sparsity, n):
    """How many of n are kept: the number pruned is the largest integer that is not above sparsity * n."""
    if not isinstance(sparsity, Real) or isinstance(sparsity, bool) or not 0 <= sparsity <= 1:
        raise ValueError(f"sparsity must be a fraction in [0, 1], got {sparsity!r}.")
    return n - int(np.floor(sparsity * n * (1 + 4 * np.finfo(float).eps)))


def check_count(name, count, n, what):
    """Raise ValueError unless 0 <= count <= n."""
    if not isinstance(count, Integral) or isinstance(count, bool) or count < 0:
        raise ValueError(f"{name} must be a non-negative integer, got {count!r}.")
    if count > n:
        raise ValueError(f"{name}={count} is more than there are: {what} has {n}.")


def cutoff(scores, threshold, relative):
    """The smallest score that is kept; `scores` is one array or a list of them, judged together.

    A number, relative to the largest score or not, or as in scikit-learn's SelectFromModel "mean", "median"
    or a multiple of them, "1.25*mean".
    """
    if isinstance(threshold, str):
        return _of_reference(scores, threshold)
    check_threshold(threshold, relative)
    if not relative:
        return float(threshold)
    return threshold * max((float(s.max(initial=0.0)) for s in scores), default=0.0)


def _of_reference(scores, threshold):
    scale, star, reference = threshold.rpartition("*")
    known = {"mean": np.mean, "median": np.median}
    try:
        factor = float(scale) if star else 1.0
        measure = known[reference.strip()]
    except (KeyError, ValueError):
        factor = np.nan
    if not 0 <= factor < np.inf:
        raise ValueError(
            "threshold must be a number, 'mean', 'median' or a non-negative multiple of them such as "
            f"'1.25*mean', got {threshold!r}."
        )
    return factor * float(measure(np.concatenate([np.ravel(s) for s in scores])))
