"""The rules that select, on arrays and by definition; that all who choose by them choose alike."""

from math import comb, log, sqrt
from statistics import mean as average
from statistics import stdev

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import GridSearchCV, KFold

from sknormreg import (
    CoefficientPruner,
    Lasso,
    LassoCV,
    RidgeClassifierCV,
    one_standard_error,
)
from sknormreg.diagnosis.criteria import priced
from sknormreg.diagnosis.rules import best_of, mean_and_error, simplest_near
from sknormreg.inspection import CVCurveDisplay, PruningCurveDisplay

halves = st.integers(-4, 4).map(lambda number: number / 2)  # many ties
score = st.one_of(halves, st.just(np.nan))
each_order = pytest.mark.parametrize("rising", [False, True], ids=["falling", "rising"])


@given(st.lists(score, min_size=1, max_size=8))
def test_the_best_is_the_first_of_the_highest(scores):
    found = best_of(np.array(scores))
    told = [value for value in scores if value == value]
    assert found == (scores.index(max(told)) if told else 0)


@given(st.lists(halves, min_size=1, max_size=6))
def test_the_error_of_a_mean(scores):
    mean, error = mean_and_error(np.array(scores))
    assert_allclose(mean, average(scores), atol=1e-15)
    assert_allclose(error, stdev(scores) / sqrt(len(scores)) if len(scores) > 1 else 0.0, atol=1e-15)


@given(st.data())
def test_the_simplest_is_the_strongest_of_those_near(data):
    """One at a time, as the sentence has it; without a number for its error the best has none."""
    n = data.draw(st.integers(1, 7))
    mean = np.array(data.draw(st.lists(score, min_size=n, max_size=n)))
    strength = np.array(data.draw(st.lists(halves, min_size=n, max_size=n)))
    alike = np.array(data.draw(st.lists(st.booleans(), min_size=n, max_size=n)))
    error = data.draw(st.one_of(st.just(np.nan), halves.map(abs)))
    best = best_of(mean)
    alike[best] = True
    chosen = simplest_near(mean, error, best, strength, alike)
    reach = 0.0 if error != error else error
    expected = best
    for c in range(n):
        near = mean[best] - mean[c] <= reach
        if near and alike[c] and strength[c] > strength[expected]:
            expected = c
    assert strength[chosen] == strength[expected]
    assert chosen == best or (alike[chosen] and mean[best] - mean[chosen] <= reach)


@given(st.sampled_from(["aic", "bic", "ebic"]), st.integers(1, 30), st.data())
def test_the_price_of_a_coefficient(rule, n_units, data):
    kept = data.draw(st.integers(0, n_units))
    n, freedom, deviance = 50, data.draw(st.floats(0.0, 30.0)), data.draw(st.floats(-1e3, 1e3))
    price = 2.0 if rule == "aic" else log(n)
    expected = deviance + price * freedom + (rule == "ebic") * 2.0 * log(comb(n_units, kept))
    assert_allclose(priced(rule, deviance, freedom, n, n_units, kept), expected, rtol=1e-9, atol=1e-9)


def tied(estimator, X, y):
    """Two strengths of one mean, the weaker with folds that agree less; the rest far below."""
    fold = int(X[0, 0])
    return {1.0: 0.5, 2.0: 0.25 + 0.5 * fold, 4.0: 0.375}.get(estimator.alpha, -9.0)


@each_order
@pytest.mark.parametrize("rule", ["1se", one_standard_error()], ids=["1se", "callable"])
def test_ridge_takes_equals_in_one_order_for_all_it_tells(rule, rising):
    """Which of the equal is the best tells whose error counts; folds are walked from the largest alpha."""
    X = np.repeat([[0.0, 1.0], [1.0, 0.0]], 10, axis=0) + np.linspace(0.0, 0.1, 20)[:, None]
    y = np.arange(20) % 2
    alphas = sorted([1.0, 2.0, 4.0], reverse=not rising)
    model = RidgeClassifierCV(alphas=alphas, cv=KFold(2), scoring=tied, alpha_rule=rule).fit(X, y)
    assert model.alpha_min_ == (1.0 if rising else 2.0)  # the first given, as in scikit-learn
    assert model.alpha_ == model.alpha_1se_ == (2.0 if rising else 4.0)
    assert model.best_score_ == model.mean_score_path_[alphas.index(model.alpha_)]


def test_who_cross_validates_and_who_searches_agree():
    X = np.repeat([[0.0, 1.0], [1.0, 0.0]], 10, axis=0) + np.linspace(0.0, 0.1, 20)[:, None]
    y, alphas = np.sin(np.arange(20)), [4.0, 2.0, 1.0]
    own = LassoCV(alphas=alphas, cv=KFold(2), scoring=tied, alpha_rule="1se").fit(X, y)
    search = GridSearchCV(Lasso(), {"alpha": alphas}, cv=KFold(2), scoring=tied, refit=one_standard_error())
    search.fit(X, y)
    shown = [CVCurveDisplay.from_estimator(model).alpha_1se for model in (own, search)]
    assert [own.alpha_, search.best_params_["alpha"], *shown] == [4.0] * 4


def test_a_standard_error_is_missing_where_it_decides_nothing():
    """Of a candidate that is not the best it is not asked for."""
    curve = {
        "alphas": [3.0, 2.0, 1.0],
        "mean_scores": [0.8, 0.85, 0.9],
        "standard_errors": [np.nan, 0.1, 0.1],
    }
    assert CVCurveDisplay(**curve).alpha_1se == 3.0


def test_errors_of_curves_do_not_overflow():
    scores = np.array([[1.0, 2.0, 4.0], [3.0, 5.0, 1.0]])
    here, there = (CVCurveDisplay(alphas=[1.0, 2.0], scores=part) for part in (scores, scores * 2.0**600))
    assert_allclose(there.standard_errors / 2.0**600, here.standard_errors, rtol=1e-12)
    bars = []
    for part in (scores, scores * 2.0**600):
        drawn = PruningCurveDisplay(sparsity=[0.0, 0.5], scores=part).plot(error_style="fill_between")
        bars.append(drawn.error_.get_paths()[0].get_extents().height)
    assert_allclose(bars[1] / 2.0**600, bars[0], rtol=1e-9)


def pruned(X, y, weights, estimator=None):
    estimator = LinearRegression() if estimator is None else estimator
    model = CoefficientPruner(estimator, sparsity="auto", sparsity_rule="bic")
    return model.fit(X, y, sample_weight=weights)


def test_rows_without_weight_have_no_part_in_a_criterion():
    """Nor in the size of the target, which says how small a loss can be told from rounding."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(40, 4))
    y = X[:, 0] + 1e-3 * rng.normal(size=40)
    weights = np.append(np.ones(40), 0.0)
    found = pruned(np.vstack([X, X[:1]]), np.append(y, 1e9), weights)
    expected = pruned(X, y, np.ones(40))
    assert_allclose(found.pruning_path_["bic"], expected.pruning_path_["bic"], rtol=1e-9)
    assert found.best_index_ == expected.best_index_


def test_weights_that_a_criterion_cannot_count():
    X = np.random.default_rng(0).normal(size=(40, 4))
    with pytest.raises(ValueError, match="sum of sample_weight overflows"):
        pruned(X, X[:, 0] + X[:, 1] ** 2, np.full(40, 1e307), Lasso(0.01))
