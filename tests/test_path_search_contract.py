"""PathSearchCV: how estimators join in, what is done how often, bad input, messages, callbacks."""

import re
import warnings
from collections import Counter

import numpy as np
import pytest
import sklearn.tests.test_metaestimators_metadata_routing as suite
from sklearn.base import BaseEstimator, RegressorMixin, TransformerMixin, clone
from sklearn.datasets import load_diabetes
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.utils.validation import check_is_fitted

from sknormreg import Lasso, LassoClassifier, Ridge
from sknormreg.model_selection import PathSearchCV

X, Y = load_diabetes(return_X_y=True)
X, Y = 20 * X[:90], Y[:90]
ALPHAS = [1.0, 0.01, 0.1]
HAS_CALLBACKS = hasattr(GridSearchCV, "set_callbacks")


class Shrinkage(BaseEstimator):
    """A parameter object."""

    def __init__(self, strength=1.0, kind="mean"):
        self.strength, self.kind = strength, kind


class Shrunken(RegressorMixin, BaseEstimator):
    """A foreign estimator, without a base class of this package, that joins in: a shrunken mean."""

    path_parameter = "penalty__strength"
    done = Counter()

    def __init__(self, penalty=None, path_error=None, extra=0):
        self.penalty, self.path_error, self.extra = penalty, path_error, extra

    def fit(self, X, y, sample_weight=None):
        self.done["fit"] += 1
        if self.penalty.strength < 0:
            raise ValueError("negative strength")
        centre = np.mean if self.penalty.kind == "mean" else np.median
        self.mean_ = centre(y) / (1 + self.penalty.strength)
        return self

    def fit_path(self, X, y, values, sample_weight=None):
        self.done["path"] += 1
        if self.path_error is not None:
            raise self.path_error
        models = [clone(self).set_params(penalty__strength=value).fit(X, y) for value in values]
        return models + models[:1] * self.extra

    def predict(self, X):
        check_is_fitted(self)
        return np.full(len(X), self.mean_)


class Counted(TransformerMixin, BaseEstimator):
    """Counts what it does; cannot transform marked samples once it is fitted."""

    done = Counter()

    def __init__(self, factor=1.0):
        self.factor = factor

    def fit(self, X, y=None):
        self.done["fit"] += 1
        self.n_features_in_ = X.shape[1]
        return self

    def transform(self, X):
        self.done["transform"] += 1
        return X * self.factor


@pytest.fixture(autouse=True)
def done():
    """What the two have done in this test."""
    Shrunken.done = Counted.done = Counter()
    return Counted.done


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


