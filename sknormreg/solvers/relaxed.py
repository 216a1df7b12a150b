"""The relaxed lasso: least squares on the features that a penalty has chosen.

    w(gamma) = gamma w_penalised + (1 - gamma) w_refitted

(Hastie, Tibshirani and Tibshirani, Statistical Science 35 (2020), eq. 5; after Meinshausen, 2007.) The
refit is within the same bounds; features without a coefficient keep none.
"""

import numpy as np

from ..penalties import L1
from .quadratic import Model, minimise

_EPS = np.finfo(float).eps


def refit_on_support(gram_of, cross, coefs, coordinates, yy, work):
    """(A, p) for coefficients (A, p) of one target; `gram_of(features)` is their Gram block."""
    refitted, known = np.zeros_like(coefs), {}
    for out, coef in zip(refitted, coefs, strict=True):
        support = np.flatnonzero(coef)
        key = support.tobytes()
        if key not in known:
            gram = gram_of(support)
            noise = 16 * _EPS * np.sqrt(np.maximum(np.diagonal(gram), 0.0) * yy)
            within = coordinates.take(support)
            start = np.clip(np.zeros(support.size), within.low, within.high)
            model = Model(gram, gram @ start - cross[support], start, noise)
            known[key] = minimise(model, L1(0.0), within, work)
        out[support] = known[key]
    return refitted
