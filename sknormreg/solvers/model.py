"""The quadratic model of the loss on the working set."""

import numpy as np

from ..penalties import Coordinates
from .quadratic import Model

_EPS = np.finfo(float).eps
_DAMPING = 1e-12  # of the mean curvature: keeps saturated directions of a non-quadratic loss bounded


def build_model(problem, workspace, flat, gradient, z, null_objective):
    """Model and Coordinates over the members of the working set, then the intercepts if they are coupled.

    For a quadratic loss the columns are centred in the loss's own weights, so the intercept is decoupled
    and its curvature is constant: the Gram block is cached. Otherwise the intercepts are coordinates.
    """
    members, loss = workspace.members, problem.loss
    coordinates = problem.coordinates.take(members)
    start, slope = flat[members], gradient.reshape(-1)[members]
    if loss.quadratic:
        gram = workspace.gram(problem.design, problem.weights)
    else:
        gram = _weighted_gram(problem, members, z)
        workspace.work.gram_columns += members.size
        if problem.fit_intercept:
            K = problem.n_outputs
            unbounded = np.full(K, np.inf)
            coordinates = Coordinates(
                np.append(coordinates.factor, np.zeros(K)),
                np.append(coordinates.low, -unbounded),
                np.append(coordinates.high, unbounded),
            )
            start = np.append(start, np.zeros(K))
            slope = np.append(slope, loss.gradient(problem.y, z, problem.weights).sum(axis=1))
    diagonal = np.diagonal(gram)
    noise = 16 * _EPS * np.sqrt(diagonal * (2.0 * null_objective))
    return Model(gram, slope, start, noise), coordinates


def _weighted_gram(problem, members, z):
    """Hessian of F over the members (k, j) and, behind them, the K intercepts."""
    loss, design, K = problem.loss, problem.design, problem.n_outputs
    outputs, features = np.divmod(members, problem.n_features)
    m = members.size
    size = m + K * problem.fit_intercept
    gram = np.zeros((size, size))
    used, place = np.unique(features, return_inverse=True)
    pair = loss.curvature(problem.y, z, problem.weights)
    pairs = [(k, l) for k in range(K) for l in range(k + 1)]
    curvatures = np.array([pair(k, l) for k, l in pairs])
    blocks = design.grams(used, curvatures)
    sums = design.correlate(curvatures, used) if problem.fit_intercept else None
    own = [np.flatnonzero(outputs == k) for k in range(K)]
    for i, (k, l) in enumerate(pairs):
        rows, cols = own[k], own[l]
        block = blocks[i][place[rows][:, None], place[cols]]
        gram[rows[:, None], cols] = block
        gram[cols[:, None], rows] = block.T
        if problem.fit_intercept:
            gram[m + k, cols] = gram[cols, m + k] = sums[i, place[cols]]
            gram[m + l, rows] = gram[rows, m + l] = sums[i, place[rows]]
            gram[m + k, m + l] = gram[m + l, m + k] = curvatures[i].sum()
    gram[np.diag_indices(size)] += _DAMPING * np.trace(gram) / size
    if loss.shift_invariant:
        _pin_shift(gram, problem, outputs, features, m)
    return gram


def _pin_shift(gram, problem, outputs, features, m):
    """Give curvature to adding one constant to all outputs of an intercept or unpenalised row.

    The loss and the penalty are flat along it. The term kappa/2 (sum of the row)^2 changes no minimum
    and picks the minimiser whose row sums to zero, the convention here.
    """
    groups = [np.arange(m, gram.shape[0])] if problem.fit_intercept else []
    c = problem.coordinates
    free = c.unpenalised & np.isinf(c.low) & np.isinf(c.high)
    whole = np.flatnonzero(free.reshape(problem.shape).all(axis=0))
    groups += [np.flatnonzero(features == j) for j in np.intersect1d(whole, features)]
    for group in groups:
        if group.size == problem.n_outputs:
            gram[np.ix_(group, group)] += np.mean(np.diagonal(gram)[group])
