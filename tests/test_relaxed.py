"""The relaxed lasso: blends with a least squares fit on the features of each penalised one."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import sparse
from sklearn.datasets import load_diabetes

from sknormreg import ElasticNet, Lasso
from sknormreg.linear_model import relaxed

X, Y = load_diabetes(return_X_y=True)
WEIGHTS = np.random.default_rng(0).uniform(0.5, 2.0, size=len(Y))
ALPHAS = [3.0, 1.0, 0.3, 0.01]


def least_squares(features, y, weights):
    """(coefficients, intercept) on some features, from the normal equations' rows."""
    root = np.sqrt(weights)[:, None]
    rows = np.column_stack([X[:, features], np.ones(len(X))]) * root
    found = np.linalg.lstsq(rows, y * root[:, 0], rcond=None)[0]
    return found[:-1], found[-1]


@pytest.mark.parametrize("estimator", [Lasso(), ElasticNet(l1_ratio=0.9)], ids=repr)
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("container", [np.asarray, sparse.csr_array])
def test_blends_with_least_squares(estimator, weighted, container):
    weights = WEIGHTS if weighted else np.ones(len(Y))
    models = estimator.fit_path(container(X), Y, ALPHAS, weights)
    for model, blends in zip(
        models, relaxed(estimator, models, container(X), Y, [1.0, 0.5, 0.0], weights), strict=True
    ):
        features = np.flatnonzero(model.coef_)
        coef, intercept = least_squares(features, Y, weights)
        for gamma, blend in zip([1.0, 0.5, 0.0], blends, strict=True):
            assert_allclose(
                blend.coef_[features], gamma * model.coef_[features] + (1 - gamma) * coef, rtol=1e-8
            )
            assert_allclose(blend.intercept_, gamma * model.intercept_ + (1 - gamma) * intercept)
            assert np.count_nonzero(blend.coef_) == features.size


def test_within_bounds():
    model = Lasso(positive=True)
    for blends in relaxed(model, model.fit_path(X, Y, ALPHAS), X, Y, [0.0]):
        assert np.all(blends[0].coef_ >= 0)


def test_several_targets():
    both = np.column_stack([Y, Y**2])
    models = Lasso().fit_path(X, both, ALPHAS)
    for k in range(2):
        alone = relaxed(Lasso(), Lasso().fit_path(X, both[:, k], ALPHAS), X, both[:, k], [0.0])
        for blends, single in zip(relaxed(Lasso(), models, X, both, [0.0]), alone, strict=True):
            assert_allclose(blends[0].coef_[k], single[0].coef_, rtol=1e-7)
