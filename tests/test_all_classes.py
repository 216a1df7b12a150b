"""Folds that lack a class are scored, and weighed, by the classes of the whole: written out in loops."""

import re
from inspect import signature

import numpy as np
import pytest
from explicit_loops import weighted
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, f1_score, get_scorer_names, make_scorer
from sklearn.model_selection import GridSearchCV, LeaveOneOut, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknormreg import (
    ElasticNetClassifier,
    ElasticNetClassifierCV,
    LassoClassifier,
    LassoClassifierCV,
    MagnitudePrunedClassifier,
    PathSearchCV,
    PrunedEstimator,
    RidgeClassifier,
    RidgeClassifierCV,
)

pytestmark = [
    pytest.mark.filterwarnings("ignore:The least populated class:UserWarning"),
    pytest.mark.filterwarnings(
        "ignore:Only one class is present:sklearn.exceptions.UndefinedMetricWarning"
    ),
]


def drawn(labels, counts, seed):
    rng = np.random.default_rng(seed)
    codes = np.repeat(np.arange(len(labels)), counts)
    X = rng.normal(size=(len(codes), 5))
    X[:, 0] += codes % 3
    X[:, 1] -= codes == 1
    order = rng.permutation(len(codes))
    return X[order], np.array(labels)[codes][order]


WHOLE = {
    "one rare class": drawn(["low", "mid", "top"], [24, 22, 2], 1),
    "several, numbered anyhow": drawn([-4, 3, 11, 12, 40], [20, 18, 3, 2, 2], 2),
    "next to two": drawn([5, 7, 6], [25, 20, 1], 3),
}
each_whole = pytest.mark.parametrize("name", WHOLE)
ALPHAS = [0.1, 0.02]


def some_weights(y):
    return np.random.default_rng(5).uniform(0.3, 2.0, len(y))


def columns(model, X, classes, method="predict_proba", nothing=0.0):
    """One for every class of the whole, by a loop."""
    found = getattr(model, method)(X)
    if found.ndim == 1:
        found = np.column_stack([-found, found])
    every = np.full((len(X), len(classes)), nothing)
    for k, label in enumerate(classes):
        for j, seen in enumerate(model.classes_):
            if label == seen:
                every[:, k] = found[:, j]
    return every


def log_loss(p, hits, weights):
    own = np.clip((p * hits).sum(axis=1), np.finfo(float).eps, 1.0)
    return -np.average(-np.log(own), weights=weights)


def brier(p, hits, weights):
    return -np.average(((p - hits) ** 2).sum(axis=1), weights=weights)


def auc_by_size(p, hits, weights):
    """Over the classes that occur, of the share of pairs in the right order."""
    areas, sizes = [], []
    for p_k, hit in zip(p.T, hits.T.astype(bool), strict=True):
        if hit.any():
            pairs = p_k[hit][:, None] - p_k[~hit]
            both = weights[hit][:, None] * weights[~hit]
            areas.append(np.sum(both * ((pairs > 0) + 0.5 * (pairs == 0))) / both.sum())
            sizes.append(weights[hit].sum())
    return np.average(areas, weights=sizes)


def second_best(p, hits, weights):
    own = (p * hits).sum(axis=1)
    return np.average((p > own[:, None]).sum(axis=1) < 2, weights=weights)


TRUTHS = {"neg_log_loss": log_loss, "roc_auc_ovr_weighted": auc_by_size, "top_k_accuracy": second_best}
if "labels" in signature(brier_score_loss).parameters:  # scikit-learn >= 1.7: of several classes
    TRUTHS["neg_brier_score"] = brier


def truth(model, X, y, scoring, folds, weights=None):
    """The score of a model on every fold."""
    scores, classes = [], np.unique(y)
    for train, test in folds:
        fitted = clone(model).fit(X[train], y[train], **weighted(weights, train))
        here = np.ones(len(test)) if weights is None else weights[test]
        hits = (y[test][:, None] == classes).astype(float)
        given = ("predict_proba",) if hasattr(fitted, "predict_proba") else ("decision_function", -1e300)
        scores.append(TRUTHS[scoring](columns(fitted, X[test], classes, *given), hits, here))
    return np.array(scores)


