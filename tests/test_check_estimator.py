"""scikit-learn's own estimator checks, without a single expected failure."""

import pytest
from instances import (
    checks,
    cv_instances,
    instances,
    pruned_instances,
    search_instances,
    stability_instances,
)
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.utils.estimator_checks import (
    check_class_weight_classifiers,
    check_dataframe_column_names_consistency,
    check_inplace_ensure_writeable,
    check_param_validation,
)

ALL = [
    *instances(),
    *pruned_instances(),
    *cv_instances(),
    *search_instances(),
    *stability_instances(),
]
CASES = [
    pytest.param(estimator, check, id=f"{estimator!r:.120}-{check.func.__name__}-{i}")
    for estimator in ALL
    for i, check in enumerate(checks(estimator))
]
SELF_CHECKS = (
    check_param_validation,
    check_dataframe_column_names_consistency,
    check_inplace_ensure_writeable,
)


@pytest.mark.parametrize(("estimator", "check"), CASES)
def test_check_estimator(estimator, check):
    check(clone(estimator))


@pytest.mark.parametrize("check", SELF_CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("estimator", ALL, ids=repr)
def test_checks_scikit_learn_keeps_for_itself(estimator, check):
    check(type(estimator).__name__, clone(estimator))


def test_no_intercept_cannot_follow_class_weights():
    with pytest.raises(AssertionError):
        check_class_weight_classifiers("", LogisticRegression(C=100.0, fit_intercept=False))
