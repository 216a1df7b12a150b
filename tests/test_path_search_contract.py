"""PathSearchCV: how estimators join in, what is done how often, what is printed, callbacks, routing."""

import re
from collections import Counter

import numpy as np
import pytest
import sklearn.tests.test_metaestimators_metadata_routing as suite
from sklearn.base import BaseEstimator, RegressorMixin, TransformerMixin, clone
from sklearn.datasets import load_diabetes
from sklearn.ensemble import BaggingRegressor
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.utils.validation import check_is_fitted

from sknormreg import Lasso
from sknormreg.model_selection import PathSearchCV

X, Y = load_diabetes(return_X_y=True)
X, Y = 20 * X[:90], Y[:90]
ALPHAS = [1.0, 0.01, 0.1]
with_callbacks = pytest.mark.skipif(
    not hasattr(GridSearchCV, "set_callbacks"), reason="scikit-learn has no callbacks"
)


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


class Centre(BaseEstimator):
    """Without a target at all."""

    path_parameter = "power"

    def __init__(self, power=1.0):
        self.power = power

    def fit(self, X):
        self.centre_ = np.mean(np.abs(X) ** self.power)
        return self

    def fit_path(self, X, y, values):
        assert y is None
        return [clone(self).set_params(power=value).fit(X) for value in values]

    def score(self, X):
        return -abs(np.abs(X).mean() - self.centre_)


def test_an_estimator_without_a_target_joins_in():
    grid = {"power": [0.5, 1.0, 2.0]}
    found, expected = (kind(Centre(), grid).fit(X) for kind in (PathSearchCV, GridSearchCV))
    for key in ("mean_test_score", "std_test_score", "rank_test_score"):
        np.testing.assert_array_equal(found.cv_results_[key], expected.cv_results_[key])
    assert found.best_estimator_.centre_ == expected.best_estimator_.centre_


class Boastful(KFold):
    """Promises a fold more."""

    def get_n_splits(self, X=None, y=None, groups=None):
        return super().get_n_splits() + 1


def test_a_splitter_that_contradicts_itself_is_named():
    with pytest.raises(ValueError, match="Expected 4 splits, got 3"):
        PathSearchCV(Lasso(), {"alpha": ALPHAS}, cv=Boastful(3)).fit(X, Y)


def test_transformers_are_fitted_once_per_fold_and_combination(done):
    pipeline = make_pipeline(Counted(), Lasso())
    grid = {"counted__factor": [1.0, 2.0], "lasso__alpha": ALPHAS, "lasso__fit_intercept": [True, False]}
    search = PathSearchCV(pipeline, grid, cv=5, refit=False).fit(X, Y)
    assert len(search.cv_results_["params"]) == 12
    assert done == {"fit": 4 * 5, "transform": 2 * 4 * 5}  # the training samples and the test samples
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
    """And ours, where the grid has no path parameter or a single value of it."""
    model = Shrunken(Shrinkage())
    PathSearchCV(model, {"penalty__kind": ["mean", "median"]}, cv=3, refit=False).fit(X, Y)
    PathSearchCV(model, {"penalty__strength": [1.0]}, cv=3, refit=False).fit(X, Y)
    bagged = BaggingRegressor(model, n_estimators=2)
    PathSearchCV(bagged, {"estimator__penalty__strength": [1.0, 2.0]}, cv=3, refit=False).fit(X, Y)
    assert done == {"fit": 6 + 3 + 2 * 6}


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
    grid = {"alpha": ALPHAS, "fit_intercept": [True, False]}
    options = {"cv": 3, "verbose": verbose, "refit": False}
    PathSearchCV(Lasso(), grid, **options).fit(X, Y)
    found = capsys.readouterr().out.splitlines()
    GridSearchCV(Lasso(), grid, **options).fit(X, Y)
    expected = capsys.readouterr().out.splitlines()
    assert found[:1] == expected[:1]
    assert len(found) == 2 * (verbose > 0) + (verbose > 1) * 2 * 3
    if verbose:
        assert found.pop() == "Fitted 18 by 6 walks along a path and 0 one by one"
    split = r" \d/3" if verbose > 2 else ""
    params = "fit_intercept=(True|False), alpha: 3 values"
    line = rf"\[CV{split}\] END \.+{params}; total time=.*s"
    assert all(re.fullmatch(line, one) and len(one) == 80 for one in found[1:])


class Recorder:
    """Follows the protocol of scikit-learn's callbacks."""

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


class Inward(Recorder):
    """Is handed on to the estimators inside."""

    max_propagation_depth = None


@with_callbacks
def test_callbacks_hear_of_every_task():
    """As in grid search, with a walk for a task where that has a candidate."""
    pipeline = make_pipeline(Lasso())
    grid = {"lasso__alpha": ALPHAS, "lasso__fit_intercept": [True, False]}
    heard = {}
    for kind in (PathSearchCV, GridSearchCV):
        recorder = Inward()
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
        assert found[when, "Lasso", "path", 0] == 2 * 4


@with_callbacks
def test_callbacks_of_a_foreign_search_hear_what_they_hear_of_grid_search():
    heard = []
    for kind in (PathSearchCV, GridSearchCV):
        recorder = Inward()
        kind(make_pipeline(Lasso()), {"lasso__alpha": [0.1]}, cv=3).set_callbacks(recorder).fit(X, Y)
        heard.append([[str(part) for part in event] for event in recorder.heard])
    assert str(heard[0]).replace("PathSearchCV", "GridSearchCV") == str(heard[1])


@with_callbacks
def test_callbacks_of_the_model_hear_of_every_fit():
    recorder = Recorder()
    pipeline = make_pipeline(Lasso().set_callbacks(recorder))
    PathSearchCV(pipeline, {"lasso__alpha": ALPHAS}, cv=4).fit(X, Y)
    assert recorder.heard.count(("begin", "Lasso", "fit", None)) == 3 * 4 + 1


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
