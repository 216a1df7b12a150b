"""Integer sample weights are repeated rows, zero weights are removed rows; only averages are averaged."""

from typing import NamedTuple

import numpy as np
import pytest
from scipy import sparse
from sklearn.base import BaseEstimator, clone, is_classifier

from sknormreg import (
    ElasticNet,
    ElasticNetClassifier,
    Lasso,
    LassoClassifier,
    Ridge,
    RidgeClassifier,
)

N, P = 60, 7


class Row(NamedTuple):
    estimator: BaseEstimator
    averaged: bool = True


TABLE = {
    "lasso": Row(Lasso(alpha=0.05)),
    "elastic net": Row(ElasticNet(alpha=0.05)),
    "ridge": Row(Ridge(alpha=2.0), averaged=False),
    "ridge, positive": Row(Ridge(alpha=2.0, positive=True), averaged=False),
    "lasso, log-loss": Row(LassoClassifier(alpha=0.02)),
    "lasso, squared hinge": Row(LassoClassifier(alpha=0.02, loss="squared_hinge")),
    "elastic net, log-loss": Row(ElasticNetClassifier(alpha=0.02)),
    "elastic net, squared hinge": Row(ElasticNetClassifier(alpha=0.02, loss="squared_hinge")),
    "ridge classifier, log-loss": Row(RidgeClassifier(alpha=0.05, loss="log_loss")),
    "ridge classifier, squares": Row(RidgeClassifier(alpha=2.0), averaged=False),
    "balanced log-loss": Row(LassoClassifier(alpha=0.02, class_weight="balanced")),
    "balanced squares": Row(RidgeClassifier(alpha=2.0, class_weight="balanced"), averaged=False),
}
ROWS = [
    pytest.param(row, classes, id=f"{name}, {classes} classes" if classes else name)
    for name, row in TABLE.items()
    for classes in ([2, 3] if is_classifier(row.estimator) else [0])
]
each_row = pytest.mark.parametrize(("row", "classes"), ROWS)
each_intercept = pytest.mark.parametrize("fit_intercept", [True, False])
each_storage = pytest.mark.parametrize(
    "store", [np.asfortranarray, sparse.csr_array], ids=["dense", "sparse"]
)


def draw(classes, store=np.asarray):
    """(X, y, weights 0 to 3): rows in no order, a class of every kind, columns with and without zeros."""
    rng = np.random.default_rng(classes)
    X = rng.normal(size=(N, P)) + 0.5
    X[:, : P // 2] *= rng.random((N, P // 2)) < 0.5
    scores = X @ rng.normal(size=(P, max(classes, 1))) + rng.normal(size=(N, max(classes, 1)))
    y = scores[:, 0] if classes == 0 else (scores - scores.mean(axis=0)).argmax(axis=1)
    if classes == 2:
        y = (scores[:, 0] > np.median(scores[:, 0])).astype(int)
    return X, y, rng.integers(0, 4, N)


def assert_same(one, other, atol=1e-7):
    """To 1e-7 of the largest coefficient; of a softmax intercept too, which is pinned to sum to zero."""
    size = np.abs(one.coef_).max()
    assert size > 0.01
    np.testing.assert_allclose(one.coef_, other.coef_, rtol=0, atol=atol * size)
    size = max(size, np.abs(one.intercept_).max())
    np.testing.assert_allclose(one.intercept_, other.intercept_, rtol=0, atol=atol * size)


@each_row
@each_intercept
@each_storage
def test_weights_are_repetition(row, classes, fit_intercept, store):
    X, y, weights = draw(classes)
    model = clone(row.estimator).set_params(fit_intercept=fit_intercept)
    weighted = clone(model).fit(store(X), y, sample_weight=weights)
    repeated = clone(model).fit(store(np.repeat(X, weights, axis=0)), np.repeat(y, weights))
    assert_same(weighted, repeated)
    np.testing.assert_allclose(weighted.dual_gap_, repeated.dual_gap_, atol=1e-8)


@each_row
@each_storage
def test_rows_without_weight_are_as_if_removed(row, classes, store):
    """Whatever stands in them: values far from the others, and a class of their own would raise."""
    X, y, weights = draw(classes)
    kept = weights > 0
    X[~kept] *= 1e6
    with_zeros = clone(row.estimator).fit(store(X), y, sample_weight=weights)
    without = clone(row.estimator).fit(store(X[kept]), y[kept], sample_weight=weights[kept])
    assert_same(with_zeros, without)


@each_row
@each_intercept
@pytest.mark.parametrize("factor", [2.0, 1e-6, 1e6])
def test_a_common_factor_of_all_weights(row, classes, fit_intercept, factor):
    X, y, weights = draw(classes)
    weights = weights + 0.5
    model = clone(row.estimator).set_params(fit_intercept=fit_intercept)
    alpha = model.alpha if row.averaged else factor * model.alpha
    scaled = clone(model).set_params(alpha=alpha).fit(X, y, sample_weight=factor * weights)
    assert_same(scaled, model.fit(X, y, sample_weight=weights))


@each_row
def test_weights_whose_sum_is_too_large(row, classes):
    X, y, weights = draw(classes)
    weights = weights + 0.5
    if row.averaged:
        huge = clone(row.estimator).fit(X, y, sample_weight=weights * 2.0**1021)
        assert_same(huge, clone(row.estimator).fit(X, y, sample_weight=weights))
    else:
        with pytest.raises(ValueError, match="sum of sample_weight overflows"):
            row.estimator.fit(X, y, sample_weight=weights * 2.0**1021)


@each_row
def test_a_scalar_weighs_all_rows(row, classes):
    X, y, _ = draw(classes)
    scalar = clone(row.estimator).fit(X, y, sample_weight=2.0)
    assert_same(scalar, clone(row.estimator).fit(X, y, sample_weight=np.full(N, 2.0)))


@pytest.mark.parametrize(
    ("row", "classes"), [row for row in ROWS if "balanced" not in row.id and row.values[1]]
)
def test_class_weights_are_sample_weights(row, classes):
    X, y, weights = draw(classes)
    weights = weights + 0.5
    per_class = np.array([0.5, 2.0, 1.0])
    by_class = clone(row.estimator).set_params(class_weight=dict(enumerate(per_class[:classes])))
    by_row = clone(row.estimator).fit(X, y, sample_weight=weights * per_class[y])
    assert_same(by_class.fit(X, y, sample_weight=weights), by_row)


@pytest.mark.parametrize(
    "estimator", [LassoClassifier(0.02), RidgeClassifier(2.0)], ids=["log-loss", "squares"]
)
def test_balanced_classes_have_equal_weight(estimator):
    """S_k is the sum of the weights of class k, and S / (K S_k) multiplies them."""
    X, y, weights = draw(3)
    totals = np.bincount(y, weights)
    by_hand = weights * (totals.sum() / (3 * totals))[y]
    balanced = clone(estimator).set_params(class_weight="balanced").fit(X, y, sample_weight=weights)
    assert_same(balanced, clone(estimator).fit(X, y, sample_weight=by_hand))


def test_several_labels_with_weights():
    X, y, weights = draw(3)
    Y = np.eye(3, dtype=int)[y]
    weighted = RidgeClassifier().fit(X, Y, sample_weight=weights)
    assert_same(
        weighted, RidgeClassifier().fit(np.repeat(X, weights, axis=0), np.repeat(Y, weights, axis=0))
    )
