"""The one outer loop, over a path of strengths.

Each iteration makes one full pass over X, which gives the gradient of every coordinate and with it the
duality gap, then minimises the quadratic model of the loss over a working set: coordinate descent finds
the pattern, Newton finishes it. For squared loss the model is exact; for the others a line search guards
the step. Because every model starts from the gradient of the residual recomputed from X, the last
iterations are iterative refinement and undo what the Gram block loses by squaring the condition number.
"""

from dataclasses import replace

import numpy as np

from .certificate import at_strength, evaluate, survey
from .continuation import stages
from .model import build_model
from .polish import polish
from .quadratic import minimise
from .solution import Solution, Status
from .step import advance
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
    behind = []  # the last two (alpha, coef, intercept)
    null = None  # the null point, once it was read
    for alpha in alphas:
        here = problem.with_alpha(alpha)
        if len(behind) == 2 and not problem.loss.quadratic:
            start = _onward(*behind, alpha)
        if start is None or not start[0].any():  # zero has one intercept, whatever came before
            point = null = _null_point(here, null, workspace.work)
            null_objective = null.objective
        else:
            point = _point_at(here, *start, workspace.work)
            null_objective = here.null_objective()
        solution = _solve(here, point, null_objective, workspace, tol, max_iter, callback)
        start = solution.coef, solution.intercept
        behind = [*behind[-1:], (alpha, *start)]
        yield solution


def _null_point(problem, known, work):
    if known is not None:
        return at_strength(problem, known)
    work.passes += 1
    return evaluate(problem, problem.null_coef(), np.zeros(problem.n_outputs))


def _point_at(problem, coef, intercept, work):
    work.passes += 1
    c = problem.coordinates
    return evaluate(problem, np.clip(coef.reshape(-1), c.low, c.high), intercept)


def _onward(first, second, alpha):
    """(coef, intercept) on the straight line through two points of a path; no sign changes on it."""
    (a, w, b), (a2, w2, b2) = first, second
    if a == a2:
        return w2, b2
    t = np.clip((a2 - alpha) / (a - a2), 0.0, 1.0)
    coef = w2 + t * (w2 - w)
    return np.where(np.sign(coef) == np.sign(w2), coef, w2), b2 + t * (b2 - b)


def solve(problem, **options):
    """A path of one, at the penalty's own strength."""
    return next(solve_path(problem, [problem.penalty.alpha], **options))


def _solve(problem, point, null_objective, workspace, tol, max_iter, callback):
    c = problem.coordinates
    always = np.flatnonzero(problem.penalty.active(np.zeros_like(point.flat), c))
    scale = np.sqrt(2.0 * null_objective)
    # Exact models refine at once or not at all. A saturated log-loss gets there by steps of e^-1/2, and a
    # squared hinge may meet a new kink on the way.
    shrinking, attempts = (0.5, 1) if problem.loss.quadratic else (0.95, 4)
    detour = stages(problem, point)
    refinement = np.inf  # size of the last step that followed a certificate
    found = _Best(point)
    stopped, model = False, None
    n_iter, t = 0, 1.0  # t: how much of the last step was taken
    while n_iter < max_iter and found.stalled < _PATIENCE and np.isfinite(point.gap):
        n_iter += 1
        certified = Status.judge(point.gap, tol, null_objective, point.objective) is Status.CONVERGED
        detour = [] if certified else detour
        crude, penalty = bool(detour), problem.penalty
        if detour:
            penalty = penalty.with_alpha(detour.pop(0) * penalty.alpha)
        violation = penalty.violation(point.flat, -point.correlation, c)
        outside = update(workspace, point.flat, violation, point.correlation, always)
        refining, members = certified and not outside, workspace.members
        if refining and model and np.all(violation[members] <= _EXACT * model.noise[: members.size]):
            break
        guarded = t < _SHORT and not problem.loss.kinked
        model, model_coordinates = build_model(problem, workspace, point, null_objective, guarded)
        if not np.isfinite(model.noise).all():  # squares overflow
            point = replace(point, gap=np.nan)
            break
        crude = crude or outside > members.size
        target = minimise(model, penalty, model_coordinates, workspace.work, crude)
        step = target - model.start
        if refining:
            size = float(np.sqrt(max(0.0, step @ (model.gram @ step))))
            m = members.size  # the intercepts behind them have no pattern
            same_pattern = np.array_equal(np.sign(target[:m]), np.sign(model.start[:m]))
            attempts -= size >= shrinking * refinement
            if (size <= _ROUNDING * scale and same_pattern) or attempts == 0:
                break
            refinement = size
        there, t = advance(problem, point, members, target, model)
        point = survey(problem, there)
        workspace.work.passes += 1
        found.consider(point, float(model.noise @ np.abs(target)), tol * null_objective)
        if callback is not None and callback(point.flat.reshape(problem.shape), point.intercept):
            found.point, stopped = point, True
            break
    best = found.point if np.isfinite(point.gap) else point
    uncertified = Status.judge(best.gap, tol, null_objective, best.objective) is Status.MAX_ITER
    if uncertified and problem.loss.quadratic and n_iter < max_iter and not stopped:  # rounding ended it
        best = polish(problem, best, tol * null_objective, workspace.work)
    status = Status.judge(best.gap, tol, null_objective, best.objective)
    if stopped and status is Status.MAX_ITER:
        status = Status.STOPPED
    if problem.recedes(best.flat, best.intercept):
        status = Status.NO_MINIMISER
    coef = best.flat.reshape(problem.shape)
    return Solution(coef, best.intercept, best.objective, best.gap, null_objective, max(n_iter, 1), status)


class _Best:
    """The best point so far, and for how many iterations there was neither a better gap nor objective."""

    def __init__(self, point):
        self.point, self.lowest, self.stalled = point, point.objective, 0

    def consider(self, point, blur, required):
        """Gaps below `blur` differ by rounding alone, so the later point is better, unless that would lose
        the certificate, the `required` gap.
        """
        lower = point.objective < self.lowest - 64 * _EPS * abs(self.lowest)
        better = point.gap <= max(self.point.gap, 8 * _EPS * self.point.objective)
        self.lowest = min(self.lowest, point.objective)
        self.stalled = 0 if better or lower else self.stalled + 1
        certified = point.gap <= required or self.point.gap > required
        if better or (point.gap <= blur and certified):
            self.point = point
