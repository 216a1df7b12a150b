"""Wherever a fit starts, it ends where a cold one does, and soon."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning

from sknormreg import ElasticNet, ElasticNetClassifier, Lasso, LassoClassifier
from sknormreg.solvers.certificate import evaluate
from sknormreg.solvers.loop import _Fit
from sknormreg.solvers.workspace import Workspace

KINDS = {
    "squared": lambda alpha, **options: Lasso(alpha, **options),
    "squared, elastic net": lambda alpha, **options: ElasticNet(alpha, l1_ratio=0.6, **options),
    "squared, several targets": lambda alpha, **options: Lasso(alpha, **options),
    "log-loss": lambda alpha, **options: LassoClassifier(alpha, **options),
    "softmax": lambda alpha, **options: ElasticNetClassifier(alpha, l1_ratio=0.8, **options),
    "softmax, L1": lambda alpha, **options: LassoClassifier(alpha, **options),
    "squared hinge": lambda alpha, **options: LassoClassifier(alpha, loss="squared_hinge", **options),
    "squared hinge, one against the rest": lambda alpha, **options: ElasticNetClassifier(
        alpha, l1_ratio=0.8, loss="squared_hinge", **options
    ),
}
each_kind = pytest.mark.parametrize("kind", KINDS)


def data(kind, n, p, seed, stored=np.asarray):
    """Three classes where the loss is for more than two, so that an L1 softmax has one minimiser."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p))
    X[:, 1:] += 0.5 * X[:, :-1]
    X *= rng.random((n, p)) < 0.7
    score = X[:, :3] @ rng.normal(size=3) + rng.normal(size=n)
    if kind == "squared, several targets":
        return stored(X), np.column_stack([score, rng.normal(size=n)])
    if kind.startswith("squared") and "hinge" not in kind:
        return stored(X), score
    several = "softmax" in kind or "rest" in kind
    return stored(X), np.digitize(score, np.quantile(score, [1 / 3, 2 / 3] if several else [0.5]))


def started(kind, alpha, coef, X, y):
    model = KINDS[kind](alpha, warm_start=True).fit(X, y)
    model.coef_ = coef
    return model.fit(X, y)


@each_kind
@settings(max_examples=8, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    shape=st.sampled_from([(40, 8), (30, 90)]),
    power=st.floats(0.0, 8.0) | st.just(308.0),
    stored=st.sampled_from([np.asarray, np.asfortranarray, sparse.csr_array, sparse.csc_array]),
)
def test_a_start_anywhere(kind, seed, shape, power, stored):
    X, y = data(kind, *shape, seed, stored)
    cold = KINDS[kind](0.05).fit(X, y)
    far = 10.0**power * np.random.default_rng(seed).uniform(-1.0, 1.0, size=cold.coef_.shape)
    warm = started(kind, 0.05, far, X, y)
    np.testing.assert_allclose(warm.coef_, cold.coef_, rtol=0, atol=1e-10 * np.abs(cold.coef_).max())
    np.testing.assert_allclose(warm.intercept_, cold.intercept_, rtol=0, atol=1e-10)
    assert np.max(warm.n_iter_) <= np.max(cold.n_iter_) + 10


@each_kind
@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), power=st.floats(0.0, 4.0), off=st.sampled_from([0.0, 1e-3]))
def test_a_start_far_out_where_no_row_has_curvature(kind, seed, power, off):
    """Rows that can be separated, and a start that separates them: its loss is as good as zero."""
    X, y = data(kind, 15, 30, seed)
    cold = KINDS[kind](1e-6).fit(X, y)
    noise = np.random.default_rng(seed).uniform(-off, off, size=cold.coef_.shape)
    far = 10.0**power * (cold.coef_ + noise * np.abs(cold.coef_).max())
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        warm = started(kind, 1e-6, far, X, y)
    np.testing.assert_allclose(warm.coef_, cold.coef_, rtol=0, atol=1e-6 * np.abs(cold.coef_).max())
    assert np.max(warm.n_iter_) <= 200


@pytest.mark.parametrize("size", [1e3, 1e6, 1e9])
def test_the_way_back_is_judged_by_the_rounding_of_where_it_leads(size):
    """And not of where it began, which is larger."""
    task = ElasticNet(0.05, l1_ratio=0.5)._task(*data("squared", 40, 8, seed=1), None)
    problem = task.at([0.05])[0]
    null = problem.null_objective()
    far = size * np.random.default_rng(1).normal(size=8)
    warm, cold = (
        _Fit(problem, evaluate(problem, w, np.zeros(1)), null, Workspace(), 1e-8, 1000, None).run()
        for w in (far, np.zeros(8))
    )
    np.testing.assert_allclose(warm.coef, cold.coef, rtol=0, atol=1e-12 * np.abs(cold.coef).max())
