"""One fitting problem: rows, target, weights, loss, penalty, and whether there is an intercept.

    minimise over w, b    F(Xw + b) + Omega(w)    subject to  low <= w <= high

F averages the loss over the weights. Everything is stated for centred columns: the intercept here is the
one that goes with X - mean, and for a quadratic loss with the target measured from its mean.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from .losses import Loss
from .penalties import Coordinates, Penalty
from .unpenalised import RowProducts, Unpenalised

_POWER = 6  # steps of power iteration


@dataclass
class Problem:
    design: object
    y: np.ndarray  # (K, n)
    weights: np.ndarray  # (n,), non-negative, sum one
    loss: Loss
    penalty: Penalty
    coordinates: Coordinates  # flat, K p
    fit_intercept: bool = True
    _null_loss: list = field(default_factory=list, init=False, repr=False)  # empty until wanted
    _free: dict = field(
        default_factory=dict, init=False, repr=False
    )  # `Unpenalised`, with and without alpha

    _known: dict = field(default_factory=dict, init=False, repr=False)  # of rows and loss, once wanted
    _loose: list = field(default_factory=list, init=False, repr=False)  # masks, and what `loosened` made

    def __post_init__(self):
        self.n_outputs = self.y.shape[0]
        self.n_features = self.design.shape[1]
        self.shape = (self.n_outputs, self.n_features)
        self._products = RowProducts(self.design, self.weights)

    def with_alpha(self, alpha):
        if alpha == self.penalty.alpha:
            return self
        made = replace(self, penalty=self.penalty.with_alpha(alpha))
        made._null_loss, made._free, made._known = self._null_loss, self._free, self._known
        made._products = self._products
        return made

    @property
    def squares(self):
        """Weighted squares (p,) of the columns."""
        if "squares" not in self._known:
            self._known["squares"] = self.design.squares_each(self.weights[None, :])[0]
        return self._known["squares"]

    @property
    def largest_square(self):
        """About the largest eigenvalue of the weighted Gram matrix, by power iteration."""
        if "largest" not in self._known:
            square, along = 0.0, np.sqrt(self.squares)[None, :]
            for _ in range(_POWER if along.any() else 0):
                along = along / np.linalg.norm(along)
                along = self.design.correlate(self.weights * self.design.matvec(along))
                square = float(np.linalg.norm(along))
                if not 0.0 < square < np.inf:
                    break
            self._known["largest"] = square
        return self._known["largest"]

    @property
    def initial_curvature(self):
        """That of the loss (K,) where the predictor is zero: about the largest that there is."""
        if "curvature" not in self._known:
            d, a = self.loss.curvature(self.y, np.zeros(self.y.shape), self.weights)
            self._known["curvature"] = (d if a is None else d - a**2).sum(axis=1)
        return self._known["curvature"]

    def predictor(self, coef, intercept):
        """z (K, n)."""
        z = self.design.matvec(coef)
        z += intercept[:, None]
        return z

    def loss_value(self, z):
        return self.loss.value(self.y, z, self.weights)

    def best_intercept(self, z, enough=0.0):
        """Change of intercept (K,) that minimises F(z + change), at fixed coefficients.

        Of several outputs it may be as rough as that the gradient is `enough` of its terms.
        """
        if not self.fit_intercept:
            return np.zeros(self.n_outputs)
        return self.loss.best_intercept(self.y, z, self.weights, enough)

    def share(self, other):
        """With a problem that differs in its target and strength only, what these have no part in."""
        self._free, self._products = other._free, other._products

    @cached_property
    def structure(self):
        """What the penalty is made of here."""
        return self.penalty.structure(self.coordinates)

    @property
    def unpenalised(self):
        """The `Unpenalised` coordinates."""
        key = self.penalty.alpha == 0.0
        if key not in self._free:
            self._free[key] = Unpenalised(self.penalty, self.coordinates, self.n_features, self._products)
        return self._free[key]

    def loosened(self, flat):
        """The same problem without the bounds of unpenalised coordinates that `flat` does not touch.

        None where there are none. The last one is kept.
        """
        c = self.coordinates
        if c.unbounded or not (self.penalty.alpha == 0.0 or c.unpenalised.any()):
            return None
        none = c.unpenalised | (self.penalty.alpha == 0.0)
        masks = none & (flat > c.low) & np.isfinite(c.low), none & (flat < c.high) & np.isfinite(c.high)
        if not np.any(masks):
            return None
        if not self._loose or not np.array_equal(self._loose[0], masks):
            loose = replace(self, coordinates=c.without(*masks))
            loose._products = self._products
            self._loose[:] = masks, loose
        return self._loose[1]

    @cached_property
    def floating(self):
        """Features of a softmax whose coefficients may all move by one constant: unpenalised, unbounded."""
        if not self.loss.shift_invariant:
            return np.zeros(0, dtype=np.intp)
        c, free = self.coordinates, self.unpenalised.indices
        whole = np.zeros(self.shape, dtype=bool)
        whole.flat[free] = np.isinf(c.low[free]) & np.isinf(c.high[free])
        return np.flatnonzero(whole.all(axis=0))

    def settle(self, flat):
        """The same point with sums of zero over the outputs of every floating feature."""
        if self.floating.size == 0:
            return flat
        coef = flat.reshape(self.shape).copy()
        coef[:, self.floating] -= coef[:, self.floating].mean(axis=0)
        return coef.reshape(-1)

    def recedes(self, flat, intercept):
        """Whether the unpenalised part of a point is a direction along which the loss falls forever."""
        free = self.unpenalised.indices
        if self.loss.quadratic or not np.any(flat[free]):
            return False
        direction = np.zeros_like(flat)
        direction[free] = flat[free]
        z = self.predictor(direction.reshape(self.shape), intercept)
        return self.loss.recedes(self.y, z, self.weights)

    def null_coef(self):
        """w = 0, or the point of the box nearest to it, flat."""
        c = self.coordinates
        return np.zeros(c.low.size) if c.unbounded else np.clip(0.0, c.low, c.high)

    def null_objective(self):
        """The objective there, with the best intercept: what a gap is relative to."""
        return self.null_loss + self.penalty.value(self.null_coef(), self.coordinates)

    @property
    def null_loss(self):
        """Its loss, which every strength shares."""
        if not self._null_loss:
            z = self.predictor(self.null_coef().reshape(self.shape), np.zeros(self.n_outputs))
            z += self.best_intercept(z)[:, None]
            self._null_loss.append(self.loss_value(z))
        return self._null_loss[0]


@dataclass(eq=False)
class Problems(Sequence):
    """Problems that differ in their targets and in the strengths of their penalties, and in nothing else.

    Whoever solves all of them at once reads the arrays. A single `Problem` is made when it is asked for,
    and shares with the first what does not depend on the target.
    """

    design: object
    targets: np.ndarray  # (m, K, n) for m problems of K outputs, in any order
    weights: np.ndarray
    loss: Loss
    penalty: Penalty
    coordinates: Coordinates
    fit_intercept: bool = True
    _made: dict = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self):
        self.strengths = np.full(len(self.targets), self.penalty.alpha)
        self.n_features = self.design.shape[1]

    @classmethod
    def alone(cls, problem):
        """One problem."""
        parts = problem.weights, problem.loss, problem.penalty, problem.coordinates, problem.fit_intercept
        made = cls(problem.design, problem.y[None], *parts)
        made._made[0] = problem
        return made

    def __len__(self):
        return len(self.targets)

    def __getitem__(self, k):
        return self._problem(range(len(self))[k]).with_alpha(float(self.strengths[k]))

    def at(self, strengths):
        """The same at one strength each."""
        made = object.__new__(Problems)  # `copy` would take ten times as long
        vars(made).update(vars(self), strengths=np.full(len(self), strengths, dtype=np.float64))
        return made

    @property
    def Y(self):
        """The targets of all outputs (m K, n)."""
        return self.targets.reshape(-1, self.targets.shape[-1])

    def _problem(self, k):
        if k not in self._made:
            parts = self.loss, self.penalty, self.coordinates, self.fit_intercept
            y = np.ascontiguousarray(self.targets[k])
            self._made[k] = Problem(self.design, y, self.weights, *parts)
            if k:
                self._made[k].share(self._problem(0))
        return self._made[k]
