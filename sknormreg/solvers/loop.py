"""The one outer loop, over a path of strengths.

Each iteration makes one full pass over X, which gives the gradient of every coordinate and with it the
duality gap, then minimises the quadratic model of the loss over a working set: coordinate descent finds
the pattern, Newton finishes it. For squared loss the model is exact; for the others a line search guards
the step. Because every model starts from the gradient of the residual recomputed from X, the last
iterations are iterative refinement and undo what the Gram block loses by squaring the condition number.
"""

from dataclasses import replace

import numpy as np

from .build import build_model
from .certificate import at_strength, evaluate, land, settle, survey
from .choose import choose_inner
from .continuation import stages
from .model import gradient_noise, squared_length
from .shifts import least_norm
from .solution import Solution, Status
from .squares.polish import polish, rounding_aside
from .step import advance
from .working_set import update
from .workspace import Workspace

_EPS = np.finfo(float).eps
_ROUNDING = 1e-14  # a step this small, relative to the problem, is refinement no more
_EXACT = 0.125  # of the rounding of a gradient entry: a violation this small is as good as none
_SHORT = 0.5  # a step shortened to less than this: the next model majorises the loss
_FAR = 0.5  # a start that would lose so much of its objective on a straight way back to the null point
_NEARER = 0.1  # is shortened by this factor while that helps
_CRUDE = 0.1  # of its violations: as much as a model may keep of them while others are outside
_PROXIMAL_STEPS = 400  # in the mean of all iterations, where a penalty states its prox and no more
_PATIENCE = 30  # iterations without a better gap or objective after which rounding has the last word


def solve_path(problem, alphas, *, start=None, workspace=None, tol=1e-8, max_iter=1000, callback=None):
    """Yield the `Solution` of `problem` at each of `alphas`, each started from the one before.

    start : (coef, intercept) or None
        Where the first begins; None is the null point, and so is a start whose objective is above its.
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
        point = _point_at(here, start, workspace.work)
        if point is None:
            point = null = _null_point(here, null, workspace.work)
        null_objective = here.null_objective() if point is not null else null.objective
        solution = _solve(here, point, null_objective, workspace, tol, max_iter, callback)
        start = solution.coef, solution.intercept
        behind = [*behind[-1:], (alpha, *start)]
        yield least_norm(here, solution)


def _null_point(problem, known, work):
    if known is not None:
        return at_strength(problem, known)
    work.passes += 1
    return evaluate(problem, problem.null_coef(), np.zeros(problem.n_outputs))


def _point_at(problem, start, work):
    """The point at a start, nearer to the null point if it is far away; None where that is better.

    Far away, even where all rows are on their right side, there is no curvature to find the way back by.
    """
    if start is None or not start[0].any():  # zero has one intercept, whatever came before
        return None
    (coef, intercept), c, null = start, problem.coordinates, problem.null_coef()
    at = settle(problem, land(problem, np.clip(coef.reshape(-1), c.low, c.high), intercept))
    if not at.objective <= problem.null_objective():
        return None
    work.passes += 1
    point = survey(problem, at)
    way = point.flat - null
    gained = (problem.penalty.smooth(point.flat, c)[0] - point.correlation) @ way  # if all were straight
    if gained <= _FAR * point.objective:
        return point
    while True:
        way *= _NEARER
        nearer = settle(problem, land(problem, null + way, at.intercept))
        if not nearer.objective < at.objective:
            break
        at = nearer
    work.passes += 1
    return survey(problem, at)


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
    stopped, noise = False, None  # noise: of the gradient of the members by rounding, where it is now
    budget = workspace.work.proximal_steps + _PROXIMAL_STEPS * max_iter
    n_iter, t = 0, 1.0  # t: how much of the last step was taken
    while n_iter < max_iter and found.stalled < _PATIENCE and not np.isnan(point.gap):
        n_iter += 1
        certified = Status.judge(point.gap, tol, null_objective, point.objective) is Status.CONVERGED
        detour = [] if certified else detour
        crude, penalty = bool(detour), problem.penalty
        if detour:
            penalty = penalty.with_alpha(detour.pop(0) * penalty.alpha)
        violation = penalty.violation(point.flat, -point.correlation, c)
        outside = update(workspace, point.flat, violation, point.correlation, always)
        refining, members = certified and not outside, workspace.members
        if refining and noise is not None and np.all(violation[members] <= _EXACT * noise):
            break
        guarded = t < _SHORT and not problem.loss.kinked
        model, model_coordinates = build_model(problem, workspace, point, null_objective, guarded)
        if not np.isfinite(model.noise).all():  # squares overflow
            point = replace(point, gap=np.nan)
            break
        crude = crude or outside > members.size
        # as no loss is negative, a quadratic that is never below it falls by no more than the objective
        above = guarded or problem.loss.quadratic
        most = point.loss + penalty.value(point.flat, c) if above else np.inf
        minimise = choose_inner(problem, members)
        for tolerance in (_CRUDE if crude else 0.0, _CRUDE):
            left = budget - workspace.work.proximal_steps
            target = minimise(model, penalty, model_coordinates, workspace.work, tolerance, left)
            square = squared_length(model, target - model.start, most)
            if square < np.inf:
                break
        else:
            target, square = model.start, 0.0
        m = members.size  # the intercepts behind them have no pattern
        if refining:
            size = np.sqrt(square)
            same_pattern = np.array_equal(np.sign(target[:m]), np.sign(model.start[:m]))
            attempts -= size >= shrinking * refinement
            if (size <= _ROUNDING * scale and same_pattern) or attempts == 0:
                break
            refinement = size
        there, t = advance(problem, point, members, target, model)
        point = survey(problem, there)
        workspace.work.passes += 1
        noise = gradient_noise(model.diagonal[:m], point.flat[members], scale)
        found.consider(point, float(noise @ np.abs(target[:m])), tol * null_objective)
        if callback is not None and callback(point.flat.reshape(problem.shape), point.intercept):
            found.point, stopped = point, True
            break
    best = point if np.isnan(point.gap) else found.point
    if n_iter < max_iter and not stopped:  # rounding ended it
        uncertified = Status.judge(best.gap, tol, null_objective, best.objective) is Status.MAX_ITER
        doubtful = problem.loss.quadratic and not problem.unpenalised.sure
        if problem.loss.quadratic and (uncertified or doubtful):
            best = polish(problem, best, tol * null_objective, doubtful, workspace.work)
        elif uncertified:
            best = replace(best, gap=min(best.gap, rounding_aside(problem, best, members, model)))
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
        self.point, self.stalled = point, 0
        self.lowest, self.smallest = point.objective, point.gap

    def consider(self, point, blur, required):
        """Gaps below `blur` differ by rounding alone, so the later point is better, unless that would lose
        the certificate, the `required` gap.
        """
        lower = point.objective < self.lowest - 64 * _EPS * abs(self.lowest)
        better = point.gap <= max(self.point.gap, 8 * _EPS * self.point.objective)
        # an infinite gap tells nothing of a point
        better &= point.gap < np.inf or point.objective <= self.lowest + 64 * _EPS * abs(self.lowest)
        self.stalled = 0 if lower or point.gap < self.smallest else self.stalled + 1
        self.lowest, self.smallest = min(self.lowest, point.objective), min(self.smallest, point.gap)
        certified = point.gap <= required or self.point.gap > required
        if better or (point.gap <= blur and certified):
            self.point = point
