"""Deviations of numbers of any size."""

import numpy as np


def deviation(scores, ddof=1):
    """Standard deviation along the last axis, in a unit in which the squares of scores are in range."""
    size = np.max(np.abs(scores), axis=-1, initial=0.0)
    exponent = np.frexp(np.where(np.isfinite(size), size, 1.0))[1]  # a power of two costs no digit
    return np.ldexp(np.ldexp(scores, -exponent[..., None]).std(axis=-1, ddof=ddof), exponent)
