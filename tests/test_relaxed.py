"""The relaxed lasso: blends with a least squares fit on the features of each penalised one."""

import warnings
from copy import copy

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from scipy.optimize import lsq_linear, minimize
from scipy.special import expit, logsumexp, softmax
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import get_scorer
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.preprocessing import scale
from sklearn.utils.class_weight import compute_sample_weight

from sknormreg import (
    ElasticNet,
    ElasticNetClassifier,
    ElasticNetClassifierCV,
    ElasticNetCV,
    Lasso,
    LassoClassifier,
    LassoClassifierCV,
    LassoCV,
    alpha_grid,
)
from sknormreg.linear_model import relaxed
from sknormreg.model_selection import _fold_scores

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
    task = estimator._task(container(X), Y, weights)
    for model, blends in zip(models, relaxed(task, models, [1.0, 0.5, 0.0])[0], strict=True):
        features = np.flatnonzero(model.coef_)
        coef, intercept = least_squares(features, Y, weights)
        for gamma, blend in zip([1.0, 0.5, 0.0], blends, strict=True):
            assert_allclose(
                blend.coef_[features], gamma * model.coef_[features] + (1 - gamma) * coef, rtol=1e-8
            )
            assert_allclose(blend.intercept_, gamma * model.intercept_ + (1 - gamma) * intercept)
            assert np.count_nonzero(blend.coef_) == features.size


def blended(estimator, X, y, alphas, gamma, weights=None):
    models, task = estimator._fit_path(X, y, alphas, weights)
    return [blends[0] for blends in relaxed(task, models, [gamma])[0]]


def test_within_bounds():
    model = Lasso(positive=True)
    for blends in relaxed(model._task(X, Y, None), model.fit_path(X, Y, ALPHAS), [0.0])[0]:
        features = np.flatnonzero(blends[0].coef_)
        if features.size:
            rows = X[:, features] - X[:, features].mean(axis=0)
            found = lsq_linear(rows, Y - Y.mean(), bounds=(0.0, np.inf), method="bvls").x
            assert_allclose(blends[0].coef_[features], found, rtol=1e-8)


def test_several_targets():
    both = np.column_stack([Y, Y**2])
    found = blended(Lasso(), X, both, ALPHAS, 0.0)
    for k in range(2):
        for blends, single in zip(found, blended(Lasso(), X, both[:, k], ALPHAS, 0.0), strict=True):
            assert_allclose(blends.coef_[k], single.coef_, rtol=1e-7)


GAMMAS = [1.0, 0.4, 0.0]


def chosen_by_hand(estimator, alphas, folds, weights):
    """Mean scores (gammas, alphas) of blends with refits written out, fold by fold."""
    errors = np.zeros((len(GAMMAS), len(alphas)))
    for train, test in folds:
        for a, alpha in enumerate(alphas):
            model = clone(estimator).set_params(alpha=alpha).fit(X[train], Y[train], weights[train])
            features = np.flatnonzero(model.coef_)
            rows = np.column_stack([X[train][:, features], np.ones(len(train))])
            root = np.sqrt(weights[train])
            found = np.linalg.lstsq(rows * root[:, None], Y[train] * root, rcond=None)[0]
            refit = np.column_stack([X[test][:, features], np.ones(len(test))]) @ found
            for g, gamma in enumerate(GAMMAS):
                rest = Y[test] - gamma * model.predict(X[test]) - (1 - gamma) * refit
                errors[g, a] += np.average(rest**2, weights=weights[test]) / len(folds)
    return -errors


@pytest.mark.parametrize("scoring", [None, "neg_mean_squared_error"])
@pytest.mark.parametrize("by_rows", [False, True])
def test_relaxed_cross_validation_is_a_loop(scoring, by_rows, monkeypatch):
    if by_rows:
        monkeypatch.setattr(_fold_scores, "_moments_pay", lambda *args: False)
    model = LassoCV(alphas=ALPHAS, relax=GAMMAS, cv=KFold(4), scoring=scoring).fit(X, Y, WEIGHTS)
    expected = chosen_by_hand(Lasso(), ALPHAS, list(KFold(4).split(X)), WEIGHTS)
    assert_allclose(model.mean_score_path_, expected, rtol=1e-8)
    g, a = np.unravel_index(expected.argmax(), expected.shape)
    assert (model.relax_, model.alpha_) == (GAMMAS[g], ALPHAS[a])
    [single] = blended(Lasso(), X, Y, [model.alpha_], model.relax_, WEIGHTS)
    assert_allclose(model.coef_, single.coef_, rtol=1e-8)
    assert_allclose(model.predict(X), single.predict(X), rtol=1e-8)


