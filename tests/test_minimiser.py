"""Which minimiser an L1 softmax returns, where a constant may be added to a feature's coefficients."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.base import clone
from sklearn.metrics import log_loss

from sknormreg import ElasticNetClassifier, LassoClassifier, LassoClassifierCV, regularization_path


def drawn(n, p, K, seed):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) * (rng.random((n, p)) < 0.7)
    scores = X @ (rng.normal(size=(p, K)) * (np.arange(p) < 5)[:, None])
    y = np.argmax(2.0 * scores + rng.gumbel(size=(n, K)), axis=1)
    y[:K] = np.arange(K)
    return X, y


FACTOR = np.array([1.0, 0.5, 2.0, 0.0, 1.0, 0.2, 1.0])
CASES = {
    "four": (LassoClassifier(0.01), drawn(90, 7, 4, 0)),
    "six": (LassoClassifier(0.004, fit_intercept=False), drawn(120, 7, 6, 1)),
    "five": (LassoClassifier(0.01), drawn(90, 7, 5, 2)),
    "wide": (LassoClassifier(0.02), drawn(40, 70, 4, 3)),
    "factors": (LassoClassifier(0.01, penalty_factor=FACTOR), drawn(90, 7, 4, 4)),
    "bounds": (LassoClassifier(0.005, bounds=(-0.3, 0.5)), drawn(90, 7, 4, 5)),
    "bounds of five": (LassoClassifier(0.005, bounds=(-0.2, np.inf)), drawn(90, 7, 5, 6)),
    "bounds, no penalty": (
        LassoClassifier(0.01, penalty_factor=FACTOR, bounds=(-1.5, 1.0)),
        drawn(90, 7, 4, 7),
    ),
    "positive": (LassoClassifier(0.01, positive=True), drawn(90, 7, 4, 8)),
    "one end of the elastic net": (ElasticNetClassifier(0.01, l1_ratio=1.0), drawn(90, 7, 4, 9)),
}
each_case = pytest.mark.parametrize("case", CASES)


@each_case
def test_it_depends_on_neither_order_nor_storage(case):
    model, (X, y) = CASES[case]
    expected = clone(model).fit(X, y)
    rows = np.random.default_rng(7).permutation(len(y))
    columns = np.random.default_rng(8).permutation(X.shape[1])
    for data in (
        (X[rows], y[rows]),
        (np.asfortranarray(X), y),
        (sparse.csr_array(X), y),
        (sparse.csc_array(X[rows]), y[rows]),
    ):
        found = clone(model).fit(*data)
        assert_allclose(found.coef_, expected.coef_, rtol=1e-8, atol=1e-8)
        assert_allclose(found.intercept_, expected.intercept_, rtol=1e-8, atol=1e-8)
        assert_array_equal(found.coef_ == 0.0, expected.coef_ == 0.0)
    other = clone(model)
    if model.penalty_factor is not None:
        other.set_params(penalty_factor=FACTOR[columns])
    found = other.fit(X[:, columns], y).coef_
    assert_allclose(found, expected.coef_[:, columns], rtol=1e-8, atol=1e-8)
    names = np.random.default_rng(9).permutation(len(expected.classes_))
    found = clone(model).fit(X, names[y])
    assert_allclose(found.coef_[names], expected.coef_, rtol=1e-8, atol=1e-8)


def allowed(model, factor):
    """Bounds of one coefficient, and what it is penalised by."""
    low, high = (-np.inf, np.inf) if model.bounds is None else model.bounds
    return max(low, 0.0) if model.positive else low, high, factor


@each_case
def test_no_constant_improves_on_it(case):
    """One that adds nothing to the penalty, or less than nothing, adds to the L2 norm."""
    model, (X, y) = CASES[case]
    coef = clone(model).fit(X, y).coef_
    factors = np.ones(X.shape[1]) if model.penalty_factor is None else model.penalty_factor
    moved = 0
    for w, factor in zip(coef.T, factors, strict=True):
        low, high, factor = allowed(model, factor)
        for t in (1e-7, -1e-7, 1e-3, -1e-3, *(-w)):
            there = w + t
            if np.any(there < low) or np.any(there > high) or t == 0.0:
                continue
            change = factor * (np.abs(there).sum() - np.abs(w).sum())
            assert change > -1e-12
            if change < 1e-12:
                moved += 1
                assert there @ there > w @ w - 1e-12
    assert moved or case in ("five", "bounds of five", "positive")


@pytest.mark.parametrize("case", ["four", "six", "wide", "bounds"])
def test_it_is_the_limit_of_elastic_nets(case):
    model, (X, y) = CASES[case]
    options = {name: getattr(model, name) for name in ("alpha", "fit_intercept", "bounds")}
    expected = clone(model).fit(X, y)
    for rest in (1e-4, 1e-6):
        found = ElasticNetClassifier(l1_ratio=1.0 - rest, **options).fit(X, y)
        assert_allclose(found.coef_, expected.coef_, rtol=0.0, atol=300 * rest)


def test_paths_have_it_too():
    model, (X, y) = CASES["four"]
    alphas = [0.05, 0.02, 0.004]
    path = regularization_path(clone(model), X, y, alphas=alphas)
    for k, (alpha, made) in enumerate(zip(alphas, model.fit_path(X, y, alphas), strict=True)):
        alone = clone(model).set_params(alpha=alpha).fit(X, y)
        for coef in (path.coefs[..., k], made.coef_, path.at(alpha).coef_):
            assert_allclose(coef, alone.coef_, rtol=1e-8, atol=1e-8)
    warm = clone(model).set_params(warm_start=True).fit(X, y).set_params(alpha=0.004).fit(X, y)
    assert_allclose(warm.coef_, alone.coef_, rtol=1e-8, atol=1e-8)


def test_a_constant_is_no_degree_of_freedom():
    """As many as the rank of the predictors that the coefficients reach, less what all outputs share."""
    model, (X, y) = CASES["four"]
    path = regularization_path(clone(model), X, y, alphas=[0.03, 0.01])
    for k, df in enumerate(path.df):
        coef, n = path.coefs[..., k], len(y)
        reached = []
        for c, j in zip(*np.nonzero(coef), strict=True):
            z = np.zeros((len(coef), n))
            z[c] = X[:, j] - X[:, j].mean()
            reached.append((z - z.mean(axis=0)).ravel())
        assert df == np.linalg.matrix_rank(np.array(reached))
        assert df < np.count_nonzero(coef)


def test_approximate_leave_one_out_minds_it_as_little():
    X, y = drawn(44, 5, 4, 10)
    found = LassoClassifierCV(alphas=[0.03], cv="alo").fit(X, y)
    p = np.empty((len(y), 4))
    for i in range(len(y)):
        rest = np.arange(len(y)) != i
        one = LassoClassifier(0.03 * len(y) / (len(y) - 1)).fit(X[rest], y[rest])
        p[i] = one.predict_proba(X[[i]])
    seen = -log_loss(y, LassoClassifier(0.03).fit(X, y).predict_proba(X))
    assert abs(found.mean_score_path_[0] + log_loss(y, p)) < 0.3 * abs(seen + log_loss(y, p))
