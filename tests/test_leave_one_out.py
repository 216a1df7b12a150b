"""Leave-one-out predictions against as many refits as there are rows."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import sparse
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_iris
from sklearn.preprocessing import scale

from sknormreg import ElasticNet, Lasso, LassoClassifier, Ridge, RidgeClassifier
from sknormreg.diagnosis.leave_one_out import RidgeLeaveOneOut, held_out_predictors
from sknormreg.solvers.workspace import Workspace

ALPHAS = np.array([1e-3, 0.1, 10.0])


def data(n, p, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) + 5.0
    Y = X[:, :2] @ rng.normal(size=(2, 2)) + rng.normal(size=(n, 2))
    return X, Y, rng.uniform(0.5, 2.0, size=n)


def refits(model, X, Y, weights, alpha):
    """y minus the prediction of a fit to all other rows."""
    errors = np.empty(Y.shape)
    for i in range(len(Y)):
        rest = np.arange(len(Y)) != i
        fitted = clone(model).set_params(alpha=alpha).fit(X[rest], Y[rest], sample_weight=weights[rest])
        errors[i] = Y[i] - fitted.predict(X[i : i + 1])[0]
    return errors.T


@pytest.mark.parametrize("shape", [(25, 6), (12, 12), (12, 40)], ids=str)
@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("kind", ["dense", "sparse", "weighted", "factors", "dependent"])
def test_ridge_equals_n_refits(shape, fit_intercept, kind):
    X, Y, weights = data(*shape)
    factor = np.linspace(0.5, 2.0, shape[1]) if kind == "factors" else np.ones(shape[1])
    model = Ridge(fit_intercept=fit_intercept, penalty_factor=factor)
    if kind != "weighted":
        weights = np.ones(len(Y))
    else:
        weights[3] = 0.0
    if kind == "dependent":
        X[:, 1] = X[:, 0]
        X[5] = X[4]
    given = sparse.csr_array(X) if kind == "sparse" else X
    task = clone(model)._task(given, Y, weights)
    problem = task.problems[0]
    rows = problem.design, task.targets, problem.weights
    loo = RidgeLeaveOneOut(*rows, factor, fit_intercept, task.workspace)
    found = loo.errors(ALPHAS / task.alpha_unit)
    for errors, alpha in zip(found, ALPHAS, strict=True):
        assert_allclose(errors, refits(model, X, Y, weights, alpha), rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("model", [Ridge(alpha=0.3), Ridge(alpha=3.0, penalty_factor=0.5)], ids=repr)
def test_one_newton_step_is_exact_for_ridge(model):
    X, Y, weights = data(25, 6)
    task = clone(model)._task(X, Y[:, 0], weights)
    problem = task.at([model.alpha])[0]
    fitted = clone(model).fit(X, Y[:, 0], weights)
    coef = fitted.coef_[None]
    z = held_out_predictors(problem, coef, np.zeros(1), Workspace())
    expected = refits(model, X, Y[:, :1], weights, model.alpha)
    assert_allclose(problem.y - z, expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(
    ("model", "classes"),
    [
        (Lasso(0.1), None),
        (ElasticNet(0.1), None),
        (LassoClassifier(0.01), 2),
        (RidgeClassifier(0.05, loss="log_loss"), 2),
        (LassoClassifier(0.01), 3),
        (RidgeClassifier(0.05, loss="log_loss"), 3),
    ],
    ids=repr,
)
def test_one_newton_step_comes_near(model, classes):
    """The error of the approximation is less than half of what leaving the row out changes."""
    if classes is None:
        X, Y, _ = data(120, 6)
        y = Y[:, 0]
    else:
        X, y = (load_breast_cancer if classes == 2 else load_iris)(return_X_y=True)
        X, y = scale(X)[::3], y[::3]
        X = X[:, :6]
    n = len(y)
    task = clone(model)._task(X, y, None)
    problem = task.at([model.alpha])[0]
    fitted = clone(model).fit(X, y)
    centred = fitted.intercept_ + fitted.coef_ @ problem.design.mean
    centred = centred - (0.0 if classes else y.mean())
    z = problem.predictor(np.atleast_2d(fitted.coef_), np.atleast_1d(centred))
    approximate = held_out_predictors(
        problem, np.atleast_2d(fitted.coef_), np.atleast_1d(centred), Workspace()
    )
    exact = np.empty_like(z)
    for i in range(n):
        rest = np.arange(n) != i
        other = clone(model).set_params(alpha=model.alpha * n / (n - 1)).fit(X[rest], y[rest])
        exact[:, i] = np.atleast_2d(other.coef_) @ X[i] + other.intercept_ - (0.0 if classes else y.mean())
    assert np.linalg.norm(approximate - exact) < 0.5 * np.linalg.norm(z - exact)
