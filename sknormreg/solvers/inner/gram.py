"""The quadratic subproblem on a Gram block, solved to rounding: coordinate descent, then an active set.

minimise  g'(w - w0) + 1/2 (w - w0)' G (w - w0) + Omega(w)    subject to  low <= w <= high
"""

import numpy as np

from ..._kernels import descent, newton

_EPOCHS = 200  # most sweeps of coordinate descent before a Newton search
_SETTLED = 10  # sweeps without a change of pattern after which the search begins
_SOON = 3  # the same where the next model is another one
_CRUDE, _CRUDE_EPOCHS = 0.1, 10  # a tolerance for which some sweeps will do, and how many
_ROUNDS = 100


def minimise(model, penalty, coordinates, work, tolerance=0.0, budget=np.inf):
    """The minimiser (m,) of a `GramModel` and a penalty of the compiled route.

    With any `tolerance` a few sweeps of coordinate descent will do. A search ends by itself: the `budget`,
    of proximal steps, is not touched.
    """
    l1, l2 = penalty.l1_and_l2(coordinates)
    low, high = coordinates.low, coordinates.high
    m = model.start.size
    w, q = model.start.copy(), model.gradient.copy()
    factor = np.empty((m, m))
    order, scratch, state = np.empty(m, dtype=np.intp), np.empty((5, m)), np.empty(m, dtype=np.int8)
    smooth = not l1.any() and coordinates.unbounded
    if tolerance >= _CRUDE and not smooth:
        work.epochs += descent.descend(model.gram, q, w, l1, l2, low, high, _CRUDE_EPOCHS, 1)
        return w
    settled = _SOON if tolerance else _SETTLED
    for _ in range(_ROUNDS):
        if not smooth:
            work.epochs += descent.descend(model.gram, q, w, l1, l2, low, high, _EPOCHS, settled)
        why, steps, factorisations = newton.finish(
            model.gram, q, w, l1, l2, low, high, model.noise, factor, order, scratch, state,
            3 * m + 50,
        )  # fmt: skip
        work.newton_steps += steps
        work.factorisations += factorisations
        if why == newton.OPTIMAL or smooth:
            break
    return w