@each_whole
@pytest.mark.parametrize("scoring", [None, *TRUTHS])
@pytest.mark.parametrize(
    ("chooser", "model"),
    [
        (LassoClassifierCV(), LassoClassifier()),
        (ElasticNetClassifierCV(l1_ratio=0.3, class_weight="balanced"),
         ElasticNetClassifier(l1_ratio=0.3, class_weight="balanced")),
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_estimators_that_choose(chooser, model, scoring, name):
    X, y = WHOLE[name]
    weights = some_weights(y) if scoring in (None, "roc_auc_ovr_weighted") else None
    fitted = clone(chooser).set_params(alphas=ALPHAS, cv=4, scoring=scoring).fit(X, y, weights)
    folds = list(StratifiedKFold(4).split(X, y))
    for alpha, found in zip(fitted.alphas_, fitted.mean_score_path_, strict=True):
        expected = truth(
            clone(model).set_params(alpha=alpha), X, y, scoring or "neg_log_loss", folds, weights
        )
        assert_allclose(found, expected.mean(), rtol=1e-7)
    assert_array_equal(fitted.classes_, np.unique(y))


@each_whole
def test_ridge_has_columns_of_decisions(name):
    X, y = WHOLE[name]
    fitted = RidgeClassifierCV(alphas=[1.0, 30.0], cv=4, scoring="top_k_accuracy").fit(X, y)
    folds = list(StratifiedKFold(4).split(X, y))
    for alpha, found in zip(fitted.alphas_, fitted.mean_score_path_, strict=True):
        expected = truth(RidgeClassifier(alpha=alpha), X, y, "top_k_accuracy", folds)
        assert_allclose(found, expected.mean(), rtol=1e-12)


@each_whole
@pytest.mark.parametrize("scoring", ["neg_log_loss", "top_k_accuracy"])
@pytest.mark.parametrize("wrap", [MagnitudePrunedClassifier, PrunedEstimator])
def test_pruned_models(wrap, scoring, name):
    """Without a refit the first step of a path is the model itself."""
    X, y = WHOLE[name]
    model = LassoClassifier(alpha=0.02)
    found = wrap(model, sparsity="auto", scoring=scoring, cv=4, refit=False).fit(X, y)
    expected = truth(model, X, y, scoring, StratifiedKFold(4).split(X, y))
    assert_allclose(found.pruning_path_["cv_score"][0], expected.mean(), rtol=1e-7)


@each_whole
@pytest.mark.parametrize("scoring", TRUTHS)
@pytest.mark.parametrize(
    ("model", "several"),
    [(LassoClassifier(), False), (make_pipeline(StandardScaler(), LassoClassifier()), True)],
    ids=["bare, one score", "pipeline, two scores"],
)
def test_searches(model, several, scoring, name):
    X, y = WHOLE[name]
    grid = {("lassoclassifier__" if hasattr(model, "steps") else "") + "alpha": ALPHAS}
    how = {"scoring": [scoring, "accuracy"], "refit": scoring} if several else {"scoring": scoring}
    search = PathSearchCV(model, grid, cv=4, **how).fit(X, y)
    folds = list(StratifiedKFold(4).split(X, y))
    column = f"test_{scoring}" if several else "test_score"
    for i, params in enumerate(search.cv_results_["params"]):
        expected = truth(clone(model).set_params(**params), X, y, scoring, folds)
        found = [search.cv_results_[f"split{k}_{column}"][i] for k in range(4)]
        assert_allclose(found, expected, rtol=1e-7)


OF_SEARCHES = ["neg_log_loss", "roc_auc_ovr", "f1_macro", "top_k_accuracy", "d2_log_loss_score"]
OF_SEARCHES = [name for name in OF_SEARCHES if name in get_scorer_names()]  # the last came later


@each_whole
@pytest.mark.parametrize("scoring", OF_SEARCHES)
@pytest.mark.filterwarnings("ignore")
def test_a_search_says_what_grid_search_says_if_that_says_anything(scoring, name):
    """Folds that lack a class in training and in testing too."""
    X, y = WHOLE[name]
    rare = y == np.unique(y)[np.argmin(np.unique(y, return_counts=True)[1])]
    often = np.flatnonzero(~rare)
    cv = [(often[::2], often[1::2]), (often[:20], often[20:]), (np.arange(0, len(y), 2), often[1::4])]
    options = {"scoring": scoring, "cv": cv, "return_train_score": True}
    found = PathSearchCV(LassoClassifier(), {"alpha": ALPHAS}, **options).fit(X, y).cv_results_
    expected = GridSearchCV(LassoClassifier(), {"alpha": ALPHAS}, **options).fit(X, y).cv_results_
    for key in expected:
        if re.fullmatch("split.*score", key):
            known = np.isfinite(expected[key])
            assert_allclose(found[key][known], expected[key][known], rtol=1e-9)


def rare_last():
    """(X, y, folds): the rare class is in the last fold alone, which is trained without it."""
    X, y = WHOLE["several, numbered anyhow"]
    kept = np.isin(y, [-4, 3, 11])
    order = np.argsort(y[kept] == 11, kind="stable")
    X, y = X[kept][order], y[kept][order]
    rows = np.arange(len(y))
    return X, y, [(rows[rows % 2 == 0], rows[rows % 2 == 1]), (rows[:-3], rows[-9:])]


@pytest.mark.parametrize(
    "class_weight", [{-4: 1.0, 3: 2.0, 11: 9.0}, {11: 9.0}], ids=["all", "the rare one"]
)
def test_weights_of_a_class_that_a_fold_lacks(class_weight):
    X, y, folds = rare_last()
    weigh = lambda rows: np.array([class_weight.get(label, 1.0) for label in y[rows].tolist()])  # noqa: E731
    expected = []
    for train, test in folds:
        model = LassoClassifier(alpha=0.05).fit(X[train], y[train], weigh(train))
        hits = (y[test][:, None] == np.unique(y)).astype(float)
        expected.append(log_loss(columns(model, X[test], np.unique(y)), hits, None))
    options = {"cv": folds, "scoring": "neg_log_loss"}
    model = LassoClassifier(alpha=0.05, class_weight=class_weight)
    chosen = LassoClassifierCV(alphas=[0.05], class_weight=class_weight, **options).fit(X, y)
    assert_allclose(chosen.mean_score_path_, np.mean(expected), rtol=1e-8)
    assert chosen.class_weight == class_weight
    pruned = MagnitudePrunedClassifier(model, sparsity="auto", refit=False, **options).fit(X, y)
    assert_allclose(pruned.pruning_path_["cv_score"][0], np.mean(expected), rtol=1e-8)
    for grid in ({}, {"class_weight": [class_weight]}):
        search = PathSearchCV(model, {"alpha": [0.05, 0.06], **grid}, **options).fit(X, y)
        assert_allclose(search.cv_results_["mean_test_score"][0], np.mean(expected), rtol=1e-8)
        assert search.best_estimator_.class_weight == class_weight
    ridge = RidgeClassifierCV(alphas=[1.0], cv=folds, class_weight=class_weight).fit(X, y)
    hits = [
        np.mean(RidgeClassifier(alpha=1.0).fit(X[a], y[a], weigh(a)).predict(X[b]) == y[b])
        for a, b in folds
    ]
    assert_allclose(ridge.best_score_, np.mean(hits), rtol=1e-12)


@pytest.mark.parametrize("model", [LassoClassifier(), RidgeClassifier()], ids=repr)
def test_weights_of_a_label_that_is_no_class(model):
    """As in scikit-learn they are an error if some class has none: one of the two is mistyped."""
    X, y, _ = rare_last()
    every = {-4: 1.0, 3: 2.0, 11: 3.0}
    found = clone(model).set_params(class_weight={**every, 99: 5.0}).fit(X, y)
    assert_array_equal(found.coef_, clone(model).set_params(class_weight=every).fit(X, y).coef_)
    for kind in (model, LogisticRegression()):
        with pytest.raises(ValueError, match=r"99|not in class_weight"):
            clone(kind).set_params(class_weight={-4: 1.0, 99: 5.0}).fit(X, y)
    with pytest.raises(ValueError, match="99"):
        LassoClassifierCV(class_weight={-4: 1.0, 99: 5.0}).fit(X, y)


def test_a_class_without_weight_in_a_fold_is_one_that_it_lacks():
    X, y, _ = rare_last()
    weights = np.where(np.arange(len(y)) == len(y) - 3, 0.0, some_weights(y))
    train, test = np.arange(len(y) - 2), np.arange(len(y) - 8, len(y))
    both = [
        LassoClassifierCV(alphas=ALPHAS, cv=[(rows, test)]).fit(X, y, weights)
        for rows in (train, np.delete(train, len(y) - 3))
    ]
    assert_allclose(both[0].mean_score_path_, both[1].mean_score_path_, rtol=1e-9)


def test_leaving_one_out_tests_on_one_class_only():
    X, y = WHOLE["one rare class"]
    found = LassoClassifierCV(alphas=[0.05], cv=LeaveOneOut()).fit(X[:20], y[:20])
    expected = truth(
        LassoClassifier(alpha=0.05), X[:20], y[:20], "neg_log_loss", LeaveOneOut().split(X[:20])
    )
    assert_allclose(found.mean_score_path_, expected.mean(), rtol=1e-8)


def confusion(y, predicted, classes):
    """Hits, false alarms and misses of the second class."""
    first, second = classes
    return [
        np.sum((y == true) & (predicted == said))
        for true, said in ((second, second), (first, second), (second, first))
    ]


OF_TWO = {
    "f1": lambda hits, alarms, misses: 2 * hits / (2 * hits + alarms + misses),
    "precision": lambda hits, alarms, misses: hits / (hits + alarms),
    "recall": lambda hits, alarms, misses: hits / (hits + misses),
    "jaccard": lambda hits, alarms, misses: hits / (hits + alarms + misses),
}


@pytest.mark.parametrize("scoring", OF_TWO)
@pytest.mark.parametrize("labels", [["no", "yes"], [4, 9], [False, True]], ids=str)
def test_the_second_of_two_classes_is_the_one_looked_for(labels, scoring):
    X, codes = drawn([0, 1], [30, 25], 8)
    X[:, 0] += 1.5 * codes
    y = np.array(labels)[codes]
    folds = list(StratifiedKFold(3).split(X, y))

    def expected(model):
        found = [
            OF_TWO[scoring](*confusion(y[b], clone(model).fit(X[a], y[a]).predict(X[b]), labels))
            for a, b in folds
        ]
        return np.mean(found)

    for chooser, model in (
        (LassoClassifierCV(alphas=[0.05]), LassoClassifier(alpha=0.05)),
        (RidgeClassifierCV(alphas=[2.0]), RidgeClassifier(alpha=2.0)),
    ):
        fitted = chooser.set_params(cv=3, scoring=scoring).fit(X, y)
        assert_allclose(fitted.mean_score_path_, expected(model), rtol=1e-12)
        search = PathSearchCV(model, {"alpha": [model.alpha, 0.3]}, cv=3, scoring=scoring).fit(X, y)
        assert_allclose(search.cv_results_["mean_test_score"][0], expected(model), rtol=1e-12)
        pruned = MagnitudePrunedClassifier(model, sparsity="auto", refit=False, cv=3, scoring=scoring)
        assert_allclose(pruned.fit(X, y).pruning_path_["cv_score"][0], expected(model), rtol=1e-12)


@pytest.mark.parametrize("scoring", ["f1", "average_precision", "neg_brier_score", "roc_auc", "recall"])
@pytest.mark.parametrize("cv", [3, "alo"])
def test_names_of_two_classes_change_no_score(scoring, cv):
    X, codes = drawn([0, 1], [30, 25], 9)
    numbers, words = (
        LassoClassifierCV(alphas=[0.1, 0.01], cv=cv, scoring=scoring).fit(X, np.array(labels)[codes])
        for labels in ([0, 1], ["no", "yes"])
    )
    assert_allclose(words.mean_score_path_, numbers.mean_score_path_, rtol=1e-12)
    if scoring != "neg_brier_score":
        numbers, words = (
            RidgeClassifierCV(scoring=scoring).fit(X, np.array(labels)[codes])
            for labels in ([0, 1], ["no", "yes"])
        )
        assert_allclose(words.mean_score_path_, numbers.mean_score_path_, rtol=1e-12)


def test_what_a_scorer_was_told_stays():
    X, codes = drawn([0, 1], [30, 25], 10)
    y = np.array(["no", "yes"])[codes]
    for options in ({"pos_label": "no"}, {"average": "macro"}):
        found = LassoClassifierCV(alphas=[0.05], cv=3, scoring=make_scorer(f1_score, **options)).fit(X, y)
        expected = [
            f1_score(
                y[test], LassoClassifier(alpha=0.05).fit(X[train], y[train]).predict(X[test]), **options
            )
            for train, test in StratifiedKFold(3).split(X, y)
        ]
        assert_allclose(found.mean_score_path_, np.mean(expected), rtol=1e-12)


def test_a_function_sees_all_classes_too():
    X, y, folds = rare_last()
    seen = []

    def scorer(model, X, y):
        seen.append((list(model.classes_), model.predict_proba(X).shape[1], model.alpha))
        return -np.mean(model.predict_log_proba(X)[:, 0])

    LassoClassifierCV(alphas=[0.05], cv=folds, scoring=scorer).fit(X, y)
    assert seen == [([-4, 3, 11], 3, 0.05)] * 2


@pytest.mark.filterwarnings("ignore:No positive class found")
def test_what_cannot_be_scored_names_fold_and_class():
    X, y = WHOLE["several, numbered anyhow"]
    choosers = [
        LassoClassifierCV(alphas=ALPHAS),
        MagnitudePrunedClassifier(LassoClassifier(), sparsity="auto"),
    ]
    for scoring in ("roc_auc_ovr", "average_precision"):
        for chooser in choosers:
            words = r"Fold 0 of cv has no sample of class \d+(, \d+)? to test on, .*(NaN|shape|pos_label)"
            with pytest.raises(ValueError, match=words):
                clone(chooser).set_params(scoring=scoring, cv=4).fit(X, y)
    X, y, folds = rare_last()

    def scorer(model, X, y):
        if model.predict_proba(X)[:, 2].max() == 0:
            raise ValueError("nothing to see")
        return 0.5

    for chooser in choosers:
        with pytest.raises(
            ValueError, match=r"Fold 1 of cv has no sample of class 11 to train on.*nothing to see"
        ):
            clone(chooser).set_params(scoring=scorer, cv=folds).fit(X, y)


def test_a_search_has_no_score_where_there_is_none():
    X, y, _ = rare_last()
    options = {"scoring": "average_precision", "cv": [(np.arange(41), np.arange(20))], "refit": False}
    words = "Fold 0 of cv has no sample of class 11 to test on"
    with pytest.raises(ValueError, match=words):
        PathSearchCV(LassoClassifier(), {"alpha": ALPHAS}, error_score="raise", **options).fit(X, y)
    with pytest.warns(UserWarning) as heard:
        search = PathSearchCV(LassoClassifier(), {"alpha": ALPHAS}, **options).fit(X, y)
    assert np.isnan(search.cv_results_["mean_test_score"]).all()
    assert any(words in str(one.message) for one in heard)
