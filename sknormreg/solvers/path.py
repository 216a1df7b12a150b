"""The one outer loop, over a path of strengths.

Each iteration makes one full pass over X, which gives the gradient of every coordinate and with it the
duality gap, then minimises the quadratic model of the loss over a working set: coordinate descent finds
the pattern, Newton finishes it. For squared loss the model is exact; for the others a line search guards
the step. Because every model starts from the gradient of the residual recomputed from X, the last
iterations are iterative refinement and undo what the Gram block loses by squaring the condition number.
"""

from dataclasses import replace

import numpy as np
from scipy.optimize import brentq

from .certificate import evaluate
from .continuation import stages
from .model import build_model
from .quadratic import minimise
from .solution import Solution, Status
from .working_set import update
from .workspace import Workspace

_EPS = np.finfo(float).eps
_ROUNDING = 1e-14  # a step this small, relative to the problem, is refinement no more
_EXACT = 0.125  # of the rounding of a gradient entry: a violation this small is as good as none
_SHORT = 0.5  # a step shortened to less than this: the next model majorises the loss
_PATIENCE = 30  # iterations without a better gap or objective after which rounding has the last word


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
    c = problem.coordinates
    if start is None:
        point = best = evaluate(problem, problem.null_coef(), np.zeros(problem.n_outputs))
        null_objective = point.objective
    else:
        coef, intercept = start
        point = best = evaluate(problem, np.clip(coef.reshape(-1), c.low, c.high), intercept)
        null_objective = problem.null_objective()
    workspace.work.passes += 1
    always = np.flatnonzero(problem.penalty.active(np.zeros_like(point.flat), c))
    scale = np.sqrt(2.0 * null_objective)
    # Exact models refine at once or not at all. A saturated log-loss gets there by steps of e^-1/2, and a
    # squared hinge may meet a new kink on the way.
    shrinking, attempts = (0.5, 1) if problem.loss.quadratic else (0.95, 4)
    detour = stages(problem, point)
    refinement = np.inf  # size of the last step that followed a certificate
    stopped, model, noise = False, None, None
    lowest = point.objective
    n_iter, stalled, t = 0, 0, 1.0  # t: how much of the last step was taken
    while n_iter < max_iter and stalled < _PATIENCE and np.isfinite(point.gap):
        n_iter += 1
        certified = Status.judge(point.gap, tol, null_objective, point.objective) is Status.CONVERGED
        detour = [] if certified else detour
        crude, penalty = bool(detour), problem.penalty
        if detour:
            penalty = penalty.with_alpha(detour.pop(0) * penalty.alpha)
        violation = penalty.violation(point.flat, -point.correlation, c)
        outside = update(workspace, point.flat, violation, point.correlation, always)
        members = workspace.members
        if (
            certified
            and not outside
            and model
            and np.all(violation[members] <= _EXACT * noise[: members.size])
        ):
            break
        guarded = t < _SHORT and not problem.loss.kinked
        model, model_coordinates = build_model(problem, workspace, point, null_objective, guarded)
        noise = model.noise
        if not np.isfinite(noise).all():  # squares overflow
            point = replace(point, gap=np.nan)
            break
        crude = crude or outside > workspace.members.size
        target = minimise(model, penalty, model_coordinates, workspace.work, crude)
        step = target - model.start
        size = float(np.sqrt(max(0.0, step @ (model.gram @ step))))
        if certified and not outside:
            m = workspace.members.size  # the intercepts behind them have no pattern
            same_pattern = np.array_equal(np.sign(target[:m]), np.sign(model.start[:m]))
            attempts -= size >= shrinking * refinement
            if (size <= _ROUNDING * scale and same_pattern) or attempts == 0:
                break
            refinement = size
        t = _line_search(problem, penalty, point, workspace.members, step, model)
        point = evaluate(problem, *_advance(problem, point, workspace.members, target, t))
        workspace.work.passes += 1
        lower = point.objective < lowest - 64 * _EPS * abs(lowest)
        lowest = min(lowest, point.objective)
        better = point.gap <= max(best.gap, 8 * _EPS * best.objective)
        blur = float(noise @ np.abs(target))  # two gaps below this say nothing of which is better
        best = point if better or point.gap <= blur else best
        stalled = 0 if better or lower else stalled + 1
        if callback is not None and callback(point.flat.reshape(problem.shape), point.intercept):
            best, stopped = point, True
            break
    best = best if np.isfinite(point.gap) else point
    status = Status.judge(best.gap, tol, null_objective, best.objective)
    if stopped and status is Status.MAX_ITER:
        status = Status.STOPPED
    if problem.recedes(best.flat, best.intercept):
        status = Status.NO_MINIMISER
    coef = best.flat.reshape(problem.shape)
    return Solution(coef, best.intercept, best.objective, best.gap, null_objective, max(n_iter, 1), status)


def _advance(problem, point, members, target, t):
    """(coefficients, intercept) after a share t of the way to `target`."""
    flat, intercept, m = point.flat.copy(), point.intercept, members.size
    flat[members] = target[:m] if t == 1.0 else flat[members] + t * (target[:m] - flat[members])
    return flat, intercept + t * target[m:] if target.size > m else intercept


def _line_search(problem, penalty, point, members, step, model):
    """A share t of the step with sufficient decrease of the objective: 1, 1/2, 1/4, ...; 0: none.

    Where the curvature jumps it is the best share: Newton's method on a piecewise quadratic then ends after
    finitely many steps (Keerthi and DeCoste, 2005, section 3), and with shorter ones it may stall.
    """
    if problem.loss.quadratic:
        return 1.0  # the model is exact
    c, m = problem.coordinates.take(members), members.size
    full = np.zeros(point.flat.size)
    full[members] = step[:m]
    dz = problem.design.matvec(full.reshape(problem.shape))
    if step.size > m:
        dz += step[m:, None]
    start = point.flat[members]
    loss, norm = problem.loss_value(point.z), penalty.value(start, c)
    predicted = model.gradient @ step + penalty.value(start + step[:m], c) - norm
    slack = 8 * _EPS * (abs(point.objective) + norm)

    def excess(t):
        return problem.loss_value(point.z + t * dz) - loss + penalty.value(start + t * step[:m], c) - norm

    if problem.loss.kinked:
        if excess(1.0) <= 0.5 * predicted + slack:  # what the model promised
            return 1.0

        def slope(t):
            descent = np.sum(problem.loss.gradient(problem.y, point.z + t * dz, problem.weights) * dz)
            return descent + penalty.smooth(start + t * step[:m], c)[0] @ step[:m]

        return _root(slope)
    t = 1.0
    while t > 1e-12:
        if excess(t) <= 1e-4 * t * predicted + slack:
            return t
        t /= 2
    return 0.0


def _root(slope):
    """Where an increasing function of t passes zero in (0, 1], to ten digits however small; else 1."""
    low = high = 1.0
    while slope(low) > 0.0:
        low, high = 0.1 * low, low
        if low < 1e-30:
            return 0.0
    return high if low == high else brentq(slope, low, high, xtol=1e-300, rtol=1e-10)
