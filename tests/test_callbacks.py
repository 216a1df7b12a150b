"""scikit-learn's callbacks see every iteration and can stop the fit; without them, no trace."""

import warnings

import numpy as np
import pytest
import sklearn
from sklearn.base import clone, is_classifier
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.exceptions import ConvergenceWarning
from sklearn.preprocessing import scale

from sknormreg import ElasticNet, ElasticNetClassifier, Lasso, LassoClassifier, Ridge, RidgeClassifier

SUPPORTED = tuple(int(part) for part in sklearn.__version__.split(".")[:2]) >= (1, 9)
ITERATIVE = [
    Lasso(0.1),
    ElasticNet(0.1),
    Ridge(positive=True),
    LassoClassifier(),
    ElasticNetClassifier(),
    RidgeClassifier(0.01, loss="log_loss"),
]
each_iterative = pytest.mark.parametrize("estimator", ITERATIVE, ids=repr)


class Recorder:
    """Follows the FitCallback protocol; stops the fit after `stop` iterations."""

    def __init__(self, stop=None):
        self.stop, self.calls, self.iterations = stop, [], []

    def setup(self, estimator, context):
        self.calls.append("setup")

    def teardown(self, estimator, context):
        self.calls.append("teardown")

    def on_fit_task_begin(self, estimator, context):
        self.calls.append(f"begin {context.task_name}")

    def on_fit_task_end(self, estimator, context, *, X=None, metadata=None, fitted_estimator=None):
        self.calls.append(f"end {context.task_name}")
        if context.task_name == "iteration":
            self.iterations.append((fitted_estimator.predict(X), metadata["sample_weight"]))
        return len(self.iterations) == self.stop


def fit_with(estimator, *callbacks):
    """(model, X): with the callbacks where there are any."""
    X, y = (load_breast_cancer if is_classifier(estimator) else load_diabetes)(return_X_y=True)
    X, model = scale(X), clone(estimator)
    getattr(model, "set_callbacks", lambda *none: None)(*callbacks)
    return model.fit(X, y, sample_weight=np.ones(y.size)), X


@each_iterative
def test_callbacks_are_there_when_scikit_learn_has_them(estimator):
    recorder = Recorder()
    model, _ = fit_with(estimator, recorder)
    seen = len(recorder.iterations)
    assert hasattr(estimator, "set_callbacks") == SUPPORTED == bool(recorder.calls) == bool(seen)
    if SUPPORTED:
        assert recorder.calls[:2] == ["setup", "begin fit"]
        assert recorder.calls[2:-2] == ["begin iteration", "end iteration"] * seen
        assert recorder.calls[-2:] == ["end fit", "teardown"]
        assert 0 <= np.max(model.n_iter_) - seen <= 1  # the last iteration may find nothing to change


@each_iterative
def test_callbacks_see_a_fitted_estimator_and_the_weights(estimator):
    recorder = Recorder()
    model, X = fit_with(estimator, recorder)
    for predicted, weights in recorder.iterations[-1:]:
        np.testing.assert_allclose(predicted, model.predict(X), atol=1e-6)
        np.testing.assert_array_equal(weights, 1.0)
    watched = [recorder.iterations[0][0].shape] if SUPPORTED else []
    assert watched == [model.predict(X).shape] * SUPPORTED


@each_iterative
def test_callbacks_change_nothing(estimator):
    watched, _ = fit_with(estimator, Recorder())
    unwatched, _ = fit_with(estimator)
    np.testing.assert_array_equal(watched.coef_, unwatched.coef_)
    np.testing.assert_array_equal(watched.n_iter_, unwatched.n_iter_)


@each_iterative
def test_a_true_return_stops_the_fit(estimator):
    recorder = Recorder(stop=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # it may not have converged by then
        model, X = fit_with(estimator, recorder)
    full, _ = fit_with(estimator)
    assert np.max(model.n_iter_) == (1 if SUPPORTED else np.max(full.n_iter_))
    for predicted, _ in recorder.iterations:
        np.testing.assert_allclose(predicted, model.predict(X))
