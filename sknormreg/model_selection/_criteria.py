"""Information criteria along a path.

For squared loss the likelihood is Gaussian, with the variance of the noise v known or estimated once for
all fits, as in scikit-learn's LassoLarsIC::

    -2 log L = n log(2 pi v) + (residual sum of squares) / v

Without an estimate, where there are not more samples than features, each fit has the variance at its own
maximum, and -2 log L is n log(residual sum of squares / n) less constants. That has no minimum short of the
fits that go through every sample.
"""

import numpy as np

from ..diagnosis.criteria import gaussian_deviance, priced, residual_variances, spread
from ..linear_model import warn

_SPARE = 0.1  # share of the samples that the largest model has to leave for an estimate to be relied on
_SATURATED, _HALF = 0.9, 0.5  # shares of the samples as degrees of freedom: anywhere, at the end of a path


def noise_variances(given, task, n, tol):
    """The variance of the noise of each target (K,), as given, or left by least squares on all features.

    None where there are not samples enough for that.
    """
    problems = task.problems
    if given is None:
        return residual_variances(problems, n, tol, task.workspace)
    found = np.asarray(given, dtype=np.float64)
    if found.ndim > 1 or found.size not in (1, len(problems)) or not np.all((found > 0) & (found < np.inf)):
        raise ValueError(
            "noise_variance must be a positive number, or one for each of the "
            f"{len(problems)} targets, got {given!r}."
        )
    return np.broadcast_to(found, len(problems))


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
            size = spread(problem)
            deviance += [gaussian_deviance([2.0 * loss], [size], n) for loss in losses]
    df = degrees_with_intercepts(path, task).sum(axis=0)
    coefs = path.coefs.reshape(-1, path.alphas.size)
    return priced(rule, deviance, df, n, len(coefs), np.count_nonzero(coefs, axis=0))


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
