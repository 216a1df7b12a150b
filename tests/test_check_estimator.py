"""scikit-learn's own estimator checks, without a single expected failure.

Each check of each class runs in the quick run, on the first instance that it is for. On the others, those
with another loss among them, it is slow.
"""

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
SELF_CHECKS = (
    check_param_validation,
    check_dataframe_column_names_consistency,
    check_inplace_ensure_writeable,
)


def cases(checks_of):
    """Parameters (estimator, check)."""
    seen, found = set(), []
    for estimator in ALL:
        for i, check in enumerate(checks_of(estimator)):
            name, options = getattr(check, "func", check).__name__, getattr(check, "keywords", {})
            law = type(estimator), name, str(options)
            marks = [pytest.mark.slow] if law in seen else []
            seen.add(law)
            found.append(pytest.param(estimator, check, id=f"{estimator!r:.120}-{name}-{i}", marks=marks))
    return found


@pytest.mark.parametrize(("estimator", "check"), cases(checks))
def test_check_estimator(estimator, check):
    check(clone(estimator))


@pytest.mark.parametrize(("estimator", "check"), cases(lambda estimator: SELF_CHECKS))
def test_checks_scikit_learn_keeps_for_itself(estimator, check):
    check(type(estimator).__name__, clone(estimator))


def test_no_intercept_cannot_follow_class_weights():
    with pytest.raises(AssertionError):
        check_class_weight_classifiers("", LogisticRegression(C=100.0, fit_intercept=False))
