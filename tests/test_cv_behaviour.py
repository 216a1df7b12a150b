"""What else users rely on of estimators that choose their own alpha: weights, input, state."""

import pickle

import numpy as np
import pandas as pd
import pytest
import sklearn
from explicit_loops import CANCER, IRIS, PLAIN, TALL, TWO, WIDE, agree, loop, same_model
from numpy.testing import assert_allclose, assert_array_equal
from sklearn import config_context
from sklearn.base import clone, is_classifier
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import KFold, LeaveOneOut, PredefinedSplit
from threadpoolctl import threadpool_limits
from threads import alike

from sknormreg import (
    ElasticNetClassifierCV,
    ElasticNetCV,
    LassoClassifierCV,
    LassoCV,
    RidgeClassifierCV,
    RidgeCV,
)
from sknormreg.model_selection import _fold_scores
from sknormreg.solvers import choose

FEW = {"alphas": 5, "eps": 0.05}
EVERY = [
    (LassoCV(**FEW), TALL),
    (LassoCV(**FEW), WIDE),
    (LassoCV(**FEW), TWO),
    (LassoCV(**FEW, alpha_rule="bic"), TALL),
    (ElasticNetCV(**FEW, l1_ratio=[0.3, 0.8]), TALL),
    (RidgeCV(cv=3), TALL),
    (RidgeCV(cv=3), WIDE),
    (RidgeClassifierCV(cv=3), IRIS),
    (RidgeClassifierCV(cv=3, class_weight="balanced"), CANCER),
    (LassoClassifierCV(**FEW), CANCER),
    (LassoClassifierCV(**FEW, alpha_rule="ebic"), CANCER),
    (ElasticNetClassifierCV(alphas=3, eps=0.2, l1_ratio=[0.3, 0.8], scoring="neg_log_loss"), IRIS),
]


def described(value):
    """Short, for the names of tests."""
    return str(value[0].shape) if isinstance(value, tuple) else f"{value!r:.60}"


each_estimator = pytest.mark.parametrize(("estimator", "data"), EVERY, ids=described)


def on_folds(estimator, owner):
    """The estimator with folds that are given by the test set of each sample."""
    return (
        clone(estimator)
        if estimator.cv is None and estimator.alpha_rule != "min"
        else (clone(estimator).set_params(cv=PredefinedSplit(owner)))
    )


def same_choice(found, expected):
    assert_allclose(found.alphas_, expected.alphas_, rtol=1e-10)
    assert_allclose(found.mean_score_path_, expected.mean_score_path_, rtol=1e-8, atol=1e-8)
    assert_allclose(found.alpha_, expected.alpha_, rtol=1e-10)
    size = np.abs(expected.coef_).max()
    assert_allclose(found.coef_, expected.coef_, rtol=1e-7, atol=1e-8 * size)


@each_estimator
def test_integer_weights_are_repetition(estimator, data):
    """Where all copies of a sample share a fold."""
    X, y = data
    rng = np.random.default_rng(0)
    owner, weights = rng.permutation(len(y)) % 3, rng.integers(1, 4, len(y))
    found = on_folds(estimator, owner).fit(X, y, sample_weight=weights)
    copies = np.repeat(np.arange(len(y)), weights)
    same_choice(found, on_folds(estimator, owner[copies]).fit(X[copies], y[copies]))


@each_estimator
def test_zero_weights_are_removal(estimator, data):
    X, y = data
    rng = np.random.default_rng(0)
    owner, weights = rng.permutation(len(y)) % 3, rng.uniform(0.5, 2.0, len(y))
    weights[::5] = 0.0
    X = X.copy()
    X[::5] *= 1e3
    found = on_folds(estimator, owner).fit(X, y, sample_weight=weights)
    kept = weights > 0
    same_choice(found, on_folds(estimator, owner[kept]).fit(X[kept], y[kept], sample_weight=weights[kept]))


