"""Unpenalised columns that nearly depend on each other: the right fit, and a certificate that knows it.

The truth replaces them by well-conditioned columns of the same span.
"""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.optimize import nnls

from sknormreg import (
    ElasticNet,
    ElasticNetClassifier,
    Lasso,
    LassoClassifier,
    LassoCV,
    Ridge,
    RidgeClassifier,
    regularization_path,
)
from sknormreg.penalties import L1, Coordinates
from sknormreg.unpenalised import MatrixProducts, Unpenalised

REGRESSORS = [Lasso(0.02), ElasticNet(0.02), Ridge(0.5)]
CLASSIFIERS = [
    LassoClassifier(0.01),
    ElasticNetClassifier(0.01),
    LassoClassifier(0.01, loss="squared_hinge"),
    RidgeClassifier(0.01, loss="log_loss"),
]
STORES = {"dense": np.asarray, "sparse": sparse.csr_matrix}


def twins(rng, distance, n=70):
    """(X, the same span well-conditioned, factors, a signal): two columns at a distance, three others."""
    x, z, *others = rng.normal(size=(5, n))
    near = x + distance * z
    given = np.column_stack([others[0], x, near, *others[1:]])
    apart = (near - x) / distance  # z up to the rounding of what is given
    return given, np.column_stack([others[0], x, apart, *others[1:]]), [1, 0, 0, 1, 1], z + 0.5 * others[0]


def copy_of(estimator, **params):
    return type(estimator)(**{**estimator.get_params(), **params})


@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("estimator", [*REGRESSORS, *CLASSIFIERS], ids=repr)
@settings(max_examples=15, deadline=None)
@example(seed=705691278, digits=3.09375, weighted=True)  # just apart enough for a Gram matrix
@given(seed=st.integers(0, 2**32 - 1), digits=st.floats(2, 7), weighted=st.booleans())
def test_twins(estimator, store, seed, digits, weighted):
    rng = np.random.default_rng(seed)
    X, apart, factor, signal = twins(rng, 10.0**-digits)
    y = signal + 0.3 * rng.normal(size=len(X))
    y = y if estimator in REGRESSORS else y > 0
    s = rng.uniform(0.3, 3.0, len(X)) if weighted else None
    found = copy_of(estimator, penalty_factor=factor).fit(STORES[store](X), y, sample_weight=s)
    right = copy_of(estimator, penalty_factor=factor).fit(apart, y, sample_weight=s)
    scores = [
        model.predict(data) if estimator in REGRESSORS else model.decision_function(data)
        for model, data in ((found, STORES[store](X)), (right, apart))
    ]
    size = np.abs(scores[1]).max()
    np.testing.assert_allclose(*scores, atol=max(1e-9, 1e-14 * 10.0**digits) * size)
    assert np.max(found.dual_gap_) <= 1e-8


@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("estimator", REGRESSORS, ids=repr)
def test_powers_of_an_uncentred_year(estimator, store):
    rng = np.random.default_rng(0)
    year = np.arange(1960, 2020.0)
    other, x = rng.normal(size=60), (year - 1990) / 30
    y = np.sin(year / 8) + 0.1 * other + 0.1 * rng.normal(size=60)
    X = np.column_stack([year, year**2, other, year**3])
    scaled = np.column_stack([x, x**2, other, x**3])
    models = [copy_of(estimator, penalty_factor=[0, 0, 1, 0]).fit(STORES[store](A), y) for A in (X, scaled)]
    right = models[1].predict(scaled)
    np.testing.assert_allclose(models[0].predict(STORES[store](X)), right, atol=1e-6)


@pytest.mark.parametrize("store", STORES)
def test_dummies_of_every_group(store):
    """Exactly dependent with the intercept."""
    rng = np.random.default_rng(2)
    group, X = rng.integers(0, 4, 80), rng.normal(size=(80, 3))
    y = group + X[:, 0] + rng.normal(size=80)
    whole = np.hstack([np.eye(4)[group], X])
    for estimator in REGRESSORS:
        found = copy_of(estimator, penalty_factor=[0] * 4 + [1] * 3).fit(STORES[store](whole), y)
        right = copy_of(estimator, penalty_factor=[0] * 3 + [1] * 3).fit(whole[:, 1:], y)
        np.testing.assert_allclose(
            found.predict(STORES[store](whole)), right.predict(whole[:, 1:]), atol=1e-10
        )


def test_a_path_and_warm_starts():
    rng = np.random.default_rng(5)
    X, apart, factor, signal = twins(rng, 1e-6)
    y = signal + 0.3 * rng.normal(size=len(X))
    path = regularization_path(Lasso(penalty_factor=factor), X, y, alphas=[0.3, 0.1, 0.03])
    right = regularization_path(Lasso(penalty_factor=factor), apart, y, alphas=[0.3, 0.1, 0.03])
    np.testing.assert_allclose(
        X @ path.coefs + path.intercepts, apart @ right.coefs + right.intercepts, atol=1e-7
    )
    model = Lasso(0.1, penalty_factor=factor, warm_start=True).fit(X, y)
    for alpha in (0.1, 0.03):
        again = model.set_params(alpha=alpha).fit(X, y).predict(X)
        fresh = Lasso(alpha, penalty_factor=factor).fit(X, y).predict(X)
        np.testing.assert_allclose(again, fresh, atol=1e-8)


