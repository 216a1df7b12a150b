"""What a way to a minimiser is reckoned to cost, in operations of a matrix product.

Of a loss other than the squared one under an L2 penalty, where there is a choice: a Hessian that is formed
and factorised, products with the rows alone, or a rotation into as many dimensions as there are rows.
"""

import numpy as np

NEWTON = 8  # steps to a minimiser, in which the Hessian changes
_SLOW = 4.0  # times as long as in a product of matrices an operation takes in one with vectors
_EIGEN = 10.0  # n^3 operations in an eigendecomposition


def by_hessian(problem, m):
    """Newton's method on m coordinates, by a Cholesky factor of each Hessian."""
    n = problem.design.shape[0]
    return NEWTON * (m**2 * n + m**3 / 3)


def by_rows(problem):
    """Newton's method by conjugate gradients, two products with X a step.

    Their number goes with the root of a condition number: what the loss curves at most, the predictor being
    zero, over what the penalty does at least. Each coordinate without a penalty may take one more.
    """
    c, K, shape = problem.coordinates, problem.n_outputs, problem.design.shape
    strength = problem.penalty.l1_and_l2(c)[1]
    held = strength > 0.0
    largest = problem.initial_curvature.max() * problem.largest_square
    ratio = largest / np.min(strength, where=held, initial=np.inf)
    steps = min(np.count_nonzero(~held) + np.sqrt(1.0 + ratio), K * min(shape))
    return NEWTON * steps * 4.0 * K * problem.design.entries * _SLOW


def by_rotation(problem):
    """The kernel of the rows, its eigenvectors, and Newton's method on what they leave."""
    n, p = problem.design.shape
    return n**2 * p + _EIGEN * n**3 + by_hessian(problem, problem.n_outputs * n)