@pytest.mark.parametrize("data", [TALL, WIDE, TWO], ids=described)
def test_zero_weights_are_removal_from_leave_one_out(data):
    """Errors are averaged over all samples, as by scikit-learn, so the mean tells how many there are."""
    X, y = data
    weights = np.linspace(0.5, 2.0, len(y))
    weights[::5] = 0.0
    kept = weights > 0
    for option in ({}, {"positive": True}, {"cv": "alo", "scoring": "neg_mean_squared_error"}):
        found = RidgeCV(**option).fit(X, y, weights)
        expected = RidgeCV(**option).fit(X[kept], y[kept], weights[kept])
        share = 1.0 if "cv" in option else kept.mean()
        assert_allclose(found.mean_score_path_, share * expected.mean_score_path_, rtol=1e-8)
        assert found.alpha_ == expected.alpha_
        if "cv" in option:
            assert_allclose(found.score_se_path_, expected.score_se_path_, rtol=1e-8)


@each_estimator
def test_the_number_of_jobs_changes_nothing(estimator, data):
    one, two = (clone(estimator).set_params(n_jobs=n).fit(*data) for n in (1, 2))
    same_attributes(one, two)


def same_attributes(one, two):
    told = {key for key in vars(one) if key.endswith("_") and key not in ("feature_names_in_",)}
    assert {"coef_", "intercept_", "alpha_", "mean_score_path_", "score_se_path_", "dual_gap_"} <= told
    for key in told:
        assert_array_equal(getattr(one, key), getattr(two, key))


def test_nor_do_processes():
    model = LassoClassifierCV(alphas=2, cv=2, n_jobs=2)
    with alike():
        apart = clone(model).fit(*CANCER)
    with threadpool_limits(1):
        same_attributes(apart, model.fit(*CANCER))


@pytest.mark.parametrize("estimator", [LassoCV(**FEW), RidgeCV(), ElasticNetCV(**FEW)], ids=described)
@pytest.mark.parametrize("far", [1e4, 1e8])
def test_no_fold_sees_the_rows_held_out(estimator, far):
    """A column that is far away in one fold has no part in the centring of the others."""
    X, y = TALL
    X, cv = X.copy(), KFold(4)
    X[15:30, 2] += far
    scorer = "neg_mean_squared_error"
    fitted = clone(estimator).set_params(cv=cv, scoring=scorer).fit(X, y)
    scores, _ = loop(fitted, X, y)
    agree(fitted, scores, rtol=1e-8)


def test_rows_in_no_fold_have_no_part_in_them():
    """Nor have the folds' moments any in the final fit, which is to all rows."""
    X, y = TALL
    X, y = X.copy(), y.copy()
    X[40:] *= np.linspace(-300.0, 800.0, 7)
    halves = [(np.arange(20), np.arange(20, 40)), (np.arange(20, 40), np.arange(20))]
    fitted = LassoCV(alphas=[0.5, 0.01], cv=halves).fit(X, y)
    direct = LassoCV(alphas=[0.5, 0.01], cv=2).fit(X[:40], y[:40])
    assert_allclose(fitted.mse_path_, direct.mse_path_[:, ::-1], rtol=1e-9)
    same_model(fitted, PLAIN[LassoCV][0](), X, y)
    assert np.max(fitted.n_iter_) <= PLAIN[LassoCV][0](fitted.alpha_).fit(X, y).n_iter_


def test_many_folds_are_not_all_held_at_once(monkeypatch):
    """Gram matrices of all folds would be too much: each fold reads its rows."""
    X, y = TALL
    expected = LassoCV(**FEW, cv=LeaveOneOut()).fit(X, y)
    read = []
    monkeypatch.setattr(choose, "_MOST", 59 * 7 * 7)
    monkeypatch.setattr(_fold_scores, "_by_moments", lambda *args: read.append(args))
    found = LassoCV(**FEW, cv=LeaveOneOut()).fit(X, y)
    assert not read
    assert_allclose(found.mse_path_, expected.mse_path_, rtol=1e-8, atol=1e-10)
    monkeypatch.setattr(choose, "_MOST", 60 * 7 * 7)
    LassoCV(**FEW, cv=LeaveOneOut()).fit(X, y)
    assert read


