"""The method of conjugate gradients (Hestenes and Stiefel, 1952), with a preconditioner."""

import numpy as np


def conjugate_gradients(product, residual, precondition, enough, most):
    """(x, steps) with H x nearly the `residual`, for the `product` with H, begun at zero.

    It ends where what is left of the residual is `enough`, after `most` steps, or where a direction has no
    curvature: nothing but rounding is left then, or something overflowed.
    """
    x, direction, before = np.zeros_like(residual), 0.0, np.inf
    for steps in range(most):
        if enough(residual):
            return x, steps
        downhill = precondition(residual)
        fall = residual @ downhill
        direction = downhill + (fall / before) * direction
        before = fall
        image = product(direction)
        bend = direction @ image
        if not (bend > 0.0 and fall > 0.0):
            return x, steps
        length = fall / bend
        x += length * direction
        residual = residual - length * image
    return x, most