HALVES = np.repeat([0, 1], 45)
GRID = {"alpha": ALPHAS}
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
    "scores for classes": (Lasso(), GRID, X, Y, {"scoring": "accuracy"}),
    "squared errors of words": (LassoClassifier(), GRID, X, np.where(HALVES, "a", "b"), {"scoring": "r2"}),
    "no such scorer": (Lasso(), GRID, X, Y, {"scoring": "none such"}),
    "which score decides": (Lasso(), GRID, X, Y, {"scoring": ["r2", "neg_max_error"]}),
    "a rule outside": (Lasso(), GRID, X, Y, {"refit": lambda results: 10}),
    "a rule without a number": (Lasso(), GRID, X, Y, {"refit": lambda results: "first"}),
    "fewer samples than folds": (Lasso(), GRID, X[:4], Y[:4], {}),
    "lengths": (Lasso(), GRID, X, Y[:-1], {}),
    "unknown fit parameter": (Lasso(), GRID, X, Y, {"params": {"colour": 1}}),
    "weights of a pipeline": (
        make_pipeline(Lasso()), {"lasso__alpha": ALPHAS}, X, Y, {"params": {"sample_weight": Y}},
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


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_labels_that_are_no_numbers_are_named(value):
    with pytest.raises(ValueError, match="Input y contains"):
        PathSearchCV(LassoClassifier(), GRID).fit(X, np.full(90, value))


def test_another_estimator_joins_in(done):
    """Its parameter may belong to an object inside, and it may stand anywhere at the end."""
    strengths = [2.0, 0.5, 0.0]
    model = Shrunken(Shrinkage())
    grids = {"penalty__strength": strengths, "penalty__kind": ["mean", "median"]}
    pipeline = make_pipeline(Counted(), make_pipeline(Counted(), model))
    for estimator, prefix in ((model, ""), (pipeline, "pipeline__shrunken__")):
        grid = {prefix + name: values for name, values in grids.items()}
        done.clear()
        found = PathSearchCV(estimator, grid, cv=4, refit=False).fit(X, Y)
        assert done["path"] == 2 * 4
        assert done["fit"] == 3 * 2 * 4 + bool(prefix) * 2 * 2 * 4
        expected = GridSearchCV(estimator, grid, cv=4, refit=False).fit(X, Y)
        assert found.cv_results_["params"] == expected.cv_results_["params"]
        np.testing.assert_allclose(
            found.cv_results_["mean_test_score"], expected.cv_results_["mean_test_score"], rtol=1e-12
        )


def test_transformers_are_fitted_once_per_fold_and_combination(done):
    pipeline = make_pipeline(Counted(), Lasso())
    grid = {"counted__factor": [1.0, 2.0], "lasso__alpha": ALPHAS, "lasso__fit_intercept": [True, False]}
    search = PathSearchCV(pipeline, grid, cv=5, refit=False).fit(X, Y)
    assert len(search.cv_results_["params"]) == 12
    assert done == {"fit": 4 * 5, "transform": 2 * 4 * 5}  # X_train in fit_transform, X_test for all scores
    done.clear()
    PathSearchCV(pipeline, grid, cv=5, scoring="neg_median_absolute_error", refit=False).fit(X, Y)
    assert done == {"fit": 4 * 5, "transform": 2 * 4 * 5}
    done.clear()
    GridSearchCV(pipeline, grid, cv=5, refit=False).fit(X, Y)
    assert done["fit"] == 12 * 5


def test_the_memory_of_a_pipeline_is_used(done, tmp_path):
    pipeline = Pipeline([("count", Counted()), ("lasso", Lasso())], memory=str(tmp_path))
    grid = {"lasso__alpha": ALPHAS, "lasso__fit_intercept": [True, False]}
    PathSearchCV(pipeline, grid, cv=3, refit=False).fit(X, Y)
    assert done["fit"] == 3


def test_foreign_estimators_are_fitted_one_by_one(done):
    """No path parameter in the grid, a single value of it, or callbacks of the model's own."""
    model = Shrunken(Shrinkage())
    PathSearchCV(model, {"penalty__kind": ["mean", "median"]}, cv=3, refit=False).fit(X, Y)
    PathSearchCV(model, {"penalty__strength": [1.0]}, cv=3, refit=False).fit(X, Y)
    watched = make_pipeline(model)
    watched[-1]._skl_callbacks = []
    PathSearchCV(watched, {"shrunken__penalty__strength": [1.0, 2.0]}, cv=3, refit=False).fit(X, Y)
    assert done == {"fit": 6 + 3 + 6}


def test_a_path_that_raises_is_fitted_one_by_one(done):
    model = Shrunken(Shrinkage(), path_error=RuntimeError("no path today"))
    grid = {"penalty__strength": [0.0, 1.0, 2.0]}
    search = PathSearchCV(model, grid, cv=3, refit=False).fit(X, Y)
    assert done == {"path": 3, "fit": 9}
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


def test_a_path_with_a_model_too_many_is_named():
    model = Shrunken(Shrinkage(), extra=1)
    with pytest.raises(ValueError, match="fit_path gave 3 models for 2 values"):
        PathSearchCV(model, {"penalty__strength": [0.0, 1.0]}).fit(X, Y)


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit()], ids=repr)
def test_an_interrupted_search_is_not_fitted(error):
    search = PathSearchCV(Shrunken(Shrinkage(), path_error=error), {"penalty__strength": [0.0, 1.0]})
    with pytest.raises(type(error)):
        search.fit(X, Y)
    assert not [name for name in vars(search) if name.endswith("_")]
    with pytest.raises(NotFittedError):
        search.predict(X)


