"""Estimators that choose their own alpha equal loops over folds and samples with plain estimators."""

import numpy as np
import pytest
from explicit_loops import (
    CANCER,
    IRIS,
    TALL,
    TWO,
    WIDE,
    agree,
    candidates,
    loop,
    plain,
    same_model,
    sparsified,
    weighted,
)
from numpy.testing import assert_allclose, assert_array_equal
from sklearn import config_context
from sklearn.base import clone, is_classifier
from sklearn.metrics import get_scorer, r2_score, roc_auc_score
from sklearn.model_selection import (
    GroupKFold,
    KFold,
    LeaveOneOut,
    PredefinedSplit,
    RepeatedKFold,
    ShuffleSplit,
    TimeSeriesSplit,
)

from sknormreg import (
    ElasticNetClassifierCV,
    ElasticNetCV,
    LassoClassifierCV,
    LassoCV,
    Ridge,
    RidgeClassifierCV,
    RidgeCV,
)
from sknormreg.diagnosis import leave_one_out

ALPHAS = [3.0, 0.1, 30.0, 0.3]
HALVES = [(np.arange(20), np.arange(20, 40)), (np.arange(20, 40), np.arange(20))]
FACTOR = np.r_[0.0, 0.0, np.ones(5)]
few = {"alphas": 6, "eps": 0.02, "cv": 3}
some = {"alphas": ALPHAS, "cv": 3}
REGRESSION = [
    *[(LassoCV(**few), data) for data in (TALL, WIDE, TWO, sparsified(*TALL), sparsified(*WIDE))],
    (LassoCV(**few), (np.asfortranarray(TALL[0]), TALL[1])),
    (LassoCV(**few), (WIDE[0], np.c_[WIDE[1], WIDE[0][:, 0]])),
    (LassoCV(**few, fit_intercept=False), TALL),
    (LassoCV(**few, positive=True), TALL),
    (LassoCV(**few, positive=True), WIDE),
    (LassoCV(**few, penalty_factor=FACTOR), TALL),
    (LassoCV(**few, bounds=(-0.2, 0.5)), TALL),
    (LassoCV(alphas=[1.0, 0.0, 0.1], cv=3), TALL),
    *[(LassoCV(**few, scoring=s), TALL) for s in ("r2", "neg_root_mean_squared_error")],
    (LassoCV(**few, scoring="neg_mean_absolute_error"), TALL),
    (LassoCV(**few, scoring="r2"), TWO),
    *[
        (LassoCV(alphas=4, eps=0.05, cv=cv), TALL)
        for cv in (
            ShuffleSplit(3, random_state=0), TimeSeriesSplit(3), KFold(4, shuffle=True, random_state=0),
            RepeatedKFold(n_splits=2, n_repeats=2, random_state=0), PredefinedSplit(np.arange(60) % 4 - 1),
            HALVES, HALVES[:1], [(np.arange(60) < 30, np.arange(60) >= 30), ([-1, 2, 3], [4, -2])],
        )
    ],
    (LassoCV(alphas=3, eps=0.05, cv=LeaveOneOut()), TALL),
    *[(ElasticNetCV(**few, l1_ratio=r), data) for r in (0.3, [0.2, 0.9]) for data in (TALL, WIDE)],
    (ElasticNetCV(**few, l1_ratio=[0.2, 0.9], scoring="r2"), TWO),
    (ElasticNetCV(alphas=[0.1, 1.0], l1_ratio=[0.0, 1.0], cv=3), TALL),
    *[(RidgeCV(**some), data) for data in (TALL, WIDE, TWO, sparsified(*TALL), sparsified(*WIDE))],
    *[(RidgeCV(**some, scoring=s), TWO) for s in ("neg_mean_squared_error", "neg_root_mean_squared_error")],
    (RidgeCV(**some, scoring="neg_median_absolute_error"), TALL),
    (RidgeCV(**some, fit_intercept=False), TALL),
    (RidgeCV(**some, positive=True), TALL),
    (RidgeCV(**some, penalty_factor=FACTOR), TALL),
    (RidgeCV(**some, penalty_factor=FACTOR + 0.5), TALL),
    (RidgeCV(alphas=[1.0, 0.0], cv=HALVES), TALL),
]  # fmt: skip
CLASSIFICATION = [
    *[(RidgeClassifierCV(**some), data) for data in (CANCER, IRIS)],
    (RidgeClassifierCV(**some, class_weight="balanced"), CANCER),
    (RidgeClassifierCV(**some, class_weight={0: 3.0, 1: 1.0}, positive=True), CANCER),
    (RidgeClassifierCV(**some, scoring="neg_mean_squared_error"), CANCER),
    (RidgeClassifierCV(**some, scoring="roc_auc"), CANCER),
    *[(LassoClassifierCV(**few), data) for data in (CANCER, IRIS)],
    *[(LassoClassifierCV(**few, loss="squared_hinge"), data) for data in (CANCER, IRIS)],
    (LassoClassifierCV(**few, scoring="neg_log_loss"), CANCER),
    (LassoClassifierCV(**few, scoring="neg_log_loss", class_weight="balanced"), IRIS),
    (ElasticNetClassifierCV(**few, l1_ratio=[0.2, 0.9], scoring="neg_brier_score"), CANCER),
    (ElasticNetClassifierCV(**few, fit_intercept=False, positive=True), IRIS),
    (LassoClassifierCV(**few), (CANCER[0], np.array(["no", "yes"])[CANCER[1]])),
]


