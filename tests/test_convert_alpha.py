"""Conversions of strengths, against the objectives as libraries state them and against solvers."""

from itertools import product

import numpy as np
import pytest
from scipy.optimize import minimize
from sklearn import linear_model
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import scale
from sklearn.svm import LinearSVC

from sknormreg import ElasticNet, ElasticNetClassifier, LassoClassifier, RidgeClassifier
from sknormreg.model_selection import convert_alpha

LOSSES = ("squared", "log_loss", "squared_hinge")


class Problem:
    """Data with weights, and each loss per row as textbooks have it: (y - z)^2 without a half."""

    def __init__(self, rows=60, columns=5):
        rng = np.random.default_rng(0)
        self.X = rng.normal(size=(rows, columns))
        self.s = rng.uniform(0.5, 2.0, rows)
        self.y = 3.0 * (self.X @ rng.normal(size=columns) + rng.normal(size=rows)) + 1.0
        self.t = np.where(self.y > self.y.mean(), 1.0, -1.0)
        self.S = self.s.sum()
        centred = self.y - np.average(self.y, weights=self.s)
        self.y_std = np.sqrt(np.average(centred**2, weights=self.s))

    def loss(self, name, w, b):
        z = self.X @ w + b
        if name == "squared":
            return (self.y - z) ** 2
        if name == "log_loss":
            return np.logaddexp(0.0, -self.t * z)
        return np.maximum(0.0, 1.0 - self.t * z) ** 2


DATA = Problem()


def l1(w):
    return np.abs(w).sum()


def l2(w):
    return (w**2).sum()


def ours(loss, w, b, penalty):
    return DATA.s @ DATA.loss(loss, w, b) / DATA.S / (2.0 if loss == "squared" else 1.0) + penalty


def ridge(loss, w, b, a, r):
    if loss == "squared":
        return DATA.s @ DATA.loss(loss, w, b) + a * l2(w)
    return ours(loss, w, b, a / 2 * l2(w))


def glmnet(loss, w, b, a, r):
    """The gaussian family on y in units of its deviation, with lambda in the same units."""
    if loss == "squared":
        residual = (DATA.y - DATA.X @ w - b) / DATA.y_std
        v = w / DATA.y_std
        penalty = a / DATA.y_std * (r * l1(v) + (1 - r) / 2 * l2(v))
        return DATA.s @ residual**2 / (2 * DATA.S) + penalty
    return ours(loss, w, b, a * (r * l1(w) + (1 - r) / 2 * l2(w)))


def summed(loss, w, b, C, r):
    return C * (DATA.s @ DATA.loss(loss, w, b)) + r * l1(w) + (1 - r) / 2 * l2(w)


def mean(loss, w, b, penalty):
    return np.average(DATA.loss(loss, w, b), weights=DATA.s) + penalty


def mixed(loss, w, b, a, r):
    return ours(loss, w, b, a * (r * l1(w) + (1 - r) / 2 * l2(w)))


# name: (losses, shares of L1, objective as a function of loss, w, b, strength and share)
SHARES = (0.0, 0.3, 1.0)
OBJECTIVES = {
    "lasso": (LOSSES[:1], (1.0,), lambda loss, w, b, a, r: ours(loss, w, b, a * l1(w))),
    "elastic_net": (LOSSES[:1], SHARES, mixed),
    "ridge": (LOSSES[:1], (0.0,), ridge),
    "lasso_classifier": (LOSSES[1:], (1.0,), lambda loss, w, b, a, r: ours(loss, w, b, a * l1(w))),
    "elastic_net_classifier": (LOSSES[1:], SHARES, mixed),
    "ridge_classifier": (LOSSES[:2], (0.0,), ridge),
    "C": (LOSSES[1:], SHARES, summed),
    "glmnet": (LOSSES[:2], SHARES, glmnet),
    "keras": (
        LOSSES,
        SHARES,
        lambda loss, w, b, a, r: mean(loss, w, b, a * r * l1(w) + a * (1 - r) * l2(w)),
    ),
    "keras_l1": (LOSSES, (1.0,), lambda loss, w, b, a, r: mean(loss, w, b, a * l1(w))),
    "keras_l2": (LOSSES, (0.0,), lambda loss, w, b, a, r: mean(loss, w, b, a * l2(w))),
    "weight_decay": (LOSSES, (0.0,), lambda loss, w, b, a, r: mean(loss, w, b, a / 2 * l2(w))),
}
POINTS = list(zip(np.random.default_rng(1).normal(size=(4, 5)), (0.0, 1.0, -2.0, 0.5), strict=True))