def test_shapes_and_parameters_with_l1_ratios():
    seen = []

    def rule(results):
        seen.extend(results["params"])
        return 7

    model = ElasticNetCV(l1_ratio=[0.5, 0.9], alphas=3, relax=[1.0, 0.0], cv=3, alpha_rule=rule).fit(X, Y)
    assert model.mean_score_path_.shape == (2, 2, 3)
    assert model.mse_path_.shape == (2, 2, 3, 3)
    assert seen[7] == {"alpha": model.alpha_, "l1_ratio": 0.9, "relax": 1.0}
    assert (model.l1_ratio_, model.relax_) == (0.9, 1.0)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"relax": []}, "relax must be one or more numbers from 0 to 1"),
        ({"relax": [0.5, 2.0]}, "relax must be one or more numbers from 0 to 1"),
        ({"relax": [0.5], "alpha_rule": "bic"}, "relax needs folds to choose by"),
        ({"relax": [0.5], "cv": "alo"}, "relax needs folds to choose by"),
    ],
)
def test_bad_input(options, message):
    with pytest.raises(ValueError, match=message):
        LassoCV(**options).fit(X, Y)


def test_dependent_columns_leave_the_moments():
    """An elastic net chooses both of two nearly equal columns, which a Gram matrix cannot tell apart."""
    twice = np.column_stack([X, X[:, 2] + 1e-6 * WEIGHTS])
    options = {"alphas": [0.1, 0.01], "l1_ratio": 0.5, "relax": [0.0], "cv": KFold(3)}
    model = ElasticNetCV(**options).fit(twice, Y)
    for a, alpha in enumerate(options["alphas"]):
        for k, (train, test) in enumerate(KFold(3).split(X)):
            features = np.flatnonzero(ElasticNet(alpha, l1_ratio=0.5).fit(twice[train], Y[train]).coef_)
            assert {2, 10} <= set(features)
            mean = twice[train].mean(axis=0)[features]
            found = np.linalg.lstsq(
                twice[train][:, features] - mean, Y[train] - Y[train].mean(), rcond=None
            )[0]
            rest = Y[test] - Y[train].mean() - (twice[test][:, features] - mean) @ found
            assert_allclose(model.mse_path_[a, k], np.mean(rest**2), rtol=1e-9)


CANCER = scale(load_breast_cancer().data), load_breast_cancer().target
IRIS = load_iris(return_X_y=True)
OVERLAPPING = IRIS[0][50:, :2], IRIS[1][50:]
rng = np.random.default_rng(1)
CLASSES = OVERLAPPING[0], np.where(rng.random(100) < 0.3, 3, OVERLAPPING[1])  # three that overlap


def free_fit(model, X, y, weights):
    """The same loss without penalty on the coefficients that are not zero, by L-BFGS: (K, p) and (K,)."""
    support, K = model.coef_ != 0, len(model.coef_)
    share = weights / weights.sum()
    codes = np.searchsorted(model.classes_, y)

    def unpacked(flat):
        coef = np.zeros(support.shape)
        coef[support] = flat[K:]
        return coef, flat[:K]

    def loss(flat):
        coef, intercept = unpacked(flat)
        z = X @ coef.T + intercept
        if K > 1:
            terms, slope = logsumexp(z, axis=1) - z[np.arange(len(y)), codes], softmax(z, axis=1)
            slope[np.arange(len(y)), codes] -= 1.0
        elif model.loss == "log_loss":
            terms, slope = np.logaddexp(0.0, z[:, 0]) - codes * z[:, 0], expit(z) - codes[:, None]
        else:
            sign = 2.0 * codes[:, None] - 1.0
            short = np.maximum(0.0, 1.0 - sign * z)
            terms, slope = short[:, 0] ** 2, -2.0 * sign * short
        slope = slope * share[:, None]
        return share @ terms, np.append(slope.sum(axis=0), (slope.T @ X)[support])

    start = np.zeros(K + np.count_nonzero(support))
    found = minimize(loss, start, jac=True, method="BFGS", options={"gtol": 1e-11, "maxiter": 5000})
    return unpacked(found.x)


