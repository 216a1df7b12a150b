"""A shortcut for a public method is taken only where that method is the one that it replaces."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import BaseEstimator, RegressorMixin, clone
from sklearn.datasets import load_diabetes, load_iris
from sklearn.metrics import accuracy_score, r2_score
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler, scale

from sknormreg import (
    ElasticNet,
    Lasso,
    LassoClassifier,
    LassoCV,
    PathSearchCV,
    PrunedEstimator,
    Ridge,
    RidgeClassifier,
    StabilitySelection,
    alpha_grid,
    alpha_max,
    penalties,
    regularization_path,
)

X, Y = load_diabetes(return_X_y=True)
X, Y = 20 * X[:120], Y[:120]
IRIS = scale(load_iris().data), load_iris().target
ALPHAS = [0.1, 0.003, 0.03]


class LogLasso(Lasso):
    def fit(self, X, y, sample_weight=None):
        return super().fit(X, np.log(y), sample_weight)

    def predict(self, X):
        return np.exp(super().predict(X))


class LogLassoWithPath(LogLasso):
    """Overrides both."""

    def fit(self, X, y, sample_weight=None):
        return super().fit(X, y, sample_weight)

    def fit_path(self, X, y, values, sample_weight=None):
        return super().fit_path(X, np.log(y), values, sample_weight)


class Later(LogLassoWithPath):
    """Overrides one of them again."""

    def fit(self, X, y, sample_weight=None):
        return super().fit(X, y + 100.0, sample_weight)


class Doubled:
    """A mixin, before the model."""

    def fit(self, X, y, sample_weight=None):
        return super().fit(X, 2.0 * np.asarray(y), sample_weight)


class DoubledRidge(Doubled, Ridge):
    pass


class Reversed(LassoClassifier):
    def fit(self, X, y, sample_weight=None):
        return super().fit(X, -y, sample_weight)

    def predict(self, X):
        return -super().predict(X)


class Once(RidgeClassifier):
    """Overrides what fit is made of."""

    def _fit_task(self, task, progress=None):
        super()._fit_task(task, progress)
        self.coef_ = np.round(self.coef_, 1)
        return self


class Squared(ElasticNet):
    """Another penalty is another model, along the path too."""

    def _penalty(self):
        return penalties.ElasticNet(self.alpha, self.l1_ratio**2)


class Told(Lasso):
    """Says that the path is still its own."""

    fit_path = Lasso.fit_path

    def fit(self, X, y, sample_weight=None):
        self.seen_ = True
        return super().fit(X, y, sample_weight)


class Foreign(RegressorMixin, BaseEstimator):
    """Without a base class of this package."""

    path_parameter = "shift"

    def __init__(self, shift=0.0):
        self.shift = shift

    def fit(self, X, y):
        self.mean_ = np.mean(y) + self.shift
        return self

    def fit_path(self, X, y, values):
        return [clone(self).set_params(shift=value)._at(np.mean(y) + value) for value in values]

    def _at(self, mean):
        self.mean_ = mean
        return self

    def predict(self, X):
        return np.full(len(X), self.mean_)


class ForeignMedian(Foreign):
    def fit(self, X, y):
        self.mean_ = np.median(y) + self.shift
        return self


SEARCHES = [
    (LogLasso(), (X, Y), "LogLasso overrides fit"),
    (LogLassoWithPath(), (X, Y), None),
    (Later(), (X, Y), "Later overrides fit"),
    (DoubledRidge(), (X, Y), "Doubled overrides fit"),
    (Reversed(), IRIS, "Reversed overrides fit"),
    (Once(), IRIS, "Once overrides _fit_task"),
    (Squared(), (X, Y), None),
    (Told(), (X, Y), None),
    (Foreign(), (X, Y), None),
    (ForeignMedian(), (X, Y), "ForeignMedian overrides fit"),
]


@pytest.mark.parametrize("piped", [False, True], ids=["bare", "pipeline"])
@pytest.mark.parametrize(("model", "data", "why"), SEARCHES, ids=[type(s[0]).__name__ for s in SEARCHES])
def test_a_search_walks_only_paths_that_are_its_fits(model, data, why, piped, capsys):
    name = "alpha" if hasattr(model, "alpha") else "shift"
    estimator = make_pipeline(StandardScaler(), model) if piped else model
    grid = {f"{type(model).__name__.lower()}__{name}" if piped else name: ALPHAS}
    options = {"cv": KFold(3, shuffle=True, random_state=0)}
    found = PathSearchCV(estimator, grid, verbose=1, **options).fit(*data)
    expected = GridSearchCV(estimator, grid, **options).fit(*data)
    scores = expected.cv_results_["mean_test_score"]
    assert_allclose(found.cv_results_["mean_test_score"], scores, rtol=1e-9)
    line = capsys.readouterr().out.splitlines()[-1]
    if why is None:
        assert line == "Fitted 9 by 3 walks along a path and 0 one by one"
    else:
        assert line == f"Fitted 0 by 0 walks along a path and 9 one by one: {why} and inherits fit_path"


def test_an_attribute_of_the_object_overrides_as_well():
    model = Foreign()
    model.fit = lambda X, y: model._at(7.0)
    search = PathSearchCV(model, {"shift": [0.0, 1.0]}, cv=3, refit=False)
    expected = GridSearchCV(Foreign(), {"shift": [0.0, 1.0]}, cv=3, refit=False).fit(X, Y)
    for key in ("mean_test_score", "std_test_score"):  # clones know nothing of it
        assert_allclose(search.fit(X, Y).cv_results_[key], expected.cv_results_[key])
    lasso = Lasso()
    lasso.fit = lambda X, y: lasso
    with pytest.raises(TypeError, match="This Lasso overrides fit"):
        lasso.fit_path(X, Y, ALPHAS)


@pytest.mark.parametrize(
    "model", [LogLasso(), Later(), DoubledRidge(), Once()], ids=lambda m: type(m).__name__
)
def test_no_path_of_other_fits(model):
    data = IRIS if isinstance(model, Once) else (X, Y)
    with pytest.raises(
        TypeError, match=r"overrides (fit|_fit_task) and inherits fit_path.*call fit for each"
    ):
        model.fit_path(*data, ALPHAS)
    for function in (regularization_path, alpha_max, alpha_grid):
        for estimator in (model, make_pipeline(StandardScaler(), model)):
            with pytest.raises(TypeError, match=r"overrides (fit|_fit_task), and a path would go past it"):
                function(estimator, *data)


def test_a_fit_path_of_its_own_is_no_path_of_numbers():
    """What the task of the plain lasso says is not what its fit solves."""
    assert_allclose(LogLassoWithPath().fit_path(X, Y, [0.03])[0].coef_, LogLasso(0.03).fit(X, Y).coef_)
    with pytest.raises(TypeError, match="LogLassoWithPath overrides fit"):
        regularization_path(LogLassoWithPath(), X, Y)
    path = regularization_path(Told(), X, Y, [0.3, 0.1])
    assert_allclose(path.coefs[:, 1], Lasso(0.1).fit(X, Y).coef_, rtol=1e-9)
    other = regularization_path(Squared(), X, Y, [0.2])
    assert_allclose(other.coefs[:, 0], ElasticNet(0.2, l1_ratio=0.25).fit(X, Y).coef_, rtol=1e-9)


def test_a_search_that_runs_in_a_way_of_its_own(capsys):
    """scikit-learn's searches differ in which candidates they try."""

    class Halving(PathSearchCV):
        def _run_search(self, evaluate_candidates):
            for alpha in (0.3, 0.1):
                found = evaluate_candidates([{"alpha": alpha}])
            evaluate_candidates([{"alpha": float(np.argmax(found["mean_test_score"]))}])

    search = Halving(Lasso(), {"alpha": [1.0, 2.0]}, cv=3, verbose=1).fit(X, Y)
    assert [params["alpha"] for params in search.cv_results_["params"]][:2] == [0.3, 0.1]
    assert "Fitted 0 by 0 walks along a path and 9 one by one: Halving overrides _run_search" in (
        capsys.readouterr().out
    )


