"""What a penalty owes the solvers, and all that separable convex penalties have in common."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

import numpy as np
from sklearn.base import BaseEstimator


@dataclass
class Coordinates:
    """Where a penalty applies: one entry per coefficient, all arrays flat and of one length."""

    factor: np.ndarray  #: multiplies alpha; 0 leaves the coefficient unpenalised
    low: np.ndarray  #: lower bounds, -inf where there is none
    high: np.ndarray  #: upper bounds, inf where there is none

    @classmethod
    def uniform(cls, count):
        """So many that are penalised alike and have no bounds."""
        made = cls(np.ones(count), np.full(count, -np.inf), np.full(count, np.inf))
        made.unbounded = made.plain = True  # known without looking
        return made

    def take(self, idx):
        """The coordinates `idx`."""
        made = Coordinates(self.factor[idx], self.low[idx], self.high[idx])
        if self.unbounded:  # then so are these, known without looking
            made.unbounded = True
        if self.plain:
            made.plain = True
        return made

    def with_free(self, count):
        """These and `count` more behind them that are neither penalised nor bounded."""
        infinite = np.full(count, np.inf)
        made = Coordinates(
            np.concatenate([self.factor, np.zeros(count)]),
            np.concatenate([self.low, -infinite]),
            np.concatenate([self.high, infinite]),
        )
        made.unbounded = self.unbounded
        return made

    def without(self, low, high):
        """These without the bounds of two masks."""
        return Coordinates(self.factor, np.where(low, -np.inf, self.low), np.where(high, np.inf, self.high))

    @cached_property
    def unpenalised(self):
        """Where the factor is zero: a boolean mask."""
        return self.factor == 0.0

    @cached_property
    def unbounded(self):
        """Whether there are no bounds at all."""
        return bool(np.isinf(self.low).all() and np.isinf(self.high).all())

    @cached_property
    def plain(self):
        """Whether, besides, every coordinate is penalised."""
        return self.unbounded and bool(self.factor.all())


class Structure(Enum):
    """What a penalty is made of where it applies, which decides what solves it."""

    NOTHING = "nothing"  #: nothing is charged
    L2 = "L2"  #: half the squares, with a factor each
    L1 = "L1"  #: the L1 norm, with or without an L2 part
    OTHER = "other"  #: no sum of these: its prox is all there is


class Penalty(BaseEstimator, ABC):
    """A penalty Omega(w) = alpha * (a norm or the like), with its strength `alpha`.

    Conventions: w, v and grad are flat float64 arrays, `c` the `Coordinates` of the same length.
    `v` is the dual point X'u, minus the gradient of the loss.
    """

    @abstractmethod
    def value(self, w, c):
        """Omega(w)."""

    @abstractmethod
    def prox(self, x, step, c):
        """argmin_w 1/2 |w - x|^2 + step Omega(w) within the bounds; step is a float >= 0."""

    @abstractmethod
    def violation(self, w, grad, c):
        """Signed distance, per coordinate, of -grad from the subdifferential of Omega plus the bounds.

        Positive: the optimality condition is violated by so much. Negative: it holds, with so much to
        spare (-inf where no gradient could violate it).
        """

    @abstractmethod
    def gauge(self, v, c):
        """The smallest g >= 0 for which conjugate(v / g) is finite (0 if it is for every multiple)."""

    @abstractmethod
    def fenchel_gap(self, w, v, c):
        """Omega(w) + Omega*(v) - <v, w> within the bounds, >= 0; v with gauge(v) <= 1.

        On an unpenalised, unbounded coordinate the conjugate would be infinite unless v is exactly
        zero; such a coordinate is charged |v| |w| instead.
        """

    @abstractmethod
    def active(self, w, c):
        """Where Omega is smooth at w and w is strictly inside its bounds: a boolean mask."""

    @abstractmethod
    def smooth(self, w, c):
        """(gradient, curvature) of Omega at w, meaningful on `active(w, c)`.

        The curvature is a float, an array of one entry per coordinate, or a matrix of all pairs of them
        where Omega is no sum over coordinates.
        """

    @abstractmethod
    def alpha_max(self, grad, c):
        """The smallest alpha at which w = 0 is optimal, given the loss's gradient at w = 0."""

    def l1_and_l2(self, c):
        """(l1, l2) arrays when Omega(w) = sum l1 |w| + l2 / 2 w^2: the compiled route. None: generic."""
        return None

    def structure(self, c):
        """The `Structure` of Omega on these coordinates, told by `l1_and_l2` and by no name or class."""
        if self.alpha == 0.0:
            return Structure.NOTHING
        parts = self.with_alpha(1.0).l1_and_l2(c)
        if parts is None:
            return Structure.OTHER
        l1, l2 = parts
        if l1.any():
            return Structure.L1
        return Structure.L2 if l2.any() else Structure.NOTHING

    def l2_factor(self, c):
        """What multiplies alpha / 2 w_j^2 where there is nothing but an L2 part."""
        parts = self.with_alpha(1.0).l1_and_l2(c)
        return c.factor if parts is None else parts[1]

    def dual_candidates(self, w, v, c):
        """Pairs (tau, share of the gap at tau v); the certificate keeps the best of them."""
        return [(tau, self.fenchel_gap(w, tau * v, bounds)) for tau, bounds in self.scalings(w, v, c)]

    def scalings(self, w, v, c):
        """Factors tau that make tau v feasible, each with the coordinates on which its share is reckoned.

        A finite bound lets v pass the threshold at the price of what the bound is away, so the factor that
        would do without bounds may be better. Without the bounds that w does not touch the minimum is no
        larger, so the gap of that problem bounds this one's too, and however far away they are it costs
        nothing. Those of unpenalised coordinates stay, where the conjugate would be infinite.
        """
        pairs = [(1.0 / max(1.0, self.gauge(v, c)), c)]
        safe = 1.0 if c.unbounded else 1.0 / max(1.0, self.gauge(v, c.without(True, True)))
        if safe < 1.0:
            penalised = (c.factor > 0.0) & (self.alpha > 0.0)
            touched = c.without(penalised & (w > c.low), penalised & (w < c.high))
            pairs += [(1.0 / max(1.0, self.gauge(v, touched)), touched), (safe, c)]
        return pairs

    def slope_and_curvature(self, w, c, idx):
        """`smooth` on the coordinates idx: (gradient, curvature), the curvature an array or a matrix."""
        gradient, curvature = self.smooth(w, c)
        if np.ndim(curvature) == 2:
            return gradient[idx], curvature[np.ix_(idx, idx)]
        return gradient[idx], np.broadcast_to(curvature, w.shape)[idx]

    def with_alpha(self, alpha):
        """The same penalty at another strength."""
        made = object.__new__(type(self))  # `copy` would take ten times as long
        vars(made).update(vars(self), alpha=alpha)
        return made


