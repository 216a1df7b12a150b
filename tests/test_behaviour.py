"""What users rely on, whichever estimator it is (section 5 of the design)."""

import warnings

import numpy as np
import pytest
from scipy import sparse
from sklearn.base import clone, is_classifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknormreg import (
    ElasticNet,
    ElasticNetClassifier,
    Lasso,
    LassoClassifier,
    LassoClassifierCV,
    Ridge,
    RidgeClassifier,
)

SELECTING = [
    Lasso(0.3),
    ElasticNet(0.3),
    LassoClassifier(0.05),
    LassoClassifier(0.1, loss="squared_hinge"),
    ElasticNetClassifier(0.05),
]
SHRINKING = [Ridge(), RidgeClassifier(), RidgeClassifier(0.05, loss="log_loss")]
ALL = [*SELECTING, *SHRINKING]
each_selecting = pytest.mark.parametrize("estimator", SELECTING, ids=repr)
each_estimator = pytest.mark.parametrize("estimator", ALL, ids=repr)
STORAGE = {
    "C": np.ascontiguousarray,
    "F": np.asfortranarray,
    "csr": sparse.csr_array,
    "csc": sparse.csc_array,
}
each_storage = pytest.mark.parametrize("store", STORAGE.values(), ids=STORAGE.keys())


