"""scikit-learn's checks of metadata routing through meta-estimators, on ours."""

import numpy as np
import pytest
import sklearn.tests.test_metaestimators_metadata_routing as suite
from sklearn import config_context
from sklearn.base import is_classifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknormreg import (
    CoefficientPruner,
    ElasticNetClassifierCV,
    ElasticNetCV,
    LassoClassifierCV,
    LassoCV,
    MagnitudePrunedClassifier,
    PrunedEstimator,
    RidgeClassifierCV,
    RidgeCV,
    StabilitySelection,
)


def case(meta, **options):
    """With scikit-learn's recording classifier inside; its recording regressor has no coefficients."""
    return {
        "metaestimator": meta,
        "estimator_name": "estimator",
        "estimator": "classifier",
        "init_args": options,
        "X": suite.X,
        "y": suite.y,
        "estimator_routing_methods": ["fit"],
    }


CASES = [
    case(CoefficientPruner),
    case(CoefficientPruner, sparsity=0.5),
    case(MagnitudePrunedClassifier),
    case(MagnitudePrunedClassifier, refit=False),
    case(PrunedEstimator, n_steps=2),
    case(PrunedEstimator, threshold=0.1, refit=False),
    case(StabilitySelection, alphas=1.0, n_pairs=2) | {"preserves_metadata": "subset"},
]
CHOOSES = {
    "X": suite.X,
    "y": suite.y,
    "scorer_name": "scoring",
    "scorer_routing_methods": ["fit"],
    "cv_name": "cv",
    "cv_routing_methods": ["fit"],
}
NAMES = [
    "test_default_request",
    "test_error_on_missing_requests_for_sub_estimator",
    "test_setting_request_on_sub_estimator_removes_error",
    "test_metadata_routed_to_sub_estimator_in_pipeline",  # scikit-learn >= 1.9
]
CHECKS = [getattr(suite, name) for name in NAMES if hasattr(suite, name)]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["metaestimator"].__name__)
def test_routing_to_the_inner_estimator(check, case):
    check(case)


def test_three_checks_at_least():
    assert len(CHECKS) >= 3


@pytest.mark.parametrize(
    "check",
    [
        suite.test_default_request,
        suite.test_metadata_is_routed_correctly_to_scorer,
        suite.test_metadata_is_routed_correctly_to_splitter,
        suite.test_metadata_routed_to_group_splitter,
    ],
    ids=lambda check: check.__name__,
)
@pytest.mark.parametrize(
    "kind",
    [LassoCV, ElasticNetCV, RidgeCV, RidgeClassifierCV, LassoClassifierCV, ElasticNetClassifierCV],
    ids=lambda kind: kind.__name__,
)
def test_routing_to_scorer_and_folds(check, kind):
    check({**CHOOSES, "metaestimator": kind, "init_args": {"alphas": [0.1, 0.01]}})


def test_routing_to_the_scorer_of_leave_one_out():
    """There is no splitter to route to."""
    case = {key: value for key, value in CHOOSES.items() if not key.startswith("cv")}
    for kind in (RidgeCV, RidgeClassifierCV):
        suite.test_metadata_is_routed_correctly_to_scorer({**case, "metaestimator": kind})


@pytest.mark.parametrize(
    "meta",
    [
        MagnitudePrunedClassifier(LogisticRegression()),
        PrunedEstimator(LogisticRegression()),
        MagnitudePrunedClassifier(),
    ],
    ids=repr,
)
def test_weights_reach_the_fit_through_cross_validation(meta):
    """The same scores as by fits with the weights handed over directly."""
    rng = np.random.default_rng(0)
    X, weights = rng.normal(size=(90, 6)), rng.integers(0, 3, 90).astype(float)
    y = (X[:, 0] + rng.normal(size=90) > 0).astype(int)
    train, test = np.arange(60), np.arange(60, 90)
    expected = type(meta)(**meta.get_params(deep=False)).fit(
        X[train], y[train], sample_weight=weights[train]
    )
    with config_context(enable_metadata_routing=True):
        if meta.estimator is not None:
            meta.estimator.set_fit_request(sample_weight=True)
        meta.set_fit_request(sample_weight=True).set_score_request(sample_weight=False)
        found = cross_val_score(meta, X, y, cv=[(train, test)], params={"sample_weight": weights})
    assert is_classifier(meta)
    assert found[0] == expected.score(X[test], y[test])


def test_a_pipeline_inside_gets_its_own_requests():
    rng = np.random.default_rng(1)
    X, weights = rng.normal(size=(80, 5)) * 3.0, rng.integers(1, 4, 80).astype(float)
    y = (X[:, 0] + rng.normal(size=80) > 0).astype(int)
    plain = PrunedEstimator(make_pipeline(StandardScaler(), LogisticRegression())).fit(X, y, weights)
    repeated = PrunedEstimator(make_pipeline(StandardScaler(), LogisticRegression()))
    repeated.fit(np.repeat(X, weights.astype(int), axis=0), np.repeat(y, weights.astype(int)))
    np.testing.assert_allclose(plain.decision_function(X), repeated.decision_function(X), atol=1e-3)
    np.testing.assert_array_equal(plain.mask_, repeated.mask_)
    with config_context(enable_metadata_routing=True):
        pipeline = make_pipeline(
            StandardScaler().set_fit_request(sample_weight=True),
            LogisticRegression().set_fit_request(sample_weight=True),
        )
        routed = PrunedEstimator(pipeline).fit(X, y, sample_weight=weights)
        other = make_pipeline(
            StandardScaler().set_fit_request(sample_weight="w"),
            LogisticRegression().set_fit_request(sample_weight="w"),
        )
        renamed = PrunedEstimator(other).fit(X, y, w=weights)
    np.testing.assert_array_equal(routed.decision_function(X), plain.decision_function(X))
    np.testing.assert_array_equal(renamed.decision_function(X), plain.decision_function(X))
