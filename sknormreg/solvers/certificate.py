"""Points of a problem, and what one full pass over X tells of them: above all the duality gap."""

from dataclasses import dataclass, replace

import numpy as np


@dataclass
class Landing:
    """What is known of a point before a full pass over X, in the centred units of the problem."""

    flat: np.ndarray  # coefficients (K p,)
    intercept: np.ndarray  # (K,), optimal for them once it is settled
    z: np.ndarray  # predictor (K, n)
    loss: float
    norm: float  # of the coefficients, as the penalty has it
    settled: bool  # whether the intercept is the best: else a gap may be a little too small

    @property
    def objective(self):
        return self.loss + self.norm


@dataclass
class Point(Landing):
    """With what the pass tells: above all the duality gap."""

    dual: np.ndarray  # u (K, n): minus the gradient of the loss in z
    correlation: np.ndarray  # X'u (K p,): minus the gradient of the loss in w
    gap: float


def land(problem, flat, intercept):
    """At coefficients `flat`, with the intercept as it is given."""
    flat = problem.settle(flat)
    z = problem.predictor(flat.reshape(problem.shape), intercept)
    norm = problem.penalty.value(flat, problem.coordinates)
    return Landing(flat, intercept, z, problem.loss_value(z), norm, False)


def settle(problem, at, enough=0.0):
    """The same with the best intercept, or nearly so: see `Problem.best_intercept`."""
    change = problem.best_intercept(at.z, enough)
    if not change.any():
        return replace(at, settled=enough == 0.0)
    z = at.z + change[:, None]
    return Landing(at.flat, at.intercept + change, z, problem.loss_value(z), at.norm, enough == 0.0)


def arrive(problem, flat, intercept):
    """`land` and `settle`, where nobody asks for the loss before the intercept is settled."""
    flat = problem.settle(flat)
    z = problem.predictor(flat.reshape(problem.shape), intercept)
    change = problem.best_intercept(z)
    z += change[:, None]
    norm = problem.penalty.value(flat, problem.coordinates)
    return Landing(flat, intercept + change, z, problem.loss_value(z), norm, True)


def survey(problem, at):
    """The `Point` of a `Landing`, by one full pass over X."""
    u = -problem.loss.gradient(problem.y, at.z, problem.weights)
    correlation = problem.design.correlate(u).reshape(-1)
    return Point(**vars(at), dual=u, correlation=correlation, gap=gap_at(problem, at, correlation))


def at_strength(problem, point):
    """A point that was found under another strength of the same penalty; X need not be read."""
    norm = problem.penalty.value(point.flat, problem.coordinates)
    return replace(point, norm=norm, gap=gap_at(problem, point, point.correlation))


def gap_at(problem, at, correlation):
    """The gap at a point under the dual point with this X'u.

    Without a bound the minimum is no larger, so the gap of a loosened problem bounds this one's too.

    A finite bound of an unpenalised coordinate costs what it is away, times the rounding of X'u.
    """
    if not np.isfinite(correlation).all():
        return np.nan
    gap, loosened = _gap_of(problem, at, correlation), problem.loosened(at.flat)
    if loosened is None or not loosened.unpenalised.sure:
        return gap
    return min(gap, _gap_of(loosened, at, correlation))


def _gap_of(problem, at, correlation):
    free = problem.unpenalised
    return duality_gap(
        problem.penalty,
        problem.coordinates,
        at.flat,
        correlation,
        lambda tau: problem.loss.fenchel_gap(problem.y, at.z, problem.weights, tau),
        free.charge(correlation[free.indices]) if free.indices.size else 0.0,
    )


def evaluate(problem, flat, intercept):
    """The point at coefficients `flat`; the intercept is settled for them, starting from `intercept`."""
    return survey(problem, arrive(problem, flat, intercept))


def squared_objective_and_gap(penalty, coordinates, flat, correlation, loss, charge):
    """Where half a mean square of residuals, the `loss`, says all of the rows."""
    gap = duality_gap(penalty, coordinates, flat, correlation, lambda tau: (1.0 - tau) ** 2 * loss, charge)
    return loss + penalty.value(flat, coordinates), gap


def duality_gap(penalty, coordinates, flat, correlation, loss_gap, charge):
    """Primal minus dual objective; never negative, nan where something overflowed.

    The dual point is the scaled residual tau u, u = -dF/dz, and `correlation` is X'u. The gap is the sum
    of the Fenchel-Young gaps of the loss, `loss_gap(tau)`, and of the penalty, each a sum of non-negative
    terms, so it is accurate relative to itself and not only to the objective. Unpenalised coordinates, on
    which no scaling makes the dual point feasible, are charged in the penalty's share and by `charge`.
    """
    if not np.isfinite(correlation).all():
        return np.nan
    candidates = penalty.dual_candidates(flat, correlation, coordinates)
    return min(loss_gap(tau) + share for tau, share in candidates) + charge
