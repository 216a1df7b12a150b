"""The quadratic subproblem by conjugate gradients, which read the curvature through products alone.

minimise  g'(w - w0) + 1/2 (w - w0)' H (w - w0) + Omega(w)

for a penalty that is smooth where the coefficients are. What a step leaves of the gradient is measured as
the duality gap does, by its square over the curvature of the penalty, so a model is solved as far as the
tolerance asks and no further.
"""

import numpy as np

from ..refinement import EXACT
from .gradients import conjugate_gradients

_MOST = 1000  # steps in one model; the next one goes on from there
_ROUGH = 0.1  # of its gradient that a model may keep far from the minimiser
_FASTER = 0.25  # power of the duality gap, itself a square, that it may keep near to it
_SAFETY = 0.5  # of what would just certify the next point


def minimise(model, penalty, coordinates, work, tolerance=0.0, budget=np.inf):
    """Where the gradient (m,) of a model and the penalty has fallen to `tolerance` of what it was.

    With a tolerance of zero that is its rounding. The `budget`, of proximal steps, is not touched.
    """
    slope, curvature = penalty.smooth(model.start, coordinates)
    diagonal = model.diagonal
    curvature = np.broadcast_to(curvature, diagonal.shape)
    scale = np.where(curvature > 0.0, curvature, diagonal)
    scale[scale <= 0.0] = np.inf  # no curvature at all: a direction that is not taken
    whole = diagonal + curvature
    whole[whole <= 0.0] = np.inf
    residual = -(model.gradient + slope)
    least = tolerance**2 * (residual @ (residual / scale))
    step, steps = conjugate_gradients(
        lambda p: model.product(p) + curvature * p,
        residual,
        lambda r: model.level(r / whole),
        lambda r: r @ (r / scale) <= least or np.all(np.abs(r) <= EXACT * model.noise),
        _MOST,
    )
    work.cg_steps += steps
    work.operations += steps * model.operations
    return model.start + step


def forcing(gap, required, null_objective):
    """The tolerance for the model at a point with this duality gap: rough far away, finer near the end.

    Newton's method converges faster than linearly with it. It need not go below what certifies the next
    point, should the model be right.
    """
    near = (gap / null_objective) ** _FASTER if null_objective > 0.0 else 0.0
    last = _SAFETY * np.sqrt(required / gap) if gap > 0.0 else 0.0
    return max(min(_ROUGH, near), min(last, _ROUGH))
