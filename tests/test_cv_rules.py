"""How alpha is chosen: rules, criteria, approximate leave-one-out, scikit-learn's choice; what it costs."""

import numpy as np
import pytest
from explicit_loops import (
    CANCER,
    IRIS,
    TALL,
    TWO,
    WIDE,
    agree,
    candidates,
    loop,
    plain,
    same_model,
    scoring_of,
)
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from scipy.special import gammaln
from sklearn import linear_model
from sklearn.base import clone, is_classifier
from sklearn.datasets import load_diabetes
from sklearn.metrics import accuracy_score, log_loss, mean_squared_error
from sklearn.model_selection import KFold, LeaveOneOut

from sknormreg import (
    ElasticNetClassifierCV,
    ElasticNetCV,
    LassoClassifierCV,
    LassoCV,
    RidgeClassifierCV,
    RidgeCV,
    one_standard_error,
)
from sknormreg.design import DenseDesign, SparseDesign
from sknormreg.model_selection import _fold_scores

FEW = IRIS[0][::2], IRIS[1][::2]
few = {"alphas": 9, "eps": 0.02, "cv": 3}
CHOOSING = [
    (LassoCV(**few), TALL),
    (LassoCV(**few), WIDE),
    (ElasticNetCV(**few, l1_ratio=[0.2, 0.9]), TALL),
    (RidgeCV(alphas=np.geomspace(1e-2, 1e4, 13), cv=3), TALL),
    (RidgeClassifierCV(alphas=np.geomspace(1e4, 1e-2, 13), cv=3), CANCER),
    (LassoClassifierCV(**few), IRIS),
    (ElasticNetClassifierCV(**few, l1_ratio=[0.2, 0.9], scoring="neg_log_loss"), CANCER),
]


def described(value):
    """Short, for the names of tests."""
    return str(value[0].shape) if isinstance(value, tuple) else f"{value!r:.50}"


each_choice = pytest.mark.parametrize(("estimator", "data"), CHOOSING, ids=described)


@each_choice
def test_one_standard_error_by_hand(estimator, data):
    """`agree` computes it from the loop; the callable gets the same results as in a search."""
    fitted = clone(estimator).set_params(alpha_rule="1se").fit(*data)
    scores, _ = loop(fitted, *data)
    model, best, simplest = agree(fitted, scores)
    assert fitted.alpha_ == simplest >= best
    same_model(fitted, model, *data)
    asked = clone(estimator).set_params(alpha_rule=one_standard_error()).fit(*data)
    assert asked.alpha_ == simplest
    assert_array_equal(asked.coef_, fitted.coef_)
    if hasattr(fitted, "best_score_"):
        assert fitted.best_score_ == fitted.mean_score_path_[fitted.alphas_ == simplest]


def test_one_standard_error_is_larger_somewhere():
    """That the test above has something to tell apart."""
    larger = [m.alpha_1se_ > m.alpha_min_ for m in (clone(e).fit(*data) for e, data in CHOOSING)]
    assert sum(larger) >= 5


@pytest.mark.parametrize("data", [TALL, TWO, WIDE], ids=["tall", "two", "wide"])
def test_one_standard_error_of_left_out_samples(data):
    """Every sample is a split."""
    options = {"alphas": np.geomspace(1e-2, 1e4, 25), "store_cv_results": True}
    fitted = RidgeCV(**options, alpha_rule="1se").fit(*data)
    terms = fitted.cv_results_.reshape(len(data[1]), -1, 25).mean(axis=1)
    mean, error = terms.mean(axis=0), terms.std(axis=0, ddof=1) / np.sqrt(len(terms))
    best = mean.argmin()
    assert fitted.alpha_ == fitted.alphas_[mean <= mean[best] + error[best]].max() > fitted.alphas_[best]
    assert RidgeCV(**options, alpha_rule=one_standard_error()).fit(*data).alpha_ == fitted.alpha_


