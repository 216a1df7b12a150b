"""Optimality from outside: objective, duality gap and KKT conditions of a returned solution.

Shares nothing with the solvers. Everything is

    P(w, b) = sum_i c_i loss(y_i, x_i w + b) + sum_j (l1_j |w_j| + l2_j / 2 w_j^2)

on low <= w <= high, with c_i = s_i / S and loss = half the square, log-loss or squared hinge; Ridge,
which sums whole squares, is c_i = 2 s_i and l2 = 2 alpha f. For K outputs w is (K, p), z is (K, n).

Arithmetic is in np.longdouble (64 bits of mantissa on x86). With column means 1e8 times the
deviation, y - Xw - b at the returned float64 intercept has lost those eight digits whatever the
solver did. So X is centred in long double and the gap takes the best intercept for the returned
coefficients; the returned intercept is judged by its own KKT condition, against the rounding it
cannot avoid.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

LD = np.longdouble
EPS = LD(np.finfo(np.float64).eps)
TINY, NOISE = np.finfo(LD).tiny, 4 * np.finfo(LD).eps
EXTENDED = np.finfo(LD).eps < 1e-18


class Squared:
    """Half the squared residual."""

    reach = np.inf  # the longest step in z a Newton model is trusted for

    def __init__(self, y):
        self.target = np.asarray(y, dtype=LD)[None, :]
        self.n_outputs = 1

    def value(self, z):
        return (self.target - z) ** 2 / 2

    def pull(self, z):
        """Minus the derivative in z."""
        return self.target - z

    def curvature(self, z):
        return np.ones((1, *z.shape), dtype=LD)

    def fenchel_young(self, z, at, tau):
        """loss(z) + loss*(-tau pull(at)) + z tau pull(at): non-negative, zero for at = z, tau = 1."""
        return (self.pull(z) - tau * self.pull(at)) ** 2 / 2


class SquaredHinge:
    """max(0, 1 - t z)^2 for t = +-1, one output per class against the rest (one output for two)."""

    reach = np.inf

    def __init__(self, y):
        classes = np.unique(y)
        positive = classes[1:] if classes.size == 2 else classes
        self.target = np.where(y == positive[:, None], LD(1), LD(-1))
        self.n_outputs = positive.size

    def _margin(self, z):
        return 1 - self.target * z

    def value(self, z):
        return np.maximum(self._margin(z), 0) ** 2

    def pull(self, z):
        return 2 * self.target * np.maximum(self._margin(z), 0)

    def curvature(self, z):
        return np.eye(self.n_outputs)[:, :, None] * (2 * (self._margin(z) > 0))

    def fenchel_young(self, z, at, tau):
        margin, dual = self._margin(z), tau * np.maximum(self._margin(at), 0)
        inside = np.maximum(margin, 0)
        return (inside - dual) ** 2 + 2 * dual * (inside - margin)


class LogLoss:
    """Softmax cross-entropy; two classes are one output, the first class's being zero."""

    reach = 30.0

    def __init__(self, y):
        classes = np.unique(y)
        self.own = y == classes[:, None]
        self.n_outputs = 1 if classes.size == 2 else classes.size

    def _scores(self, z):
        return z if self.n_outputs > 1 else np.vstack([np.zeros_like(z), z])

    def _surplus(self, z):
        """p - onehot, p and log p; the own class's surplus is a sum, not 1 - p, to keep its digits."""
        scores = self._scores(z)
        log_p = scores - np.logaddexp.reduce(scores, axis=0)
        p = np.maximum(np.exp(log_p), TINY)
        others = np.where(self.own, 0, p)
        return np.where(self.own, -others.sum(axis=0), p), p, log_p

    def value(self, z):
        scores = self._scores(z)
        return np.logaddexp.reduce(scores - scores[self.own.argmax(axis=0), np.arange(z.shape[1])])[None, :]

    def pull(self, z):
        return -self._surplus(z)[0][-self.n_outputs :]

    def curvature(self, z):
        p = self._surplus(z)[1]
        h = -p[:, None] * p[None, :]
        for k in range(p.shape[0]):
            h[k, k] = p[k] * (p[:k].sum(axis=0) + p[k + 1 :].sum(axis=0))
        return h[-self.n_outputs :, -self.n_outputs :]

    def fenchel_young(self, z, at, tau):
        # Kullback-Leibler of q = onehot + tau (p(at) - onehot) from p(z)
        surplus, p, log_p = self._surplus(z)
        return _divergence(p, tau * self._surplus(at)[0] - surplus, log_p)


