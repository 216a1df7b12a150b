"""The quadratic model of the loss on the working set."""

from dataclasses import replace

import numpy as np

from .model import ColumnsModel, GramModel, RowsModel, gradient_noise
from .thin import resembles, thin_sample

_DAMPING = 1e-14  # of a column's square in the average curvature: keeps saturated directions bounded


def build_model(problem, workspace, point, scale, guarded, kind="gram"):
    """Model and Coordinates over the members of the working set, then the intercepts if they are coupled.

    The curvature is the loss's own at the point, or its majoriser where `guarded`. The `kind` says
    what is kept of it: its matrix, "gram", or the "columns" or "rows" that products are made of.

    For a quadratic loss the columns are centred in the loss's own weights, so the intercept is decoupled
    and its curvature is constant: the Gram block is cached. Otherwise the intercepts are coordinates.
    """
    members, loss = workspace.members, problem.loss
    if kind == "columns":
        return _columns_model(problem, workspace, point, scale, guarded)
    free = 0 if loss.quadratic or not problem.fit_intercept else problem.n_outputs
    coordinates = workspace.coordinates(problem.coordinates, free)
    start, slope = point.flat[members], -point.correlation[members]
    if free:
        start = np.concatenate([start, np.zeros(free)])
        slope = np.concatenate([slope, -point.dual.sum(axis=1)])
    if loss.quadratic:
        gram = workspace.gram(problem.design, problem.weights)
    else:
        curvature = (loss.majoriser if guarded else loss.curvature)(problem.y, point.z, problem.weights)
        if kind == "rows":
            return rows_model(problem, workspace, curvature, slope, start, scale), coordinates
        gram = workspace.recall(curvature, problem.floating)
        if gram is None and not guarded:
            gram = _thin_gram(problem, workspace, 2.0 * point.gap / scale**2, *curvature)
        if gram is None:
            gram = weighted_gram(problem, workspace, *curvature)
            workspace.keep(curvature, problem.floating, gram)
    noise = gradient_noise(gram.diagonal(), start, scale)
    return GramModel(gram, slope, start, noise), coordinates


def _columns_model(problem, workspace, point, scale, guarded):
    members, loss = workspace.members, problem.loss
    free = 0 if loss.quadratic or not problem.fit_intercept else 1
    [d], _ = (loss.majoriser if guarded else loss.curvature)(problem.y, point.z, problem.weights)
    if not loss.quadratic:
        d = d + _DAMPING * (d.sum() or 1.0) * problem.weights  # none where a start is far on the right side
    columns, means = problem.design.scaled(members, d, problem.fit_intercept)
    start, slope = point.flat[members], -point.correlation[members]
    if free:
        start, slope = np.append(start, 0.0), np.append(slope, -point.dual.sum())
    model = ColumnsModel(columns, means, d.sum(), slope, start, None)
    model.noise = gradient_noise(model.diagonal, start, scale)
    return model, workspace.coordinates(problem.coordinates, free)


def rows_model(problem, workspace, curvature, gradient, start, scale):
    """The model of a curvature (d, a) over the members and, behind them, the intercepts."""
    outputs, features = np.divmod(workspace.members, problem.n_features)
    design, places = workspace.restricted(problem.design, features)
    damping = _DAMPING * curvature[0].sum(axis=1).max() * problem.squares[features]
    free = problem.n_outputs if problem.fit_intercept else 0
    shifts = []
    if problem.loss.shift_invariant:
        shifts = _shifts(problem, features, start.size, problem.floating)
    return RowsModel(design, outputs, places, curvature, free, damping, shifts, gradient, start, scale)


def _thin_gram(problem, workspace, gap, d, a):
    """`weighted_gram` from a sample of the rows, where that will do at this relative gap, else None."""
    sample = thin_sample(problem, workspace, gap, d)
    if sample is None:
        return None
    thin, times = sample
    d = times[:, None] * d[:, thin.rows]
    a = None if a is None else np.sqrt(times)[:, None] * a[:, thin.rows]
    some = replace(
        problem, design=thin.design, y=problem.y[:, thin.rows], weights=problem.weights[thin.rows]
    )
    outputs, features = np.divmod(workspace.members, problem.n_features)
    squares = workspace.squares(features, problem.design, problem.weights)
    gram = weighted_gram(some, workspace, d, a)
    if not resembles(np.diagonal(gram)[: features.size], squares, d.sum(axis=1)[outputs]):
        return None
    workspace.work.thin_hessians += 1
    return gram


def weighted_gram(problem, workspace, d, a, floating=None):
    """Hessian of F over the members (k, j) and, behind them, the K intercepts.

    The features that are `floating` are those of the problem, unless more are given.
    """
    loss, design, K = problem.loss, problem.design, problem.n_outputs
    members, totals = workspace.members, d.sum(axis=1)
    m = members.size
    outputs, features = np.divmod(members, problem.n_features) if K > 1 else (np.zeros(m, int), members)
    gram = np.zeros((m + K, m + K))
    for k in range(K):
        rows = slice(m) if K == 1 else np.flatnonzero(outputs == k)
        block, sums = design.gram_and_sums(features[rows], d[k])
        gram[(rows, rows) if K == 1 else np.ix_(rows, rows)] = block
        gram[m + k, rows] = gram[rows, m + k] = sums
        gram[m + k, m + k] = totals[k]
    if a is not None:
        inner, across = design.scaled_gram(features, outputs, a)
        gram[:m, :m] -= inner
        gram[:m, m:] -= across
        gram[m:, :m] -= across.T
        gram[m:, m:] -= a @ a.T
    if not problem.fit_intercept:
        gram = gram[:m, :m]
    # in the scale of each coordinate: the intercepts' own is one
    scales = np.ones(gram.shape[0])
    scales[:m] = workspace.squares(features, design, problem.weights)
    gram.flat[:: gram.shape[0] + 1] += _DAMPING * totals.max() * scales
    if loss.shift_invariant:
        _pin_shift(gram, problem, features, problem.floating if floating is None else floating)
    return gram


def _pin_shift(gram, problem, features, floating):
    """Give curvature to adding one constant to all outputs of an intercept or a floating feature.

    The loss and the penalty are flat along it. The term kappa/2 (sum of the step)^2 changes no minimum
    and picks the step whose sum is zero, the convention here.
    """
    for group in _shifts(problem, features, gram.shape[0], floating):
        gram[np.ix_(group, group)] += np.mean(np.diagonal(gram)[group])


def _shifts(problem, features, size, floating):
    """The groups of coordinates, one of every output, to which a constant may be added: lists of K indices.

    They are those of the intercepts and of each floating feature whose coefficients are all members.
    """
    groups = [np.arange(features.size, size)] if problem.fit_intercept else []
    groups += [np.flatnonzero(features == j) for j in np.intersect1d(floating, features)]
    return [group for group in groups if group.size == problem.n_outputs]