@pytest.mark.parametrize(("source", "target"), list(product(OBJECTIVES, OBJECTIVES)), ids="-".join)
def test_objectives_are_proportional_or_the_conversion_is_refused(source, target):
    """One objective is a multiple of the other, at any coefficients, or there is no such strength."""
    (losses, shares, here), (other_losses, other_shares, there) = OBJECTIVES[source], OBJECTIVES[target]
    facts = {"n_samples": DATA.S, "y_std": DATA.y_std}
    for loss, r in product(LOSSES, SHARES):
        if loss not in losses or loss not in other_losses or r not in shares or r not in other_shares:
            with pytest.raises(ValueError, match=r"loss|no strength gives the"):
                convert_alpha(0.7, source, target, l1_ratio=r, loss=loss, **facts)
            continue
        a, share = convert_alpha(0.7, source, target, l1_ratio=r, loss=loss, **facts)
        ratios = [there(loss, w, b, a, share) / here(loss, w, b, 0.7, r) for w, b in POINTS]
        np.testing.assert_allclose(ratios, ratios[0], rtol=1e-12)
        back, first = convert_alpha(a, target, source, l1_ratio=share, loss=loss, **facts)
        np.testing.assert_allclose([back, first], [0.7, r], rtol=1e-12)
        if len(shares) == 1 or len(other_shares) == 1:
            assert convert_alpha(0.7, source, target, loss=loss, **facts) == a


SOLVERS = [
    (LogisticRegression(solver="saga", l1_ratio=1.0), "lasso_classifier", LassoClassifier()),
    (LogisticRegression(), "ridge_classifier", RidgeClassifier(loss="log_loss")),
    (LogisticRegression(solver="saga", l1_ratio=0.3), "elastic_net_classifier", ElasticNetClassifier()),
    (LinearSVC(penalty="l1", dual=False), "lasso_classifier", LassoClassifier(loss="squared_hinge")),
    (LinearSVC(dual=False), "elastic_net_classifier", ElasticNetClassifier(loss="squared_hinge")),
]


@pytest.mark.parametrize(("theirs", "target", "model"), SOLVERS, ids=lambda value: f"{value}"[:60])
def test_solvers_of_classifiers(theirs, target, model):
    X, y = load_breast_cancer(return_X_y=True)
    X, y = scale(X[:200, :10]), y[:200]
    weights = np.random.default_rng(2).integers(1, 4, len(y))
    parameters = theirs.get_params()
    if parameters.get("l1_ratio") and parameters["penalty"] != "deprecated":
        theirs.set_params(penalty="elasticnet")  # else l1_ratio counts from scikit-learn 1.8 on only
    if isinstance(theirs, LinearSVC):  # it would penalise the intercept
        theirs.set_params(fit_intercept=False)
        model.set_params(fit_intercept=False)
    theirs.set_params(C=0.2, tol=1e-10, max_iter=100_000, random_state=0).fit(X, y, weights)
    r = parameters.get("l1_ratio") or float(parameters["penalty"] == "l1")
    alpha, share = convert_alpha(0.2, "C", target, l1_ratio=r, n_samples=weights.sum())
    assert share == r
    model.set_params(alpha=alpha)
    if isinstance(model, ElasticNetClassifier):
        model.set_params(l1_ratio=share)
    np.testing.assert_allclose(model.fit(X, y, weights).coef_, theirs.coef_, atol=1e-6)


@pytest.mark.parametrize(
    ("theirs", "target", "l1_ratio"),
    [(linear_model.Ridge(), "ridge", 0.0), (linear_model.Lasso(tol=1e-10), "lasso", 1.0)],
)
def test_solvers_of_regressions(theirs, target, l1_ratio):
    X, y = load_diabetes(return_X_y=True)
    X = scale(X)
    theirs.set_params(alpha=convert_alpha(0.5, "elastic_net", target, n_samples=len(y))).fit(X, y)
    ours = ElasticNet(0.5, l1_ratio=l1_ratio).fit(X, y)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, atol=1e-6)


