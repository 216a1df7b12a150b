"""Information criteria along a path.

    aic  = -2 log L + 2 df
    bic  = -2 log L + log(n) df
    ebic = bic + 2 log (p choose k)

L is the likelihood of the fit, Gaussian with the variance of the noise at its maximum for squared loss; df
its effective degrees of freedom with the intercepts; k the number of coefficients that are not zero.
"""

import numpy as np
from scipy.special import gammaln

from ..linear_model import gaussian_deviance


def samples_count_for(n_samples, sample_weight):
    """The sum of the weights, or the number of samples that have one if that is more."""
    if sample_weight is None:
        return float(n_samples)
    with np.errstate(over="ignore"):
        total = float(np.sum(sample_weight))
    if not np.isfinite(total):
        raise ValueError("The sum of sample_weight overflows, and an information criterion counts it.")
    return max(total, float(np.count_nonzero(sample_weight)))


def criterion(rule, path, task, n):
    """(A,) of a `RegularizationPath`; n is what the samples count for together."""
    problems, strengths = task.problems, task.strengths(path.alphas)
    deviance, outputs = np.zeros(path.alphas.size), 0
    for k, problem in enumerate(problems):
        losses = [
            _loss(problem.with_alpha(a), row[k]) for a, row in zip(strengths, path._rows, strict=True)
        ]
        if problem.loss.quadratic:
            spread = float((problem.y * problem.y)[0] @ problem.weights)
            deviance += [gaussian_deviance([2.0 * loss], [spread], n) for loss in losses]
        else:
            deviance += 2.0 * n * np.array(losses)
        outputs += problem.n_outputs - problem.loss.shift_invariant
    df = np.atleast_2d(path.df).sum(axis=0) + outputs * problems[0].fit_intercept
    value = deviance + df * (2.0 if rule == "aic" else np.log(n))
    if rule == "ebic":
        p, k = path.coefs[..., 0].size, np.count_nonzero(path.coefs.reshape(-1, path.alphas.size), axis=0)
        value += 2.0 * (gammaln(p + 1) - gammaln(k + 1) - gammaln(p - k + 1))
    return value


def _loss(problem, solution):
    """What the penalty leaves of the objective: no row is read again."""
    return solution.objective - problem.penalty.value(solution.coef.reshape(-1), problem.coordinates)