class SeparablePenalty(Penalty):
    """Omega(w) = sum_j phi_j(w_j), each phi_j convex, symmetric, with its minimum at zero.

    A concrete norm states phi (`value`), its one-sided slopes, the maximiser of its conjugate, its
    slope at infinity, its unbounded prox and its second derivative. Bounds, unpenalised coordinates and
    the certificate are settled here, once.
    """

    @abstractmethod
    def slope(self, w, a):
        """phi'(w) for w > 0 and a = alpha * factor: the right-hand slope at |w|, array or float."""

    @abstractmethod
    def maximiser(self, v, a):
        """argmax_w v w - phi(w); +-inf where the supremum is not attained."""

    @abstractmethod
    def recession(self, a):
        """lim phi'(w) as w grows: |v| beyond it makes the conjugate infinite."""

    @abstractmethod
    def unbounded_prox(self, x, step, a):
        """prox without bounds."""

    @abstractmethod
    def curvature(self, w, a):
        """phi''(w) away from zero."""

    def prox(self, x, step, c):
        return np.clip(self.unbounded_prox(x, step, self.alpha * c.factor), c.low, c.high)

    def violation(self, w, grad, c):
        slope = self.slope(np.abs(w), self.alpha * c.factor)
        if c.unbounded:
            return np.where(w == 0.0, np.abs(grad) - slope, np.abs(grad + np.sign(w) * slope))
        up = grad + np.where(w >= 0.0, slope, -slope)  # right-hand derivative of the objective
        down = grad + np.where(w > 0.0, slope, -slope)  # left-hand derivative
        return np.maximum(np.where(w < c.high, -up, -np.inf), np.where(w > c.low, down, -np.inf))

    def gauge(self, v, c):
        recession = self.recession(self.alpha * c.factor)
        counts = (recession > 0.0) & np.isfinite(recession)
        if not c.unbounded:  # a finite bound in the direction of v keeps the conjugate finite
            counts &= np.where(v > 0.0, c.high == np.inf, c.low == -np.inf)
        return float(np.max(np.abs(v[counts]) / recession[counts], initial=0.0))

    def fenchel_gap(self, w, v, c):
        a = self.alpha * c.factor
        recession = self.recession(a)
        best = self.maximiser(v, a)
        if not c.unbounded:
            best = np.clip(best, c.low, c.high)
        unbounded = np.isinf(best)
        if unbounded.any():
            best[unbounded] = np.clip(0.0, c.low[unbounded], c.high[unbounded])
        gap = self.value(w, c, each=True) - self.value(best, c, each=True) + v * (best - w)
        gap = np.maximum(gap, 0.0)
        if unbounded.any():  # past the edge by rounding, or unpenalised, or beyond floating point
            free = unbounded & (recession == 0.0)
            gap[free] = np.abs(v[free] * w[free])
            gap[unbounded & np.isinf(recession)] = np.inf
        return float(gap.sum())

    def active(self, w, c):
        kink = self.slope(np.zeros_like(w), self.alpha * c.factor) > 0.0
        return (w > c.low) & (w < c.high) & ((w != 0.0) | ~kink)

    def smooth(self, w, c):
        a = self.alpha * c.factor
        return np.sign(w) * self.slope(np.abs(w), a), self.curvature(w, a)


def add_curvature(hessian, curvature):
    """Add to a matrix, in place, the curvature of its first coordinates: a matrix or a diagonal."""
    m = len(curvature)
    if curvature.ndim == 2:
        hessian[:m, :m] += curvature
    else:
        np.einsum("ii->i", hessian)[:m] += curvature


def pull(grad, c):
    """How hard the loss pulls each coordinate away from zero, in a direction its bounds allow."""
    return np.maximum(np.where(c.high > 0, -grad, 0.0), np.where(c.low < 0, grad, 0.0))
