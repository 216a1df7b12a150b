"""One table of losses; every law is checked of every row.

A new loss is one more row: the object, how to draw a target, and the conjugate of one sample's loss,
f*(v) = sup_z v z - loss(y, z), written out independently.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, log_expit, xlogy

from sknormreg.losses import LogLoss, Loss, MultinomialLoss, SquaredHinge, SquaredLoss, best_intercept
from sknormreg.losses.log_loss import divergence


class Row(NamedTuple):
    loss: Loss
    n_outputs: int
    target: Callable  # (rng, n) -> y (K, n)
    conjugate: Callable  # (y, v) -> (n,), on its domain
    canonical: bool = True  # the gradient is inverse_link(z) - y
    scores: float = 3.0  # typical size of z


def one_hot(rng, n):
    return np.eye(4)[rng.integers(0, 4, n)].T


TABLE = {
    "squared": Row(
        SquaredLoss(), 2, lambda rng, n: rng.normal(size=(2, n)),
        lambda y, v: np.sum(v**2 / 2 + v * y, axis=0),
    ),
    "log-loss": Row(
        LogLoss(), 1, lambda rng, n: rng.integers(0, 2, (1, n)).astype(float),
        lambda y, v: (xlogy(y + v, y + v) + xlogy(1 - y - v, 1 - y - v))[0],
    ),
    "multinomial": Row(
        MultinomialLoss(), 4, one_hot, lambda y, v: np.sum(xlogy(y + v, y + v), axis=0)
    ),
    "squared hinge": Row(
        SquaredHinge(), 1, lambda rng, n: rng.choice([-1.0, 1.0], (1, n)),
        lambda y, v: (v**2 / 4 + v * y)[0], canonical=False,
    ),
}  # fmt: skip
each_row = pytest.mark.parametrize("row", TABLE.values(), ids=TABLE.keys())


def draw(row, seed=0, n=60):
    """(rng, y, z, s) with weights that sum to one and vary by a factor of twenty."""
    rng = np.random.default_rng(seed)
    s = rng.uniform(0.05, 1.0, n)
    return rng, row.target(rng, n), row.scores * rng.normal(size=(row.n_outputs, n)), s / s.sum()


def hessians(pair, K):
    """(n, K, K) from (d, a)."""
    d, a = pair
    full = d.T[:, :, None] * np.eye(K)
    return full if a is None else full - a.T[:, :, None] * a.T[:, None, :]


def arrays(found):
    """The arrays of a gradient, or of a pair (d, a)."""
    return [a for a in found if a is not None] if isinstance(found, tuple) else [found]


@each_row
def test_gradient_agrees_with_differences_of_the_value(row):
    rng, y, z, s = draw(row)
    gradient = row.loss.gradient(y, z, s)
    for _ in range(20):
        direction = rng.normal(size=z.shape)
        h = 1e-5
        change = row.loss.value(y, z + h * direction, s) - row.loss.value(y, z - h * direction, s)
        assert np.sum(gradient * direction) == pytest.approx(change / (2 * h), abs=1e-8)


@each_row
def test_curvature_agrees_with_differences_of_the_gradient(row):
    _, y, z, s = draw(row)
    hessian = hessians(row.loss.curvature(y, z, s), row.n_outputs)
    for k, h in enumerate(np.eye(row.n_outputs)[:, :, None] * 1e-6):
        change = row.loss.gradient(y, z + h, s) - row.loss.gradient(y, z - h, s)
        np.testing.assert_allclose(hessian[:, :, k].T, change / 2e-6, atol=1e-8)


@each_row
@pytest.mark.parametrize("size", [0.1, 3.0, 50.0])
def test_majoriser_lies_above(row, size):
    rng, y, z, s = draw(row)
    z = size * z
    hessian = hessians(row.loss.majoriser(y, z, s), row.n_outputs)
    gradient = row.loss.gradient(y, z, s)
    for step in rng.normal(size=(100, *z.shape)) * 10.0 ** rng.uniform(-2, 3, (100, 1, 1)):
        bend = np.einsum("kn,nkl,ln->", step, hessian, step) / 2
        bound = row.loss.value(y, z, s) + np.sum(gradient * step) + bend
        assert row.loss.value(y, z + step, s) <= bound * (1 + 1e-12)


@each_row
def test_convex_along_segments(row):
    rng, y, _, s = draw(row)
    for _ in range(50):
        a, b = 10.0 ** rng.uniform(-1, 2) * rng.normal(size=(2, row.n_outputs, s.size))
        t = rng.random()
        chord = (1 - t) * row.loss.value(y, a, s) + t * row.loss.value(y, b, s)
        assert row.loss.value(y, (1 - t) * a + t * b, s) <= chord * (1 + 1e-12)


@each_row
@pytest.mark.parametrize("tau", [0.0, 0.3, 0.9, 1 - 1e-6, 1.0])
def test_fenchel_gap_is_the_one_by_definition(row, tau):
    """F*(v) = sum_i s_i f*(v_i / s_i), at v = -tau u = tau grad F(z)."""
    _, y, z, s = draw(row)
    v = tau * row.loss.gradient(y, z, s)
    naive = row.loss.value(y, z, s) + s @ row.conjugate(y, v / s) - np.sum(v * z)
    gap = row.loss.fenchel_gap(y, z, s, tau)
    assert gap == pytest.approx(naive, rel=1e-12, abs=1e-14)


@each_row
@pytest.mark.parametrize("size", [1e-3, 1.0, 200.0, 1e3])  # to where probabilities underflow
def test_fenchel_gap_is_never_negative_and_zero_at_one(row, size):
    _, y, z, s = draw(row)
    gaps = [row.loss.fenchel_gap(y, size * z, s, tau) for tau in (*np.linspace(0, 1, 21), 1 - 1e-12)]
    assert np.all(np.isfinite(gaps))
    assert min(gaps) >= 0.0
    assert row.loss.fenchel_gap(y, size * z, s, 1.0) == 0.0


@each_row
def test_fenchel_gap_vanishes_quadratically(row):
    """Which a gap formed by subtracting the two objectives would not show."""
    _, y, z, s = draw(row)
    z = 0.3 * z  # where no probability is as small as 1 - tau
    near, far = (row.loss.fenchel_gap(y, z, s, 1 - delta) for delta in (1e-5, 2e-5))
    assert far / near == pytest.approx(4.0, rel=1e-3)


@each_row
def test_zero_weight_removes_a_sample(row):
    rng, y, z, s = draw(row)
    kept = rng.random(s.size) < 0.6
    s = np.where(kept, s, 0.0)
    here, there = (y, z, s), (y[:, kept], z[:, kept], s[kept])
    assert row.loss.value(*here) == pytest.approx(row.loss.value(*there), rel=1e-13)
    assert row.loss.fenchel_gap(*here, 0.7) == pytest.approx(row.loss.fenchel_gap(*there, 0.7), rel=1e-13)
    for function in (row.loss.gradient, row.loss.curvature, row.loss.majoriser):
        for full, rest in zip(arrays(function(*here)), arrays(function(*there)), strict=True):
            assert not np.any(full[:, ~kept])
            np.testing.assert_array_equal(full[:, kept], rest)
    assert row.loss.recedes(*here) == row.loss.recedes(*there)


@each_row
def test_flags_say_what_the_functions_do(row):
    rng, y, z, s = draw(row)
    here, there = (hessians(row.loss.curvature(y, at, s), row.n_outputs) for at in (z, 0.1 * z))
    assert row.loss.quadratic == np.array_equal(here, there)
    shifted = z + rng.normal(size=s.size)
    same = np.isclose(row.loss.value(y, shifted, s), row.loss.value(y, z, s), rtol=1e-12)
    assert row.loss.shift_invariant == same


@each_row
def test_inverse_link_is_the_mean_response(row):
    _, y, z, s = draw(row)
    mean = row.loss.inverse_link(z)
    if row.canonical:
        np.testing.assert_allclose(row.loss.gradient(y, z, s), s * (mean - y), atol=1e-16)
    else:
        np.testing.assert_array_equal(mean, z)


@pytest.mark.parametrize("name", ["log-loss", "multinomial"])
@pytest.mark.parametrize("size", [1.0, 1e3])
def test_inverse_link_of_a_classifier_is_a_probability(name, size):
    row = TABLE[name]
    _, _, z, _ = draw(row)
    p = row.loss.inverse_link(size * z)
    assert np.all((p >= 0.0) & (p <= 1.0))
    other_class = row.loss.inverse_link(-size * z) if row.n_outputs == 1 else 0.0
    np.testing.assert_allclose(np.sum(p + other_class, axis=0), 1.0, rtol=1e-14)


@each_row
def test_recedes_when_the_loss_falls_forever(row):
    """Of predictors in the direction of the target: only the log-losses have no minimum along them."""
    rng, y, z, s = draw(row)
    sign = 2 * y - 1 if row.canonical else y
    separating = (1 + np.abs(z)) * sign
    falls = row.loss.value(y, 4 * separating, s) < row.loss.value(y, 2 * separating, s)
    assert row.loss.recedes(y, separating, s) == falls
    wrong = rng.random(s.size) < 0.1
    assert wrong.any()
    assert not row.loss.recedes(y, np.where(wrong, -separating, separating), s)
    assert not row.loss.recedes(y, np.zeros_like(z), s)


@pytest.mark.parametrize("tau", [1 - 1e-7, 1 - 1e-4, 0.5])
@pytest.mark.parametrize("margin", [-40.0, -1.0, 0.0, 3.0, 40.0])
def test_the_gap_of_a_log_loss_is_accurate_relative_to_itself(tau, margin):
    """Against the relative entropy in extended precision; tau near one leaves (1 - tau)^2 of it."""
    long = np.longdouble
    wrong = 1 / (1 + np.exp(long(margin)))
    kept, right = 1 - long(tau) * wrong, 1 - wrong
    if margin < -30:
        right = np.exp(long(margin)) / (1 + np.exp(long(margin)))
        kept = right + (1 - long(tau)) * wrong
    expected = float(
        long(tau) * wrong * np.log(long(tau)) + kept * np.log1p((1 - long(tau)) * wrong / right)
    )
    one = np.ones(1)
    binary = LogLoss().fenchel_gap(np.array([[1.0]]), np.array([[margin]]), one, tau)
    softmax = MultinomialLoss().fenchel_gap(np.array([[1.0], [0.0]]), np.array([[margin], [0.0]]), one, tau)
    assert binary == pytest.approx(expected, rel=1e-8, abs=1e-30)
    assert softmax == pytest.approx(expected, rel=1e-8, abs=1e-30)


@pytest.mark.parametrize("loss", [LogLoss(), MultinomialLoss(), SquaredHinge()], ids=repr)
@pytest.mark.parametrize("spread", [0.0, 6.0, 16.0])
@pytest.mark.parametrize("scale", [0.1, 30.0, 3000.0])
def test_the_best_intercept_balances_the_classes(loss, spread, scale):
    """At weights up to 1e16 apart and margins far into saturation, to the rounding of the terms."""
    rng = np.random.default_rng(int(scale))
    classes = np.arange(12) % 3 if isinstance(loss, MultinomialLoss) else np.arange(12) % 2
    y = (
        (classes == np.arange(3)[:, None]) * 1.0
        if isinstance(loss, MultinomialLoss)
        else classes[None, :] * 1.0
    )
    y = 2.0 * y - 1.0 if isinstance(loss, SquaredHinge) else y
    z = scale * rng.normal(size=y.shape)
    s = 10.0 ** rng.uniform(-spread, 0, size=12)
    s /= s.sum()
    for change in (best_intercept(loss, y, z, s), loss.best_intercept(y, z, s)):
        terms = loss.gradient(y, z + change[:, None], s)
        rounding = 1e-13 * max(1.0, scale) * np.abs(terms).sum(axis=1)
        assert np.all(np.abs(terms.sum(axis=1)) <= rounding)


@given(
    loss=st.sampled_from([LogLoss(), SquaredHinge()]),
    n=st.integers(2, 200),
    shift=st.sampled_from([0.0, 5.0, -10.0, 20.0, -30.0, 100.0, -1000.0]),
    spread=st.sampled_from([1e-2, 1.0, 30.0]),
    skew=st.sampled_from([0.0, 1.0, 3.0, 8.0]),
    seed=st.integers(0, 2**32 - 1),
)
def test_the_best_intercept_from_far_away(loss, n, shift, spread, skew, seed):
    rng = np.random.default_rng(seed)
    classes = rng.random((1, n)) < rng.uniform(0.1, 0.9)
    classes[0, :2] = True, False
    y = 2.0 * classes - 1.0 if isinstance(loss, SquaredHinge) else 1.0 * classes
    z = shift + spread * rng.normal(size=(1, n))
    s = 10.0 ** rng.uniform(-skew, 0, n)
    for change in (best_intercept(loss, y, z, s / s.sum()), loss.best_intercept(y, z, s / s.sum())):
        terms = loss.gradient(y, z + change[:, None], s)
        rounding = 1e-13 * (1.0 + np.abs(z).max() + np.abs(change)[0]) * s.sum()  # of the margins
        assert abs(terms.sum()) <= 1e-8 * np.abs(terms).sum() + rounding


def test_an_intercept_where_the_loss_is_nothing_but_rounding():
    """A loss of 1e-29: no line search can tell where it falls, and none goes on for long."""
    y = np.array([[1.0, -1.0, -1.0, -1.0]])
    z, asked = np.array([[1.0, -1.06, -1.0 + 2e-16, -1.0 + 1e-14]]), []

    class Counted(SquaredHinge):
        def value(self, y, z, s):
            asked.append(1)
            return super().value(y, z, s)

    change = best_intercept(Counted(), y, z, np.full(4, 0.25))
    assert abs(change[0]) < 1e-13
    assert len(asked) < 200


@pytest.mark.parametrize("scale", [1e-6, 1.0, 30.0, 1e3])
@pytest.mark.parametrize("n", [1, 63, 64, 65, 5000])
def test_the_compiled_log_loss_is_the_formula_in_extended_precision(n, scale):
    rng = np.random.default_rng(n)
    y, z, s = rng.integers(0, 2, (1, n)) * 1.0, scale * rng.normal(size=(1, n)), rng.random(n)
    loss, ahead = LogLoss(), np.where(y > 0.5, -z, z).astype(np.longdouble)[0]
    e = np.exp(-np.abs(ahead))
    value = s @ (np.maximum(ahead, 0) + np.log1p(e))
    wrong = np.where(ahead > 0, 1 / (1 + e), e / (1 + e))
    close = {"rtol": 1e-14, "atol": 1e-307}  # numbers below the smallest normal one have fewer digits
    np.testing.assert_allclose(loss.value(y, z, s), float(value), **close)
    signed = np.where(y[0] > 0.5, -1, 1) * s * wrong
    np.testing.assert_allclose(loss.gradient(y, z, s)[0], signed.astype(float), **close)
    np.testing.assert_allclose(loss.curvature(y, z, s)[0][0], (s * e / (1 + e) ** 2).astype(float), **close)


@given(
    scale=st.sampled_from([1e-3, 1.0, 10.0, 300.0]),
    tau=st.floats(0.0, 1.0, exclude_max=True),
    seed=st.integers(0, 2**32 - 1),
)
def test_the_compiled_divergence_is_that_of_any_classes(scale, tau, seed):
    rng = np.random.default_rng(seed)
    y, z, s = rng.integers(0, 2, (1, 30)) * 1.0, scale * rng.normal(size=(1, 30)), rng.random(30)
    ahead = np.where(y > 0.5, -z, z)[0]
    expected = divergence(expit(ahead), expit(-ahead), log_expit(-ahead), s, tau)
    assert LogLoss().fenchel_gap(y, z, s, tau) == pytest.approx(expected, rel=1e-9, abs=1e-15 * s.sum())