@pytest.mark.parametrize(
    "precompute", [True, False, "auto", TALL[0].T @ TALL[0]], ids=lambda v: f"{v!r:.5}"
)
def test_precompute_changes_nothing(precompute):
    expected = LassoCV(**FEW).fit(*TALL)
    for kind in (LassoCV, ElasticNetCV):
        fitted = kind(**FEW, precompute=precompute).fit(*TALL)
        assert_array_equal(fitted.mse_path_, kind(**FEW).fit(*TALL).mse_path_)
    assert expected.alpha_ == LassoCV(**FEW, precompute=precompute).fit(*TALL).alpha_


class Interrupted:
    """A scorer that is interrupted when it has been asked a few times."""

    def __init__(self, error):
        self.error, self.left = error, 7

    def __call__(self, estimator, X, y):
        self.left -= 1
        if self.left == 0:
            raise self.error
        return float(self.left)


@pytest.mark.parametrize("n_jobs", [1, 2])
@pytest.mark.parametrize("error", [KeyboardInterrupt(), ZeroDivisionError("x")], ids=repr)
@pytest.mark.parametrize(
    "estimator", [LassoCV(**FEW), RidgeCV(cv=4), RidgeCV(), LassoClassifierCV(**FEW)], ids=described
)
def test_an_error_in_a_fold_leaves_no_fit_behind(estimator, error, n_jobs):
    X, y = CANCER if is_classifier(estimator) else TALL
    model = clone(estimator).set_params(n_jobs=n_jobs, alphas=np.geomspace(1.0, 0.1, 9))
    model.set_params(scoring=Interrupted(error))
    with pytest.raises(type(error)):
        model.fit(X, y)
    assert not any(key.endswith("_") for key in vars(model))
    model.set_params(scoring=None).fit(X, y)
    before = {key: value for key, value in vars(model).items() if key.endswith("_")}
    with pytest.raises(type(error)):
        model.set_params(scoring=Interrupted(error)).fit(X, y)
    for key, value in before.items():
        assert_array_equal(getattr(model, key), value)


def test_an_earlier_fit_leaves_nothing_behind():
    X, y = TALL
    model = LassoCV(**FEW).fit(X, y)
    assert not hasattr(model.set_params(scoring="r2").fit(X, y), "mse_path_")
    model = RidgeCV(store_cv_results=True).fit(X, y)
    assert not hasattr(model.set_params(store_cv_results=False).fit(X, y), "cv_results_")


@each_estimator
def test_copies(estimator, data):
    X, y = data
    fitted = clone(estimator).fit(X, y)
    again = pickle.loads(pickle.dumps(fitted))
    assert_array_equal(again.predict(X), fitted.predict(X))
    assert vars(again).keys() == vars(fitted).keys()
    with pytest.raises(NotFittedError):
        clone(fitted).predict(X)
    assert_array_equal(clone(fitted).fit(X, y).coef_, fitted.coef_)


@each_estimator
def test_frames(estimator, data):
    X, y = data
    frame = pd.DataFrame(
        X, columns=[f"column {j}" for j in range(X.shape[1])], index=np.arange(len(y))[::-1]
    )
    target = pd.DataFrame(y) if y.ndim == 2 else pd.Series(y, index=frame.index)
    weights = pd.Series(np.linspace(0.5, 1.5, len(y)), index=frame.index)
    fitted = clone(estimator).fit(frame, target, sample_weight=weights)
    assert_array_equal(fitted.feature_names_in_, frame.columns)
    assert_array_equal(
        fitted.coef_, clone(estimator).fit(frame.to_numpy(), y, sample_weight=weights.to_numpy()).coef_
    )
    with pytest.raises(ValueError, match="feature names should match"):
        fitted.predict(frame[frame.columns[::-1]])


