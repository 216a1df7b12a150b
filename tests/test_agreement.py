"""The same coefficients as scikit-learn's solvers at a tight tol, for every option both have.

The tables hold one row per option; each row is fitted on real data, and on random dense and sparse data
with sample weights. The references here converge slowly, so problems are small and well conditioned.
"""

import warnings

import numpy as np
import pytest
import sklearn
from scipy import sparse
from sklearn import linear_model, svm
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.preprocessing import scale
from sklearn.utils.class_weight import compute_sample_weight

from sknormreg import (
    ElasticNet,
    ElasticNetClassifier,
    Lasso,
    LassoClassifier,
    Ridge,
    RidgeClassifier,
)

VERSION = tuple(int(part) for part in sklearn.__version__.split(".")[:2])


def diabetes():
    return (*load_diabetes(return_X_y=True), None)


def random_rows(n, p, store=np.asarray):
    def make():
        rng = np.random.default_rng(n)
        X = rng.normal(size=(n, p)) * (rng.random((n, p)) < 0.5) + 0.3 * (store is np.asarray)
        signal = X[:, :6] @ [3.0, -2.0, 1.0, -1.0, 0.5, 2.0]
        return store(X), 5.0 + signal + rng.normal(size=n), rng.integers(0, 4, n) / 2

    return make


DATA = {
    "diabetes": diabetes,
    "dense": random_rows(80, 12),
    "dense, wide": random_rows(40, 70),
    "csr": random_rows(80, 12, sparse.csr_array),
    "csc, wide": random_rows(40, 70, sparse.csc_matrix),
}
each_data = pytest.mark.parametrize("data", DATA.values(), ids=DATA.keys())


def assert_same(ours, theirs, X, functions=("predict",), atol=1e-6):
    assert np.shape(ours.coef_) == np.shape(theirs.coef_)
    if ours.fit_intercept:  # without one, scikit-learn's is sometimes a single zero
        assert np.shape(ours.intercept_) == np.shape(theirs.intercept_)
    size = np.abs(theirs.coef_).max()
    assert size > 0
    np.testing.assert_allclose(ours.coef_, theirs.coef_, rtol=0, atol=atol * size)
    size = max(size, np.abs(theirs.intercept_).max())
    np.testing.assert_allclose(ours.intercept_, theirs.intercept_, rtol=0, atol=atol * size)
    for name in functions:
        here, there = getattr(ours, name)(X), getattr(theirs, name)(X)
        assert here.shape == there.shape
        np.testing.assert_allclose(here, there, rtol=0, atol=1e-5 * np.abs(there).max())


def fit_both(ours, theirs, X, y, weights):
    """The reference may stop at its own rounding level without being sure of it."""
    ours.fit(X, y, sample_weight=weights)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        theirs.fit(X, y, sample_weight=weights)
    return ours, theirs


TIGHT = {"tol": 1e-14, "max_iter": 100_000}
OPTIONS = {
    "defaults": {},
    "no intercept": {"fit_intercept": False},
    "positive": {"positive": True},
    "positive, no intercept": {"positive": True, "fit_intercept": False},
}
each_option = pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS.keys())


def alpha_max(X, y, weights, fit_intercept=True):
    """Of a lasso; less may do where coefficients have to be positive."""
    s = np.full(X.shape[0], 1.0) if weights is None else weights
    residual = s * (y - fit_intercept * (s @ y) / s.sum())
    centre = fit_intercept * residual.sum() / s.sum()
    return np.max(np.abs((residual - s * centre) @ X)) / s.sum()


@each_data
@each_option
@pytest.mark.parametrize("fraction", [0.5, 0.02])
def test_lasso(data, options, fraction):
    X, y, weights = data()
    alpha = fraction * alpha_max(X, y, weights, options.get("fit_intercept", True))
    both = Lasso(alpha, **options), linear_model.Lasso(alpha, **options, **TIGHT)
    assert_same(*fit_both(*both, X, y, weights), X)


@each_data
@each_option
@pytest.mark.parametrize("l1_ratio", [0.01, 0.5, 0.95])
def test_elastic_net(data, options, l1_ratio):
    X, y, weights = data()
    options = {"alpha": 0.05, "l1_ratio": l1_ratio, **options}
    both = ElasticNet(**options), linear_model.ElasticNet(**options, **TIGHT)
    assert_same(*fit_both(*both, X, y, weights), X)


@each_data
@each_option
@pytest.mark.parametrize("alpha", [0.1, 1.0, 100.0])
def test_ridge(data, options, alpha):
    X, y, weights = data()
    solver = "lbfgs" if options.get("positive") else "sparse_cg" if sparse.issparse(X) else "auto"
    reference = linear_model.Ridge(alpha, solver=solver, **options, **TIGHT)
    assert_same(*fit_both(Ridge(alpha, **options), reference, X, y, weights), X)