def test_a_callable_sees_every_candidate():
    seen = {}

    def second(results):
        seen.update(results)
        return 1

    fitted = ElasticNetCV(alphas=[1.0, 0.1], l1_ratio=[0.3, 0.8], cv=3, alpha_rule=second).fit(*TALL)
    assert seen["params"] == [{"alpha": a, "l1_ratio": r} for r in (0.3, 0.8) for a in (1.0, 0.1)]
    assert (fitted.l1_ratio_, fitted.alpha_) == (0.3, 0.1)
    splits = np.column_stack([seen[f"split{k}_test_score"] for k in range(3)])
    assert_allclose(splits, -fitted.mse_path_.reshape(4, 3))
    assert_allclose(seen["mean_test_score"], fitted.mean_score_path_.ravel())
    assert_array_equal(seen["rank_test_score"][np.argsort(-seen["mean_test_score"])], [1, 2, 3, 4])


def hat(X, weights, ridge):
    """tr (G + ridge I)^-1 G of weighted, centred columns."""
    centred = (X - weights @ X) * np.sqrt(weights)[:, None]
    gram = centred.T @ centred
    return np.trace(np.linalg.solve(gram + ridge * np.eye(len(gram)), gram))


def least_squares_noise(X, y, weights, fit_intercept):
    """What least squares on all columns leaves, per degree of freedom."""
    rows = np.column_stack([X, np.ones((len(y), int(fit_intercept)))])
    root = np.sqrt(weights)
    found = np.linalg.lstsq(rows * root[:, None], y * root, rcond=None)[0]
    return weights @ (y - rows @ found) ** 2 / (weights.sum() - rows.shape[1])


CRITERIA = [
    LassoCV(alphas=15),
    LassoCV(alphas=[0.3, 0.01], fit_intercept=False),
    ElasticNetCV(alphas=np.geomspace(3.0, 0.01, 15), l1_ratio=[0.2, 0.7]),
    RidgeCV(alphas=np.geomspace(1e4, 1e-2, 9)),
    LassoClassifierCV(alphas=15, eps=0.05),
    ElasticNetClassifierCV(alphas=9, eps=0.05, l1_ratio=0.6),
]


