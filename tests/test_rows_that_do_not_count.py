"""Rows of weight zero count as removed, whatever they hold; sparse columns far from zero."""

import numpy as np
import pytest
from scipy import sparse

from sknormreg import (
    ElasticNet,
    ElasticNetClassifier,
    Lasso,
    LassoClassifier,
    Ridge,
    RidgeClassifier,
)

ESTIMATORS = [
    Ridge(1.0),
    Ridge(0),
    Ridge(1.0, positive=True),
    Lasso(0.1),
    ElasticNet(0.1),
    LassoClassifier(0.01),
    ElasticNetClassifier(0.01),
    LassoClassifier(0.01, loss="squared_hinge"),
    RidgeClassifier(),
    RidgeClassifier(0.01, loss="log_loss"),
]
STORES = [np.ascontiguousarray, np.asfortranarray, sparse.csr_array, sparse.csc_array]


def target(estimator, X, rng):
    y = X @ [1.0, 2.0, 0.0, -1.0] + rng.normal(size=len(X))
    return y > np.median(y) if hasattr(estimator, "class_weight") else y


@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("estimator", ESTIMATORS, ids=repr)
def test_huge_entries_of_no_weight(estimator, store):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(50, 4))
    y, s = target(estimator, X, rng), rng.uniform(0.5, 2.0, 50)
    s[[3, 7]] = 0.0
    given, told = X.copy(), y.copy()
    given[3], given[7, 1] = 1e200, -1e180
    if y.dtype == float:
        told[3] = 1e190
    found = estimator.fit(store(given), told, sample_weight=s).coef_
    right = estimator.fit(store(X[s > 0]), y[s > 0], sample_weight=s[s > 0]).coef_
    np.testing.assert_allclose(found, right, atol=1e-12)


@pytest.mark.parametrize("least", [1e-12, 1e-6, 1e-2])
@pytest.mark.parametrize("estimator", ESTIMATORS, ids=repr)
def test_few_zeros_of_little_weight_in_a_sparse_column(estimator, least):
    """Such a column may have a mean far above its deviation."""
    rng = np.random.default_rng(3)
    X = rng.normal(size=(60, 4))
    y, s = target(estimator, X, rng), np.ones(60)
    X[:, 0] += 1e7
    X[:, 2] += 1e5
    X[5, 0] = X[9, 2] = 0.0
    s[[5, 9]] = least
    dense = estimator.fit(X, y, sample_weight=s)
    scores = (dense.decision_function if hasattr(dense, "classes_") else dense.predict)(X[10:])
    thin = estimator.fit(sparse.csc_array(X), y, sample_weight=s)
    found = (thin.decision_function if hasattr(thin, "classes_") else thin.predict)(X[10:])
    np.testing.assert_allclose(found, scores, atol=1e-7)