@pytest.mark.parametrize("solver", ["svd", "cholesky", "lsqr", "sparse_cg", "sag", "saga", "lbfgs"])
def test_ridge_accepts_every_solver(solver):
    X, y, weights = random_rows(80, 12)()
    options = {"solver": solver, "positive": solver == "lbfgs"}
    reference = linear_model.Ridge(**options, **TIGHT)
    assert_same(*fit_both(Ridge(**options), reference, X, y, weights), X)


SEVERAL = {
    "lasso": (Lasso, linear_model.Lasso, {"alpha": 0.1}),
    "elastic net": (ElasticNet, linear_model.ElasticNet, {"alpha": 0.1}),
    "ridge": (Ridge, linear_model.Ridge, {"alpha": 2.0}),
    "ridge, one alpha per target": (Ridge, linear_model.Ridge, {"alpha": np.array([0.1, 1.0, 50.0])}),
}


@pytest.mark.parametrize("data", [DATA["dense"], DATA["dense, wide"], DATA["csr"]])
@pytest.mark.parametrize(("ours", "theirs", "options"), SEVERAL.values(), ids=SEVERAL.keys())
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_several_targets(data, ours, theirs, options, fit_intercept):
    X, y, weights = data()
    Y = np.column_stack([y, y[::-1], y**2 / 10])
    options = {**options, "fit_intercept": fit_intercept}
    assert_same(*fit_both(ours(**options), theirs(**options, **TIGHT), X, Y, weights), X)


@pytest.mark.parametrize(("ours", "theirs", "options"), list(SEVERAL.values())[:3])
def test_one_target_in_a_column(ours, theirs, options):
    X, y, weights = DATA["dense"]()
    assert_same(*fit_both(ours(**options), theirs(**options, **TIGHT), X, y[:, None], weights), X)


PAIRS = {"lasso": (Lasso, linear_model.Lasso), "elastic net": (ElasticNet, linear_model.ElasticNet)}
each_pair = pytest.mark.parametrize(("ours", "theirs"), PAIRS.values(), ids=PAIRS.keys())


@each_pair
@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("precompute", [True, False, "gram"])
@pytest.mark.parametrize("selection", ["cyclic", "random"])
def test_precompute_and_selection(ours, theirs, fit_intercept, precompute, selection):
    X, y, _ = DATA["dense"]()
    X = X - fit_intercept * X.mean(axis=0)
    options = {
        "alpha": 0.05, "fit_intercept": fit_intercept, "selection": selection, "random_state": 0,
        "precompute": X.T @ X if precompute == "gram" else precompute,
    }  # fmt: skip
    assert_same(*fit_both(ours(**options), theirs(**options, **TIGHT), X, y, None), X)


@each_pair
@each_data
def test_warm_start_ends_where_a_cold_start_does(ours, theirs, data):
    X, y, weights = data()
    largest = alpha_max(X, y, weights)
    model = ours(warm_start=True)
    for fraction in (0.5, 0.01, 0.1):
        model.set_params(alpha=fraction * largest)
        assert_same(*fit_both(model, theirs(fraction * largest, **TIGHT), X, y, weights), X)


def test_alpha_zero_is_least_squares():
    X, y, weights = DATA["dense"]()
    reference = linear_model.LinearRegression().fit(X, y, sample_weight=weights)
    for model in (Lasso(0), ElasticNet(0), Ridge(0)):
        assert_same(model.fit(X, y, sample_weight=weights), reference, X)


def test_positive_least_squares():
    X, y, weights = DATA["dense"]()
    reference = linear_model.LinearRegression(positive=True).fit(X, y, sample_weight=weights)
    for model in (Lasso(0, positive=True), ElasticNet(0, positive=True), Ridge(0, positive=True)):
        assert_same(model.fit(X, y, sample_weight=weights), reference, X)


# ---------------------------------------------------------------- classifiers


def breast_cancer():
    X, y = load_breast_cancer(return_X_y=True)
    return scale(X)[::3], np.array(["malignant", "benign"])[y][::3], None


def digits(classes):
    X, y = load_digits(n_class=classes, return_X_y=True)
    X = X[:, X.std(axis=0) > 2.0]
    return scale(X)[:200:2, ::3], y[:200:2], None


def labelled(classes, store=np.asarray):
    def make():
        rng = np.random.default_rng(classes)
        X = rng.normal(size=(120, 8)) * (rng.random((120, 8)) < 0.7)
        y = np.argmax(X @ rng.normal(size=(8, classes)) + 2 * rng.normal(size=(120, classes)), axis=1)
        return store(X), y, rng.integers(0, 4, 120) / 2

    return make


