"""Estimators that choose their own alpha: input that is refused, and alphas without a score."""

import warnings

import numpy as np
import pytest
from explicit_loops import TALL, WIDE
from ids import named
from numpy.testing import assert_array_equal
from sklearn.base import clone, is_classifier
from sklearn.exceptions import UndefinedMetricWarning
from sklearn.metrics import get_scorer
from sklearn.model_selection import GroupKFold, KFold, LeaveOneOut

from sknormreg import (
    ElasticNetClassifierCV,
    ElasticNetCV,
    LassoClassifierCV,
    LassoCV,
    RidgeClassifierCV,
    RidgeCV,
    one_standard_error,
)


def some_nan(estimator, X, y):
    return np.nan if estimator.alpha > 0.5 else get_scorer("neg_mean_squared_error")(estimator, X, y)


@pytest.mark.parametrize("kind", [LassoCV, RidgeCV], ids=lambda kind: kind.__name__)
def test_alphas_without_a_score_are_not_chosen(kind):
    model = kind(alphas=[1.0, 0.3, 0.1], cv=3, scoring=some_nan)
    with pytest.warns(UserWarning, match="One or more of the test scores are non-finite") as caught:
        model.fit(*TALL)
    assert [warning.filename for warning in caught] == [__file__]
    assert_array_equal(np.isnan(model.mean_score_path_), [True, False, False])
    assert model.alpha_ in (0.3, 0.1)
    for rule in ("1se", one_standard_error()):
        with pytest.warns(UserWarning, match="non-finite"):
            assert model.set_params(alpha_rule=rule).fit(*TALL).alpha_ in (0.3, 0.1)


@pytest.mark.parametrize("kind", [LassoCV, RidgeCV, ElasticNetCV], ids=lambda kind: kind.__name__)
def test_a_fit_through_every_sample_predicts_none_of_them(kind):
    fitted = kind(alphas=[0.1, 0.0], cv="alo", alpha_rule="1se", scoring="neg_mean_squared_error").fit(
        *WIDE
    )
    assert_array_equal(np.isnan(fitted.mean_score_path_), [False, True])
    assert fitted.alpha_ == 0.1


@pytest.mark.parametrize("three", [False, True])
def test_nor_does_a_margin_that_every_sample_keeps(three):
    X, y = WIDE
    y = np.digitize(y, [-1.0, 1.0]) if three else y > 0
    for loss in ("squared_hinge", "log_loss"):
        model = LassoClassifierCV(alphas=[0.1, 1e-4], cv="alo", loss=loss).fit(X, y)
        assert_array_equal(np.isnan(model.mean_score_path_), [False, loss == "squared_hinge"])


def test_no_alpha_with_a_score_is_an_error():
    model = LassoCV(alphas=[2.0, 1.0], scoring=some_nan)
    for cv in (3, None):
        with (
            pytest.warns(UserWarning, match="non-finite"),
            pytest.raises(ValueError, match="The mean score of every alpha is NaN"),
        ):
            model.set_params(cv=cv).fit(*TALL)


def test_without_folds_nothing_is_said_of_folds():
    with pytest.raises(ValueError, match="The mean score of every alpha is NaN") as caught:
        LassoCV(cv="alo", scoring=lambda estimator, X, y: np.nan).fit(*TALL)
    assert "fold" not in str(caught.value)


def test_a_rule_that_was_not_made_is_named():
    with pytest.raises(TypeError, match=r"give one_standard_error\(\), with parentheses"):
        LassoCV(alpha_rule=one_standard_error, cv=3).fit(*TALL)


