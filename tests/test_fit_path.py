"""`fit_path` gives what `fit` gives at every alpha, whichever solver it takes, with less work."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import sparse
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.preprocessing import scale
from sklearn.utils._param_validation import InvalidParameterError

from sknormreg import ElasticNet, ElasticNetClassifier, Lasso, LassoClassifier, Ridge, RidgeClassifier
from sknormreg.solvers import paths
from sknormreg.solvers.squares import batched

ALPHAS = [*np.geomspace(1.0, 0.01, 15), 0.3, 0.3, 2.0]


def regression(n, p, targets=1, rank=None, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p))
    X[:, 1:] += 0.7 * X[:, :-1]
    if rank:
        X = X[:, :rank] @ rng.normal(size=(rank, p))
    y = X[:, :5] @ rng.normal(size=(5, targets)) + rng.normal(size=(n, targets))
    return X + 3.0, y[:, 0] if targets == 1 else y


def classes(load, rows=None):
    X, y = load(return_X_y=True)
    return scale(X)[:rows], y[:rows]


TALL, WIDE, WIDEST = regression(80, 12), regression(40, 90), regression(60, 700)
REGRESSION = [
    *[(est, data) for est in (Lasso(), ElasticNet(l1_ratio=0.3), Ridge()) for data in (TALL, WIDE, WIDEST)],
    (Lasso(positive=True), WIDEST),
    (Lasso(fit_intercept=False), WIDEST),
    (ElasticNet(bounds=(-0.1, 0.2)), WIDEST),
    (Lasso(penalty_factor=np.r_[np.zeros(3), np.ones(697)]), WIDEST),
    (Lasso(penalty_factor=np.r_[np.zeros(3), np.ones(9)]), TALL),
    (Ridge(penalty_factor=np.r_[np.zeros(3), np.ones(9)]), TALL),
    (Ridge(penalty_factor=np.arange(1.0, 91.0)), WIDE),
    (Ridge(positive=True), TALL),
    (Ridge(alpha=[1.0, 2.0]), regression(80, 12, targets=2)),
    (Lasso(), regression(60, 700, targets=3)),
    (ElasticNet(l1_ratio=0.0), TALL),
    (Lasso(), regression(60, 30, rank=8)),
    (Ridge(), regression(60, 30, rank=8)),
]
CLASSIFICATION = [
    (RidgeClassifier(), classes(load_iris)),
    (RidgeClassifier(class_weight="balanced"), classes(load_breast_cancer)),
    (RidgeClassifier(loss="log_loss"), classes(load_iris)),
    (RidgeClassifier(loss="log_loss"), classes(load_breast_cancer, 25)),
    (LassoClassifier(), classes(load_breast_cancer)),
    (LassoClassifier(loss="squared_hinge"), classes(load_iris)),
    (ElasticNetClassifier(), classes(load_iris)),
]
each_case = pytest.mark.parametrize(
    ("estimator", "data"),
    [
        pytest.param(est, data, id=f"{est!r:.40} {data[0].shape} {data[1].shape}")
        for est, data in REGRESSION + CLASSIFICATION
    ],
)


def agree(estimator, X, y, alphas, **fit):
    """Compares with single fits; returns the models of the path."""
    models = estimator.fit_path(X, y, alphas, **fit)
    for alpha, model in zip(alphas, models, strict=True):
        single = clone(estimator).set_params(alpha=alpha).fit(X, y, **fit)
        assert vars(model).keys() == vars(single).keys()
        assert model.alpha == alpha
        size = np.abs(single.coef_).max()
        assert_allclose(model.coef_, single.coef_, atol=1e-8 * size, rtol=1e-8)
        assert_allclose(model.intercept_, single.intercept_, atol=1e-8 * np.abs(y).max())
        assert np.array_equal(model.coef_ == 0, single.coef_ == 0)
        assert type(model.n_iter_) is type(single.n_iter_)
        assert_allclose(model.predict(X), single.predict(X), rtol=1e-7, atol=1e-7)
    return models


@each_case
def test_every_model_is_the_single_fit(estimator, data):
    agree(estimator, *data, ALPHAS)
    assert not hasattr(estimator, "coef_")


@each_case
def test_sparse_and_weighted(estimator, data):
    X, y = data
    X = np.where(X > 0, X, 0.0)
    weights = np.random.default_rng(0).uniform(0.2, 3.0, size=len(y))
    agree(estimator, sparse.csr_array(X), y, ALPHAS[:6], sample_weight=weights)


def test_least_squares_among_them():
    agree(Lasso(), *TALL, [1.0, 0.0, 0.1])
    agree(Ridge(), *TALL, [1.0, 0.0, 0.1])


def test_single_precision():
    X, y = TALL
    assert Lasso().fit_path(X.astype(np.float32), y, ALPHAS)[3].coef_.dtype == np.float32


def test_constant_target():
    for model in Lasso().fit_path(WIDEST[0], np.full(60, 2.0), ALPHAS):
        assert not model.coef_.any()
        assert model.intercept_ == 2.0


def test_tol_is_each_models_certificate():
    with pytest.warns(ConvergenceWarning, match="Relative duality gap"):
        LassoClassifier(max_iter=1).fit_path(*classes(load_breast_cancer), [0.01, 0.001])


def test_work_of_a_path():
    """A tall one reads X once besides its Gram matrix; a wide one less often than once a strength."""
    for data, most in ((regression(600, 40), 1), (WIDEST, 40)):
        model = Lasso()
        task = model._task(*data, None)
        strengths = np.geomspace(1.0, 0.01, 100)[:, None]
        rows = paths.solve_paths(task.problems, strengths, workspace=task.workspace, tol=1e-8)
        assert len(rows) == 100
        assert all(row[0].relative_gap < 1e-12 for row in rows)
        assert task.workspace.work.passes <= most
        assert task.workspace.work.factorisations < 25


def test_strengths_far_apart_take_no_more_work_than_single_fits():
    """A walk from one to the other would pass through all patterns between."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(500, 600))
    y = X @ rng.normal(size=600) + rng.normal(size=500)
    strengths = np.array([[12.0], [0.03]])
    task = Lasso()._task(X, y, None)
    rows = paths.solve_paths(task.problems, strengths, workspace=task.workspace, tol=1e-8)
    steps = passes = 0
    for (alpha,), (solution,) in zip(strengths, rows, strict=True):
        single = Lasso()._task(X, y, None)
        (expected,) = Lasso(alpha)._solve(single, np.array([alpha]), None)
        steps += single.workspace.work.newton_steps
        passes += single.workspace.work.passes
        assert solution.relative_gap < 1e-12
        assert_allclose(solution.coef, expected.coef, rtol=0, atol=1e-9 * np.abs(expected.coef).max())
    assert np.count_nonzero(expected.coef) > 300
    assert task.workspace.work.newton_steps <= 2 * steps + 100
    assert task.workspace.work.passes <= passes + 10


