"""The one outer loop, over a path of strengths.

Each iteration makes one full pass over X, which gives the gradient of every coordinate and with it the
duality gap, then minimises the quadratic model of the loss over a working set: coordinate descent finds
the pattern, Newton finishes it. For squared loss the model is exact; for the others a line search guards
the step. Because every model starts from the gradient of the residual recomputed from X, the last
iterations are iterative refinement and undo what the Gram block loses by squaring the condition number.
"""

from dataclasses import replace
from enum import Enum

import numpy as np

from .build import build_model
from .certificate import arrive, at_strength, evaluate, settle, survey
from .choose import choose_inner, growth
from .continuation import stages
from .inner.alternate import HARD
from .model import gradient_noise, squared_length
from .refinement import Refinement, settled
from .shifts import least_norm
from .solution import Solution, Status
from .squares.polish import polish, rounding_aside
from .step import advance
from .working_set import SMALL, update
from .workspace import Workspace

_EPS = np.finfo(float).eps
_SHORT = 0.5  # a step shortened to less than this: the next model majorises the loss
_FAR = 0.5  # a start that would lose so much of its objective on a straight way back to the null point
_NEARER = 0.1  # is shortened by this factor while that helps
_SEVERAL, _SOME = 8, 0.2  # coordinates outside, with which a model need not be solved any better
_CRUDE = 0.1  # of its violations: as much as a model may keep of them while others are outside
_CLOSE = 10.0  # times the gap that is asked for: from there on intercepts are settled exactly
_LOOSE = 0.03  # times the root of the relative gap: what their gradient may keep before, of several outputs
_PULLED = 1e-6  # of the gradient: a violation above it moves a column in tiny units, if no predictor
_PROXIMAL_STEPS = 400  # in the mean of all iterations, where a penalty states its prox and no more
_PATIENCE = 30  # iterations without a better gap or objective after which rounding has the last word


def solve_path(
    problem, alphas, *, start=None, null=None, workspace=None, tol=1e-8, max_iter=1000, callback=None
):
    """Yield the `Solution` of `problem` at each of `alphas`, each started from the one before.

    start : (coef, intercept) or None
        Where the first begins; None is the null point, and so is a start whose objective is above its.
    null : Point or None
        The null point at any strength, where it was surveyed.
    callback : callable or None
        Called with (coef, intercept) after each iteration; a true return stops that fit.
    """
    workspace = Workspace() if workspace is None else workspace
    behind = []  # the last two (alpha, coef, intercept)
    for alpha in alphas:
        here = problem.with_alpha(alpha)
        if len(behind) == 2 and not problem.loss.quadratic:
            start = _onward(*behind, alpha)
        point = _point_at(here, start, workspace.work)
        if point is None:
            point = null = _null_point(here, null, workspace.work)
        null_objective = here.null_objective() if point is not null else null.objective
        solution = _Fit(here, point, null_objective, workspace, tol, max_iter, callback).run()
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
    at = arrive(problem, np.clip(coef.reshape(-1), c.low, c.high), intercept)
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
        nearer = arrive(problem, null + way, at.intercept)
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


class Stop(Enum):
    """Why a fit ended."""

    REFINED = "certified, and refined until rounding is all that is left"
    CERTIFIED = "certified, and to refine it further would cost more than all before"
    STALLED = "neither a better gap nor a lower objective"
    BUDGET = "as many iterations as allowed"
    NOT_FINITE = "something overflowed"
    CALLBACK = "a callback said so"


