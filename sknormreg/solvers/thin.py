"""The curvature of a loss from one row of eight, while the optimum is far away.

The gradient of a model is that of all rows, so what the sample gets wrong of the curvature makes a step by
so much too long or too short: about the root of members over rows of the sample. Far from the optimum the
curvature of all rows is not much better, as there it changes along the step, and it costs eight times as
much.
"""

from dataclasses import dataclass

import numpy as np

_SHARE = 8  # one row of so many
_RUN = 64  # rows taken together, so that whole cache lines are of use
_ROWS = 8  # that count, for each member: a step is then off by a third
_FAR = 1e-3  # relative gap from which on a step by the curvature of all rows is much better
_SHRINKING = 0.75  # of the last gap: as much as a step by the sample may leave
_LIKE = 0.25  # of a column's square there should be as much in the curvature of the sample


@dataclass
class Thin:
    """Some rows of a design, and how far a step by them got."""

    rows: np.ndarray
    design: object
    gap: float = np.inf
    strength: float = np.inf  # at which that was


def thin_sample(problem, workspace, gap, d):
    """(`Thin`, its share of the curvature d) where that will do for the next model, else None."""
    n, m = problem.design.shape[0], max(1, workspace.members.size)
    if problem.loss.kinked or n < _SHARE * _ROWS * m or not gap > _FAR:
        return None
    thin = workspace.thin
    if thin is None:
        starts = np.arange(0, n - _RUN + 1, _SHARE * _RUN)
        rows = (starts[:, None] + np.arange(_RUN)).reshape(-1)
        thin = workspace.thin = Thin(rows, problem.design.some_rows(rows))
    before = thin.gap if problem.penalty.alpha == thin.strength else np.inf
    thin.gap, thin.strength = gap, problem.penalty.alpha
    few = d[:, thin.rows]
    total, squares = few.sum(axis=1), (few * few).sum(axis=1)
    if gap > _SHRINKING * before or not np.all(total * total > _ROWS * m * squares):
        return None
    return thin, d.sum(axis=1) / total


def resembles(diagonal, squares, total):
    """Whether no column is much smaller in the sample than in all rows, as one of few entries may be."""
    return bool(np.all(diagonal >= _LIKE * total * squares))