@pytest.mark.parametrize("distance", [1e-8, 1e-7, 1e-5])
@pytest.mark.parametrize("penalised", [True, False])
def test_folds(distance, penalised):
    """Scores of LassoCV are those of fits to the rows of each fold."""
    rng = np.random.default_rng(7)
    X, _, factor, signal = twins(rng, distance, n=90)
    y = signal + 0.3 * rng.normal(size=90)
    factor = None if penalised else factor
    folds = [
        (np.flatnonzero(np.arange(90) % 3 != k), np.flatnonzero(np.arange(90) % 3 == k)) for k in range(3)
    ]
    found = LassoCV(alphas=[0.3, 0.03, 1e-4], cv=folds, penalty_factor=factor).fit(X, y)
    for a, alpha in enumerate(found.alphas_):
        for k, (train, test) in enumerate(folds):
            model = Lasso(alpha, penalty_factor=factor).fit(X[train], y[train])
            error = np.mean((y[test] - model.predict(X[test])) ** 2)
            np.testing.assert_allclose(found.mse_path_[a, k], error, rtol=1e-6)


def within(low, high, p):
    return np.full(p, low), np.full(p, high)


def projected(X, r):
    Q = np.linalg.qr(X)[0]
    return Q @ (Q.T @ r)


@given(seed=st.integers(0, 2**32 - 1), k=st.integers(1, 6))
def test_the_charge_is_a_projection(seed, k):
    """Of the residual on the columns that may move, by least squares."""
    rng = np.random.default_rng(seed)
    X, r = rng.normal(size=(30, 6)) * 10.0 ** rng.uniform(-5, 5, 6), rng.normal(size=30)
    factor = np.where(np.arange(6) < k, 0.0, 1.0)
    c = Coordinates(factor, *within(-np.inf, np.inf, 6))
    free = Unpenalised(L1(0.1), c, 6, MatrixProducts(X.T @ X))
    assert free.indices.tolist() == list(range(k))
    fitted = projected(X[:, :k], r)
    np.testing.assert_allclose(free.charge(X[:, :k].T @ r), 0.5 * fitted @ fitted, rtol=1e-8)
    c = Coordinates(factor, *within(0.0, np.inf, 6))
    moving = X[:, :k][:, X[:, :k].T @ r > 0]
    free = Unpenalised(L1(0.1), c, 6, MatrixProducts(X.T @ X))
    fitted = projected(moving, r)
    np.testing.assert_allclose(free.charge(X[:, :k].T @ r), 0.5 * fitted @ fitted, rtol=1e-8)


def test_too_many_for_a_matrix_are_charged_alone(monkeypatch):
    monkeypatch.setattr("sknormreg.unpenalised._LARGEST", 1)
    gram = np.array([[4.0, 1.0], [1.0, 9.0]])
    c = Coordinates(np.ones(2), *within(-np.inf, np.inf, 2))
    free = Unpenalised(L1(0.0), c, 2, MatrixProducts(gram))
    assert free.charge(np.array([2.0, 3.0])) == 1.0


@pytest.mark.parametrize("store", STORES)
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), digits=st.floats(2, 6))
def test_twins_with_a_bound(store, seed, digits):
    """Non-negative least squares of nearly dependent columns, by an active set on their QR factor."""
    rng = np.random.default_rng(seed)
    X, _, _, signal = twins(rng, 10.0**-digits)
    y = signal + 0.3 * rng.normal(size=len(X))
    A, b = X - X.mean(axis=0), y - y.mean()
    Q, R = np.linalg.qr(A)
    least = np.sum((b - A @ nnls(R, Q.T @ b, maxiter=1000)[0]) ** 2)
    for estimator in (Lasso(0, positive=True), ElasticNet(0.01, positive=True, penalty_factor=0)):
        found = estimator.fit(STORES[store](X), y)
        assert np.sum((b - A @ found.coef_) ** 2) <= least + 1e-8 * (b @ b)


@pytest.mark.parametrize("far", [1e8, 1e11, 1e30])
@pytest.mark.parametrize("estimator", [*REGRESSORS, *CLASSIFIERS, Lasso(0.0)], ids=repr)
def test_bounds_that_are_never_reached_cost_nothing(estimator, far):
    """Beside one that is touched, of an unpenalised column too."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 12))
    y = X[:, :4] @ [1.0, -1.0, 2.0, 0.5] + rng.normal(size=60)
    y = y > 0 if estimator in CLASSIFIERS else y
    low, high = np.full(12, -np.inf), np.full(12, np.inf)
    high[:2] = 0.1
    options = {"penalty_factor": np.repeat([0.0, 1.0], [4, 8])}
    half = copy_of(estimator, bounds=(low, high), **options).fit(X, y)
    low[2:], high[2:] = -far, far
    model = copy_of(estimator, bounds=(low, high), **options).fit(X, y)
    np.testing.assert_allclose(model.coef_, half.coef_, rtol=0, atol=1e-9)
    assert np.max(model.dual_gap_) <= 1e2 * np.max(half.dual_gap_) + 1e-13
    assert np.max(model.n_iter_) <= np.max(half.n_iter_) + 5
