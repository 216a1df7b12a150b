"""Which of several candidates a rule takes: arrays of their scores in, an index out.

Greater scores are better, NaN is the lowest, and of equals the first is taken: whoever asks puts the
candidates in the order that is to decide.
"""

import numpy as np


def deviation(scores, ddof=1):
    """Standard deviation along the last axis, in a unit in which the squares of scores are in range."""
    size = np.max(np.abs(scores), axis=-1, initial=0.0)
    exponent = np.frexp(np.where(np.isfinite(size), size, 1.0))[1]  # a power of two costs no digit
    return np.ldexp(np.ldexp(scores, -exponent[..., None]).std(axis=-1, ddof=ddof), exponent)


def mean_and_error(scores):
    """Mean over the folds (the last axis) and its standard error, which is zero of a single fold."""
    n_folds = scores.shape[-1]
    error = deviation(scores) / np.sqrt(n_folds) if n_folds > 1 else np.zeros(scores.shape[:-1])
    return scores.mean(axis=-1), error


def best_of(mean):
    """Index of the highest mean score, of the flattened array."""
    return int(np.argmax(np.where(np.isnan(mean), -np.inf, mean)))


def simplest_near(mean, error, best, strength, alike=True):
    """The rule of one standard error: the strongest candidate that is within `error` of the best.

    All arrays are (candidates,); `error` is that of the best mean, none where it is NaN. A candidate has to
    be at least as strong as the best, and `alike`: to have its other parameters.
    """
    floor = mean[best] - (0.0 if np.isnan(error) else error)
    near = alike & (mean >= floor) & (strength >= strength[best])
    near[best] = True
    candidates = np.flatnonzero(near)
    return int(candidates[np.argmax(strength[candidates])])
