"""The duality gap, evaluated afresh at a point."""


def duality_gap(problem, flat, correlation, z):
    """Primal minus dual objective at coefficients `flat` with predictor z; never negative.

    The dual point is the scaled residual tau u, u = -dF/dz, and `correlation` is X'u. The gap is the sum
    of the Fenchel-Young gaps of the loss and of the penalty, each a sum of non-negative terms, so it is
    accurate relative to itself and not only to the objective.
    """
    candidates = problem.penalty.dual_candidates(flat, correlation, problem.coordinates)
    return min(
        problem.loss.fenchel_gap(problem.y, z, problem.weights, tau) + share
        for tau, share in candidates
    )


def certify(problem, coef, intercept):
    """(intercept, objective, gap) at given coefficients (K, p), the intercept settled for them."""
    z = problem.predictor(coef, intercept)
    change = problem.best_intercept(z)
    z += change[:, None]
    flat = coef.reshape(-1)
    u = -problem.loss.gradient(problem.y, z, problem.weights)
    correlation = problem.design.correlate(u).reshape(-1)
    objective = problem.loss_value(z) + problem.penalty.value(flat, problem.coordinates)
    return intercept + change, objective, duality_gap(problem, flat, correlation, z)
