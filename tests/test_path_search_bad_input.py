"""PathSearchCV meets bad input as GridSearchCV does: the same exceptions, warnings and messages."""

import re
import warnings

import numpy as np
import pytest
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.datasets import load_diabetes
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.pipeline import Pipeline, make_pipeline

from sknormreg import Lasso, LassoClassifier, Ridge
from sknormreg.model_selection import PathSearchCV

X, Y = load_diabetes(return_X_y=True)
X, Y = 20 * X[:90], Y[:90]
ALPHAS = [1.0, 0.01, 0.1]
GRID = {"alpha": ALPHAS}


def outcome(kind, estimator, grid, X, y, **options):
    """(results or the exception, warnings) of a search."""
    params = options.pop("params", {})
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            found = kind(estimator, grid, **options).fit(X, y, **params).cv_results_
        except Exception as error:
            found = f"{type(error).__name__}: {error}"
    return found, [(w.category, str(w.message).replace("PathSearchCV", "GridSearchCV")) for w in caught]


class Raising(BaseEstimator, TransformerMixin):
    """Cannot be fitted to samples that begin with a large number."""

    def fit(self, X, y=None):
        if X[0, 0] > 1:
            raise RuntimeError("too large")
        return self

    def transform(self, X):
        if X.max() > 1e6:
            raise RuntimeError("far too large")
        return X


def with_value(value, row=0):
    changed = X.copy()
    changed[row, 0] = value
    return changed


def raises(estimator, X, y):
    raise RuntimeError("no score")


def only_small(estimator, X, y):
    return float("nan") if estimator.alpha > 0.5 else 1.0


def two_numbers(estimator, X, y):
    return {"small": -estimator.alpha, "good": estimator.score(X, y)}