def cases(table):
    """Every case with sample weights, every second one without as well."""
    return [
        pytest.param(
            estimator, data, weigh,
            id=f"{estimator!r:.60} {type(data[0]).__name__} {data[0].shape} {data[1].shape} {weigh}",
        )
        for i, (estimator, data) in enumerate(table)
        for weigh in ((False, True) if i % 2 else (True,))
    ]  # fmt: skip


def some_weights(y, *without):
    weights = np.random.default_rng(0).uniform(0.2, 3.0, size=len(y))
    weights[without] = 0.0
    return weights


@pytest.mark.parametrize(("estimator", "data", "weigh"), cases(REGRESSION + CLASSIFICATION))
def test_folds_are_an_explicit_loop(estimator, data, weigh):
    X, y = data
    alone = isinstance(estimator.cv, LeaveOneOut)
    weights = some_weights(y, slice(0, 0 if alone else None, 7)) if weigh else None
    fitted = clone(estimator).fit(X, y, sample_weight=weights)
    scores, counts = loop(fitted, X, y, weights)
    model, best, _ = agree(fitted, scores)
    assert fitted.alpha_ == best
    same_model(fitted, model, X, y, weights)
    if hasattr(fitted, "n_nonzero_path_"):
        assert_array_equal(fitted.n_nonzero_path_, np.squeeze(counts.mean(axis=-1)))
    if hasattr(fitted, "l1_ratio"):
        assert fitted.l1_ratio_ == model.l1_ratio
    if estimator.scoring is None and isinstance(estimator, (LassoCV, ElasticNetCV)):
        assert_allclose(fitted.mse_path_, np.squeeze(-scores), rtol=1e-8)


@pytest.mark.parametrize("weigh", [False, True])
@pytest.mark.parametrize(
    "estimator",
    [
        LassoCV(**few), RidgeCV(**some, scoring="r2"), LassoClassifierCV(**few), RidgeClassifierCV(**some),
        ElasticNetCV(**few), ElasticNetClassifierCV(**few),
    ],
    ids=repr,
)  # fmt: skip
def test_groups_are_routed(estimator, weigh):
    """As weights are: to a scorer that is named if it asks for them, to the default one always."""
    X, y = CANCER if is_classifier(estimator) else TALL
    groups, weights = np.arange(len(y)) % 5, np.linspace(0.5, 2.0, len(y)) if weigh else None
    with config_context(enable_metadata_routing=True):
        estimator = clone(estimator).set_params(cv=GroupKFold(3))
        if weigh and estimator.scoring:
            scorer = get_scorer(estimator.scoring).set_score_request(sample_weight=True)
            estimator.set_params(scoring=scorer)
        fitted = estimator.fit(X, y, sample_weight=weights, groups=groups)
    scores, _ = loop(fitted.set_params(scoring=None), X, y, weights, groups)
    agree(fitted, scores)