def test_what_a_batch_cannot_solve_is_solved_alone(monkeypatch):
    expected = Lasso().fit_path(*WIDEST, ALPHAS)
    monkeypatch.setattr(batched, "follow", lambda *args: (np.empty((0, 0)), False))
    for model, other in zip(Lasso().fit_path(*WIDEST, ALPHAS), expected, strict=True):
        assert_allclose(model.coef_, other.coef_, atol=1e-9)


def test_a_search_that_ends_early_is_gone_on_with(monkeypatch):
    expected = Lasso().fit_path(*TALL, ALPHAS)
    whole = paths.solve_moments

    def short(*args):
        found, certain = whole(*args)
        return found[:3], min(certain, 3)

    monkeypatch.setattr(paths, "solve_moments", short)
    for model, other in zip(Lasso().fit_path(*TALL, ALPHAS), expected, strict=True):
        assert_allclose(model.coef_, other.coef_, atol=1e-9)


@pytest.mark.parametrize("bad", [-1.0, np.nan, "one", None])
def test_bad_alphas_are_named_as_by_fit(bad):
    with pytest.raises((InvalidParameterError, ValueError), match="alpha"):
        Lasso().fit_path(*TALL, [1.0, bad])


def test_no_alphas():
    with pytest.raises(ValueError, match="values of alpha must be a non-empty sequence"):
        Ridge().fit_path(*TALL, [])
