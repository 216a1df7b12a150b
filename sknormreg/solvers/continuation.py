"""Through stronger penalties to the one that is asked for.

From a start where very many coordinates violate, those that violate most are a poor guess at the support.
The same problem at a strength halved from pass to pass brings them in nearly in the order in which the
regularisation path does, so few columns are gathered in vain and the pattern is almost right on arrival.
"""

import numpy as np

from .working_set import SMALL

_MANY = 8 * SMALL  # violators from which on the detour pays for its passes over X
_STAGES = 16  # at most so many of them


def stages(problem, point, violation):
    """Factors of the strength, falling to one, to pass through before the first model at one itself."""
    penalty = problem.penalty
    if penalty.alpha == 0.0 or np.count_nonzero(violation > 0.0) <= _MANY:
        return []
    first = penalty.alpha_max(-point.correlation, problem.coordinates) / penalty.alpha
    if not 2.0 < first < np.inf:
        return []
    count = min(_STAGES, int(np.log2(first)))
    return list(np.geomspace(first, 1.0, count + 2)[1:-1])
