"""The one outer loop, over a path of strengths.

Each iteration makes one full pass over X, which gives the gradient of every coordinate and with it the
duality gap, then minimises the quadratic model of the loss over a working set: coordinate descent finds
the pattern, Newton finishes it. For squared loss the model is exact; for the others a line search guards
the step. Because every model starts from the gradient of the residual recomputed from X, the last
iterations are iterative refinement and undo what the Gram block loses by squaring the condition number.
"""

import numpy as np

from .certificate import duality_gap
from .model import build_model
from .quadratic import minimise
from .solution import Solution, Status
from .working_set import update
from .workspace import Workspace

_EPS = np.finfo(float).eps
_ROUNDING = 1e-12  # a step this small, relative to the problem, is refinement no more


def solve_path(problem, alphas, *, start=None, workspace=None, tol=1e-8, max_iter=1000, callback=None):
    """Yield the `Solution` of `problem` at each of `alphas`, each started from the one before.

    start : (coef, intercept) or None
        Where the first begins; None is the null point.
    callback : callable or None
        Called with (coef, intercept) after each iteration; a true return stops that fit.
    """
    workspace = Workspace() if workspace is None else workspace
    for alpha in alphas:
        solution = _solve(problem.with_alpha(alpha), start, workspace, tol, max_iter, callback)
        start = solution.coef, solution.intercept
        yield solution


def solve(problem, **options):
    """A path of one, at the penalty's own strength."""
    return next(solve_path(problem, [problem.penalty.alpha], **options))


def _solve(problem, start, workspace, tol, max_iter, callback):
    loss, penalty, c = problem.loss, problem.penalty, problem.coordinates
    null_coef, null_intercept, null_objective = problem.null_point()
    coef, intercept = (null_coef, null_intercept) if start is None else start
    flat = np.clip(coef.reshape(-1), c.low, c.high)
    intercept = intercept.copy()
    always = np.flatnonzero(penalty.active(np.zeros_like(flat), c))
    previous = np.inf  # size of the last certified correction
    n_iter = 0
    z = problem.predictor(flat.reshape(problem.shape), intercept)
    while True:
        change = problem.best_intercept(z)
        intercept += change
        z += change[:, None]
        u = -loss.gradient(problem.y, z, problem.weights)
        correlation = problem.design.correlate(u)
        workspace.work.passes += 1
        value = problem.loss_value(z)
        objective = value + penalty.value(flat, c)
        v = correlation.reshape(-1)
        gap = duality_gap(problem, flat, v, z)
        status = Status.judge(gap, tol, null_objective, objective)
        certified = status is Status.CONVERGED
        if callback is not None and n_iter and callback(flat.reshape(problem.shape), intercept):
            break
        if n_iter == max_iter:
            break
        violation = penalty.violation(flat, -v, c)
        outside = update(workspace, flat, violation, v, always)
        model, model_coordinates = build_model(
            problem, workspace, flat, -correlation, z, null_objective
        )
        crude = outside > workspace.members.size
        solution = minimise(model, penalty, model_coordinates, workspace.work, crude)
        step = solution - model.start
        size = float(np.sqrt(max(0.0, step @ (model.gram @ step))))
        scale = np.sqrt(2.0 * null_objective)
        n_iter += 1
        if certified and not outside and (size <= _ROUNDING * scale or size >= 0.5 * previous):
            break
        previous = size if certified and not outside else np.inf
        members, m = workspace.members, workspace.members.size
        if loss.quadratic:
            flat[members] = solution
        else:
            t = _line_search(problem, flat, members, step, model, z, objective)
            flat[members] = solution[:m] if t == 1.0 else flat[members] + t * step[:m]
            if problem.fit_intercept:
                intercept += t * step[m:]
        z = problem.predictor(flat.reshape(problem.shape), intercept)
    coef = flat.reshape(problem.shape)
    return Solution(coef, intercept, objective, gap, null_objective, max(n_iter, 1), status)


def _line_search(problem, flat, members, step, model, z, objective):
    """Largest t = 1, 1/2, 1/4, ... with sufficient decrease of the objective along the step."""
    c, penalty = problem.coordinates.take(members), problem.penalty
    m = members.size
    full = np.zeros(flat.size)
    full[members] = step[:m]
    dz = problem.design.matvec(full.reshape(problem.shape))
    if problem.fit_intercept:
        dz += step[m:, None]
    start = flat[members]
    rest = objective - problem.loss_value(z) - penalty.value(start, c)
    before = penalty.value(start, c)
    predicted = model.gradient @ step + penalty.value(start + step[:m], c) - before
    slack = 8 * _EPS * abs(objective)
    t = 1.0
    while t > 1e-12:
        value = problem.loss_value(z + t * dz) + penalty.value(start + t * step[:m], c) + rest
        if value <= objective + 1e-4 * t * predicted + slack:
            break
        t /= 2
    return t
