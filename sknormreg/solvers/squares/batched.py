"""A path of squared loss on rows: several strengths are solved, then checked in a pass over X.

The working set is chosen for the weakest of the next few strengths. On its Gram block the path is
followed through all of them (`moments_path.follow`), and a pass over X gives the gradient at the last.
Those before it are checked on the few columns that `screening` cannot rule out. Up to the first strength
at which a coordinate outside violates they are accepted; from there it goes on with that one inside. A
solution whose own gradient is more than rounding is refined once, from that gradient, and checked along
with the next ones. A strength so far away that its working set has little to do with that of the last is
solved by the outer loop: coordinate descent goes to a distant pattern at once, where a walk has to pass
through all of those between.
"""

from dataclasses import dataclass, replace

import numpy as np

from ...moments import mean_squares
from ...penalties._base import pull
from ..certificate import squared_objective_and_gap
from ..loop import solve_path
from ..model import gradient_noise
from ..solution import Solution, Status
from .moments_path import follow
from .screening import Anchors

_EPS = np.finfo(float).eps
_FIRST, _MOST = 8, 32  # strengths per pass
_NOTICEABLE = 1e-11  # a violation below this, relative to the correlation, is rounding
_ROOM = 64  # coordinates that a working set may grow by at least, in one pass
_AHEAD = 4  # times as many at the next strength alone: it is solved without a walk
_ROUNDS = 50  # passes without an accepted strength after which it is solved alone
_WORTH = 4  # residuals that a column read once meets for the price of one
_PASSES = 3  # passes over X for one check at most


@dataclass
class _Trial:
    """Coefficients at a strength, to be checked."""

    place: int  # of the strength in the path
    flat: np.ndarray
    n_iter: int


@dataclass
class _Checked:
    """What a check found: the gradient on the columns `cols`; no other violates, or counts in the gap."""

    flat: np.ndarray
    intercept: np.ndarray
    residual: np.ndarray  # times the root of the weights
    cols: np.ndarray  # the members of the working set at that time, then the others
    n_members: int
    correlation: np.ndarray
    objective: float
    gap: float


