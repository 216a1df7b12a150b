"""Triangular systems, those of no equations too, which SciPy before 1.14 refuses."""

import numpy as np
from scipy import linalg


def solve_triangular(triangle, rhs, **options):
    """What x solves triangle @ x = rhs; the options are those of `scipy.linalg.solve_triangular`."""
    if not np.size(rhs):
        return np.zeros(np.shape(rhs))
    return linalg.solve_triangular(triangle, rhs, **options)
