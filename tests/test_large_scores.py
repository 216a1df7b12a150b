"""Scores whose squares overflow have deviations, and rules choose as in any other units."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.datasets import load_diabetes
from sklearn.model_selection import KFold

from sknormreg import Lasso, LassoCV, MagnitudePrunedRegressor, PathSearchCV, RidgeCV, one_standard_error
from sknormreg.diagnosis.rules import deviation

X, Y = load_diabetes(return_X_y=True)
X, Y = X[:120], Y[:120]
ALPHAS = np.geomspace(2.0, 0.01, 12)
MSE = "neg_mean_squared_error"
FOLDS = KFold(4, shuffle=True, random_state=0)
each_unit = pytest.mark.parametrize("unit", [2.0**253, 2.0**259, 2.0**460, 2.0**-300])


@given(arrays(float, (3, 5), elements=st.floats(-1e3, 1e3)), st.integers(-900, 900), st.integers(0, 1))
def test_units_change_nothing(values, exponent, ddof):
    values = np.round(values, 6)
    found = deviation(np.ldexp(values, exponent), ddof=ddof)
    assert_array_equal(np.ldexp(found, -exponent), values.std(axis=1, ddof=ddof))


def test_what_is_not_a_number_stays_with_its_row():
    found = deviation(np.array([[1.0, np.nan], [1e300, 3e300], [0.0, 0.0]]), ddof=0)
    assert_allclose(found, [np.nan, 1e300, 0.0])


@each_unit
@pytest.mark.parametrize("rule", ["min", "1se", one_standard_error()], ids=str)
@pytest.mark.parametrize("cv", [FOLDS, "alo"], ids=["folds", "alo"])
def test_the_choice_of_alpha_is_that_of_other_units(unit, rule, cv):
    here = LassoCV(alphas=ALPHAS, alpha_rule="min" if cv == "alo" and callable(rule) else rule, cv=cv)
    expected = here.fit(X, Y).alpha_, here.score_se_path_, here.alpha_1se_
    found = here.set_params(alphas=ALPHAS * unit).fit(X, Y * unit)
    assert found.alpha_ == unit * expected[0]
    assert_allclose(found.score_se_path_ / unit / unit, expected[1], rtol=1e-6)
    assert found.alpha_1se_ == unit * expected[2]


@each_unit
@pytest.mark.parametrize("cv", [None, FOLDS], ids=["left out", "folds"])
def test_ridge_too(unit, cv):
    model = RidgeCV(alphas=[0.1, 1.0, 10.0], alpha_rule="1se", cv=cv, scoring=cv and MSE)
    expected = model.fit(X, Y).alpha_, model.score_se_path_
    assert model.fit(X, Y * unit).alpha_ == expected[0]
    assert_allclose(model.score_se_path_ / unit / unit, expected[1], rtol=1e-6)


@each_unit
def test_a_search_tells_the_deviations(unit):
    options = {"scoring": {"squared": MSE, "r2": "r2"}, "cv": FOLDS, "return_train_score": True}
    options["refit"] = one_standard_error(scoring="squared")
    one = PathSearchCV(Lasso(), {"alpha": ALPHAS}, **options).fit(X, Y)
    other = PathSearchCV(Lasso(), {"alpha": ALPHAS * unit}, **options).fit(X, Y * unit)
    assert one.best_index_ == other.best_index_
    for name in ("mean_test_squared", "std_test_squared", "std_train_squared"):
        assert_allclose(other.cv_results_[name] / unit / unit, one.cv_results_[name], rtol=1e-6)
    assert_allclose(other.cv_results_["std_test_r2"], one.cv_results_["std_test_r2"], rtol=1e-6)


def test_the_sparsity_of_a_pruned_model():
    options = {"alpha": 0.1, "sparsity": "auto", "sparsity_rule": "1se", "scoring": MSE, "cv": FOLDS}
    one = MagnitudePrunedRegressor(**options).fit(X, Y)
    other = MagnitudePrunedRegressor(**options).fit(X, Y * 2.0**260)
    assert one.best_index_ == other.best_index_
    error = other.pruning_path_["cv_score_se"] / 2.0**520
    assert_allclose(error, one.pruning_path_["cv_score_se"], rtol=1e-6)
