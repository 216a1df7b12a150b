"""Kinked penalties without a Gram matrix: the same answers, certified, and the work they take."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from sknormreg import ElasticNet, ElasticNetClassifier, Lasso, LassoClassifier
from sknormreg.design import make_design
from sknormreg.losses import LogLoss, MultinomialLoss, SquaredHinge, SquaredLoss
from sknormreg.penalties import L1, Coordinates
from sknormreg.penalties import ElasticNet as NetPenalty
from sknormreg.problem import Problem
from sknormreg.solvers import choose
from sknormreg.solvers.certificate import evaluate
from sknormreg.solvers.loop import solve
from sknormreg.solvers.workspace import Workspace

from .optimality import Objective

LOSSES = {"squared": (SquaredLoss(), 1), "log-loss": (LogLoss(), 1), "hinge": (SquaredHinge(), 1)}
LOSSES["softmax"] = (MultinomialLoss(), 4)


class residuals_only(pytest.MonkeyPatch):
    """A context in which no model has a Gram block."""

    def __enter__(self):
        self.setattr(choose, "_FEW", 0)
        self.setattr(choose, "_SHORT", 0)
        self.setattr(choose, "_CHEAP", -1.0)
        return self

    def __exit__(self, *_):
        self.undo()


def drawn(seed, n=60, p=25, classes=2, stored=np.asarray):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) * (rng.random((n, p)) < 0.5)
    X[:, 1:] += 0.3 * X[:, :-1]
    score = X[:, :5] @ rng.normal(size=5) + rng.normal(size=n)
    return stored(X), score, np.digitize(score, np.quantile(score, np.arange(1, classes) / classes))


def text_like(n=800, p=6000, words=20, seed=0):
    """Sparse rows of a long tail of columns, as counts of words have it, none in fewer than three rows."""
    rng = np.random.default_rng(seed)
    share = 1.0 / (np.arange(p) + 5.0)
    cols = rng.choice(p, size=(n, words), p=share / share.sum()).ravel()
    rows = np.repeat(np.arange(n), words)
    X = sparse.csc_array((rng.random(n * words) + 0.5, (rows, cols)), shape=(n, p))
    X = X[:, np.flatnonzero(np.diff(X.indptr) >= 3)]
    p = X.shape[1]
    w = np.where(rng.random(p) < 0.1, rng.normal(size=p), 0.0)
    signal = X @ w
    return X, signal + 0.3 * signal.std() * rng.normal(size=n)


def problem_of(kind, seed, alpha, stored=np.asarray, rho=1.0, intercept=True, low=None, weights=None):
    loss, K = LOSSES[kind]
    X, score, y = drawn(seed, classes=max(K, 2), stored=stored)
    n, p = X.shape
    weights = np.full(n, 1 / n) if weights is None else weights / weights.sum()
    if kind == "squared":
        Y = (score - weights @ score * intercept)[None, :]
    elif K > 1:
        Y = (y == np.arange(K)[:, None]).astype(float)
    else:
        Y = (2.0 * y - 1.0 if loss.kinked else y.astype(float))[None, :]
    size = K * p
    infinite = np.full(size, np.inf)
    low = -infinite if low is None else np.full(size, low)
    penalty = L1(alpha) if rho == 1.0 else NetPenalty(alpha, rho)
    design = make_design(X, weights, intercept)
    return Problem(design, Y, weights, loss, penalty, Coordinates(np.ones(size), low, infinite), intercept)


@pytest.mark.parametrize("kind", LOSSES)
@given(
    seed=st.integers(0, 2**20),
    alpha=st.sampled_from([0.1, 0.02, 0.004]),
    stored=st.sampled_from([np.asarray, sparse.csc_array]),
    rho=st.sampled_from([1.0, 0.5]),
    intercept=st.booleans(),
    low=st.sampled_from([None, -0.1, 0.0]),
)
@settings(max_examples=25, deadline=None)
def test_the_same_as_on_a_gram_block(kind, seed, alpha, stored, rho, intercept, low):
    made = {"rho": rho, "intercept": intercept, "low": low, "stored": stored}
    exact = solve(problem_of(kind, seed, alpha, **made))
    with residuals_only():
        found = solve(problem_of(kind, seed, alpha, **made))
    assert found.status is exact.status
    assert found.relative_gap <= 1e-8
    scale = max(1e-3, np.abs(exact.coef).max())
    if rho < 1.0:
        np.testing.assert_allclose(found.coef, exact.coef, rtol=0, atol=1e-4 * scale)
    assert abs(found.objective - exact.objective) <= 1e-8 * exact.null_objective


@pytest.mark.parametrize("stored", [np.asarray, sparse.csr_array], ids=["dense", "sparse"])
@pytest.mark.parametrize("make", [Lasso, ElasticNet, LassoClassifier, ElasticNetClassifier])
def test_certified_from_outside(make, stored):
    rng = np.random.default_rng(5)
    for classes in (2, 4) if "Classifier" in make.__name__ else (2,):
        X, score, y = drawn(5, classes=classes, stored=stored)
        weights = rng.integers(0, 3, X.shape[0]).astype(float)
        target, loss = (y, "log_loss") if "Classifier" in make.__name__ else (score, "squared")
        model = make(alpha=0.01)
        with residuals_only():
            model.fit(X, target, sample_weight=weights)
        rho = getattr(model, "l1_ratio", 1.0)
        objective = Objective(X, target, loss=loss, alpha=0.01, l1_ratio=rho, sample_weight=weights)
        assert objective.certify(model.coef_, model.intercept_).relative_gap <= 1e-8


def test_columns_far_from_zero_and_in_other_units():
    """Means are taken off the columns, and a coordinate is as good in any unit."""
    X, score, _ = drawn(3)
    units = 10.0 ** np.random.default_rng(3).integers(-6, 7, X.shape[1])
    plain, moved = [], []
    for stored in (np.asarray, sparse.csr_array):
        with residuals_only():
            plain.append(Lasso(0.05).fit(stored(X), score))
            scaled = Lasso(0.05, penalty_factor=units).fit(stored((X + 3.0) * units), score)
        moved.append(scaled.coef_ * units)
    for before, after in zip(plain, moved, strict=True):
        np.testing.assert_allclose(after, before.coef_, rtol=0, atol=1e-8 * np.abs(before.coef_).max())


def work_of(model, X, y, alpha, monkeypatch):
    """Of a fit, from its only workspace."""
    seen, made = [], Workspace.__init__

    def noted(self):
        made(self)
        seen.append(self)

    monkeypatch.setattr(Workspace, "__init__", noted)
    fitted = model(alpha).fit(X, y)
    return fitted, seen[0].work


@pytest.mark.parametrize(("model", "share"), [(Lasso, 1 / 300), (LassoClassifier, 1 / 100)])
def test_a_large_support_of_sparse_columns(model, share, monkeypatch):
    """No Gram block but of the first small working sets, and as many operations as some sweeps of X."""
    X, score = text_like()
    y = score if model is Lasso else (score > np.median(score)).astype(float)
    alpha = share * np.abs(X.T @ (y - y.mean())).max() / len(y)
    fitted, work = work_of(model, X, y, alpha, monkeypatch)
    assert np.count_nonzero(fitted.coef_) > 200
    assert fitted.dual_gap_ <= 1e-8 * np.mean((y - y.mean()) ** 2)
    assert 0 < work.cg_steps <= 5000
    assert work.gram_columns <= 3 * choose._FEW
    assert work.operations <= 10_000 * X.nnz
    assert work.passes <= 60


def test_memory_is_that_of_the_columns(monkeypatch):
    """A support of thousands has no matrix of its pairs."""
    X, score = text_like(2000, 15000, 25)
    alpha = np.abs(X.T @ (score - score.mean())).max() / 1500 / 1000
    tracemalloc.start()
    fitted = Lasso(alpha).fit(X, score)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert np.count_nonzero(fitted.coef_) > 1000
    assert most <= 8 * (4 * X.nnz + 40 * sum(X.shape) + 4 * choose._FEW**2)


def test_many_classes_form_no_hessian(monkeypatch):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 12))
    y = np.argmax(X @ rng.normal(size=(12, 40)) + rng.gumbel(size=(300, 40)), axis=1)
    monkeypatch.setattr(choose, "_CHEAP", 1e7)
    fitted, work = work_of(LassoClassifier, X, y, 2e-3, monkeypatch)
    assert work.factorisations == 0
    assert work.cg_steps > 0
    assert work.gram_columns <= 2 * choose._FEW  # of the first small working sets
    objective = Objective(X, y, loss="log_loss", alpha=2e-3)
    assert objective.certify(fitted.coef_, fitted.intercept_).relative_gap <= 1e-8


def test_nothing_more_is_refined_than_was_spent(monkeypatch):
    """A certified point is refined for as many operations as it took, and no longer."""
    X, score = text_like(2000, 15000, 25)
    alpha = np.abs(X.T @ (score - score.mean())).max() / 1500 / 1000
    loose, spent = work_of(lambda a: Lasso(a, tol=1e-3), X, score, alpha, monkeypatch)
    _, whole = work_of(Lasso, X, score, alpha, monkeypatch)
    assert loose.dual_gap_ <= 1e-3 * np.mean((score - score.mean()) ** 2)
    assert spent.operations <= whole.operations


def test_a_point_that_stays():
    """Started where it ends, a fit takes next to no work."""
    X, score = text_like()
    weights = np.full(len(score), 1 / len(score))
    infinite = np.full(X.shape[1], np.inf)
    design = make_design(X, weights, True)
    c = Coordinates(np.ones(X.shape[1]), -infinite, infinite)
    problem = Problem(design, (score - score.mean())[None, :], weights, SquaredLoss(), L1(1e-4), c)
    first = solve(problem)
    space = Workspace()
    again = solve(problem, start=(first.coef, first.intercept), workspace=space)
    assert again.dual_gap <= 1e-8 * again.null_objective
    assert space.work.operations <= 400 * X.nnz
    assert evaluate(problem, again.coef[0], np.zeros(1)).gap <= 1e-8 * again.null_objective


@pytest.mark.parametrize("classes", [2, 4])
def test_a_start_with_coefficients_of_a_column_of_zeros(classes):
    X, _, y = drawn(8, classes=classes)
    model = LassoClassifier(0.01, warm_start=True, max_iter=20).fit(X, y)
    j = np.abs(model.coef_).sum(axis=0).argmax()
    X[:, j] = 0.0
    with residuals_only():
        model.fit(X, y)
    assert not model.coef_[:, j].any()
    assert np.all(model.dual_gap_ <= 1e-8)


def test_a_step_that_is_taken_back_leaves_no_rounding():
    """Two or three rows have any curvature here, so conjugate gradients run far away and return."""
    X = np.random.default_rng(1).normal(size=(5, 12))
    weights = np.array([0.24, 0.026, 2e-5, 2.7e-4, 2.5e-3])
    with residuals_only():
        model = LassoClassifier(4e-4, loss="squared_hinge", max_iter=100)
        model.fit(X, [2, 1, 0, 3, 3], sample_weight=weights)
    assert np.all(model.dual_gap_ <= 1e-8)


def test_a_start_without_any_curvature():
    """All rows are on their right side, and a squared hinge is flat there."""
    X, score, _ = drawn(4)
    X[:, 0] = np.where(score > 0, 1.0, -1.0)
    model = LassoClassifier(0.01, loss="squared_hinge", warm_start=True).fit(X, score > 0)
    model.coef_[:] = 0.0
    model.coef_[0, 0] = 1.5
    expected = LassoClassifier(0.01, loss="squared_hinge").fit(X, score > 0)
    with residuals_only():
        model.fit(X, score > 0)
    assert model.dual_gap_ <= 1e-8
    np.testing.assert_allclose(model.coef_, expected.coef_, rtol=0, atol=1e-6)


@pytest.mark.parametrize("stored", [np.asarray, sparse.csc_array], ids=["dense", "sparse"])
@pytest.mark.parametrize("unit", [1e6, 1e9, 1e11, 1e12])
def test_a_column_in_units_of_its_own(unit, stored):
    for seed in (3, 24, 30):
        X, _, y = drawn(seed)
        X[:, seed % 25] *= unit
        with residuals_only():
            model = LassoClassifier(alpha=0.1).fit(stored(X), y)
        assert np.max(model.dual_gap_) <= 1e-8


@pytest.mark.parametrize("make", [Lasso, LassoClassifier])
def test_sparse_columns_that_store_nothing(make):
    empty = sparse.csc_array((60, 5))
    y = np.arange(60.0) if make is Lasso else np.arange(60) % 2
    with residuals_only():
        model = make(alpha=0.01).fit(empty, y)
    assert not model.coef_.any()


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("stored", [np.asarray, sparse.csr_array], ids=["dense", "sparse"])
def test_never_worse_than_no_coefficients(stored):
    """Where X is as good as one column, and rounding all there is of the rest."""
    for seed in range(20):
        rng = np.random.default_rng(seed)
        X = rng.normal(size=(40, 90)) + 10.0 ** rng.integers(4, 8)
        y = (X[:, :3] - X[:, :3].mean()) @ [1.0, -1.0, 2.0] + rng.normal(size=40)
        model = Lasso(alpha=1e-3, fit_intercept=False).fit(stored(X), y)
        assert 0.5 * np.mean((y - X @ model.coef_) ** 2) <= 0.5 * np.mean(y**2)