@pytest.mark.parametrize(
    "option", [{"cv": LeaveOneOut()}, {"scoring": some_nan, "alphas": [3.0]}], ids=named
)
def test_of_ridge_it_is_a_warning_as_in_a_search(option):
    """R2 of single samples, for one."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model = RidgeCV(**option).fit(*TALL)
    assert model.alpha_ == model.alphas_[0]
    assert caught[-1].filename == __file__
    kinds = {warning.category for warning in caught}
    assert kinds == ({UserWarning, UndefinedMetricWarning} if "cv" in option else {UserWarning})


ODD = np.where(np.arange(60) < 20, 0.0, 1.0)
THREE = [(np.arange(20, 60), np.arange(20)), (np.arange(20), np.arange(20, 60))]
BAD = [
    (LassoCV(alphas=[]), {}, r"alphas must be one or more numbers, got \[\]"),
    (RidgeCV(alphas=[]), {}, r"alphas must be one or more numbers, got \[\]"),
    (LassoCV(alphas=[1.0, -2.0]), {}, r"alphas\[1\] == -2.0, must be >= 0"),
    (LassoCV(alphas=-1), {}, r"range \[1, inf\)"),
    (RidgeCV(alphas=[1.0, 0.0]), {}, r"alphas\[1\] == 0.0, must be > 0"),
    (RidgeCV(alphas=[1.0, -2.0], cv=3), {}, r"alphas\[1\] == -2.0, must be >= 0"),
    (LassoCV(alphas=[1.0, np.nan]), {}, r"alphas\[1\] must be finite, got nan"),
    (RidgeCV(alphas=[np.inf, 1.0]), {}, r"alphas\[0\] must be finite, got inf"),
    (LassoCV(eps=2.0), {}, "'eps' .* range"),
    (ElasticNetCV(l1_ratio=0), {}, "Automatic alpha grid generation is not supported for l1_ratio=0"),
    (
        ElasticNetCV(l1_ratio=[0.5, 0.0]),
        {},
        "Automatic alpha grid generation is not supported for l1_ratio=0",
    ),
    (ElasticNetCV(l1_ratio=[0.5, 2.0]), {}, r"l1_ratio\[1\] must be a number from 0 to 1, got 2.0"),
    (ElasticNetClassifierCV(l1_ratio=[np.nan]), {}, r"l1_ratio\[0\] must be a number .* got nan"),
    (ElasticNetCV(l1_ratio=["x"]), {}, r"l1_ratio\[0\] must be a number .* got 'x'"),
    (ElasticNetCV(l1_ratio=[]), {}, r"l1_ratio must be one or more numbers from 0 to 1, got \[\]"),
    (LassoCV(cv=1), {}, "'cv' parameter .* {'alo'}"),
    (LassoCV(cv="loo"), {}, "'cv' parameter .* {'alo'}"),
    (LassoCV(cv=61), {}, "n_splits=61 greater than the number of samples"),
    (LassoCV(cv=[]), {}, "cv has no folds"),
    (LassoCV(cv=[([], [1, 2])]), {}, "Fold 0 of cv has no samples to train on"),
    (RidgeCV(cv=[*THREE, ([1, 2], [])]), {}, "Fold 2 of cv has no samples to test on"),
    (LassoClassifierCV(cv=THREE), {"y": ODD}, "Fold 0 of cv trains on one class only, 1.0: use Stratified"),
    (RidgeClassifierCV(cv=KFold(3)), {"y": np.sort(ODD)[::-1] > 0.5}, "Fold 2 of cv trains .* True"),
    (LassoCV(cv=THREE), {"sample_weight": ODD}, "fold 0 of cv would test on is zero"),
    (LassoClassifierCV(cv=THREE), {"sample_weight": 1 - ODD}, "fold 0 of cv would train on is zero"),
    (RidgeCV(cv=THREE, scoring="r2"), {"sample_weight": ODD}, "fold 0 of cv would test on is zero"),
    (LassoCV(), {"sample_weight": ODD - 0.5}, "non-negative: the smallest value is -0.5"),
    (LassoCV(), {"sample_weight": ODD[:50]}, r"sample_weight.shape == \(50,\)"),
    (LassoCV(alpha_rule="bic"), {"sample_weight": ODD * 1e307}, "sum of sample_weight overflows"),
    (RidgeCV(), {"sample_weight": np.full(60, 1e307)}, "sum of sample_weight overflows"),
    (LassoCV(alphas=[1, 10**310]), {}, r"alphas\[1\] must be finite and non-negative in float64"),
    (RidgeCV(alphas=[np.longdouble("1e310")]), {}, "must be finite"),
    (LassoCV(), {"groups": ODD}, "only supported if enable_metadata_routing=True"),
    (RidgeCV(cv=GroupKFold(2)), {}, "'groups' parameter should not be None"),
    (LassoCV(alpha_rule="2se"), {}, "'alpha_rule' .* '2se'"),
    (LassoCV(scoring="mse"), {}, "'scoring' .* 'mse'"),
    (RidgeClassifierCV(alpha_rule="bic"), {}, "'alpha_rule' .* RidgeClassifierCV .* 'bic'"),
    (LassoCV(alpha_rule="1se", cv="alo", scoring="r2"), {}, "1se' needs a standard error.*cv='alo'.*'r2'"),
    (RidgeCV(alpha_rule="1se", scoring="r2"), {}, "'1se' needs a standard error.*leave-one-out.*'r2'"),
    (
        LassoClassifierCV(alpha_rule="aic", loss="squared_hinge"),
        {"y": ODD},
        "'aic' needs a likelihood.*loss='squared_hinge'.*loss='log_loss'",
    ),
    (LassoCV(alpha_rule=lambda results: 100), {}, "index of one of the 100 candidates, got 100"),
    (RidgeCV(alpha_rule=lambda results: -1), {}, "index of one of the 3 candidates, got -1"),
    (RidgeCV(cv=3, alpha_rule=lambda results: 1.0), {}, "index of one of the 3 candidates, got 1.0"),
    (RidgeCV(cv=3, store_cv_results=True), {}, "cv!=None and store_cv_results=True are incompatible"),
    (RidgeCV(cv=3, alpha_per_target=True), {}, "cv!=None and alpha_per_target=True are incompatible"),
    (
        RidgeCV(alpha_rule="bic", store_cv_results=True),
        {},
        "alpha_rule='bic' and store_cv_results=True are",
    ),
    (LassoCV(bounds=(1, -1)), {}, "bounds leave no value for feature 0"),
    (LassoCV(penalty_factor=[1.0, 2.0]), {}, r"penalty_factor .* shape \(7,\), got \(2,\)"),
]


@pytest.mark.parametrize(("estimator", "given", "message"), BAD, ids=named)
def test_bad_input_is_named(estimator, given, message):
    X, y = TALL
    with pytest.raises(ValueError, match=message):
        clone(estimator).fit(X, **{"y": (y > 0).astype(int) if is_classifier(estimator) else y, **given})


def test_leave_one_out_needs_two_samples():
    X, y = TALL
    alone = np.arange(60) == 3
    for model in (RidgeCV(), RidgeCV(positive=True), RidgeCV(cv="alo"), LassoCV(cv="alo")):
        for given in ((X[:1], y[:1]), (X, y, alone)):
            with pytest.raises(
                ValueError, match="at least 2 samples with a positive weight, got n_samples=1"
            ):
                model.fit(*given)
    assert np.isfinite(RidgeCV().fit(X[:2], y[:2]).coef_).all()
