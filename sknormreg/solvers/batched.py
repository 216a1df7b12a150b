"""A path of squared loss on rows: several strengths are solved, then checked in one pass over X.

The working set is chosen for the weakest of the next few strengths. On its Gram block the path is
followed through all of them (`moments_path.follow`), and one pass over X gives every gradient at every
solution. Those before the first at which a coordinate outside violates are accepted; from there it goes
on with that one inside. A solution whose own gradient is more than rounding is refined once, from that
gradient, and checked in the next pass along with others.
"""

from dataclasses import dataclass

import numpy as np

from .certificate import evaluate_squares
from .moments_path import follow
from .path import solve_path
from .solution import Solution, Status

_EPS = np.finfo(float).eps
_FIRST, _MOST = 8, 32  # strengths per pass
_NOTICEABLE = 1e-11  # a violation below this, relative to the correlation, is rounding
_ROOM = 64  # coordinates that a working set may grow by at least, in one pass
_ROUNDS = 50  # passes without an accepted strength after which it is solved alone


@dataclass
class _Trial:
    """Coefficients at a strength, to be checked."""

    place: int  # of the strength in the path
    flat: np.ndarray
    n_iter: int


class BatchedPath:
    """One target at falling alphas > 0, with a penalty of the compiled route."""

    def __init__(self, problem, alphas, workspace, tol, max_iter):
        self.problem, self.alphas, self.workspace = problem, alphas, workspace
        self.tol, self.max_iter = tol, max_iter
        self.members = np.empty(0, dtype=np.intp)
        self.inside = np.zeros(problem.n_features, dtype=bool)
        self.solutions = [None] * len(alphas)
        self.yy = float((problem.y * problem.y)[0] @ problem.weights)
        self.penalties = [problem.penalty.with_alpha(float(alpha)) for alpha in alphas]

    def solve(self):
        """A list of solutions."""
        c = self.problem.coordinates
        self.null = np.clip(np.zeros(c.low.size), c.low, c.high)
        point = self._evaluate([_Trial(0, self.null, 0)])[0]
        self.null_loss = point.objective - self.penalties[0].value(self.null, c)
        strength = max(self.problem.penalty.alpha_max(-point.correlation, c), self.alphas[0])
        place, batch, pending, stuck = 0, _FIRST, [], 0
        while place < len(self.alphas) or pending:
            fresh = self._follow(point, place, batch, strength)
            refined, pending, before = pending, [], place
            points = self._evaluate(refined + fresh)
            for trial, found in zip(refined, points, strict=False):
                self._settle(trial, found, pending)
            for trial, found in zip(fresh, points[len(refined) :], strict=True):
                point, strength = found, self.alphas[place]
                if self._outside(found, place).any():
                    break
                self._settle(trial, found, pending)
                place += 1
            stuck = 0 if place > before else stuck + 1
            if place < len(self.alphas) and (stuck > _ROUNDS or not fresh):
                point, place = self._alone(point, place), place + 1
            batch = min(_MOST, 2 * batch) if place == before + len(fresh) else max(2, place - before)
        return self.solutions

    def _follow(self, point, place, batch, strength):
        """Trials at the next strengths, on a working set chosen for the weakest of them."""
        here = self.alphas[place : place + batch]
        if len(here) == 0:
            return []
        self._choose(point, strength, here[-1])
        start, gradient = point.flat[self.members], -point.correlation[self.members]
        within = self.problem.coordinates.take(self.members)
        gram = self._gram()
        penalty, work = self.problem.penalty, self.workspace.work
        found, _ = follow(gram, gradient, start, penalty, within, here, self.yy, work)
        return [_Trial(place + b, self._widen(w), 1) for b, w in enumerate(found)]

    def _choose(self, point, strength, target):
        """Add to the working set what violates, or may at `target` by the strong rule.

        The likeliest first (Tibshirani et al., JRSS B 74 (2012), eq. 6), and no more than a quarter of what
        the support has.
        """
        c, penalty = self.problem.coordinates, self.problem.penalty
        support = (point.flat != 0.0) & ~self.inside
        here = penalty.with_alpha(float(min(strength, target))).violation(point.flat, -point.correlation, c)
        bold = penalty.with_alpha(float(max(2.0 * target - strength, 0.1 * target)))
        likely = bold.violation(point.flat, -point.correlation, c)
        likely[self.inside] = -np.inf
        candidates = np.flatnonzero((likely > 0.0) | support)
        room = max(_ROOM, np.count_nonzero(point.flat) // 4)
        if candidates.size > room:
            order = np.argsort(-here[candidates] - np.where(support[candidates], np.inf, 0.0))
            candidates = candidates[order[:room]]
        self.inside[candidates] = True
        self.members = np.append(self.members, candidates)

    def _gram(self):
        self.workspace.members = self.members
        return self.workspace.gram(self.problem.design, self.problem.weights)

    def _widen(self, w):
        flat = self.null.copy()
        flat[self.members] = w
        return flat

    def _evaluate(self, trials):
        """The points of trials, in one pass over X."""
        if not trials:
            return []
        self.workspace.work.passes += 1
        alphas = [self.alphas[trial.place] for trial in trials]
        return evaluate_squares(self.problem, alphas, np.array([trial.flat for trial in trials]))

    def _outside(self, point, place):
        """Which coordinates outside the working set violate."""
        violation = self.penalties[place].violation(
            point.flat, -point.correlation, self.problem.coordinates
        )
        return (violation > _NOTICEABLE * np.abs(point.correlation)) & ~self.inside

    def _settle(self, trial, point, pending):
        """Accept a point, or put its refinement among those to be checked."""
        known, place = self.solutions[trial.place], trial.place
        if known is None or point.gap <= max(known.dual_gap, 8 * _EPS * known.objective):
            self.solutions[place] = self._solution(place, point, trial.n_iter)
        if trial.n_iter > 1 or not np.isfinite(point.gap):
            if self.solutions[place].status is not Status.CONVERGED:
                self._alone(point, place)
            return
        m, c = self.members, self.problem.coordinates
        gram = self._gram()
        within = c.take(m)
        violation = self.penalties[place].violation(point.flat[m], -point.correlation[m], within)
        root = np.sqrt(np.maximum(np.diagonal(gram), 0.0))
        noise = 16 * _EPS * root * (np.sqrt(self.yy) + np.linalg.norm(root * point.flat[m]))
        if np.all(violation <= noise) and self.solutions[place].status is Status.CONVERGED:
            return
        found, _ = follow(
            gram, -point.correlation[m], point.flat[m], self.problem.penalty, within,
            self.alphas[place : place + 1], self.yy, self.workspace.work,
        )  # fmt: skip
        if len(found):
            pending.append(_Trial(place, self._widen(found[0]), trial.n_iter + 1))
        elif self.solutions[place].status is not Status.CONVERGED:
            self._alone(point, place)

    def _solution(self, place, point, n_iter):
        null = self.null_loss + self.penalties[place].value(self.null, self.problem.coordinates)
        status = Status.judge(point.gap, self.tol, null, point.objective)
        return Solution(
            point.flat[None, :], point.intercept, point.objective, point.gap, null, n_iter, status
        )

    def _alone(self, point, place):
        """Solve one strength by the outer loop; returns its point."""
        start = point.flat[None, :], np.zeros(1)
        options = {"workspace": self.workspace, "tol": self.tol, "max_iter": self.max_iter}
        found = next(solve_path(self.problem, self.alphas[place : place + 1], start=start, **options))
        self.solutions[place] = found
        return self._evaluate([_Trial(place, found.coef[0], 1)])[0]
