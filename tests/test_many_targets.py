"""Many targets are one block of work: what is done, counted, and what it gives, target by target."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from optimality import Objective
from scipy import sparse

from sknormreg import Ridge, RidgeClassifier
from sknormreg.design import DenseDesign
from sknormreg.problem import Problem
from sknormreg.solvers.workspace import Workspace

SHAPES = {"tall": (60, 12), "square": (25, 25), "wide": (20, 50)}


def data(shape, n_targets, seed=0, share=1.0):
    rng = np.random.default_rng(seed)
    n, p = SHAPES[shape]
    X = rng.normal(size=(n, p)) + 3.0
    X[rng.uniform(size=X.shape) > share] = 0.0
    Y = X @ rng.normal(size=(p, n_targets)) + rng.normal(size=(n, n_targets)) + 5.0
    return X, Y


def one_by_one(X, Y, alphas, **params):
    alphas = np.broadcast_to(alphas, Y.shape[1])
    fits = [Ridge(alpha, **params).fit(X, y) for alpha, y in zip(alphas, Y.T, strict=True)]
    return np.array([fit.coef_ for fit in fits]), np.array([fit.intercept_ for fit in fits])


@settings(deadline=None, max_examples=40)
@given(
    shape=st.sampled_from(list(SHAPES)),
    seed=st.integers(0, 10_000),
    exponent=st.floats(-3, 3),
    several=st.booleans(),
    fit_intercept=st.booleans(),
    weighted=st.booleans(),
    factors=st.booleans(),
    store=st.sampled_from([np.asarray, np.asfortranarray, sparse.csr_array]),
)
def test_as_one_by_one(shape, seed, exponent, several, fit_intercept, weighted, factors, store):
    X, Y = data(shape, 40, seed, share=0.7)
    rng = np.random.default_rng(seed)
    alphas = 10.0**exponent * (rng.uniform(0.1, 10, size=40) if several else 1.0)
    weights = rng.integers(0, 3, size=len(X)) if weighted else None
    factor = rng.uniform(0.2, 5, size=X.shape[1]) if factors else None
    params = {"fit_intercept": fit_intercept, "penalty_factor": factor}
    model = Ridge(alphas, **params).fit(store(X), Y, weights)
    for k in (0, 17, 39):
        alone = Ridge(np.broadcast_to(alphas, 40)[k], **params).fit(X, Y[:, k], weights)
        scale = np.abs(alone.coef_).max()
        np.testing.assert_allclose(model.coef_[k], alone.coef_, rtol=0, atol=1e-9 * scale)
        intercept = np.broadcast_to(model.intercept_, 40)[k]
        np.testing.assert_allclose(intercept, alone.intercept_, rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("several", [False, True])
def test_each_is_certified(shape, several):
    X, Y = data(shape, 60)
    alphas = np.geomspace(0.1, 100, 60) if several else np.full(60, 2.0)
    model = Ridge(alphas).fit(X, Y)
    assert model.dual_gap_.shape == (60,)
    for k in range(0, 60, 7):
        objective = Objective(X, Y[:, k], loss="squared", alpha=alphas[k], l1_ratio=0.0, averaged=False)
        found = objective.certify(model.coef_[k], model.intercept_[k])
        assert found.relative_gap <= 1e-20
        assert abs(model.dual_gap_[k] - found.gap) <= 1e-20 * found.null


class Counted:
    """Work of one fit: full products with X, factorisations, inner products, single problems."""

    def __init__(self, monkeypatch):
        self.passes = self.problems = 0
        self.spaces = []
        for name in ("correlate", "matvec"):
            monkeypatch.setattr(DenseDesign, name, self._counting(getattr(DenseDesign, name)))
        post = Problem.__post_init__
        monkeypatch.setattr(Problem, "__post_init__", lambda problem: self._made(problem, post))
        begin = Workspace.__init__
        monkeypatch.setattr(Workspace, "__init__", lambda space: self._begun(space, begin))

    def _counting(self, method):
        def counted(*args, **options):
            self.passes += 1
            return method(*args, **options)

        return counted

    def _made(self, problem, post):
        self.problems += 1
        post(problem)

    def _begun(self, space, begin):
        self.spaces.append(space)
        begin(space)

    def __call__(self, fit):
        self.passes = self.problems = 0
        self.spaces.clear()
        fit()
        works = [space.work for space in self.spaces]
        totals = [sum(getattr(work, name) for work in works) for name in ("factorisations", "gram_columns")]
        return self.passes, self.problems, *totals


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("several", [False, True])
def test_work_does_not_grow_with_the_number_of_targets(shape, several, monkeypatch):
    count, found = Counted(monkeypatch), []
    for n_targets in (40, 400):
        X, Y = data(shape, n_targets)
        alphas = np.geomspace(1, 10, n_targets) if several else 1.0
        found.append(count(lambda X=X, Y=Y, alphas=alphas: Ridge(alphas).fit(X, Y)))
    assert found[0] == found[1]
    assert found[0][2] == 1
    assert found[0][3] == min(X.shape)


def test_x_is_read_once_for_its_means_and_once_for_the_targets(monkeypatch):
    count = Counted(monkeypatch)
    X, Y = data("tall", 200)
    passes, problems, *_ = count(lambda: Ridge().fit(X, Y))
    assert passes == 2
    assert problems <= 3  # however many targets: who chooses the route reads the first


def test_a_target_that_the_features_explain_is_refined_on_the_rows():
    """Next to nothing is left of it, and that is told by the rows alone."""
    X, Y = data("tall", 40)
    Y[:, 7] = X @ np.arange(12.0)
    model = Ridge(1e-9).fit(X, Y)
    np.testing.assert_allclose(model.coef_[7], np.arange(12.0), rtol=1e-9, atol=1e-9)
    coef, _ = one_by_one(X, Y, 1e-9)
    np.testing.assert_allclose(model.coef_, coef, rtol=1e-11, atol=1e-11 * np.abs(coef).max())


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("alpha", [0.0, 1e-9])
def test_many_targets_of_dependent_columns(shape, alpha):
    X, Y = data(shape, 50)
    X[:, 3] = X[:, 1] - 2 * X[:, 2]
    coef, intercept = one_by_one(X, Y, alpha)
    model = Ridge(alpha).fit(X, Y)
    np.testing.assert_allclose(
        model.predict(X), X @ coef.T + intercept, rtol=0, atol=1e-9 * np.abs(Y).max()
    )


def test_constant_targets_have_no_coefficients():
    X, Y = data("tall", 40)
    Y[:, [0, 11]] = 1e8 + 0.1, 0.3
    model = Ridge().fit(X, Y)
    assert not model.coef_[[0, 11]].any()
    np.testing.assert_array_equal(model.intercept_[[0, 11]], [1e8 + 0.1, 0.3])


@pytest.mark.parametrize("size", [1e-250, 1e-100, 1e100, 1e140])
def test_targets_of_any_size(size):
    X, Y = data("tall", 40)
    expected = Ridge().fit(X, Y)
    found = Ridge().fit(X, size * Y)
    np.testing.assert_allclose(found.coef_ / size, expected.coef_, rtol=1e-9, atol=1e-12)


def test_means_far_from_zero_cost_no_digits():
    X, Y = data("tall", 40)
    expected = Ridge().fit(X, Y)
    found = Ridge().fit(X + 1e7, Y + 1e7)
    np.testing.assert_allclose(found.coef_, expected.coef_, rtol=1e-6, atol=1e-7)


def test_many_classes():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(300, 12)), np.arange(300) % 60
    model = RidgeClassifier().fit(X, y)
    for k in (0, 31, 59):
        alone = Ridge().fit(X, 2.0 * (y == k) - 1.0)
        np.testing.assert_allclose(model.coef_[k], alone.coef_, rtol=1e-9, atol=1e-12)


def test_a_path_of_many_targets_forms_one_decomposition(monkeypatch):
    count = Counted(monkeypatch)
    X, Y = data("tall", 50)
    _, problems, factorisations, columns = count(lambda: Ridge().fit_path(X, Y, [1.0, 0.1, 0.01]))
    assert problems <= 3
    assert (factorisations, columns) == (1, 12)


@pytest.mark.parametrize("shape", [(4000, 30), (40, 3000)])
@pytest.mark.parametrize("alpha", [1.0, 0.0])
def test_memory_is_bounded(shape, alpha):
    """Beside the targets and coefficients, what is held does not grow with the number of targets."""
    (n, p), rng, held = shape, np.random.default_rng(0), []
    X = rng.normal(size=shape)
    for n_targets in (600, 2400):
        Y = rng.normal(size=(n, n_targets))
        tracemalloc.start()
        Ridge(alpha).fit(X, Y)
        held.append(tracemalloc.get_traced_memory()[1] - 8 * n_targets * (n + p))
        tracemalloc.stop()
    assert held[1] - held[0] < 2**24