def draw(estimator, n=60, p=30, classes=3, seed=0):
    """Neighbouring columns correlated; numbers or labels as the estimator wants them."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)).cumsum(axis=1) / np.sqrt(p)
    if not is_classifier(estimator):
        return X, X[:, ::5].sum(axis=1) + rng.normal(size=n)
    return X, np.argmax(X[:, :classes] + 0.3 * rng.normal(size=(n, classes)), axis=1)


@each_selecting
def test_zeros_are_exact(estimator):
    X, y = draw(estimator)
    model = clone(estimator).fit(X, y)
    size = np.abs(model.coef_)
    assert 0 < np.count_nonzero(size) < size.size
    assert np.all((size == 0.0) | (size > 1e-8 * size.max()))
    assert not np.signbit(model.coef_[size == 0.0]).any()


@each_estimator
def test_sparse_coef_is_coef(estimator):
    model = clone(estimator).fit(*draw(estimator))
    assert sparse.issparse(model.sparse_coef_)
    assert model.sparse_coef_.format == "csr"
    assert model.sparse_coef_.nnz == np.count_nonzero(model.coef_)
    np.testing.assert_array_equal(model.sparse_coef_.toarray(), np.atleast_2d(model.coef_))


@each_estimator
@each_storage
def test_float32_in_float32_out(estimator, store):
    X, y = draw(estimator)
    X = X.astype(np.float32)
    single, double = clone(estimator).fit(store(X), y), clone(estimator).fit(store(X.astype(float)), y)
    assert single.coef_.dtype == single.intercept_.dtype == np.float32
    assert double.coef_.dtype == double.intercept_.dtype == np.float64
    np.testing.assert_array_equal(single.coef_, double.coef_.astype(np.float32))


@each_selecting
def test_warm_start_saves_iterations_and_nothing_else(estimator):
    X, y = draw(estimator)
    cold = clone(estimator).fit(X, y)
    warm = clone(estimator).set_params(warm_start=True).fit(X, y)
    again = np.max(warm.fit(X, y).n_iter_)
    assert 1 <= again < np.max(cold.n_iter_)
    np.testing.assert_allclose(warm.coef_, cold.coef_, atol=1e-9)
    warm.fit(X[:, :7], y)  # a start that does not fit is no start
    np.testing.assert_array_equal(warm.coef_, clone(estimator).fit(X[:, :7], y).coef_)


@pytest.mark.parametrize("name", ["float16", "float32", "longdouble", "int8"])
@each_estimator
def test_any_number_is_a_strength(estimator, name):
    """Whatever it is stored as, the fit is that of the same float."""
    rng = np.random.default_rng(3)
    X, y = rng.normal(size=(30, 4)), np.arange(30) % 3
    value = np.dtype(name).type(1 if name == "int8" else 0.03)
    ratio = {"l1_ratio": value} if hasattr(estimator, "l1_ratio") else {}
    plain = {key: float(number) for key, number in ratio.items()}
    found = clone(estimator).set_params(alpha=value, **ratio).fit(X, y)
    expected = clone(estimator).set_params(alpha=float(value), **plain).fit(X, y)
    np.testing.assert_array_equal(found.coef_, expected.coef_)
    assert found.dual_gap_ == pytest.approx(expected.dual_gap_, abs=0)


@pytest.mark.parametrize("shape", [(1, 3), (3, 1), (3,)])
def test_alphas_of_targets_in_any_shape(shape):
    rng = np.random.default_rng(4)
    X, Y = rng.normal(size=(30, 4)), rng.normal(size=(30, 3))
    found = Ridge([[0.1], [3.0], [20.0]] if shape == (3, 1) else np.reshape([0.1, 3.0, 20.0], shape))
    for target, alpha, coef in zip(Y.T, [0.1, 3.0, 20.0], found.fit(X, Y).coef_, strict=True):
        np.testing.assert_allclose(coef, Ridge(alpha).fit(X, target).coef_, rtol=1e-10)


SENTENCE = "Objective did not converge. You might want to increase the number of iterations."


@each_selecting
def test_too_few_iterations_warn(estimator):
    X, y = draw(estimator, n=100, p=400)
    model = clone(estimator).set_params(alpha=1e-3, max_iter=1, tol=1e-7)
    with pytest.warns(ConvergenceWarning) as caught:
        model.fit(X, y)
    (message,) = [str(warning.message) for warning in caught]
    assert message.startswith(SENTENCE)
    assert all(word in message for word in ("gap", "1.000e-07", "alpha=0.001", "helps"))
    assert np.max(model.dual_gap_) > 0.0


@each_estimator
@pytest.mark.parametrize("tol", [1.0, 1e-8, 0.0])
def test_a_certified_fit_does_not_warn(estimator, tol):
    """Not after one iteration if that is enough, and not for want of digits that rounding takes."""
    X, y = draw(estimator)
    options = {"tol": tol, **({"max_iter": 1} if tol == 1.0 else {})}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        clone(estimator).set_params(**options).fit(X, y)


def defective(kind):
    rng = np.random.default_rng(3)
    X = rng.normal(size=(20, 50 if kind == "wide" else 8))
    if kind == "duplicated columns":
        X[:, 5], X[:, 6], X[:, 7] = X[:, 0], -2.0 * X[:, 1], 0.0
    if kind == "low rank":
        X = X[:, :3] @ rng.normal(size=(3, 8))
    if kind == "constant column":
        X[:, 2] = 3.0
    return X, rng.normal(size=20) + 5.0, rng.random(20) + 0.1


@pytest.mark.parametrize("kind", ["tall", "wide", "duplicated columns", "low rank", "constant column"])
@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("store", [np.asarray, sparse.csr_array], ids=["dense", "sparse"])
@pytest.mark.parametrize("make", [Lasso, ElasticNet, Ridge, RidgeClassifier])
def test_alpha_zero_is_least_squares_of_minimum_norm(make, store, fit_intercept, kind):
    X, y, weights = defective(kind)
    target = np.where(y > 5.0, 1.0, -1.0) if make is RidgeClassifier else y
    root, share = np.sqrt(weights), weights / weights.sum() * fit_intercept
    expected = np.linalg.pinv((X - share @ X) * root[:, None], rcond=1e-10) @ (
        (target - share @ target) * root
    )
    model = make(alpha=0.0, fit_intercept=fit_intercept).fit(store(X), target, sample_weight=weights)
    np.testing.assert_allclose(np.ravel(model.coef_), expected, atol=1e-8 * np.abs(expected).max())


@pytest.mark.parametrize("make", [LassoClassifier, ElasticNetClassifier, RidgeClassifier])
@pytest.mark.parametrize("classes", [2, 3])
def test_separable_classes_without_penalty_have_no_minimiser(make, classes):
    X = np.arange(30.0).reshape(10, 3) ** 1.5
    y = np.arange(10) * classes // 10
    with pytest.warns(ConvergenceWarning, match="no finite minimiser"):
        make(alpha=0.0, loss="log_loss", max_iter=100).fit(X, y)


@each_estimator
@pytest.mark.parametrize("n", [1, 2, 30])
@pytest.mark.parametrize("p", [1, 2])
def test_hardly_any_rows_or_columns(estimator, n, p):
    n = max(n, 3) if is_classifier(estimator) else n
    X, y = draw(estimator, n=n, p=3, classes=2)
    X, y = X[:, :p], np.arange(n) % 2 if is_classifier(estimator) else y
    model = clone(estimator).fit(X, y)
    assert np.all(np.isfinite(model.coef_))
    assert np.shape(model.predict(X)) == (n,)
    if n == 1:
        np.testing.assert_allclose(model.coef_, 0.0, atol=1e-15)
        np.testing.assert_allclose(model.predict(X), y, rtol=1e-14)


@each_estimator
@pytest.mark.parametrize("power", [-100, -20, -6, 6, 20, 100])
def test_coefficients_scale_with_the_columns(estimator, power):
    """Gradients scale with X, coefficients inversely, and an L2 penalty is about both."""
    X, y = draw(estimator)
    scale = 10.0**power
    model = clone(estimator)
    if hasattr(model, "l1_ratio"):
        model.set_params(l1_ratio=1.0)
    expected = clone(model).fit(X, y)
    model.set_params(alpha=model.alpha * (scale**2 if estimator in SHRINKING else scale))
    model.fit(X * scale, y)
    np.testing.assert_allclose(
        model.coef_ * scale, expected.coef_, rtol=0, atol=1e-7 * np.abs(expected.coef_).max()
    )
    np.testing.assert_allclose(model.intercept_, expected.intercept_, rtol=0, atol=1e-6)


@pytest.mark.parametrize("estimator", [*SELECTING[:1], *SELECTING[2:4], *SHRINKING], ids=repr)
def test_a_factor_is_a_scaled_column(estimator):
    """alpha f |w| is alpha |f w|, and alpha f w^2 is alpha (sqrt(f) w)^2."""
    X, y = draw(estimator, p=8)
    factor = np.array([0.5, 1.0, 2.0, 4.0, 0.1, 1.0, 3.0, 1.0])
    scale = np.sqrt(factor) if estimator in SHRINKING else factor
    found = clone(estimator).set_params(penalty_factor=factor).fit(X, y)
    expected = clone(estimator).fit(X / scale, y)
    np.testing.assert_allclose(found.coef_ * scale, expected.coef_, atol=1e-8)


@each_estimator
def test_positive_is_a_bound(estimator):
    X, y = draw(estimator)
    positive = clone(estimator).set_params(positive=True).fit(X, y)
    bounded = clone(estimator).set_params(bounds=(0.0, np.inf)).fit(X, y)
    np.testing.assert_array_equal(positive.coef_, bounded.coef_)
    assert np.all(positive.coef_ >= 0.0)
    assert np.any(positive.coef_ > 0.0)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    "estimator", [LassoClassifier(0.1), RidgeClassifier(0.1, loss="log_loss")], ids=repr
)
def test_bounds_that_exclude_zero_are_certified_too(estimator, seed):
    """They make many predictions far too sure, where the log-loss is nearly flat or nearly linear."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(30, 100)).cumsum(axis=1)
    y = X[:, :3].sum(axis=1) + 2 * rng.normal(size=30) > 0
    low = rng.choice([-np.inf, -1.0, 0.0, 0.2], 100)
    high = np.maximum(low, rng.choice([0.0, 0.2, 1.5, np.inf], 100))
    model = clone(estimator).set_params(bounds=(low, high)).fit(X, y)  # a warning is an error
    assert np.all((low <= model.coef_) & (model.coef_ <= high))


