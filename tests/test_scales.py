"""Laws of scale: X times c and y times d change the chosen alpha and the coefficients by known factors."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.base import clone

from sknormreg import (
    ElasticNet,
    ElasticNetCV,
    Lasso,
    LassoClassifier,
    LassoClassifierCV,
    LassoCV,
    RidgeClassifierCV,
    RidgeCV,
    StabilitySelection,
    alpha_grid,
    one_standard_error,
)

RNG = np.random.default_rng(5)


def regression(n, p):
    X = RNG.normal(size=(n, p)) + RNG.normal(size=p)
    return X, X[:, :3] @ [2.0, -1.0, 0.5] + RNG.normal(size=n)


TALL, WIDE = regression(40, 6), regression(20, 30)
THINNED = sparse.csc_array(np.where(RNG.random(TALL[0].shape) < 0.6, TALL[0], 0.0)), TALL[1]
TARGETS = TALL[0], np.column_stack([TALL[1], TALL[1][::-1]])
TWO = TALL[0], np.where(TALL[1] > np.median(TALL[1]), "b", "a")
THREE = TALL[0], np.digitize(TALL[1], np.quantile(TALL[1], [0.3, 0.6]))
FREE = np.where(np.arange(6) == 4, 0.0, 1.0)
RIDGES = np.geomspace(1e-2, 1e2, 7)
few = settings(deadline=None, max_examples=3)
scale = st.integers(-100, 100).map(lambda exponent: 10.0**exponent)


def follows(make, X, y, c, d, alpha_unit):
    """`make` has alphas in units of its argument."""
    plain = clone(make(1.0)).fit(X, y)
    scaled = clone(make(alpha_unit)).fit(c * X, y if d is None else d * y)
    assert_allclose(scaled.alpha_, plain.alpha_ * alpha_unit, rtol=1e-9)
    size = np.abs(plain.coef_).max()
    assert size > 0
    assert_allclose(scaled.coef_ * c / (d or 1.0), plain.coef_, rtol=0, atol=1e-7 * size)


@pytest.mark.parametrize(
    ("estimator", "data"),
    [
        (LassoCV(alphas=12), TALL),
        (LassoCV(alphas=12), WIDE),
        (LassoCV(alphas=12), THINNED),
        (LassoCV(alphas=12), TARGETS),
        (LassoCV(alphas=12, penalty_factor=FREE), TALL),
        (LassoCV(alphas=12, positive=True), TALL),
        (LassoCV(alphas=12, scoring="r2"), TALL),
        (LassoCV(alphas=12, alpha_rule="1se"), TALL),
        (LassoCV(alphas=12, alpha_rule=one_standard_error()), TALL),
        (LassoCV(alphas=12, relax=[0.0, 0.5, 1.0]), TALL),
        (LassoCV(alphas=12, relax=[0.0, 0.5, 1.0]), WIDE),
        (LassoCV(alphas=12, cv="alo", alpha_rule="1se"), TALL),
    ],
    ids=lambda value: repr(value) if isinstance(value, LassoCV) else str(value[0].shape),
)
@given(c=scale, d=scale)
@few
def test_lasso(estimator, data, c, d):
    follows(lambda unit: estimator, *data, c, d, c * d)


@pytest.mark.parametrize("options", [{}, {"alpha_rule": "1se"}, {"cv": 4}, {"cv": "alo"}], ids=str)
@pytest.mark.parametrize("data", [TALL, WIDE], ids=["tall", "wide"])
@given(c=scale, d=scale)
@few
def test_ridge(options, data, c, d):
    follows(lambda unit: RidgeCV(alphas=RIDGES * unit, **options), *data, c, d, c * c)


@pytest.mark.parametrize("rule", ["min", "1se"])
@pytest.mark.parametrize("data", [TALL, WIDE], ids=["tall", "wide"])
@given(c=scale)
@few
def test_elastic_net(rule, data, c):
    """The L1 part goes with c d and the L2 part with c c: both follow where d is c."""
    model = ElasticNetCV(alphas=8, l1_ratio=[0.3, 0.9], alpha_rule=rule)
    follows(lambda unit: model, *data, c, c, c * c)


@pytest.mark.parametrize("rule", ["aic", "bic", "ebic"])
@pytest.mark.parametrize("kind", [LassoCV, ElasticNetCV, RidgeCV])
@pytest.mark.parametrize("known", [False, True])
@example(c=1e62, d=1e-100)
@given(c=scale, d=scale)
@few
def test_criteria(kind, rule, known, c, d):
    """The variance of the noise, known or not, goes with the square of d; wide rows have to know it."""
    d = c if kind is ElasticNetCV else d
    alphas = (lambda unit: RIDGES * unit) if kind is RidgeCV else (lambda unit: 12)
    for data in [TALL, WIDE] if known else [TALL]:
        noise = iter([1.0, d * d] if known else [None, None])
        follows(
            lambda unit, noise=noise: kind(
                alphas=alphas(unit), alpha_rule=rule, noise_variance=next(noise)
            ),
            *data, c, d, c * c if kind is RidgeCV else c * d,
        )  # fmt: skip


@pytest.mark.parametrize(
    "options",
    [{}, {"loss": "squared_hinge"}, {"cv": "alo"}, {"alpha_rule": "bic"}, {"scoring": "neg_log_loss"}],
    ids=str,
)
@pytest.mark.parametrize("data", [TWO, THREE], ids=["two classes", "three classes"])
@given(c=scale)
@few
def test_classifier(options, data, c):
    follows(lambda unit: LassoClassifierCV(alphas=6, eps=0.05, **options), *data, c, None, c)


@given(c=scale)
@few
def test_ridge_classifier(c):
    follows(lambda unit: RidgeClassifierCV(alphas=RIDGES * unit), *THREE, c, None, c * c)


@pytest.mark.parametrize(("estimator", "data"), [(Lasso(), TALL), (LassoClassifier(), TWO)])
@given(c=scale, d=scale)
@few
def test_stability_selection(estimator, data, c, d):
    X, y = data
    selection = StabilitySelection(estimator, n_pairs=3, n_alphas=8, max_features=3, random_state=0)
    plain = selection.fit(X, y).selection_path_
    selection.fit(c * X, d * y if estimator.__class__ is Lasso else y)
    assert_array_equal(selection.selection_path_, plain)


@pytest.mark.parametrize("estimator", [Lasso(), ElasticNet(), Lasso(penalty_factor=FREE)], ids=repr)
@given(c=scale, d=scale)
@few
def test_a_target_of_rounding_is_a_constant(estimator, c, d):
    """Its values differ in the last digit, or are on the unpenalised column."""
    X = c * TALL[0]
    y = np.where(np.arange(40) % 3, 0.1 + 0.2, 0.3) * d
    if estimator.penalty_factor is not None:
        y = X[:, 4] / c * d + 3.0 * d
    grid = alpha_grid(estimator, X, y, n_alphas=5)
    assert np.all(grid == grid[0])
    assert_array_equal(estimator.set_params(alpha=grid[0]).fit(X, y).coef_[[0, 1, 2, 3, 5]], 0.0)


def test_bounds_leave_nothing_to_explain():
    """Where every column would have to be negative, an automatic grid is that of a constant."""
    X = np.abs(TALL[0])
    y = -X.sum(axis=1)
    grid = alpha_grid(Lasso(positive=True, fit_intercept=False), X, y)
    assert np.all(grid == grid[0])
    assert not LassoCV(positive=True, fit_intercept=False, alphas=5).fit(X, y).coef_.any()


def test_columns_are_judged_in_their_own_units():
    """A column that explains the target, beside one 1e18 times larger that does not."""
    y = np.tile([1.0, -1.0, 1.0, -1.0], 5)
    X = np.column_stack([y + RNG.normal(size=20), 1e18 * np.repeat([1.0, -1.0], 10)])
    alone, both = alpha_grid(Lasso(), X[:, :1], y), alpha_grid(Lasso(), X, y)
    assert alone[-1] < alone[0]
    assert both[-1] < both[0]


@pytest.mark.parametrize("c", [1e-9, 1.0, 1e9])
def test_a_gram_matrix_of_other_columns_is_told(c):
    X, y = TALL[0] - TALL[0].mean(axis=0), TALL[1]
    gram = c**2 * X.T @ X
    assert_allclose(
        Lasso(1e-2 * c, precompute=gram).fit(c * X, y).coef_, Lasso(1e-2 * c).fit(c * X, y).coef_
    )
    gram[3, 4] *= 1.001
    with pytest.raises(ValueError, match="did not pass validation"):
        Lasso(precompute=gram).fit(c * X, y)
    with pytest.warns(UserWarning, match="recomputing Gram matrix"):
        Lasso(precompute=c**2 * TALL[0].T @ TALL[0]).fit(c * TALL[0], y)
