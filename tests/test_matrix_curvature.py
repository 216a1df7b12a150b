"""A penalty that is no sum over coefficients: what reads its curvature takes a whole matrix."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.datasets import load_iris
from sklearn.preprocessing import scale

from sknormreg import Lasso, LassoClassifier, LassoCV, Ridge, regularization_path
from sknormreg.diagnosis.leave_one_out import held_out_predictors
from sknormreg.penalties import Penalty
from sknormreg.solvers.workspace import Workspace


class SquaredSum(Penalty):
    """alpha / 2 (sum v_j^2 + (sum v_j)^2) with v_j = sqrt(f_j) w_j, without bounds."""

    def __init__(self, alpha=1.0):
        self.alpha = alpha

    def matrix(self, c):
        root = np.sqrt(c.factor)
        return self.alpha * (np.diag(c.factor) + np.outer(root, root))

    def value(self, w, c):
        return 0.5 * float(w @ self.matrix(c) @ w)

    def prox(self, x, step, c):
        return np.linalg.solve(np.eye(x.size) + step * self.matrix(c), x)

    def violation(self, w, grad, c):
        return np.abs(grad + self.matrix(c) @ w)

    def gauge(self, v, c):
        return 0.0

    def fenchel_gap(self, w, v, c):
        charged = np.flatnonzero(c.factor)
        matrix = self.matrix(c)[np.ix_(charged, charged)]
        off = w[charged] - np.linalg.solve(matrix, v[charged])
        rest = np.delete(np.abs(v * w), charged).sum()
        return float(0.5 * off @ matrix @ off + rest)

    def active(self, w, c):
        return np.ones(w.size, dtype=bool)

    def smooth(self, w, c):
        return self.matrix(c) @ w, self.matrix(c)

    def alpha_max(self, grad, c):
        return np.inf


class SumRegressor(Lasso):
    def _penalty(self):
        return SquaredSum(self.alpha)


class SumClassifier(LassoClassifier):
    def _penalty(self):
        return SquaredSum(self.alpha)


class SumCV(LassoCV):
    _model = SumRegressor


RNG = np.random.default_rng(2)
X = RNG.normal(size=(30, 5)) * [1.0, 2.0, 0.5, 1.0, 3.0] + 1.0
Y = X @ [1.0, -0.5, 2.0, 0.0, 0.3] + RNG.normal(size=30)
WEIGHTS = RNG.uniform(0.5, 2.0, size=30)
FACTOR = np.array([1.0, 0.3, 2.0, 1.0, 0.0])
ALPHAS = np.array([1.0, 0.1])


def matrix(alpha):
    root = np.sqrt(FACTOR)
    return alpha * (np.diag(FACTOR) + np.outer(root, root))


def explicit(X, y, share, alpha):
    """Coefficients and intercept, from the normal equations; the weights need not sum to one."""
    rows = np.column_stack([X, np.ones(len(X))])
    added = np.zeros((6, 6))
    added[:5, :5] = matrix(alpha)
    return np.linalg.solve((rows.T * share) @ rows + added, rows.T @ (share * y))


def test_fits_and_degrees_of_freedom():
    path = regularization_path(SumRegressor(penalty_factor=FACTOR), X, Y, ALPHAS, sample_weight=WEIGHTS)
    share = WEIGHTS / WEIGHTS.sum()
    centred = (X - share @ X) * np.sqrt(share)[:, None]
    gram = centred.T @ centred
    for alpha, coef, df in zip(ALPHAS, path.coefs.T, path.df, strict=True):
        assert_allclose(coef, explicit(X, Y, share, alpha)[:5], rtol=1e-8)
        assert_allclose(df, np.trace(np.linalg.solve(gram + matrix(alpha), gram)), rtol=1e-8)


def test_degrees_of_freedom_of_a_log_loss():
    y = (Y > np.median(Y)).astype(int)
    path = regularization_path(SumClassifier(penalty_factor=FACTOR), X, y, ALPHAS)
    for alpha, coef, intercept, df in zip(ALPHAS, path.coefs.T, path.intercepts, path.df, strict=True):
        q = 1.0 / (1.0 + np.exp(-X @ coef - intercept))
        rows = np.column_stack([X, np.ones(30)])
        assert_allclose(X.T @ (q - y) / 30 + matrix(alpha) @ coef, 0.0, atol=1e-9)
        hessian = (rows.T * (q * (1 - q) / 30)) @ rows
        added = np.zeros((6, 6))
        added[:5, :5] = matrix(alpha)
        assert_allclose(df, 5.0 - np.trace(added @ np.linalg.inv(hessian + added)), rtol=1e-7)


def test_leave_one_out_is_exact():
    """As for every quadratic penalty of squared loss: by as many systems as there are rows."""
    share = WEIGHTS / WEIGHTS.sum()
    expected = np.empty((2, 30))
    for a, alpha in enumerate(ALPHAS):
        for i in range(30):
            rest = np.arange(30) != i
            found = explicit(X[rest], Y[rest], share[rest], alpha)
            expected[a, i] = X[i] @ found[:5] + found[5]
    model = SumCV(alphas=ALPHAS, penalty_factor=FACTOR, cv="alo").fit(X, Y, WEIGHTS)
    assert_allclose(model.mean_score_path_, -((Y - expected) ** 2) @ share, rtol=1e-8)
    assert model.alpha_ == ALPHAS[np.argmax(model.mean_score_path_)]


@pytest.mark.parametrize("n_classes", [2, 3])
def test_leave_one_out_of_classes_comes_near(n_classes):
    X, y = load_iris(return_X_y=True)
    X, y = scale(X)[y < n_classes][::3], y[y < n_classes][::3]
    if n_classes == 2:
        y = np.roll(y, 7)  # that they overlap
    model = SumClassifier(0.05)
    task = model._task(X, y, None)
    [solution] = [s for row in [regularization_path(model, X, y, [0.05])._rows[0]] for s in [row[0]]]
    problem = task.at([0.05])[0]
    z = held_out_predictors(problem, solution.coef, solution.intercept, Workspace())
    for i in range(0, len(y), 5):
        rest = np.arange(len(y)) != i
        other = SumClassifier(0.05 * len(y) / (len(y) - 1)).fit(X[rest], y[rest])
        here = np.atleast_1d(other.decision_function(X[[i]])[0])
        found = z[:, i] - (z[:, i].mean() if n_classes > 2 else 0.0)
        assert_allclose(found, here - (here.mean() if n_classes > 2 else 0.0), atol=0.05)


def test_dependent_columns_have_the_degrees_of_freedom_of_their_span():
    """A pair of equal unpenalised columns makes the Hessian singular, in units far apart too."""
    twice = np.column_stack([X[:, :3], 1e9 * X[:, 3], 1e9 * X[:, 3]])
    factor = np.array([1.0, 1.0, 1.0, 0.0, 0.0])
    path = regularization_path(Ridge(penalty_factor=factor), twice, Y, [30.0])
    alone = regularization_path(Ridge(penalty_factor=factor[:4]), twice[:, :4], Y, [30.0])
    assert_allclose(path.df, alone.df, rtol=1e-6)