@pytest.mark.parametrize("loss", ["squared", "log_loss"])
@pytest.mark.parametrize(("source", "r"), [("glmnet", 0.3), ("keras", 0.3), ("weight_decay", 0.0)])
def test_minima_of_what_other_libraries_state(source, r, loss):
    objective = OBJECTIVES[source][2]
    options = {"xtol": 1e-10, "ftol": 1e-15, "maxiter": 10_000, "maxfev": 10**6}
    found = minimize(
        lambda x: objective(loss, x[:-1], x[-1], 0.1, r), np.zeros(6), method="Powell", options=options
    )
    model = ElasticNet() if loss == "squared" else ElasticNetClassifier()
    target = "elastic_net" if loss == "squared" else "elastic_net_classifier"
    alpha, share = convert_alpha(0.1, source, target, l1_ratio=r, y_std=DATA.y_std, loss=loss)
    model.set_params(alpha=alpha, l1_ratio=share)
    model.fit(DATA.X, DATA.y if loss == "squared" else DATA.t, DATA.s)
    np.testing.assert_allclose(np.ravel(model.coef_), found.x[:-1], atol=1e-5)
    np.testing.assert_allclose(model.intercept_, found.x[-1], atol=1e-5)


def test_grids_and_no_penalty():
    alphas = np.array([0.0, 0.1, 1.0])
    C = convert_alpha(alphas, "lasso_classifier", "C", n_samples=50)
    np.testing.assert_allclose(C, [np.inf, 0.2, 0.02])
    np.testing.assert_allclose(convert_alpha(C, "C", "lasso_classifier", n_samples=50), alphas)
    assert isinstance(convert_alpha(1, "ridge", "elastic_net", n_samples=4), float)
    np.testing.assert_array_equal(alphas, [0.0, 0.1, 1.0])


def test_glmnets_lasso_needs_no_deviation():
    assert convert_alpha(0.3, "glmnet", "lasso") == 0.3


BAD = [
    ((1.0, "lasso", "C"), {}, "'lasso' is 'squared', that of 'C' 'log_loss' or 'squared_hinge'"),
    (
        (1.0, "lasso", "ridge"),
        {},
        "of 'lasso' is L1 alone, the penalty of 'ridge' is L2 alone: no strength",
    ),
    (
        (1.0, "elastic_net", "ridge"),
        {"l1_ratio": 0.3},
        "'ridge' is L2 alone, .* asked for is l1_ratio=0.3",
    ),
    ((1.0, "C", "elastic_net_classifier"), {"n_samples": 9}, "mix L1 and L2: give l1_ratio"),
    ((1.0, "C", "lasso_classifier"), {}, "give n_samples, the number of rows"),
    ((1.0, "ridge", "weight_decay"), {}, "give n_samples"),
    ((1.0, "glmnet", "ridge"), {"n_samples": 9}, "give y_std, the standard deviation"),
    ((1.0, "glmnet", "keras_l1"), {}, "depends on the loss: give loss='squared'"),
    ((1.0, "lasso", "keras_l1"), {"loss": "log_loss"}, "loss of 'lasso' is 'squared', not 'log_loss'"),
    ((1.0, "keras_l1", "C"), {"loss": "mse", "n_samples": 9}, "loss must be .* got 'mse'"),
    ((1.0, "keras_l3", "C"), {}, "source must be one of lasso, .*; got 'keras_l3'"),
    ((1.0, "C", "alpha"), {}, "target must be one of .*; got 'alpha'"),
    ((0.0, "C", "keras_l1"), {}, "strength of 'C' must be positive, got 0.0"),
    (([1.0, -2.0], "lasso", "keras_l1"), {}, "'lasso' must be finite and non-negative, got -2.0"),
    ((np.nan, "lasso", "keras_l1"), {}, "got nan"),
    ((1.0, "elastic_net", "keras"), {"l1_ratio": 1.5}, r"l1_ratio must be in \[0, 1\], got 1.5"),
    ((1.0, "ridge", "elastic_net"), {"n_samples": 0}, "n_samples must be positive and finite, got 0"),
    ((1.0, "glmnet", "ridge"), {"n_samples": 9, "y_std": np.inf}, "y_std must be positive and finite"),
]


@pytest.mark.parametrize(("given", "options", "message"), BAD, ids=[message for *_, message in BAD])
def test_bad_input_is_named(given, options, message):
    with pytest.raises(ValueError, match=message):
        convert_alpha(*given, **options)