def test_stability_selection_fits_by_fit():
    options = {"alphas": [0.1, 0.03, 0.01], "n_pairs": 4, "random_state": 0, "max_features": 4}
    found = StabilitySelection(LogLasso(), **options).fit(X, Y)
    expected = StabilitySelection(Lasso(), **options).fit(X, np.log(Y))
    assert_array_equal(found.selection_path_, expected.selection_path_)
    assert found.selection_probabilities_.any()
    with pytest.raises(TypeError, match="LogLasso overrides fit"):
        StabilitySelection(LogLasso()).fit(X, Y)


def test_an_estimator_that_chooses_its_alpha_is_not_built_on_another_fit():
    class LogLassoCV(LassoCV):
        _model = LogLasso

    with pytest.raises(TypeError, match="LogLasso overrides fit"):
        LogLassoCV().fit(X, Y)


def test_folds_are_scored_by_what_the_model_predicts():
    class Clipped(Lasso):
        def predict(self, X):
            return np.clip(super().predict(X), 100.0, 150.0)

    class ClippedCV(LassoCV):
        _model = Clipped

    found = ClippedCV(alphas=[1.0, 0.1], cv=KFold(3)).fit(X, Y)
    expected = GridSearchCV(
        Clipped(), {"alpha": [1.0, 0.1]}, cv=KFold(3), scoring="neg_mean_squared_error"
    ).fit(X, Y)
    assert_allclose(found.mean_score_path_, expected.cv_results_["mean_test_score"], rtol=1e-9)