@each_estimator
def test_single_precision(estimator, data):
    X, y = data[0].astype(np.float32), data[1]
    fitted = clone(estimator).fit(X, y)
    double = clone(estimator).fit(X.astype(np.float64), y)
    assert fitted.coef_.dtype == fitted.intercept_.dtype == fitted.predict(
        X
    ).dtype == np.float32 or is_classifier(estimator)
    assert fitted.alphas_.dtype == fitted.mean_score_path_.dtype == np.float64
    assert_allclose(fitted.mean_score_path_, double.mean_score_path_, rtol=2e-5, atol=2e-5)
    assert fitted.alpha_ == pytest.approx(double.alpha_)
    assert_allclose(fitted.coef_, double.coef_, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("alphas", [[0.1, 3.0, 0.1, 1.0], np.array([3, 1]), (1.0,)], ids=repr)
def test_alphas_come_in_any_order(alphas):
    """Told falling, as by scikit-learn's LassoCV, or as given, by RidgeCV."""
    X, y = TALL
    fitted = LassoCV(alphas=alphas, cv=3).fit(X, y)
    assert_array_equal(fitted.alphas_, np.sort(alphas)[::-1])
    assert fitted.mse_path_.shape == ((len(alphas), 3) if len(alphas) > 1 else (3,))
    for option in ({}, {"cv": 3}, {"cv": "alo"}, {"alpha_rule": "aic"}):
        ridge = RidgeCV(alphas=alphas, **option).fit(X, y)
        assert_array_equal(ridge.alphas_, alphas)
        assert ridge.alpha_ == alphas[int(np.argmax(ridge.mean_score_path_))]


def test_a_generator_of_folds_is_read_once():
    X, y = TALL
    folds = list(KFold(3).split(X))
    expected = LassoCV(**FEW, cv=3).fit(X, y)
    with config_context(enable_metadata_routing=True):
        found = LassoCV(**FEW, cv=iter(folds)).fit(X, y, sample_weight=np.ones(60))
    assert_allclose(found.mse_path_, expected.mse_path_, rtol=1e-12)


def test_a_target_that_nothing_explains():
    X, _ = TALL
    for model in (LassoCV(), LassoCV(cv="alo"), LassoCV(alpha_rule="bic"), RidgeCV(), RidgeCV(cv=3)):
        fitted = clone(model).fit(X, np.full(60, 3.1))
        assert_array_equal(fitted.coef_, 0.0)
        assert fitted.intercept_ == 3.1


class Recorder:
    """Follows the FitCallback protocol of scikit-learn 1.9."""

    def __init__(self):
        self.heard = []

    def setup(self, estimator, context):
        self.heard.append("setup")

    def teardown(self, estimator, context):
        self.heard.append("teardown")

    def on_fit_task_begin(self, estimator, context, *, X=None, metadata=None):
        seen = () if X is None else (X.shape, list(metadata))
        self.heard.append(("begin", context.task_name, context.max_subtasks, *seen))

    def on_fit_task_end(self, estimator, context):
        self.heard.append(("end", context.task_name))


def heard(estimator):
    """What callbacks hear of a fit, and whether this scikit-learn has any."""
    recorder, model = Recorder(), clone(estimator)
    getattr(model, "set_callbacks", lambda *none: None)(recorder)
    model.fit(*TALL, sample_weight=np.ones(60))
    return recorder.heard, tuple(map(int, sklearn.__version__.split(".")[:2])) >= (1, 9)


BEGIN = ["setup", ("begin", "fit", 1, (60, 7), ["sample_weight"])]
END = [("end", "fit"), "teardown"]


@pytest.mark.parametrize("estimator", [LassoCV(**FEW), LassoCV(cv="alo"), RidgeCV()], ids=described)
def test_callbacks_hear_of_one_task(estimator):
    found, supported = heard(estimator)
    assert found == ([*BEGIN, *END] if supported else [])


def test_callbacks_hear_of_folds_that_take_time():
    found, supported = heard(LassoCV(**FEW, scoring="neg_mean_absolute_error", cv=3))
    one = [("begin", "fold", None), ("end", "fold")]
    folds = [("begin", "folds", 3), *(3 * one), ("end", "folds")]
    assert [call[:2] if call[1] == "fold" else call for call in found] == (
        [call[:2] if call[1] == "fold" else call for call in [*BEGIN, *folds, *END]] if supported else []
    )