@pytest.mark.parametrize(("rule", "weigh"), [("aic", True), ("bic", False), ("bic", True), ("ebic", True)])
@pytest.mark.parametrize("estimator", CRITERIA, ids=described)
def test_criteria_are_their_formulas(estimator, rule, weigh):
    X, y = CANCER if is_classifier(estimator) else TALL
    X = X - X.mean(axis=0)
    weights = np.random.default_rng(0).integers(1, 4, len(y)).astype(float) if weigh else np.ones(len(y))
    n, p = weights.sum(), X.shape[1]
    fitted = clone(estimator).set_params(alpha_rule=rule).fit(X, y, weights if weigh else None)
    expected = []
    for model in (model for row in candidates(fitted) for model in row):
        model.fit(X, y, weights)
        used, k = X[:, np.flatnonzero(model.coef_)], np.count_nonzero(model.coef_)
        share = getattr(model, "l1_ratio", 0.0 if isinstance(estimator, RidgeCV) else 1.0)
        if is_classifier(estimator):
            q = model.predict_proba(X)[:, 1]
            deviance = 2.0 * n * log_loss(y, q, sample_weight=weights)
            H = np.column_stack([used, np.ones(len(y))]).T * (weights / n * q * (1 - q))
            H = H @ np.column_stack([used, np.ones(len(y))])
            added = np.diag(np.r_[np.full(k, model.alpha * (1.0 - share)), 0.0])
            df = np.trace(np.linalg.solve(H + added, H))
        else:
            rest = n * mean_squared_error(y, model.predict(X), sample_weight=weights)
            noise = least_squares_noise(X, y, weights, model.fit_intercept)
            deviance = n * np.log(2.0 * np.pi * noise) + rest / noise
            ridge = model.alpha / n if isinstance(estimator, RidgeCV) else model.alpha * (1.0 - share)
            middle = weights / n if model.fit_intercept else None
            df = hat(used, middle, ridge) + 1 if model.fit_intercept else k
        value = deviance + df * (2.0 if rule == "aic" else np.log(n))
        if rule == "ebic":
            value += 2.0 * (gammaln(p + 1) - gammaln(k + 1) - gammaln(p - k + 1))
        expected.append(-value)
    assert_allclose(np.ravel(fitted.mean_score_path_), expected, rtol=1e-8, atol=1e-7)
    best = candidates(fitted)[np.argmax(expected) // fitted.mean_score_path_.shape[-1]]
    assert fitted.alpha_ == best[np.argmax(expected) % len(best)].alpha
    same_model(fitted, best[0], X, y, weights)


def explicit_left_out(model, X, y, weights, method="predict"):
    """Predictions by a fit without each sample, the penalty at its absolute strength."""
    predicted, total = [], weights.sum()
    for i in range(len(y)):
        rest = np.arange(len(y)) != i
        alpha = model.alpha * (1.0 if "Ridge" in type(model).__name__ else total / (total - weights[i]))
        other = clone(model).set_params(alpha=alpha).fit(X[rest], y[rest], weights[rest])
        predicted.append(getattr(other, method)(X[[i]])[0])
    return np.array(predicted)


def mean_and_error(terms, weights):
    """Weighted mean over the samples, and its standard error."""
    share = weights / weights.sum()
    mean = share @ terms
    return mean, np.sqrt(share @ (terms - mean) ** 2 * (share @ share) / (1.0 - share @ share))


APPROXIMATE = [
    (LassoCV(alphas=[0.5, 0.05]), TALL),
    (LassoCV(alphas=[0.5, 0.05]), TWO),
    (LassoCV(alphas=[0.5, 0.05], fit_intercept=False, positive=True), TALL),
    (ElasticNetCV(alphas=[0.5, 0.05], l1_ratio=[0.1, 0.9]), TALL),
    (LassoClassifierCV(alphas=[0.1, 0.03]), CANCER),
    (LassoClassifierCV(alphas=[0.03, 0.003], scoring="accuracy"), CANCER),
    (LassoClassifierCV(alphas=[0.03, 0.003], loss="squared_hinge"), CANCER),
    (ElasticNetClassifierCV(alphas=[0.1, 0.03], class_weight={0: 1.0, 1: 2.0, 2: 1.0}), FEW),
    (ElasticNetClassifierCV(alphas=[0.03, 0.003], class_weight={1: 2.0}, scoring="accuracy"), FEW),
]


@pytest.mark.parametrize(("estimator", "data"), APPROXIMATE, ids=described)
def test_approximate_leave_one_out_comes_near(estimator, data):
    """Squared errors ten times nearer than those of training, log-losses three times, accuracies within
    three samples.
    """
    X, y = data
    weights = np.random.default_rng(0).uniform(0.5, 2.0, len(y))
    fitted = clone(estimator).set_params(cv="alo").fit(X, y, weights)
    models = [model for row in candidates(fitted) for model in row]
    scores, errors = np.ravel(fitted.mean_score_path_), np.ravel(fitted.score_se_path_)
    for model, found, error in zip(models, scores, errors, strict=True):
        method = "predict_log_proba" if scoring_of(fitted) == "neg_log_loss" else "predict"
        predicted = explicit_left_out(model, X, y, weights, method)
        trained = getattr(model.fit(X, y, weights), method)(X)
        if method == "predict_log_proba":
            (exact, spread), (seen, _) = (
                mean_and_error(log_p[np.arange(len(y)), y], weights) for log_p in (predicted, trained)
            )
            assert abs(found - exact) < 0.3 * abs(seen - exact)
        elif is_classifier(model):
            exact, spread = mean_and_error((predicted == y).astype(float), weights)
            assert abs(found - exact) <= 3.0 / len(y)
        else:
            terms, seen = (-((z - y) ** 2).reshape(len(y), -1).mean(axis=1) for z in (predicted, trained))
            exact, spread = mean_and_error(terms, weights)
            assert abs(found - exact) < 0.1 * abs(mean_and_error(seen, weights)[0] - exact)
        assert_allclose(error, spread, rtol=0.25)
    assert fitted.alpha_ == models[int(np.argmax(scores))].alpha
    assert clone(fitted).set_params(alpha_rule="1se").fit(X, y, weights).alpha_ == fitted.alpha_1se_


@pytest.mark.parametrize(
    ("kind", "data"),
    [(LassoClassifierCV, CANCER), (ElasticNetClassifierCV, CANCER), (LassoClassifierCV, FEW)],
)
def test_approximate_probabilities_come_near(kind, data):
    X, y = data
    fitted = kind(alphas=[0.1, 0.03], cv="alo", scoring="neg_log_loss").fit(X, y)
    for model, found in zip(candidates(fitted)[0], fitted.mean_score_path_, strict=True):
        exact = -log_loss(y, explicit_left_out(model, X, y, np.ones(len(y)), "predict_proba"))
        seen = -log_loss(y, model.fit(X, y).predict_proba(X))
        assert abs(found - exact) < 0.3 * abs(seen - exact)


@pytest.mark.parametrize(
    "data", [TALL, TWO, WIDE, (TALL[0], TALL[1][:, None])], ids=lambda v: str(v[1].shape)
)
@pytest.mark.parametrize("scoring", ["r2", "neg_mean_squared_error", "neg_mean_absolute_error"])
def test_approximate_leave_one_out_is_exact_for_ridge(data, scoring):
    weights = np.random.default_rng(0).uniform(0.5, 2.0, len(data[1]))
    exact = RidgeCV(scoring=scoring).fit(*data, weights)
    near = RidgeCV(scoring=scoring, cv="alo").fit(*data, weights)
    assert_allclose(near.mean_score_path_, exact.mean_score_path_, rtol=1e-8)
    assert near.alpha_ == exact.alpha_
    assert np.isfinite(near.score_se_path_).all() == (scoring == "neg_mean_squared_error")


def test_a_column_for_a_target_is_a_target():
    X, y = TALL
    one, column = (LassoCV(cv="alo", alphas=9).fit(X, target) for target in (y, y[:, None]))
    assert_allclose(column.score_se_path_, one.score_se_path_, rtol=1e-12)
    one, column = (LassoCV(cv=3, alphas=9).fit(X, target) for target in (y, y[:, None]))
    assert_allclose(column.mse_path_, one.mse_path_, rtol=1e-12)
    assert (column.intercept_.shape, column.coef_.shape) == ((1,), (7,))


def test_approximate_leave_one_out_of_several_labels():
    """The standard error is that of samples with every label right."""
    X, y = IRIS
    Y = np.column_stack([y == 0, y != 1]).astype(int)
    fitted = RidgeClassifierCV(cv="alo", alphas=[0.1, 10.0]).fit(X, Y)
    for alpha, score, error in zip(
        fitted.alphas_, fitted.mean_score_path_, fitted.score_se_path_, strict=True
    ):
        right = (explicit_left_out(plain(fitted).set_params(alpha=alpha), X, Y, np.ones(len(Y))) == Y).all(
            axis=1
        )
        assert score == accuracy_score(np.ones(len(Y)), right)
        assert_allclose(error, right.std(ddof=1) / np.sqrt(len(Y)), rtol=1e-10)


def diabetes():
    X, y = load_diabetes(return_X_y=True)
    return X[::2] * 20.0, y[::2]


@pytest.mark.parametrize("weigh", [False, True])
@pytest.mark.parametrize(
    ("ours", "theirs", "options"),
    [
        (LassoCV, linear_model.LassoCV, {}),
        (LassoCV, linear_model.LassoCV, {"positive": True, "fit_intercept": False, "cv": 3}),
        (LassoCV, linear_model.LassoCV, {"alphas": [0.1, 10.0, 0.1, 1.0]}),
        (ElasticNetCV, linear_model.ElasticNetCV, {"l1_ratio": 0.4, "eps": 0.01}),
        (ElasticNetCV, linear_model.ElasticNetCV, {"l1_ratio": [0.3, 0.9], "eps": 0.01}),
        (ElasticNetCV, linear_model.ElasticNetCV, {"l1_ratio": [0.3, 0.9], "alphas": [1.0, 0.1], "cv": 3}),
    ],
)
def test_paths_are_scikit_learns(ours, theirs, options, weigh):
    X, y = diabetes()
    weights = np.linspace(0.5, 2.0, len(y)) if weigh else None
    expected = theirs(**options, tol=1e-10, max_iter=100_000).fit(X, y, sample_weight=weights)
    found = ours(**options).fit(X, y, sample_weight=weights)
    assert_allclose(found.alphas_, expected.alphas_, rtol=1e-10)
    assert_allclose(found.mse_path_, expected.mse_path_, rtol=1e-5)
    assert_allclose(found.alpha_, expected.alpha_, rtol=1e-10)
    assert_allclose(found.coef_, expected.coef_, atol=1e-3)
    if "l1_ratio" in options:
        assert found.l1_ratio_ == expected.l1_ratio_


@pytest.mark.parametrize(
    "options",
    [
        {}, {"store_cv_results": True}, {"scoring": "neg_mean_absolute_error", "store_cv_results": True},
        {"cv": 4}, {"cv": KFold(3), "scoring": "neg_mean_squared_error"}, {"fit_intercept": False},
        {"alphas": 0.5}, {"alphas": [10.0, 1.0, 10.0]},
    ],
    ids=repr,
)  # fmt: skip
@pytest.mark.parametrize("kind", ["one", "several", "classes"])
def test_ridge_is_scikit_learns(options, kind):
    X, y = {"one": diabetes(), "several": TWO, "classes": IRIS}[kind]
    ours, theirs = RidgeCV, linear_model.RidgeCV
    if kind == "classes":
        ours, theirs = RidgeClassifierCV, linear_model.RidgeClassifierCV
        if "scoring" in options:
            options = {**options, "scoring": "accuracy"}
    found, expected = ours(**options).fit(X, y), theirs(**options).fit(X, y)
    assert found.alpha_ == expected.alpha_
    assert_allclose(found.best_score_, expected.best_score_, rtol=1e-9)
    assert_allclose(found.coef_, expected.coef_, rtol=1e-7, atol=1e-9)
    assert_allclose(found.intercept_, expected.intercept_, rtol=1e-7, atol=1e-9)
    if "store_cv_results" in options:
        assert_allclose(found.cv_results_, expected.cv_results_, rtol=1e-7, atol=1e-9)


def test_ridge_per_target_is_scikit_learns():
    X, Y = TWO
    options = {"alpha_per_target": True, "alphas": np.geomspace(1e-2, 1e3, 20)}
    found, expected = RidgeCV(**options).fit(X, Y), linear_model.RidgeCV(**options).fit(X, Y)
    assert_array_equal(found.alpha_, expected.alpha_)
    assert_allclose(found.best_score_, expected.best_score_, rtol=1e-9)
    assert_allclose(found.coef_, expected.coef_, rtol=1e-9)


FROM_MOMENTS = [
    (LassoCV(cv=5, alphas=15), TALL),
    (LassoCV(cv=5, alphas=15, scoring="r2"), TWO),
    (ElasticNetCV(cv=KFold(4, shuffle=True, random_state=0), alphas=9, l1_ratio=[0.1, 0.8]), TALL),
    (LassoCV(cv=LeaveOneOut(), alphas=5), TALL),
    (RidgeCV(cv=5), TALL),
    (RidgeCV(cv=5, scoring="neg_root_mean_squared_error", penalty_factor=np.linspace(0.5, 2, 7)), TWO),
]
each_from_moments = pytest.mark.parametrize(("estimator", "data"), FROM_MOMENTS, ids=described)


def from_rows(estimator, data, monkeypatch, **fit):
    with monkeypatch.context() as patched:
        patched.setattr(_fold_scores, "_moments_pay", lambda *args: False)
        return clone(estimator).fit(*data, **fit)


@pytest.fixture
def formed(monkeypatch):
    """Of every matrix of inner products: its rows of X times its columns, or the other way round."""
    counts = []

    def count(kind, name, size):
        plain = getattr(kind, name)

        def counted(design, argument, *rest):
            counts.append(size(design, argument))
            return plain(design, argument, *rest)

        monkeypatch.setattr(kind, name, counted)

    for kind in (DenseDesign, SparseDesign):
        count(kind, "gram", lambda design, cols: design.shape[0] * cols.size)
        count(kind, "outer", lambda design, scale: design.shape[0] * design.shape[1])
    return counts


@each_from_moments
def test_moments_read_every_row_once(estimator, data, formed):
    """In all Gram matrices together, and that of the final fit is among them."""
    clone(estimator).fit(*data)
    assert sum(formed) == data[0].size


FROM_ONE_MATRIX = [
    RidgeCV(),
    RidgeCV(cv="alo", penalty_factor=0.5),
    RidgeCV(alpha_rule="bic", fit_intercept=False),
    RidgeCV(alpha_rule="aic", positive=True),
    RidgeClassifierCV(),
    LassoCV(alpha_rule="bic", alphas=20),
    LassoCV(cv="alo", alphas=5),
    ElasticNetCV(alpha_rule="ebic", alphas=5, l1_ratio=[0.4, 0.9]),
    ElasticNetCV(cv="alo", alphas=5, positive=True),
]


@pytest.mark.parametrize("kind", ["tall", "wide", "sparse"])
@pytest.mark.parametrize("estimator", FROM_ONE_MATRIX, ids=described)
def test_inner_products_are_formed_once(estimator, kind, formed):
    """For the path, the criterion or leave-one-out, and the last fit together."""
    X, y = WIDE if kind == "wide" else TALL
    y = y > np.median(y) if is_classifier(estimator) else y
    known = kind == "wide" and estimator.alpha_rule in {"aic", "bic", "ebic"}
    model = clone(estimator).set_params(**({"noise_variance": 1.0} if known else {}))
    model.fit(sparse.csr_array(X) if kind == "sparse" else X, y)
    assert 0 < sum(formed) <= X.size


@pytest.mark.parametrize("ratios", [[1.0], [0.3, 0.6, 0.9]], ids=len)
def test_a_criterion_reads_no_row(ratios, monkeypatch):
    """The objective of every solution is known: few products with X, however many alphas there are."""
    products, plain = [], DenseDesign.matvec
    monkeypatch.setattr(DenseDesign, "matvec", lambda *args: products.append(1) or plain(*args))
    ElasticNetCV(alpha_rule="bic", l1_ratio=ratios).fit(*TALL)
    assert len(products) < 15 + len(ratios)


@each_from_moments
@pytest.mark.parametrize("weigh", [False, True])
def test_moments_give_what_rows_give(estimator, data, weigh, monkeypatch):
    weights = np.random.default_rng(0).uniform(0.2, 2.0, len(data[1])) if weigh else None
    found = clone(estimator).fit(*data, sample_weight=weights)
    expected = from_rows(estimator, data, monkeypatch, sample_weight=weights)
    assert_allclose(found.mean_score_path_, expected.mean_score_path_, rtol=1e-9)
    assert_allclose(found.score_se_path_, expected.score_se_path_, rtol=1e-8)
    assert found.alpha_ == expected.alpha_
    assert_allclose(found.coef_, expected.coef_, rtol=1e-10)


def nearly_dependent():
    X, y = TALL
    X = X.copy()
    X[:, 6] = X[:, 0] + 1e-6 * X[:, 6]
    return X, y


def without_noise():
    X, _ = TALL
    return X, X @ np.arange(1.0, 8.0)


def constant_in_a_fold():
    X, y = TALL
    return X, np.where(np.arange(60) < 15, 1.3, y)


@pytest.mark.parametrize(
    ("estimator", "data"),
    [
        (LassoCV(cv=4, alphas=20, eps=1e-6), nearly_dependent()),
        (RidgeCV(cv=4, alphas=[1e-9, 1.0]), nearly_dependent()),
        (LassoCV(cv=4, alphas=20, eps=1e-6), without_noise()),
        (RidgeCV(cv=4, alphas=[1e-9, 1.0]), without_noise()),
        (RidgeCV(cv=4), constant_in_a_fold()),
    ],
    ids=["dependent", "ridge, dependent", "exact", "ridge, exact", "constant"],
)
def test_moments_step_back_where_they_lose_digits(estimator, data, monkeypatch):
    assert_array_equal(
        clone(estimator).fit(*data).mean_score_path_,
        from_rows(estimator, data, monkeypatch).mean_score_path_,
    )