def test_predictions_wrong_by_a_thousand_are_certified_too():
    """There the probability of the true class underflows, and its logarithm does not."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(50, 3)) * [1000.0, 1.0, 1.0], rng.integers(0, 2, 50)
    model = LassoClassifier(1e-3, bounds=([1.0, -np.inf, -np.inf], np.inf)).fit(X, y)
    assert model.coef_[0, 0] == 1.0
    assert 0.0 <= model.dual_gap_ < 1e-3


EQUALS = {
    "lasso": (ElasticNet(0.1, l1_ratio=1.0), Lasso(0.1)),
    "ridge": (ElasticNet(0.1, l1_ratio=0.0), Ridge(0.1 * 60)),
    "lasso classifier": (ElasticNetClassifier(0.05, l1_ratio=1.0), LassoClassifier(0.05)),
    "ridge classifier": (ElasticNetClassifier(0.05, l1_ratio=0.0), SHRINKING[2]),
}


@pytest.mark.parametrize(("one", "other"), EQUALS.values(), ids=EQUALS.keys())
def test_the_ends_of_the_elastic_net(one, other):
    X, y = draw(one)
    np.testing.assert_allclose(clone(one).fit(X, y).coef_, clone(other).fit(X, y).coef_, atol=1e-9)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("labels", [["a", "b"], ["a", "b", "c"]], ids=len)
def test_logarithms_of_probabilities_that_underflow(labels, dtype):
    rng = np.random.default_rng(3)
    X, y = rng.normal(size=(60, 4)).astype(dtype), np.array(labels)[np.arange(60) % len(labels)]
    X[:, 0] += y == "b"
    model = RidgeClassifier(0.01, loss="log_loss").fit(X, y)
    far = X * dtype(1e5)
    found, scores = model.predict_log_proba(far), model.decision_function(far).astype(np.longdouble)
    scores = np.column_stack([0 * scores, scores]) if scores.ndim == 1 else scores
    expected = [[one - np.logaddexp.reduce(row) for one in row] for row in scores]
    assert found.dtype == dtype
    assert found.min() < -1e4
    np.testing.assert_allclose(
        found, np.array(expected, dtype=float), rtol=1e-5 if dtype is np.float32 else 1e-13, atol=1e-15
    )
    near = X * dtype(0.3)
    np.testing.assert_allclose(np.exp(model.predict_log_proba(near)), model.predict_proba(near), rtol=1e-5)


def test_softmax_conventions():
    """What the loss leaves open, intercepts and unpenalised rows, sums to zero over the classes."""
    X, y = draw(LassoClassifier())
    factor = np.where(np.arange(30) < 2, 0.0, 1.0)
    model = LassoClassifier(0.05, penalty_factor=factor).fit(X, y)
    assert np.all(model.coef_[:, :2] != 0.0)
    np.testing.assert_allclose(model.coef_[:, :2].sum(axis=0), 0.0, atol=1e-12)
    np.testing.assert_allclose(model.intercept_.sum(), 0.0, atol=1e-12)


@pytest.mark.parametrize(
    "fit",
    [
        lambda X, y: Lasso(max_iter=1, alpha=1e-3).fit(X, y),
        lambda X, y: make_pipeline(StandardScaler(), Lasso(max_iter=1, alpha=1e-3)).fit(X, y),
        lambda X, y: LassoClassifier(max_iter=1).fit_path(X, y > 0, [0.01, 0.001]),
        lambda X, y: LassoClassifierCV(max_iter=1, cv=2).fit(X, y > 0),
        lambda X, y: GridSearchCV(Lasso(max_iter=1), {"alpha": [1e-3]}, cv=2).fit(X, y),
    ],
    ids=["fit", "pipeline", "fit_path", "choice of alpha", "search"],
)
def test_warnings_point_to_the_line_of_the_user(fit):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 200))
    with pytest.warns(ConvergenceWarning) as caught:
        fit(X, X @ rng.normal(size=200))
    assert {warning.filename for warning in caught} == {__file__}


@each_estimator
@pytest.mark.parametrize("far", [1e8, 1e30, 1e200])
def test_bounds_that_are_never_reached_leave_the_gap_alone(estimator, far):
    """Beside one that is: the certificate of a bound is not paid for by how far the others are away."""
    X, y = draw(estimator)
    low, high = np.full(X.shape[1], -np.inf), np.full(X.shape[1], np.inf)
    free = clone(estimator).set_params(bounds=(low, high)).fit(X, y)
    size = np.abs(free.coef_).max()
    low[2] = high[2] = 0.3 * size
    half = clone(estimator).set_params(bounds=(low, high)).fit(X, y)
    low[3:], high[3:] = -far * size, far * size
    model = clone(estimator).set_params(bounds=(low, high)).fit(X, y)
    np.testing.assert_allclose(model.coef_, half.coef_, rtol=0, atol=1e-9 * size)
    assert np.max(model.dual_gap_) <= 1e2 * np.max(half.dual_gap_) + 1e-14 * np.var(y)