def test_a_scorer_that_asks_for_no_weights_gets_none():
    X, y = TALL
    weights = np.linspace(0.1, 3.0, len(y))
    with config_context(enable_metadata_routing=True):
        scorer = get_scorer("neg_mean_squared_error").set_score_request(sample_weight=False)
        plainly = LassoCV(**few, scoring=scorer).fit(X, y, sample_weight=weights)
        other = get_scorer("neg_mean_squared_error").set_score_request(sample_weight="other")
        renamed = LassoCV(**few, scoring=other).fit(X, y, sample_weight=weights, other=weights[::-1])
    for fitted, told in ((plainly, None), (renamed, weights[::-1])):
        [models], score = candidates(fitted), get_scorer("neg_mean_squared_error")
        for a, model in enumerate(models):
            found = []
            for train, test in KFold(3).split(X):
                model.fit(X[train], y[train], weights[train])
                found.append(score(model, X[test], y[test], **weighted(told, test)))
            assert_allclose(fitted.mean_score_path_[a], np.mean(found), rtol=1e-8)


LEFT_OUT = [
    *[(RidgeCV(**option), data) for option in ({}, {"fit_intercept": False}) for data in (TALL, WIDE, TWO)],
    (RidgeCV(), sparsified(*WIDE)),
    (RidgeCV(penalty_factor=np.linspace(0.5, 2, 45)), WIDE),
    (RidgeCV(penalty_factor=FACTOR), TALL),
    (RidgeCV(positive=True), TALL),
    (RidgeCV(bounds=(-0.3, 0.3), alpha_per_target=True), TWO),
    (RidgeCV(alpha_per_target=True), TWO),
    (RidgeCV(alpha_per_target=True, scoring="r2"), TWO),
    (RidgeCV(scoring="r2"), TWO),
    (RidgeCV(scoring="neg_mean_absolute_error"), TALL),
    *[(RidgeClassifierCV(**option), d) for option in ({}, {"scoring": "accuracy"}) for d in (CANCER, IRIS)],
    (RidgeClassifierCV(class_weight="balanced"), CANCER),
    (RidgeClassifierCV(class_weight="balanced", positive=True), IRIS),
    (RidgeClassifierCV(scoring="roc_auc", bounds=(-0.1, 0.1)), CANCER),
]


def left_out(estimator, X, y, weights):
    """(errors (A, n, K), predictions of all kinds (A, n)) by a fit without each sample.

    Of classes coded -1, 1, with the weights that they have in the fit to all.
    """
    Y, weights = np.reshape(y, (len(y), -1)).astype(float), np.ones(len(y)) if weights is None else weights
    if is_classifier(estimator):
        labels = np.unique(y)[1:] if len(np.unique(y)) == 2 else np.unique(y)
        Y = np.where(y[:, None] == labels, 1.0, -1.0)
        balance = weights / weights.sum() if estimator.class_weight == "balanced" else None
        if balance is not None:
            totals = np.array([balance[y == label].sum() for label in np.unique(y)])
            weights = weights / (len(totals) * totals[np.searchsorted(np.unique(y), y)])
    names = Ridge().get_params().keys() & estimator.get_params().keys() - {"max_iter"}
    model = Ridge(**{name: getattr(estimator, name) for name in names})
    errors = np.empty((len(estimator.alphas), *Y.shape))
    for i in range(len(y)):
        rest = np.arange(len(y)) != i
        for a, alpha in enumerate(estimator.alphas):
            fitted = model.set_params(alpha=alpha).fit(X[rest], Y[rest], weights[rest])
            errors[a, i] = Y[i] - fitted.predict(X[[i]])[0]
    return errors, Y - errors, weights


