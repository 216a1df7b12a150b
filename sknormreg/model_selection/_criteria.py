"""Information criteria along a path.

    aic  = -2 log L + 2 df
    bic  = -2 log L + log(n) df
    ebic = bic + 2 log (p choose k)

L is the likelihood of the fit; df its effective degrees of freedom with the intercepts; k the number of
coefficients that are not zero. For squared loss L is Gaussian, with the variance of the noise v known or
estimated once for all fits, as in scikit-learn's LassoLarsIC::

    -2 log L = n log(2 pi v) + (residual sum of squares) / v

Without an estimate, where there are not more samples than features, each fit has the variance at its own
maximum, and -2 log L is n log(residual sum of squares / n) less constants. That has no minimum short of the
fits that go through every sample.
"""

from dataclasses import replace

import numpy as np
from scipy.special import gammaln

from ..linear_model import gaussian_deviance, warn
from ..penalties import L2, Coordinates
from ..solvers.squares.ridge import solve_squares

_SPARE = 0.1  # share of the samples that the largest model has to leave for an estimate to be relied on
_SATURATED, _HALF = 0.9, 0.5  # shares of the samples as degrees of freedom: anywhere, at the end of a path


def samples_count_for(n_samples, sample_weight):
    """The sum of the weights, or the number of samples that have one if that is more."""
    if sample_weight is None:
        return float(n_samples)
    with np.errstate(over="ignore"):
        total = float(np.sum(sample_weight))
    if not np.isfinite(total):
        raise ValueError("The sum of sample_weight overflows, and an information criterion counts it.")
    return max(total, float(np.count_nonzero(sample_weight)))


def noise_variances(given, task, n, tol):
    """The variance of the noise of each target (K,), as given, or left by least squares on all features.

    None where there are not samples enough for that.
    """
    problems = task.problems
    if given is not None:
        found = np.asarray(given, dtype=np.float64)
        if (
            found.ndim > 1
            or found.size not in (1, len(problems))
            or not np.all((found > 0) & (found < np.inf))
        ):
            raise ValueError(
                "noise_variance must be a positive number, or one for each of the "
                f"{len(problems)} targets, got {given!r}."
            )
        return np.broadcast_to(found, len(problems))
    left = n - problems[0].n_features - problems[0].fit_intercept
    if left <= 0:
        return None
    infinite = np.full(problems[0].n_features, np.inf)
    everything = Coordinates(np.ones_like(infinite), -infinite, infinite)
    free = [replace(problem, penalty=L2(0.0), coordinates=everything) for problem in problems]
    with np.errstate(over="ignore", invalid="ignore"):
        least = [solution.objective for solution in solve_squares(free, tol, workspace=task.workspace)]
    unseen = [
        np.finfo(float).eps * float((problem.y * problem.y)[0] @ problem.weights) for problem in problems
    ]
    return np.maximum(np.maximum(2.0 * np.array(least), unseen), np.finfo(float).tiny) * n / left


def criterion(rule, path, task, n, variances=None):
    """(A,) of a `RegularizationPath`; n is what the samples count for together."""
    problems, strengths = task.problems, task.strengths(path.alphas)
    deviance = np.zeros(path.alphas.size)
    for k, problem in enumerate(problems):
        losses = np.array(
            [_loss(problem.with_alpha(a), row[k]) for a, row in zip(strengths, path._rows, strict=True)]
        )
        if not problem.loss.quadratic:
            deviance += 2.0 * n * losses
        elif variances is not None:
            deviance += n * (np.log(2.0 * np.pi * variances[k]) + 2.0 * losses / variances[k])
        else:
            spread = float((problem.y * problem.y)[0] @ problem.weights)
            deviance += [gaussian_deviance([2.0 * loss], [spread], n) for loss in losses]
    df = degrees_with_intercepts(path, task).sum(axis=0)
    value = deviance + df * (2.0 if rule == "aic" else np.log(n))
    if rule == "ebic":
        p, k = path.coefs[..., 0].size, np.count_nonzero(path.coefs.reshape(-1, path.alphas.size), axis=0)
        value += 2.0 * (gammaln(p + 1) - gammaln(k + 1) - gammaln(p - k + 1))
    return value


def _loss(problem, solution):
    """What the penalty leaves of the objective: no row is read again."""
    return solution.objective - problem.penalty.value(solution.coef.reshape(-1), problem.coordinates)


def degrees_with_intercepts(path, task):
    """(problems, A)."""
    free = [p.fit_intercept * (p.n_outputs - p.loss.shift_invariant) for p in task.problems]
    return np.atleast_2d(path.df) + np.array(free)[:, None]


def warn_if_saturated(rule, path, task, n, place):
    """Where the noise was estimated by fits that leave next to none, and the choice is such a fit."""
    problem = task.problems[0]
    if problem.n_features + problem.fit_intercept <= (1.0 - _SPARE) * n:
        return
    df = degrees_with_intercepts(path, task)[:, place].max()
    if df >= (_HALF if place == path.alphas.size - 1 else _SATURATED) * n:
        warn(
            f"alpha_rule={rule!r} chose a fit with {df:.4g} degrees of freedom for {n:.4g} samples: with "
            f"{problem.n_features} features they cannot tell the variance of the noise, and the criterion "
            "falls as the fit goes through all of them. Give noise_variance or larger alphas, or choose by "
            "cross-validation.",
            UserWarning,
        )