@pytest.mark.parametrize(
    ("estimator", "data"),
    [
        (LassoClassifier(), (CANCER[0][:, :3], CANCER[1])),
        (LassoClassifier(loss="squared_hinge"), (CANCER[0][:, :3], CANCER[1])),
        (ElasticNetClassifier(l1_ratio=0.8), OVERLAPPING),
        (LassoClassifier(class_weight="balanced"), CLASSES),
    ],
    ids=repr,
)
@pytest.mark.parametrize("container", [np.asarray, sparse.csc_array])
def test_the_refit_minimises_the_loss_of_the_estimator(estimator, data, container):
    X, y = data
    weights = np.random.default_rng(3).uniform(0.5, 2.0, len(y))
    alphas = alpha_grid(estimator, X, y, n_alphas=4, eps=0.05, sample_weight=weights)[1:]
    models, task = estimator._fit_path(container(X), y, alphas, weights)
    blends, endless = relaxed(task, models, [1.0, 0.3, 0.0])
    assert not any(endless)
    for model, row in zip(models, blends, strict=True):
        counted = weights
        if estimator.class_weight:
            counted = weights * compute_sample_weight({c: 1 / weights[y == c].sum() for c in set(y)}, y)
        coef, intercept = free_fit(model, X, y, counted)
        for gamma, blend in zip([1.0, 0.3, 0.0], row, strict=True):
            z = X @ (gamma * model.coef_ + (1 - gamma) * coef).T
            z += gamma * model.intercept_ + (1 - gamma) * intercept
            here = X @ blend.coef_.T + blend.intercept_
            if len(coef) > 1:  # a constant added to all classes changes nothing
                z, here = (a - a.mean(axis=1, keepdims=True) for a in (z, here))
            assert_allclose(here, z, atol=1e-5)
            assert_array_equal(blend.coef_ != 0, model.coef_ != 0)


@pytest.mark.parametrize("scoring", ["neg_log_loss", "accuracy"])
@pytest.mark.parametrize("kind", [LassoClassifierCV, ElasticNetClassifierCV])
def test_relaxed_classifiers_are_a_loop(kind, scoring):
    X, y = CANCER[0][:, :4], CANCER[1]
    options = {} if kind is LassoClassifierCV else {"l1_ratio": 0.7}
    folds = list(StratifiedKFold(3).split(X, y))
    model = kind(alphas=[0.1, 0.03, 0.01], relax=GAMMAS, cv=folds, scoring=scoring, **options).fit(X, y)
    score, expected = get_scorer(scoring), np.zeros((3, 3))
    for train, test in folds:
        for a, alpha in enumerate(model.alphas_):
            single = kind._model(alpha=alpha, **options).fit(X[train], y[train])
            coef, intercept = free_fit(single, X[train], y[train], np.ones(len(train)))
            for g, gamma in enumerate(GAMMAS):
                blend = copy(single)
                blend.coef_ = gamma * single.coef_ + (1 - gamma) * coef
                blend.intercept_ = gamma * single.intercept_ + (1 - gamma) * intercept
                expected[g, a] += score(blend, X[test], y[test]) / 3
    assert_allclose(model.mean_score_path_, expected, rtol=1e-6)
    g, a = np.unravel_index(model.mean_score_path_.argmax(), (3, 3))
    assert (model.relax_, model.alpha_) == (GAMMAS[g], model.alphas_[a])


def test_features_that_separate_have_no_score():
    """The penalised fits do, and one of them is chosen."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 80))
    y = (X[:, :2].sum(axis=1) + 0.5 * rng.normal(size=60) > 0).astype(int)
    model = LassoClassifierCV(alphas=8, relax=[1.0, 0.5], cv=3, scoring="neg_log_loss")
    with pytest.warns(UserWarning, match="coefficients that alpha leaves separate the classes"):
        model.fit(X, y)
    assert np.isfinite(model.mean_score_path_[0]).all()
    lost = np.isnan(model.mean_score_path_[1])
    assert 0 < np.count_nonzero(lost) < 8
    assert np.all(np.diff(lost.astype(int)) >= 0)  # with more features they are no less separable
    assert np.isfinite(model.mean_score_path_.max(where=~np.isnan(model.mean_score_path_), initial=-9.0))
    with pytest.raises(ValueError, match="The mean score of every alpha is NaN"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        LassoClassifierCV(alphas=[1e-3], relax=0.5, cv=3).fit(X, y)


def test_a_chosen_blend_that_separates_warns():
    """On the folds, of small values, nothing is chosen; on all samples the one feature, which separates."""
    size = np.repeat([0.1, 10.0], 20)
    y = np.arange(40) % 2
    X = (size * (2 * y - 1))[:, None]
    folds = [(np.arange(10), np.arange(10, 20)), (np.arange(10, 20), np.arange(10))]
    model = LassoClassifierCV(alphas=[0.5], relax=0.25, cv=folds)
    with pytest.warns(ConvergenceWarning, match=r"relax=0.25: the coefficients that alpha=0.5 leaves sep"):
        model.fit(X, y)
    assert model.coef_[0, 0] > 0