CLASSES = {
    "breast cancer": breast_cancer,
    "digits": lambda: digits(3),
    "dense": labelled(2),
    "csr": labelled(2, sparse.csr_array),
    "dense, 3 classes": labelled(3),
    "csc, 5 classes": labelled(5, sparse.csc_matrix),  # of an even number there may be many minimisers
}
each_labelled = pytest.mark.parametrize("data", CLASSES.values(), ids=CLASSES.keys())
CLASSIFIER_OPTIONS = {
    "defaults": {},
    "no intercept": {"fit_intercept": False},
    "balanced": {"class_weight": "balanced"},
    "one weight per class": {"class_weight": (0.5, 2.0, 1.5, 1.0, 3.0)},
}
each_classifier_option = pytest.mark.parametrize(
    "options", CLASSIFIER_OPTIONS.values(), ids=CLASSIFIER_OPTIONS.keys()
)


def labelled_rows(data, options):
    """(X, y, weights, options, S): a tuple of class weights becomes a dict.

    What "balanced" counts, rows or their weights, depends on the version of scikit-learn, so it is asked
    for without weights here.
    """
    X, y, weights = data()
    given = options.get("class_weight")
    if given == "balanced":
        weights = None
    elif given is not None:
        options = {**options, "class_weight": dict(zip(np.unique(y).tolist(), given, strict=False))}
    per_row = compute_sample_weight(options.get("class_weight"), y)
    return X, y, weights, options, float(per_row.sum() if weights is None else weights @ per_row)


def logistic(l1_ratio, C, **options):
    """scikit-learn's logistic regression, in the spelling of its version."""
    if l1_ratio == 0.0:
        return linear_model.LogisticRegression(C=C, solver="newton-cg", tol=1e-12, max_iter=1000, **options)
    kind = {"l1_ratio": l1_ratio, **({"penalty": "elasticnet"} if VERSION < (1, 8) else {})}
    return linear_model.LogisticRegression(
        C=C, solver="saga", tol=1e-13, max_iter=20_000, random_state=0, **kind, **options
    )


LOGISTIC = {
    "lasso": (LassoClassifier, 1.0, 0.05),
    "elastic net": (lambda alpha, **kw: ElasticNetClassifier(alpha, l1_ratio=0.3, **kw), 0.3, 0.1),
    "ridge": (lambda alpha, **kw: RidgeClassifier(alpha, loss="log_loss", **kw), 0.0, 0.05),
}
SCORES = ("decision_function", "predict_proba", "predict_log_proba")


@pytest.mark.parametrize(("ours", "l1_ratio", "alpha"), LOGISTIC.values(), ids=LOGISTIC.keys())
@each_labelled
@each_classifier_option
def test_log_loss(ours, l1_ratio, alpha, data, options):
    X, y, weights, options, total = labelled_rows(data, options)
    theirs = logistic(l1_ratio, 1 / (alpha * total), **options)
    ours, theirs = fit_both(ours(alpha, **options), theirs, X, y, weights)
    assert_same(ours, theirs, X, SCORES)
    np.testing.assert_array_equal(ours.predict(X), theirs.predict(X))


@each_labelled
@each_classifier_option
@pytest.mark.parametrize("alpha", [0.01, 3.0])
def test_ridge_classifier(data, options, alpha):
    X, y, weights, options, _ = labelled_rows(data, options)
    solver = "sparse_cg" if sparse.issparse(X) else "auto"
    theirs = linear_model.RidgeClassifier(alpha, solver=solver, **options, **TIGHT)
    ours, theirs = fit_both(RidgeClassifier(alpha, **options), theirs, X, y, weights)
    theirs.coef_ = np.atleast_2d(theirs.coef_)  # its documented shape, which some versions do not keep
    assert_same(ours, theirs, X, ("decision_function",))
    np.testing.assert_array_equal(ours.predict(X), theirs.predict(X))


def test_ridge_classifier_with_several_labels():
    X, y, weights = CLASSES["dense, 3 classes"]()
    Y = np.column_stack([y == 0, y > 0, X[:, 0] > 0]).astype(int)
    ours, theirs = fit_both(RidgeClassifier(), linear_model.RidgeClassifier(), X, Y, weights)
    assert_same(ours, theirs, X, ("decision_function",))
    np.testing.assert_array_equal(ours.predict(X), theirs.predict(X))


@each_labelled
@pytest.mark.parametrize("class_weight", [None, "balanced"])
def test_squared_hinge(data, class_weight):
    """LinearSVC penalises its intercept, so there is none; of several classes it weights each only
    against the rest, so there are two."""
    options = {"fit_intercept": False, "class_weight": class_weight}
    X, y, weights, options, total = labelled_rows(data, options)
    if class_weight is not None:
        y = np.isin(y, np.unique(y)[1:])
    theirs = svm.LinearSVC(
        penalty="l1",
        dual=False,
        C=1 / (0.05 * total),
        tol=1e-10,
        max_iter=100_000,
        random_state=0,
        **options,
    )
    ours = LassoClassifier(0.05, loss="squared_hinge", **options)
    ours, theirs = fit_both(ours, theirs, X, y, weights)
    assert_same(ours, theirs, X, ("decision_function",))
