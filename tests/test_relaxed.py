"""The relaxed lasso: blends with a least squares fit on the features of each penalised one."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import sparse
from sklearn.base import clone
from sklearn.datasets import load_diabetes
from sklearn.model_selection import KFold

from sknormreg import ElasticNet, ElasticNetCV, Lasso, LassoCV
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
    single = Lasso(alpha=model.alpha_).fit(X, Y, WEIGHTS)
    blended = relaxed(Lasso(), [single], X, Y, [model.relax_], WEIGHTS)[0][0]
    assert_allclose(model.coef_, blended.coef_, rtol=1e-8)
    assert_allclose(model.predict(X), blended.predict(X), rtol=1e-8)


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