def _divergence(p, d, log_p):
    """q log(q / p) - d for q = p + d >= 0; by its series near d = 0, where the terms cancel."""
    x = np.maximum(d / p, -1)
    near = np.where(np.abs(x) < 0.01, x, 0)
    series = p * sum((-near) ** k / (k * (k - 1)) for k in range(2, 13))
    q = np.maximum(p + d, 0)
    direct = q * (np.log(np.maximum(q, TINY)) - log_p) - d
    return np.where(np.abs(x) < 0.01, series, direct)


LOSSES = {"squared": Squared, "log_loss": LogLoss, "squared_hinge": SquaredHinge}


@dataclass
class Certificate:
    """What `Objective.certify` found; the ratios are in units of unavoidable float64 rounding."""

    objective: LD  # at the best intercept
    gap: LD
    null: LD  # the objective at w = 0 (projected on the bounds) with the best intercept
    relative_gap: LD
    gap_rounding: LD
    kkt: np.ndarray  # (K, p) violation ratios
    kkt_intercept: np.ndarray  # (K,), at the returned intercept


class Objective:
    """The objective of one fit; y is a target, or labels for the two classification losses."""

    def __init__(self, X, y, *, loss, alpha, l1_ratio=1.0, averaged=True, sample_weight=None,
                 penalty_factor=None, bounds=(-np.inf, np.inf), fit_intercept=True):  # fmt: skip
        X = X.toarray() if sparse.issparse(X) else np.asarray(X)
        s = np.ones(X.shape[0]) if sample_weight is None else np.asarray(sample_weight)
        X, y, s = X[s > 0].astype(LD), np.asarray(y)[s > 0], s[s > 0].astype(LD)
        self.weights = s / s.sum() if averaged else 2 * s
        self.fit_intercept = fit_intercept
        self.mean, self.shift = np.zeros(X.shape[1], dtype=LD), LD(0)
        # a target known to a few units of rounding: what keeps a constant one, or classes that the
        # bounds alone separate, from dividing by zero
        noise = 4 * EPS * (y.astype(LD) if loss == "squared" else np.ones_like(s))
        self.null_rounding = self.weights @ noise**2
        if fit_intercept:
            X, self.mean = _centred(X, s)
            if loss == "squared":
                y, self.shift = _centred(y.astype(LD), s)
        self.X, self.loss = X, LOSSES[loss](y)
        shape = (self.loss.n_outputs, X.shape[1])
        f = (
            np.ones(X.shape[1], dtype=LD)
            if penalty_factor is None
            else np.asarray(penalty_factor, dtype=LD)
        )
        strength = LD(alpha) * f * (1 if averaged else 2)
        self.l1 = np.broadcast_to(strength * LD(l1_ratio), shape)
        self.l2 = np.broadcast_to(strength * (1 - LD(l1_ratio)), shape)
        self.low, self.high = (np.broadcast_to(np.asarray(b, dtype=LD), shape) for b in bounds)
        self.origin = np.clip(np.zeros(shape, dtype=LD), self.low, self.high)
        z = self._reoptimise(self.origin @ self.X.T, np.zeros(shape, dtype=bool))
        self.null_intercept = (z - self.origin @ self.X.T)[:, :1]
        self.null = self._value(self.origin, z)
        self.null_pull = np.abs(self.loss.pull(z)) + np.abs(noise)
        pull = self._correlate(z)
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.abs(pull) / (self.l1 + self.l2)
        #: alpha_max / alpha, the origin being optimal once this is <= 1 (for l1_ratio = 1)
        self.steepest = np.max(self.weights @ self.X**2)  # the largest curvature of half a square
        #: the size of alpha that the scales of X and y suggest, whatever their correlation
        self.natural = np.sqrt(self.steepest * np.max(self.null_pull**2 @ self.weights))
        self.headroom = np.max(ratio[self.l1 + self.l2 > 0], initial=0)

    def certify(self, coef, intercept):
        w = np.asarray(coef, dtype=LD).reshape(self.l1.shape)
        b = np.broadcast_to(np.asarray(intercept, dtype=LD), w.shape[:1])
        returned = w @ self.X.T + (b - self.shift + w @ self.mean)[:, None]
        starts = returned, w @ self.X.T + self.null_intercept  # Newton may fail from a far intercept
        found = [self._reoptimise(z, np.zeros(w.shape, dtype=bool)) for z in starts]
        least = min(self._value(w, z) for z in found)
        found = [z for z in found if self._value(w, z) <= least * (1 + LD(1e-15))]
        z = min(found, key=lambda z: np.abs(self.loss.pull(z) @ self.weights).max())
        gap, unit = self._gap(w, z), self._rounding(w, z)
        null = self.null + self.null_rounding
        reach = sum(np.where(np.isfinite(side), np.abs(side), 0) for side in (w, self.low, self.high))
        return Certificate(
            objective=self._value(w, z),
            gap=gap,
            null=self.null,
            relative_gap=gap / null if null > 0 else gap,
            gap_rounding=(reach * unit).sum() + EPS * self._value(w, z),
            kkt=self._violation(w, z, unit),
            kkt_intercept=self._intercept_violation(w, b, returned),
        )

    def _value(self, w, z):
        penalty = self.l1 * np.abs(w) + self.l2 / 2 * w**2
        return (self.loss.value(z) @ self.weights).sum() + penalty.sum()

    def _correlate(self, z):
        """(K, p): minus the gradient of the loss."""
        return (self.weights * self.loss.pull(z)) @ self.X

    def _gap(self, w, z):
        """P - D at (w, best intercept) and the scaled residual, a sum of non-negative terms.

        Where the conjugate is infinite, unpenalised coefficients pulled to an open side, the residual is
        first re-optimised over them (and those inside finite bounds, if that is better). What
        correlation is left there is charged |v| |w|.
        """
        # as if sqrt(l2) I were rows of X: where l1 is zero that would be the L2 part's conjugate again
        rows = np.where(self.l1 > 0, self.l2, 0)
        return min(
            self._scaled(w, z, at, u, self.l2 - part, part / 2 * w**2, reach)
            for at, v in (self._free_residual(w, z, boxed) for boxed in (False, True))
            for u, part in ((v, 0 * rows), (v - rows * w, rows))
            for reach in ("bounds", "touched", "nowhere")
        )

    def _free_residual(self, w, z, boxed):
        at, v, free = z, self._correlate(z), np.zeros(w.shape, dtype=bool)
        inside = boxed & (self.low < w) & (w < self.high)
        for _ in range(w.size):
            pulled = np.isinf(np.where(v > 0, self.high, self.low)) & (v != 0) | inside
            wider = free | pulled & (self.l1 + self.l2 == 0)
            if np.array_equal(free, wider):
                break
            free = wider
            at = self._reoptimise(at, free)
            v = self._correlate(at)
            v[free & (np.abs(v) <= EPS * self._rounding(w, at))] = 0
        return at, v

    def _scaled(self, w, z, at, v, l2, extra, reach):
        """`extra` is what rows that stand for the L2 part add to the loss; `reach`: a finite bound lets
        the dual point pass the L1 threshold, at the price of what the bound is away. The problem
        without those that w does not touch has no larger a minimum."""
        l1, low, high = self.l1, self.low, self.high
        edge = (l2 == 0) & (l1 > 0)
        if reach == "touched":
            dropped = self.l1 + self.l2 > 0
            low, high = (
                np.where(dropped & (w > low), -np.inf, low),
                np.where(dropped & (w < high), np.inf, high),
            )
        if reach != "nowhere":
            edge &= np.isinf(np.where(v > 0, high, low))
        tau = 1 / np.max(np.abs(v[edge]) / l1[edge], initial=1)
        past = np.maximum(np.abs(tau * v) - l1 * (1 + NOISE), 0)
        size = np.where(l2 > 0, past / np.where(l2 > 0, l2, 1), np.where(past > 0, np.inf, 0))
        best = np.clip(np.copysign(size, v), low, high)  # maximises <tau v, x> - penalty
        charged = np.isinf(best)
        best = np.where(charged, 0, best)
        terms = l1 * (np.abs(w) - np.abs(best)) + l2 / 2 * (w - best) * (w + best)
        terms = np.maximum(terms + tau * v * (best - w), 0)
        terms = np.where(charged, np.abs(tau * v * w), terms)
        losses = (self.loss.fenchel_young(z, at, tau) @ self.weights).sum()
        return losses + terms.sum() + ((1 - tau) ** 2 * extra * np.ones_like(w)).sum()

    def _violation(self, w, z, unit):
        """How far minus the gradient is outside the subdifferential, in units of rounding.

        A coefficient that could gain no more than rounding before its bound stops it is excused.
        """
        slope = self.l2 * w - self._correlate(z)
        up = slope + np.where(w >= 0, self.l1, -self.l1)
        down = slope + np.where(w > 0, self.l1, -self.l1)
        ratios = []
        for violation, room in ((-up, self.high - w), (down, w - self.low)):
            violation = np.where(room > 0, np.maximum(violation, 0), 0)
            gain = np.where(np.isinf(room), np.inf, violation * np.where(np.isinf(room), 0, room))
            with np.errstate(over="ignore"):  # where zero is optimal at no cost
                ratios.append(np.minimum(_ratio(violation, unit), gain / (EPS * self.null + TINY)))
        return np.maximum(*ratios)

    def _sensitivity(self, z, size):
        """(K, 1): rounding of the pull, as a norm, when z carries the rounding of terms of `size`."""
        pull = np.abs(self.loss.pull(z)) + self.null_pull
        pull = pull + (np.abs(self.loss.curvature(z)) * size[None]).sum(axis=1)
        return EPS * np.sqrt(pull**2 @ self.weights)[:, None]

    def _rounding(self, w, z):
        """(K, p): what rounding w, z and the data to float64 does to each gradient.

        In norms, with sqrt(l2) I as rows of X: so much moves the objective by EPS^2 of itself.
        """
        norms = np.sqrt(self.weights @ self.X**2 + self.l2)
        norms = norms + EPS * np.sqrt(self.weights.sum()) * np.abs(self.mean)
        pull = self._sensitivity(z, np.abs(w) @ np.abs(self.X).T)
        pull = np.hypot(pull, EPS * np.sqrt((self.l2 * w**2).sum()))
        return pull * norms + EPS * (self.l1 + self.l2 * np.abs(w))

    def _intercept_violation(self, w, b, z):
        if not self.fit_intercept:
            return np.where(b == 0, LD(0), np.inf)
        size = np.abs(w) @ np.abs(self.X).T + (np.abs(b) + np.abs(w) @ np.abs(self.mean))[:, None]
        unit = np.sqrt(self.weights.sum()) * self._sensitivity(z, size)[:, 0]
        return _ratio(np.abs(self.loss.pull(z) @ self.weights), unit)

    def _reoptimise(self, z, free):
        """z after Newton over the intercepts and the coefficients `free` (K, p), the rest fixed.

        Float64 solves with long-double gradients: each step gains some ten digits.
        """
        outputs, features = np.nonzero(free)
        columns = self.X.T[features]
        if self.fit_intercept:
            outputs = np.append(outputs, np.arange(z.shape[0]))
            columns = np.vstack([columns, np.ones_like(z)])
        norms = np.sqrt((columns**2 * self.weights).sum(axis=1))
        used = norms > 0
        outputs, columns = outputs[used], columns[used] / norms[used, None]
        value, error, stalled = (self.loss.value(z) @ self.weights).sum(), np.inf, False
        for _ in range(200 if outputs.size else 0):
            pull = (self.weights * self.loss.pull(z))[outputs] * columns
            gradient, previous = pull.sum(axis=1), error
            error = np.max(np.abs(gradient) / np.maximum(np.abs(pull).sum(axis=1), TINY))
            if error <= 4e-19 or (stalled and error > previous / 2):
                break
            curvature = (self.loss.curvature(z) * self.weights)[outputs[:, None], outputs]
            hessian = (curvature * columns[:, None] * columns[None]).sum(axis=2)
            pulled = np.max(np.abs(gradient))
            size = max(np.trace(hessian), 1e-300 * pulled, TINY)
            step = np.linalg.lstsq(
                (hessian / size).astype(float), (gradient / pulled).astype(float), rcond=1e-13
            )[0] * min(pulled / size, LD(1e300))
            # where a loss saturates its curvature says nothing about far away
            far = np.max(np.abs(step[:, None] * columns)) / self.loss.reach
            if not np.isfinite(far):  # saturated beyond extended precision
                break
            step = step / np.maximum(far, 1)
            for _ in range(60):
                moved = np.zeros_like(z)
                np.add.at(moved, outputs, step[:, None] * columns)
                new = (self.loss.value(z + moved) @ self.weights).sum()
                if new <= value * (1 + NOISE):
                    break
                step = step / 2
            else:
                break
            stalled = new >= value * (1 - NOISE)
            z, value = z + moved, new
        return z


def _centred(a, s):
    """Rows less their weighted mean, and the mean: twice, as the first is rounded to its own size."""
    first = s @ a / s.sum()
    rest = s @ (a - first) / s.sum()
    return np.where((a[0] == a).all(axis=0), 0, a - first - rest), first + rest


def _ratio(violation, unit):
    return np.where((violation > 0) & (unit > 0), violation / np.where(unit > 0, unit, 1), 0)
