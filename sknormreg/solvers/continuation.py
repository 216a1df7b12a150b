"""Through stronger penalties to the one that is asked for.

From a start where very many coordinates violate, those that violate most are a poor guess at the support.
The same problem at a strength about halved from pass to pass brings them in nearly in the order in which
the regularisation path does, so few columns are gathered in vain and the pattern is almost right there.
Only a quadratic loss gains: the others form a Hessian for every stage, which costs more than it saves.
"""

import numpy as np

from .working_set import SMALL

_MANY = 8 * SMALL  # violators from which on the detour pays for its passes over X
_STAGES = 16  # at most so many of them


def stages(problem, point):
    """Factors of the strength, falling to one, to pass through before the first model at one itself."""
    penalty, c = problem.penalty, problem.coordinates
    if not problem.loss.quadratic or penalty.alpha == 0.0 or point.flat.size <= _MANY:
        return []
    if np.count_nonzero(penalty.violation(point.flat, -point.correlation, c) > 0.0) <= _MANY:
        return []
    first = penalty.alpha_max(-point.correlation, c) / penalty.alpha
    if not 2.0 < first < np.inf:
        return []
    count = min(_STAGES, int(np.log2(first)))
    return list(np.geomspace(first, 1.0, count + 2)[1:-1])