@pytest.mark.parametrize("verbose", [0, 1, 2, 3])
def test_what_is_printed(verbose, capsys):
    """The same first line; then a line for each walk, where grid search has one for each candidate."""
    grid = {"lasso__alpha": ALPHAS, "lasso__fit_intercept": [True, False]}
    options = {"cv": 3, "verbose": verbose, "refit": False}
    PathSearchCV(make_pipeline(Lasso()), grid, **options).fit(X, Y)
    found = capsys.readouterr().out.splitlines()
    GridSearchCV(make_pipeline(Lasso()), grid, **options).fit(X, Y)
    expected = capsys.readouterr().out.splitlines()
    assert found[:1] == expected[:1]
    assert len(found) == (verbose > 0) + (verbose > 1) * 2 * 3
    split = r" \d/3" if verbose > 2 else ""
    params = "lasso__fit_intercept=(True|False), lasso__alpha: 3 values"
    line = rf"\[CV{split}\] END \.+{params}; total time=.*s"
    assert all(re.fullmatch(line, one) and len(one) == 80 for one in found[1:])


class Recorder:
    """Follows the protocols of scikit-learn's callbacks and is handed on to the estimators inside."""

    max_propagation_depth = None

    def __init__(self):
        self.heard = []

    def setup(self, estimator, context):
        self.heard.append("setup")

    def teardown(self, estimator, context):
        self.heard.append("teardown")

    def on_fit_task_begin(self, estimator, context):
        self.heard.append(("begin", context.estimator_name, context.task_name, context.max_subtasks))

    def on_fit_task_end(self, estimator, context):
        self.heard.append(("end", context.estimator_name, context.task_name, context.max_subtasks))


@pytest.mark.skipif(not HAS_CALLBACKS, reason="scikit-learn has no callbacks")
def test_callbacks_hear_of_every_task():
    """As in grid search, with a walk for a task where that has a candidate."""
    pipeline = make_pipeline(Lasso())
    grid = {"lasso__alpha": ALPHAS, "lasso__fit_intercept": [True, False]}
    heard = {}
    for kind in (PathSearchCV, GridSearchCV):
        recorder = Recorder()
        kind(pipeline, grid, cv=4).set_callbacks(recorder).fit(X, Y)
        heard[kind] = recorder.heard
    assert heard[PathSearchCV][:2] == ["setup", ("begin", "PathSearchCV", "fit", 2)]
    assert heard[PathSearchCV][-2:] == [("end", "PathSearchCV", "fit", 2), "teardown"]
    found, expected = (Counter(heard[kind]) for kind in (PathSearchCV, GridSearchCV))
    for when in ("begin", "end"):
        assert expected[when, "GridSearchCV", "search", 6 * 4] == 1
        assert found[when, "PathSearchCV", "search", 2 * 4] == 1
        assert expected[when, "Pipeline", "fit", 1] == 6 * 4 + 1
        assert found[when, "Pipeline", "fit", 1] == 2 * 4 + 1
        assert found[when, "PathFit", "fit", 0] == 2 * 4
    walks = [task for task in heard[PathSearchCV] if "walk-split-evaluation" in task]
    candidates = [task for task in heard[GridSearchCV] if "candidate-split-evaluation" in task]
    assert len(walks) == 2 * 4 == len(candidates) / 3


def naive_path(self, X, y, values, **params):
    return [clone(self).set_params(alpha=value).fit(X, y, **params) for value in values]


[CASE] = [case for case in suite.METAESTIMATORS if case["metaestimator"] is GridSearchCV]
NAMES = [
    "test_default_request",
    "test_error_on_missing_requests_for_sub_estimator",
    "test_setting_request_on_sub_estimator_removes_error",
    "test_non_consuming_estimator_works",
    "test_metadata_is_routed_correctly_to_scorer",
    "test_metadata_is_routed_correctly_to_splitter",
    "test_metadata_routed_to_group_splitter",
]
ROUTING = [getattr(suite, name) for name in NAMES]


@pytest.mark.parametrize("walks", [True, False], ids=["walks", "foreign"])
@pytest.mark.parametrize("check", ROUTING, ids=lambda check: check.__name__)
def test_scikit_learns_checks_of_routing(check, walks, monkeypatch):
    if walks:
        monkeypatch.setattr(suite.ConsumingClassifier, "fit_path", naive_path, raising=False)
        monkeypatch.setattr(suite.ConsumingClassifier, "path_parameter", "alpha", raising=False)
    check({**CASE, "metaestimator": PathSearchCV})
