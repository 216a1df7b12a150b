"""The quadratic subproblem on a working set, solved to rounding.

minimise  g'(w - w0) + 1/2 (w - w0)' G (w - w0) + Omega(w)    subject to  low <= w <= high
"""

from dataclasses import dataclass

import numpy as np

from .._kernels import descent, newton
from .proximal import minimise_generic

_EPS = np.finfo(float).eps
_EPOCHS = 200  # most sweeps of coordinate descent before a Newton search
_SETTLED = 10  # sweeps without a change of pattern after which the search begins
_CRUDE_EPOCHS = 10
_ROUNDS = 100


@dataclass
class Model:
    """Curvature G and gradient g of the loss at w0, over the working set and the free intercepts."""

    gram: np.ndarray  # (m, m)
    gradient: np.ndarray  # (m,)
    start: np.ndarray  # (m,), w0
    noise: np.ndarray  # (m,), how large a gradient entry is by rounding alone: `gradient_noise`


def gradient_noise(gram, w, scale):
    """How large the gradient is by rounding alone at coefficients w; the target is of size `scale`."""
    root = np.sqrt(np.maximum(np.diagonal(gram), 0.0))
    return 16 * _EPS * root * (scale + np.linalg.norm(root * w))


def squared_length(model, step, most):
    """step' G step; inf where it is more than is possible if the model falls by no more than `most`.

    From there to its minimum that is at most 2 `most`, and from any point that is no higher as well. Along
    a direction that is null but for rounding a search may run away from any minimum.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        square = float(step @ (model.gram @ step))
        slack = model.noise @ np.abs(step)
    possible = abs(square) <= 8.0 * most + slack and np.isfinite(slack)
    return max(0.0, square) if possible else np.inf


def minimise(model, penalty, coordinates, work, crude=False, most=np.inf):
    """The minimiser (m,); `crude`: only as good as a few sweeps of coordinate descent make it.

    `most`: proximal steps that may be taken, where the penalty has no compiled route.
    """
    parts = penalty.l1_and_l2(coordinates)
    if parts is None:
        return minimise_generic(model, penalty, coordinates, work, most)
    l1, l2 = parts
    low, high = coordinates.low, coordinates.high
    m = model.start.size
    w, q = model.start.copy(), model.gradient.copy()
    factor = np.empty((m, m))
    order, scratch, state = np.empty(m, dtype=np.intp), np.empty((5, m)), np.empty(m, dtype=np.int8)
    smooth = not l1.any() and coordinates.unbounded
    if crude and not smooth:
        work.epochs += descent.descend(model.gram, q, w, l1, l2, low, high, _CRUDE_EPOCHS, 1)
        return w
    for _ in range(_ROUNDS):
        if not smooth:
            work.epochs += descent.descend(model.gram, q, w, l1, l2, low, high, _EPOCHS, _SETTLED)
        why, steps, factorisations = newton.finish(
            model.gram, q, w, l1, l2, low, high, model.noise, factor, order, scratch, state,
            3 * m + 50,
        )  # fmt: skip
        work.newton_steps += steps
        work.factorisations += factorisations
        if why == newton.OPTIMAL or smooth:
            break
    return w