class BatchedPath:
    """One target at falling alphas > 0, with a penalty of the compiled route."""

    def __init__(self, problem, alphas, workspace, tol, max_iter):
        self.problem, self.alphas, self.workspace = problem, alphas, workspace
        self.tol, self.max_iter = tol, max_iter
        self.members = workspace.members = np.empty(0, dtype=np.intp)
        self.inside = np.zeros(problem.n_features, dtype=bool)
        self.solutions = [None] * len(alphas)
        self.yy = float(mean_squares(problem.y, problem.weights)[0])
        self.penalties = [problem.penalty.with_alpha(float(alpha)) for alpha in alphas]
        self.thresholds, l2 = problem.penalty.with_alpha(1.0).l1_and_l2(problem.coordinates)
        self.curved = bool(l2.any())
        self.null = problem.null_coef()
        self.anchors = Anchors(problem.design, problem.weights)

    def solve(self):
        """A list of solutions."""
        c = self.problem.coordinates
        point = self._check([_Trial(0, self.null, 0)])[0]
        gradient = -self.anchors.correlations[-1]
        strength = max(self.problem.penalty.alpha_max(gradient, c), self.alphas[0])
        place, batch, pending, stuck = 0, _FIRST, [], 0
        while place < len(self.alphas) or pending:
            fresh = self._follow(point, place, batch, strength) if self._carries(point, place) else []
            refined, pending, before = pending, [], place
            points = self._check(refined + fresh)
            for trial, found in zip(refined, points, strict=False):
                self._settle(trial, found, pending)
            for trial, found in zip(fresh, points[len(refined) :], strict=True):
                point, strength = found, self.alphas[place]
                if self._violated(found, place):
                    break
                self._settle(trial, found, pending)
                place += 1
            stuck = 0 if place > before else stuck + 1
            if place < len(self.alphas) and (stuck > _ROUNDS or not fresh):
                point, place = self._alone(point.flat, place), place + 1
            batch = min(_MOST, 2 * batch) if place == before + len(fresh) else max(2, place - before)
        return self.solutions

    def _carries(self, point, place):
        """Whether the working set of the next strength is about that of the point, so that a walk pays.

        Otherwise most of its steps lead to patterns that the columns still outside will change.
        """
        if place == len(self.alphas):
            return True
        c, gradient = self.problem.coordinates, -self._correlation(point)
        violates = self.penalties[place].violation(point.flat, gradient, c) > 0.0
        entering = np.count_nonzero(violates & ~self.inside)
        if not self.curved:  # the support is then no larger than the number of rows
            entering = min(entering, self.problem.design.shape[0] - np.count_nonzero(point.flat))
        return entering <= _AHEAD * self._room(point)

    def _room(self, point):
        """By how many coordinates a working set may grow."""
        return max(_ROOM, np.count_nonzero(point.flat) // 4)

    def _correlation(self, point):
        """Of all columns, those that were not read as far as they can be told."""
        correlation = self.anchors.estimate(point.residual[None, :])[0][0]
        correlation[point.cols] = point.correlation
        return correlation

    def _follow(self, point, place, batch, strength):
        """Trials at the next strengths, on a working set chosen for the weakest of them."""
        here = self.alphas[place : place + batch]
        if len(here) == 0:
            return []
        gradient = -self._choose(point, strength, here[-1])
        start = point.flat[self.members]
        within = self.problem.coordinates.take(self.members)
        gram = self._gram()
        penalty, work = self.problem.penalty, self.workspace.work
        found, _ = follow(gram, gradient, start, penalty, within, here, self.yy, work)
        return [_Trial(place + b, self._widen(w), 1) for b, w in enumerate(found)]

    def _choose(self, point, strength, target):
        """Add to the working set what violates, or may at `target` by the strong rule.

        The likeliest first (Tibshirani et al., JRSS B 74 (2012), eq. 6), and no more than a quarter of what
        the support has. Returns the correlations of the members at the point.
        """
        c, penalty = self.problem.coordinates, self.problem.penalty
        correlation = self._correlation(point)
        support = (point.flat != 0.0) & ~self.inside
        bold = penalty.with_alpha(float(max(2.0 * target - strength, 0.1 * target)))
        likely = bold.violation(point.flat, -correlation, c)
        likely[self.inside] = -np.inf
        candidates = np.flatnonzero((likely > 0.0) | support)
        room = self._room(point)
        if candidates.size > room:
            there = penalty.with_alpha(float(min(strength, target))).violation(
                point.flat[candidates], -correlation[candidates], c.take(candidates)
            )
            order = np.argsort(-there - np.where(support[candidates], np.inf, 0.0))
            candidates = candidates[order[:room]]
        self._join(candidates)
        return self._at_members(point)

    def _at_members(self, point):
        """The correlations of the members at a point, which may have been checked when there were fewer."""
        known, new = point.correlation[: point.n_members], self.members[point.n_members :]
        return np.append(known, self.anchors.correlate(point.residual[None, :], new)[0])

    def _join(self, new):
        """More members, in the order in which the workspace holds them."""
        self.inside[new] = True
        self.members = np.append(self.members, new)

    def _gram(self):
        self.workspace.members = self.members
        return self.workspace.gram(self.problem.design, self.problem.weights)

    def _widen(self, w):
        flat = self.null.copy()
        flat[self.members] = w
        return flat

    def _check(self, trials):
        """What a pass over X for the last of the trials tells of them all."""
        if not trials:
            return []
        problem, alphas = self.problem, self.alphas[[trial.place for trial in trials]]
        coefs = np.array([trial.flat for trial in trials])
        residuals, intercepts = self._residuals(coefs)
        losses = 0.5 * np.einsum("ki,ki->k", residuals, residuals)
        others = self._in_doubt(alphas, residuals)
        cols = np.append(self.members, others)
        correlations = np.hstack(
            [self._correlate_members(residuals), self.anchors.correlate(residuals, others)]
        )
        within, checked = problem.coordinates.take(cols), []
        free = problem.with_alpha(float(alphas[0])).unpenalised
        place = np.empty(problem.n_features, dtype=np.intp)
        place[cols] = np.arange(cols.size)  # no threshold keeps an unpenalised column out
        for k, (trial, v) in enumerate(zip(trials, correlations, strict=True)):
            penalty, flat = self.penalties[trial.place], trial.flat
            objective, gap = squared_objective_and_gap(
                penalty, within, flat[cols], v, losses[k], free.charge(v[place[free.indices]])
            )
            found = flat, intercepts[k : k + 1], residuals[k], cols, self.members.size, v, objective, gap
            checked.append(_Checked(*found))
        return checked

    def _residuals(self, coefs):
        """(residuals (K, n) times the root of the weights, intercepts (K,)) of coefficients (K, p)."""
        problem, root, columns = self.problem, self.anchors.root, self.workspace.columns()
        if columns is None or self.null.any():
            predictors = problem.design.matvec(coefs) * root
        else:
            predictors = coefs[:, self.members] @ columns
        residuals = problem.y * root - predictors
        intercepts = residuals @ root if problem.fit_intercept else np.zeros(len(coefs))
        return residuals - np.outer(intercepts, root), intercepts

    def _correlate_members(self, residuals):
        columns = self.workspace.columns()
        if columns is None:
            return self.anchors.correlate(residuals, self.members)
        return residuals @ columns.T

    def _in_doubt(self, alphas, residuals):
        """Every column outside the working set that may reach its threshold in a trial."""
        c, last, before = self.problem.coordinates, len(alphas) - 1, self.inside.size + 1
        for _ in range(_PASSES):
            self.workspace.work.passes += 1
            self.anchors.add(residuals[last])
            estimates, distances = self.anchors.estimate(residuals)
            doubt = self.null != 0.0
            for alpha, estimate, distance in zip(alphas, estimates, distances, strict=True):
                reach = pull(-estimate, c) + self.anchors.lengths * distance
                doubt |= ~(reach < alpha * self.thresholds)  # also where something overflowed
            left = np.count_nonzero(doubt)
            if len(alphas) * left <= _WORTH * doubt.size or left == before:
                break
            last, before = int(np.argmax(distances)), left
        return np.flatnonzero(doubt & ~self.inside)

    def _violated(self, point, place):
        """Whether a coordinate outside the working set violates."""
        others, correlation = point.cols[point.n_members :], point.correlation[point.n_members :]
        violation = self.penalties[place].violation(
            point.flat[others], -correlation, self.problem.coordinates.take(others)
        )
        return np.any((violation > _NOTICEABLE * np.abs(correlation)) & ~self.inside[others])

    def _settle(self, trial, point, pending):
        """Accept a point, or put its refinement among those to be checked."""
        known, place = self.solutions[trial.place], trial.place
        if known is None or point.gap <= max(known.dual_gap, 8 * _EPS * known.objective):
            null = self.problem.null_loss + self.penalties[place].value(self.null, self.problem.coordinates)
            found = point.flat[None, :], point.intercept, point.objective, point.gap
            self.solutions[place] = Solution.judged(*found, null, self.tol, trial.n_iter)
        if trial.n_iter > 1 or not np.isfinite(point.gap):
            if self.solutions[place].status is not Status.CONVERGED:
                self._alone(point.flat, place)
            return
        start, gradient = point.flat[self.members], -self._at_members(point)
        within, gram = self.problem.coordinates.take(self.members), self._gram()
        violation = self.penalties[place].violation(start, gradient, within)
        noise = gradient_noise(np.diagonal(gram), start, np.sqrt(self.yy))
        if np.all(violation <= noise) and self.solutions[place].status is Status.CONVERGED:
            return
        found, _ = follow(
            gram, gradient, start, self.problem.penalty, within, self.alphas[place : place + 1],
            self.yy, self.workspace.work,
        )  # fmt: skip
        if len(found):
            pending.append(_Trial(place, self._widen(found[0]), trial.n_iter + 1))
        elif self.solutions[place].status is not Status.CONVERGED:
            self._alone(point.flat, place)

    def _alone(self, flat, place):
        """Solve one strength by the outer loop; returns its point."""
        start = flat[None, :], np.zeros(1)
        options = {"workspace": self.workspace, "tol": self.tol, "max_iter": self.max_iter}
        found = next(solve_path(self.problem, self.alphas[place : place + 1], start=start, **options))
        self.solutions[place] = replace(found, route="outer loop")
        self._join(np.flatnonzero((found.coef[0] != self.null) & ~self.inside))
        self._gram()  # its members again
        return self._check([_Trial(place, found.coef[0], 1)])[0]