def test_probabilities_follow_the_decisions():
    class Shifted(LassoClassifier):
        def decision_function(self, X):
            return super().decision_function(X) + 2.0

    binary = IRIS[0][:100], IRIS[1][:100]
    for X, y in (IRIS, binary):
        model = Shifted(alpha=0.05).fit(X, y)
        scores = model.decision_function(X)
        if scores.ndim == 1:
            assert_allclose(model.predict_proba(X)[:, 1], 1 / (1 + np.exp(-scores)), rtol=1e-12)
        else:
            powers = np.exp(scores)
            assert_allclose(model.predict_proba(X), powers / powers.sum(axis=1, keepdims=True), rtol=1e-12)

    class Eager(RidgeClassifier):
        def decision_function(self, X):
            return super().decision_function(X) + 10.0

    labels = np.column_stack([IRIS[1] == 0, IRIS[1] == 1]).astype(int)
    assert Eager().fit(IRIS[0], labels).predict(IRIS[0]).all()


class Clipping(PrunedEstimator):
    def predict(self, X):
        return np.clip(super().predict(X), 100.0, 150.0)


def test_a_pruned_estimator_is_scored_by_what_it_predicts():
    model = Clipping(Ridge(), sparsity=0.3).fit(X, Y)
    assert model.score(X, Y) == r2_score(Y, model.predict(X))

    class Contrary(PrunedEstimator):
        def predict(self, X):
            return 2 - super().predict(X)

    weights = np.arange(150.0)
    model = Contrary(LassoClassifier(alpha=0.01), sparsity=0.3).fit(*IRIS)
    expected = accuracy_score(IRIS[1], model.predict(IRIS[0]), sample_weight=weights)
    assert model.score(*IRIS, weights) == expected


class LogPipeline(Pipeline):
    """Does more than its steps."""

    def fit(self, X, y, **params):
        return super().fit(X, np.log(y), **params)

    def predict(self, X):
        return np.exp(super().predict(X))


def test_a_pipeline_with_a_fit_of_its_own():
    steps = [("scale", StandardScaler()), ("lasso", Lasso())]
    grid = {"lasso__alpha": ALPHAS}
    found, expected = (kind(LogPipeline(steps), grid).fit(X, Y) for kind in (PathSearchCV, GridSearchCV))
    assert_allclose(
        found.cv_results_["mean_test_score"], expected.cv_results_["mean_test_score"], rtol=1e-9
    )
    path = regularization_path(LogPipeline(steps), X, Y, [0.1, 0.03])
    single = LogPipeline(steps).set_params(lasso__alpha=0.03).fit(X, Y)
    assert_allclose(path.at(0.03).predict(X), single.predict(X), rtol=1e-9)
    with pytest.raises(ValueError, match="cannot be refitted on some of its features"):
        PrunedEstimator(LogPipeline([("lasso", Lasso(0.03))]), n_features_to_keep=3).fit(X, Y)
    kept = PrunedEstimator(LogPipeline(steps), n_features_to_keep=3, refit=False)
    kept.set_params(estimator__lasso__alpha=0.03).fit(X, Y)
    largest = np.sort(np.argsort(-np.abs(single[-1].coef_))[:3])
    assert_array_equal(np.flatnonzero(kept.support_), largest)
    assert_allclose(kept.estimator_[-1].coef_[largest], single[-1].coef_[largest], rtol=1e-9)