class _Fit:
    """One fit, from a point that was surveyed. An iteration has five steps, and each may end it."""

    def __init__(self, problem, point, null_objective, workspace, tol, max_iter, callback):
        self.problem, self.point, self.null_objective = problem, point, null_objective
        self.workspace, self.work = workspace, workspace.work
        self.tol, self.max_iter, self.callback = tol, max_iter, callback
        self.scale = np.sqrt(2.0 * null_objective)
        self.always = []  # coordinates without a kink at zero, where it is asked which are members
        if point.flat.size > SMALL:
            at_zero = problem.penalty.active(np.zeros_like(point.flat), problem.coordinates)
            self.always = np.flatnonzero(at_zero)
        self.growth = growth(problem)
        self.detour = stages(problem, point)
        self.budget = self.work.proximal_steps + _PROXIMAL_STEPS * max_iter
        self.refinement = Refinement(problem.loss.quadratic, self.scale)
        self.found = _Best(point)
        self.noise = None  # of the gradient of the members by rounding, where it is now
        self.began, self.operations = self.work.operations, None  # at the start, and until certified
        self.hard = False  # whether conjugate gradients ran out of steps too often
        self.model = None
        self.n_iter, self.share, self.stop = 0, 1.0, None

    def run(self):
        steps = self.judge, self.select, self.build, self.minimise, self.advance
        while self.stop is None:
            for step in steps:
                step()
                if self.stop is not None:
                    break
        return self.solution()

    def judge(self):
        """1. Whether the point is certified, and whether there is anything left to do."""
        if np.isnan(self.point.gap):
            self.stop = Stop.NOT_FINITE
        elif self.n_iter == self.max_iter:
            self.stop = Stop.BUDGET
        elif self.found.stalled >= _PATIENCE:
            self.stop = Stop.STALLED
        self.certified = self._status(self.point) is Status.CONVERGED
        if self.certified and self.operations is None:
            self.operations = self.work.operations - self.began
        self.n_iter += self.stop is None

    def select(self):
        """2. The working set, and the strength of the penalty on the way to the one that is asked for."""
        point, c = self.point, self.problem.coordinates
        self.penalty = self.problem.penalty
        if self.certified:
            self.detour = []
        elif self.detour:
            self.penalty = self.penalty.with_alpha(self.detour.pop(0) * self.penalty.alpha)
        violation = self.penalty.violation(point.flat, -point.correlation, c)
        self.outside = update(
            self.workspace, point.flat, violation, point.correlation, self.always, self.growth
        )
        self.members = self.workspace.members
        self.crude = self.penalty is not self.problem.penalty or self.outside > self.members.size
        self.inner = choose_inner(self.problem, self.members, self.crude, self.hard)
        self.refining = self.certified and not self.outside
        if not self.refining:
            return
        self.violation = violation[self.members]
        if self.noise is not None and settled(self.violation, self.noise):
            self.stop = Stop.REFINED
        elif self.inner.inexact or self.work.operations - self.began > 2 * self.operations:
            self.stop = Stop.CERTIFIED

    def build(self):
        """3. The quadratic model of the loss on the working set."""
        self.guarded = self.share < _SHORT and not self.problem.loss.kinked
        self.model = None  # not to be held beside the next one
        self.model, self.model_coordinates = build_model(
            self.problem, self.workspace, self.point, self.scale, self.guarded, self.inner.model
        )
        if not np.isfinite(self.model.noise).all():  # squares overflow
            self.point = replace(self.point, gap=np.nan)
            self.stop = Stop.NOT_FINITE

    def minimise(self):
        """4. Its minimiser under the penalty, as near as the coordinates that are still outside allow."""
        # as no loss is negative, a quadratic that is never below it falls by no more than the objective
        above = self.guarded or self.problem.loss.quadratic
        most = self.point.loss + self.penalty.value(self.point.flat, self.problem.coordinates)
        null, gap = self.null_objective, self.point.gap
        if self.crude or self.outside > _SEVERAL:
            wanted = _CRUDE if self.crude else _SOME
        else:
            wanted = self.inner.forcing(gap, self.tol * null, null)
        exhausted = self.work.exhausted
        for tolerance in (wanted, _CRUDE):
            left = self.budget - self.work.proximal_steps
            self.target = self.inner.minimise(
                self.model, self.penalty, self.model_coordinates, self.work, tolerance, left
            )
            step = self.target - self.model.start
            if self.inner.inexact:  # which leaves no direction to run away along
                square = 0.0
                break
            square = squared_length(self.model, step, most if above else np.inf)
            if square < np.inf:
                break
        else:
            self.target, square = self.model.start, 0.0
        self.hard |= self.work.exhausted - exhausted >= HARD
        if self.refining:
            m = self.members.size  # the intercepts behind them have no pattern
            settled_signs = np.array_equal(np.sign(self.target[:m]), np.sign(self.model.start[:m]))
            pull = np.abs(self.point.correlation[self.members])
            near = np.all(self.violation <= np.maximum(_PULLED * pull, self.model.noise[:m]))
            if self.refinement.done(np.sqrt(square), settled_signs and near):
                self.stop = Stop.REFINED

    def advance(self):
        """5. As far towards it as the loss falls, and a full pass over X there."""
        problem, m = self.problem, self.members.size
        step = self.members, self.target, self.model
        there, self.share = advance(problem, self.point, *step, self.loosely())
        self.point = survey(problem, there)
        self.work.passes += 1
        if not there.settled and self.point.gap <= _CLOSE * self.tol * self.null_objective:
            self.point = survey(problem, settle(problem, there))
            self.work.passes += 1
        self.noise = gradient_noise(self.model.diagonal[:m], self.point.flat[self.members], self.scale)
        blur = float(self.noise @ np.abs(self.target[:m]))
        self.found.consider(self.point, blur, self.tol * self.null_objective)
        report = self.callback
        if report is not None and report(self.point.flat.reshape(problem.shape), self.point.intercept):
            self.found.point, self.stop = self.point, Stop.CALLBACK

    def loosely(self):
        """As much of its gradient as the intercept may keep: none near the end, or where it costs little.

        A kinked penalty may leave a softmax so flat that little of a gradient is a lot of the loss; and
        whoever looks on is shown exact ones.
        """
        several = self.problem.n_outputs > 1 and self.problem.fit_intercept
        some = several and self.inner.inexact and self.callback is None
        if not some or self.point.gap <= _CLOSE * self.tol * self.null_objective:
            return 0.0
        return _LOOSE * np.sqrt(min(1.0, self.point.gap / self.null_objective))

    def solution(self):
        """The best point, its gap freed of what is rounding in it where rounding ended the search."""
        problem, required = self.problem, self.tol * self.null_objective
        best = self.point if self.stop is Stop.NOT_FINITE else self.found.point
        if not best.settled and self.stop is not Stop.NOT_FINITE:
            best = evaluate(problem, best.flat, best.intercept)
            self.work.passes += 1
        if self.stop in (Stop.REFINED, Stop.CERTIFIED, Stop.STALLED):
            uncertified = self._status(best) is Status.MAX_ITER
            doubtful = problem.loss.quadratic and not problem.unpenalised.sure
            if problem.loss.quadratic and (uncertified or doubtful):
                best = polish(problem, best, required, doubtful, self.work)
            elif uncertified:
                best = replace(
                    best, gap=min(best.gap, rounding_aside(problem, best, self.members, self.model))
                )
        status = self._status(best)
        if self.stop is Stop.CALLBACK and status is Status.MAX_ITER:
            status = Status.STOPPED
        if problem.recedes(best.flat, best.intercept):
            status = Status.NO_MINIMISER
        coef, n_iter = best.flat.reshape(problem.shape), max(self.n_iter, 1)
        return Solution(coef, best.intercept, best.objective, best.gap, self.null_objective, n_iter, status)

    def _status(self, point):
        return Status.judge(point.gap, self.tol, self.null_objective, point.objective)


class _Best:
    """The best point so far, and for how many iterations there was neither a better gap nor objective."""

    def __init__(self, point):
        self.point, self.stalled = point, 0
        self.lowest, self.smallest = point.objective, point.gap

    def consider(self, point, blur, required):
        """Gaps below `blur` differ by rounding alone, so the later point is better, unless that would lose
        the certificate, the `required` gap, or as much of the objective.
        """
        lower = point.objective < self.lowest - 64 * _EPS * abs(self.lowest)
        better = point.gap <= max(self.point.gap, 8 * _EPS * self.point.objective)
        # an infinite gap tells nothing of a point
        better &= point.gap < np.inf or point.objective <= self.lowest + 64 * _EPS * abs(self.lowest)
        self.stalled = 0 if lower or point.gap < self.smallest else self.stalled + 1
        self.lowest, self.smallest = min(self.lowest, point.objective), min(self.smallest, point.gap)
        certified = point.gap <= required or self.point.gap > required
        no_higher = point.objective <= self.point.objective + required
        if better or (point.gap <= blur and certified and no_higher):
            self.point = point