NOBODY = np.arange(60), np.arange(0)
HALVES = np.repeat([0, 1], 45)
BAD = {
    "no candidates": (Lasso(), [], X, Y, {}),
    "no values": (Lasso(), {"alpha": []}, X, Y, {}),
    "a number for a list": (Lasso(), {"alpha": 1.0}, X, Y, {}),
    "no grid": (Lasso(), "alpha", X, Y, {}),
    "empty grid": (Lasso(), {}, X, Y, {}),
    "unknown parameter": (Lasso(), {"alpha": ALPHAS, "beta": [1]}, X, Y, {}),
    "unknown step": (make_pipeline(Lasso()), {"ridge__alpha": ALPHAS}, X, Y, {}),
    "one negative alpha": (Lasso(), {"alpha": [*ALPHAS, -1.0]}, X, Y, {}),
    "negative alphas": (Lasso(), {"alpha": [-2.0, -1.0]}, X, Y, {}),
    "negative, raised": (Lasso(), {"alpha": [0.1, -1.0]}, X, Y, {"error_score": "raise"}),
    "negative, a number": (Lasso(), {"alpha": [0.1, -1.0]}, X, Y, {"error_score": -9.0}),
    "a word for alpha": (make_pipeline(Ridge()), {"ridge__alpha": ["x", 0.1]}, X, Y, {}),
    "unsorted and repeated": (Lasso(), {"alpha": [0.1, 1.0, 0.01, 0.1, 1.0]}, X, Y, {}),
    "one class in a fold": (LassoClassifier(), GRID, X, HALVES, {"cv": KFold(2)}),
    "one class in some folds": (LassoClassifier(), GRID, X, np.repeat([0, 0, 1], 30), {"cv": KFold(3)}),
    "a class not seen in training": (
        LassoClassifier(), {"alpha": [0.01, 0.1]}, X, np.repeat([0, 1, 2], 30), {"cv": KFold(3)},
    ),
    "constant target": (Lasso(), GRID, X, np.full(90, 0.1), {}),
    "constant in a fold": (Lasso(), GRID, X, np.where(HALVES, Y, 3.0), {"cv": KFold(2)}),
    "single test samples": (Lasso(), GRID, X[:6], Y[:6], {"cv": KFold(6)}),
    "NaN in X": (Lasso(), GRID, with_value(np.nan), Y, {}),
    "infinity in X": (make_pipeline(Lasso()), {"lasso__alpha": ALPHAS}, with_value(np.inf), Y, {"cv": 3}),
    "NaN in y": (Lasso(), GRID, X, np.where(np.arange(90) == 4, np.nan, Y), {}),
    "NaN scores": (Lasso(), GRID, X, Y, {"scoring": only_small}),
    "scores that raise": (Lasso(), GRID, X, Y, {"scoring": raises}),
    "scores that raise, raised": (Lasso(), GRID, X, Y, {"scoring": raises, "error_score": "raise"}),
    "one score of two raises": (
        Lasso(), GRID, X, Y, {"scoring": {"r2": "r2", "own": raises}, "refit": "r2"},
    ),
    "two scores, one candidate fails": (
        Lasso(), {"alpha": [0.1, -1.0]}, X, Y,
        {"scoring": ["r2", "neg_max_error"], "refit": "r2", "return_train_score": True},
    ),
    "a function of two scores, one candidate fails": (
        Lasso(), {"alpha": [0.1, -1.0]}, X, Y, {"scoring": two_numbers, "refit": "small"},
    ),
    "which score of a function decides": (Lasso(), GRID, X, Y, {"scoring": two_numbers}),
    "largest errors of two targets": (
        Ridge(), GRID, X, np.column_stack([Y, Y]), {"scoring": "neg_max_error"},
    ),
    "scores for classes": (Lasso(), GRID, X, Y, {"scoring": "accuracy"}),
    "squared errors of words": (LassoClassifier(), GRID, X, np.where(HALVES, "a", "b"), {"scoring": "r2"}),
    "no such scorer": (Lasso(), GRID, X, Y, {"scoring": "none such"}),
    "which score decides": (Lasso(), GRID, X, Y, {"scoring": ["r2", "neg_max_error"]}),
    "a rule outside": (Lasso(), GRID, X, Y, {"refit": lambda results: 10}),
    "a rule without a number": (Lasso(), GRID, X, Y, {"refit": lambda results: "first"}),
    "an empty test fold": (Lasso(), GRID, X, Y, {"cv": [(np.arange(60), np.arange(60, 90)), NOBODY]}),
    "empty test folds of classes": (
        LassoClassifier(), GRID, X, np.arange(90) % 3,
        {"cv": [NOBODY], "scoring": ["accuracy", "roc_auc_ovr"], "refit": "accuracy"},
    ),
    "an empty test fold, raised": (
        make_pipeline(Ridge()), {"ridge__alpha": ALPHAS}, X, Y, {"cv": [NOBODY], "error_score": "raise"},
    ),
    "fewer samples than folds": (Lasso(), GRID, X[:4], Y[:4], {}),
    "lengths": (Lasso(), GRID, X, Y[:-1], {}),
    "unknown fit parameter": (Lasso(), GRID, X, Y, {"params": {"colour": 1}}),
    "weights of a pipeline": (
        make_pipeline(Lasso()), {"lasso__alpha": ALPHAS}, X, Y, {"params": {"sample_weight": Y}},
    ),
    "a test fold without weight": (
        Lasso(), GRID, X, Y, {"cv": 3, "params": {"sample_weight": np.where(np.arange(90) < 30, 0.0, 1.0)}},
    ),
    "a transformer that fails on some folds": (
        make_pipeline(Raising(), Lasso()), {"lasso__alpha": ALPHAS}, with_value(9.0), Y, {},
    ),
    "a transformer that fails on test samples": (
        make_pipeline(Raising(), Lasso()), {"lasso__alpha": ALPHAS}, with_value(1e7, -1), Y, {"cv": 2},
    ),
    "no estimator": ("lasso", GRID, X, Y, {}),
    "empty pipeline": (Pipeline([]), {"lasso__alpha": ALPHAS}, X, Y, {}),
    "n_jobs": (Lasso(), GRID, X, Y, {"n_jobs": "two"}),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_met_as_by_grid_search(case):
    """The same exception with the same message, or the same results and the same warnings."""
    estimator, grid, data, target, options = BAD[case]
    (found, heard), (expected, said) = (
        outcome(kind, estimator, grid, data, target, **options) for kind in (PathSearchCV, GridSearchCV)
    )
    assert heard == said
    if isinstance(expected, str):
        assert found.replace("PathSearchCV", "GridSearchCV") == expected
        return
    for key in expected:
        if re.match("split|mean_t|mean_e", key) and "time" not in key:
            np.testing.assert_allclose(found[key], expected[key], rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize("estimator", [Lasso(), LassoClassifier(), Ridge()], ids=repr)
def test_a_missing_target_is_named(estimator):
    with pytest.raises(ValueError, match="PathSearchCV estimator requires y to be passed"):
        PathSearchCV(estimator, GRID, error_score="raise").fit(X)
    with pytest.raises(ValueError, match="the parameter refit must be set"):
        PathSearchCV(estimator, GRID, scoring=["r2", "accuracy"]).fit(X)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_labels_that_are_no_numbers_are_named(value):
    with pytest.raises(ValueError, match="Input y contains"):
        PathSearchCV(LassoClassifier(), GRID).fit(X, np.full(90, value))