@pytest.mark.parametrize(("estimator", "data", "weigh"), cases(LEFT_OUT))
def test_leave_one_out_is_a_fit_per_sample(estimator, data, weigh):
    X, y = data[0][:40], data[1][:40]
    weights = some_weights(y, 3) if weigh else None
    fitted = clone(estimator).set_params(store_cv_results=True).fit(X, y, sample_weight=weights)
    errors, predicted, inside = left_out(fitted, X, y, weights)
    if estimator.scoring is None:
        stored = inside[:, None] * errors**2
        scores = -stored.mean(axis=1) if estimator.alpha_per_target else -stored.mean(axis=(1, 2))
        size = np.sqrt(stored.shape[1])
        terms = stored if estimator.alpha_per_target else stored.mean(axis=2)
        assert_allclose(fitted.score_se_path_, terms.std(axis=1, ddof=1) / size, rtol=1e-7)
    else:
        stored = predicted
        scores = np.array([scored(fitted, z, y, weights) for z in predicted])
    shape = (len(y), 3) if stored.shape[2] == 1 and not is_classifier(fitted) else (*stored.shape[1:], 3)
    assert_allclose(fitted.cv_results_, np.moveaxis(stored, 0, -1).reshape(shape), rtol=1e-7, atol=1e-9)
    assert_allclose(fitted.mean_score_path_, scores, rtol=1e-7, atol=1e-9)
    assert_array_equal(fitted.alpha_, np.array(fitted.alphas)[scores.argmax(axis=0)])
    assert_allclose(fitted.best_score_, scores.max(axis=0), rtol=1e-7)
    same_model(fitted, plain(fitted), X, y, weights)


HARD = ["columns of all sizes", "a far row", "a heavy row", "a column of one row", "all alike"]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")  # the far row has the gap
@pytest.mark.parametrize("kind", HARD)
@pytest.mark.parametrize("shape", [(20, 6), (20, 35)], ids=str)
@pytest.mark.parametrize(("fit_intercept", "many"), [(True, False), (True, True), (False, False)])
def test_leave_one_out_keeps_its_digits(shape, kind, fit_intercept, many, monkeypatch):
    """Where the square of the condition number, or one less a leverage, would lose them."""
    if many:  # rows, for all directions in which they differ
        monkeypatch.setattr(leave_one_out, "_ROWS", 19)
    rng = np.random.default_rng(0)
    X, y, weights = rng.normal(size=shape), rng.normal(size=20), np.ones(20)
    if kind == "columns of all sizes":
        X *= np.geomspace(1e-5, 1e5, shape[1])
    elif kind == "a far row":
        X[4] *= 1e4 if many else 1e6
    elif kind == "a heavy row":
        weights[4] = 1e8
    elif kind == "a column of one row":
        X[:, 2] = np.arange(20) == 4
    else:
        X[:, 1:] = X[:, :1]
    model = RidgeCV(alphas=[1e-4, 1e-2, 10.0], fit_intercept=fit_intercept, store_cv_results=True)
    errors, *_ = left_out(model.fit(X, y, weights), X, y, weights)
    expected = np.sqrt(weights[:, None]) * np.abs(errors[:, :, 0].T)
    size = expected.max(axis=0)
    assert_allclose(np.sqrt(model.cv_results_) / size, expected / size, atol=1e-7)


def scored(fitted, z, y, weights):
    """By the function behind each scorer."""
    told = weighted(weights)
    if fitted.scoring == "r2":
        kind = "raw_values" if fitted.alpha_per_target else "uniform_average"
        return r2_score(y, z, multioutput=kind, **told)
    if fitted.scoring == "accuracy":
        labels = np.unique(y)
        found = labels[(z[:, 0] > 0).astype(int) if z.shape[1] == 1 else z.argmax(axis=1)]
        return np.average(found == y, weights=weights)
    if fitted.scoring == "roc_auc":
        return roc_auc_score(y, z[:, 0], **told)
    return -np.average(np.abs(y - z[:, 0]), weights=weights)
