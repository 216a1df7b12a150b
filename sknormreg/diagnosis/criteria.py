"""Information criteria.

    aic  = -2 log L + 2 df
    bic  = -2 log L + log(n) df
    ebic = bic + 2 log (p choose k)

L is the likelihood of a fit; df its effective degrees of freedom with the intercepts; n what the samples
count for; k the number of the p units that a model has kept (Chen and Chen, Biometrika 95 (2008), with
gamma = 1).
"""

from dataclasses import replace

import numpy as np
from scipy.special import gammaln

from ..moments import mean_squares
from ..penalties import L2, Coordinates
from ..solvers.squares.ridge import solve_squares

CRITERIA = ("aic", "bic", "ebic")
_FLOAT = np.finfo(float)


def samples_count_for(n_samples, sample_weight):
    """The sum of the weights, or the number of samples that have one if that is more."""
    if sample_weight is None:
        return float(n_samples)
    with np.errstate(over="ignore"):
        total = float(np.sum(sample_weight))
    if not np.isfinite(total):
        raise ValueError("The sum of sample_weight overflows, and an information criterion counts it.")
    return max(total, float(np.count_nonzero(sample_weight)))


def priced(rule, deviance, freedom, n, n_units, n_kept):
    """The criterion of fits with these deviances, minus twice their log-likelihoods."""
    value = deviance + freedom * (2.0 if rule == "aic" else np.log(n))
    if rule == "ebic":
        value += 2.0 * (gammaln(n_units + 1) - gammaln(n_kept + 1) - gammaln(n_units - n_kept + 1))
    return value


def gaussian_deviance(loss, spread, total):
    """Minus twice the log-likelihood at the best variance, less constants; `loss` and `spread` per target.

    `spread`, the variance of the target, says how small a loss can be told from rounding.
    """
    floor = np.maximum(_FLOAT.tiny, total * _FLOAT.eps * np.asarray(spread))
    return total * float(np.log(np.maximum(loss, floor)).sum())


def residual_variances(problems, n, tol, workspace):
    """What least squares on all features leaves of each target (K,), per degree of freedom.

    None where there are not samples enough for that.
    """
    left = n - problems[0].n_features - problems[0].fit_intercept
    if left <= 0:
        return None
    infinite = np.full(problems[0].n_features, np.inf)
    everything = Coordinates(np.ones_like(infinite), -infinite, infinite)
    free = replace(problems, penalty=L2(0.0), coordinates=everything)
    with np.errstate(over="ignore", invalid="ignore"):
        least = solve_squares(free, tol, workspace=workspace).objective
    unseen = _FLOAT.eps * mean_squares(problems.Y, problems.weights)
    return np.maximum(np.maximum(2.0 * least, unseen), _FLOAT.tiny) * n / left


def spread(problem):
    """Mean square of the centred target of a problem of one output."""
    return float((problem.y * problem.y)[0] @ problem.weights)
