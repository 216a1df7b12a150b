"""From far above to a strength at which a start from nothing would hardly arrive.

Under a squared hinge with an L1 norm of little strength nearly every row is at its kink: a model of the
loss then knows no row that it would push over, and a cold start takes hundreds of them. Solved at
strengths that fall about tenfold from where the first coefficient enters, the rows change sides a few at a
time.
"""

from dataclasses import replace

import numpy as np

from .certificate import evaluate
from .loop import solve, solve_path
from .solution import Status

_WEAKER = 10.0  # times, from one strength to the next
_FAR = 100.0  # times the strength asked for: nearer ones are reached at once
_STAGES = 16  # at most so many of them
_PATIENCE = 30  # iterations at each: it need not end


def approach(problem, alphas, *, workspace, tol, max_iter, callback=None):
    """Yield the solutions of `problem` at falling alphas > 0; iterations on the way to the first count."""
    wanted = problem.with_alpha(float(alphas[0]))
    null = evaluate(wanted, wanted.null_coef(), np.zeros(wanted.n_outputs))
    workspace.work.passes += 1
    stopped = False

    def report(coef, intercept):
        nonlocal stopped
        stopped = bool(callback(coef, intercept))
        return stopped

    options = {"null": null, "workspace": workspace, "tol": tol, "callback": callback and report}
    start, spent = None, 0
    for alpha in _stronger(wanted, null):
        most = min(_PATIENCE, max_iter - 1 - spent)
        if most < 1:
            break
        found = solve(problem.with_alpha(float(alpha)), start=start, max_iter=most, **options)
        start, spent = (found.coef, found.intercept), spent + found.n_iter
        if stopped:  # even where that point was certified
            yield _stopped(wanted, found, spent, tol)
            return
    first = solve(wanted, start=start, max_iter=max_iter - spent, **options)
    yield replace(first, n_iter=first.n_iter + spent)
    start = first.coef, first.intercept
    yield from solve_path(problem, alphas[1:], start=start, max_iter=max_iter, **options)


def _stronger(problem, null):
    """Strengths on the way, falling."""
    alpha, first = problem.penalty.alpha, problem.penalty.alpha_max(-null.correlation, problem.coordinates)
    if not (alpha > 0.0 and _FAR * alpha < first < np.inf and np.isfinite(first / alpha)):
        return []
    count = min(_STAGES, int(np.log(first / alpha) / np.log(_WEAKER)))
    return np.geomspace(first, alpha, count + 2)[1:-1]


def _stopped(problem, found, spent, tol):
    """What a callback stopped on the way, as a solution of the problem itself."""
    point = evaluate(problem, found.coef.reshape(-1), found.intercept)
    null_objective = problem.null_objective()
    status = Status.judge(point.gap, tol, null_objective, point.objective)
    return replace(
        found,
        objective=point.objective,
        dual_gap=point.gap,
        null_objective=null_objective,
        n_iter=spent,
        status=Status.STOPPED if status is Status.MAX_ITER else status,
    )
