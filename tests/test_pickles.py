"""Pickles and skops files: what comes back, what is left out, and what they say of their version."""

import copy
import pickle
import warnings

import joblib
import numpy as np
import pytest
import skops.io
from ids import named
from sklearn.base import clone, is_classifier
from sklearn.exceptions import InconsistentVersionWarning
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknormreg import (
    CoefficientPruner,
    ElasticNet,
    ElasticNetClassifier,
    ElasticNetClassifierCV,
    ElasticNetCV,
    Lasso,
    LassoClassifier,
    LassoClassifierCV,
    LassoCV,
    MagnitudePrunedClassifier,
    MagnitudePrunedRegressor,
    PathSearchCV,
    PrunedEstimator,
    Ridge,
    RidgeClassifier,
    RidgeClassifierCV,
    RidgeCV,
    StabilitySelection,
    regularization_path,
)
from sknormreg.linear_model import _versions

rng = np.random.default_rng(0)
X = rng.normal(size=(2000, 5))
y = X @ [3.0, -2.0, 1.0, 0.0, 0.0] + rng.normal(size=2000)
CLASSES = np.digitize(y, [-2.0, 2.0])

ESTIMATORS = [
    Lasso(0.1, penalty_factor=np.arange(5.0)),
    ElasticNet(0.1, bounds=(-1.0, 1.0)),
    Ridge(),
    LassoClassifier(0.1),
    ElasticNetClassifier(0.1, loss="squared_hinge"),
    RidgeClassifier(),
    LassoCV(cv=3),
    ElasticNetCV(l1_ratio=[0.5, 1.0], cv=3),
    RidgeCV(),
    LassoClassifierCV(cv=2, alphas=5),
    ElasticNetClassifierCV(cv=2, alphas=5),
    RidgeClassifierCV(),
    PathSearchCV(make_pipeline(StandardScaler(), Lasso()), {"lasso__alpha": [0.1, 1.0]}),
    MagnitudePrunedRegressor(Lasso(0.1)),
    MagnitudePrunedClassifier(LogisticRegression()),
    PrunedEstimator(MLPRegressor(hidden_layer_sizes=4, max_iter=2, solver="sgd"), refit=False),
    CoefficientPruner(Lasso(0.1)),
    StabilitySelection(Lasso(), n_pairs=3),
]
each_estimator = pytest.mark.parametrize("estimator", ESTIMATORS, ids=named)

PATHS = [
    (Lasso(), y),
    (Ridge(), y[:, None]),
    (ElasticNet(l1_ratio=0.3), np.column_stack([y, -y])),
    (LassoClassifier(), CLASSES),
    (RidgeClassifier(), CLASSES > 0),
]
each_path = pytest.mark.parametrize(("estimator", "target"), PATHS, ids=named)


def by_pickle(found):
    return pickle.loads(pickle.dumps(found))


def by_skops(found):
    dumped = skops.io.dumps(found)
    unknown = skops.io.get_untrusted_types(data=dumped)
    assert not [name for name in unknown if name.startswith("sknormreg.") and "._" in name]
    return skops.io.loads(dumped, trusted=unknown)


each_way = pytest.mark.parametrize("way", [by_pickle, copy.deepcopy, by_skops])


def fitted(estimator):
    classify = is_classifier(estimator)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a network that is hardly trained
        return clone(estimator).fit(X, CLASSES if classify else y)


def same(one, other):
    """Attributes by attributes."""
    assert vars(one).keys() == vars(other).keys()
    for name, value in vars(one).items():
        if isinstance(value, np.ndarray | np.generic | float | int | str | bool):
            np.testing.assert_array_equal(getattr(other, name), value)
            assert type(getattr(other, name)) is type(value)


@each_way
@each_estimator
def test_a_fitted_estimator_comes_back(estimator, way):
    model = fitted(estimator)
    again = way(model)
    same(model, again)
    method = "predict" if hasattr(model, "predict") else "transform"
    np.testing.assert_array_equal(getattr(again, method)(X), getattr(model, method)(X))


@each_estimator
def test_the_data_are_left_out(estimator):
    assert len(pickle.dumps(fitted(estimator))) < X.nbytes / 4


@each_way
@each_path
def test_a_path_comes_back_without_the_data(estimator, target, way):
    path = regularization_path(estimator, X.astype(np.float32), target, 4)
    again = way(path)
    assert len(pickle.dumps(path)) < X.nbytes / 4
    for name in ("alphas", "coefs", "intercepts", "dual_gaps", "n_iter", "df", "n_nonzero"):
        found = getattr(again, name)
        np.testing.assert_array_equal(found, getattr(path, name))
        assert found.dtype == getattr(path, name).dtype
    assert again.to_frame().equals(path.to_frame())
    assert repr(again) == repr(path)
    for alpha in path.alphas:
        same(path.at(alpha), again.at(alpha))
        np.testing.assert_array_equal(again.at(alpha).predict(X), path.at(alpha).predict(X))
    path.at(0.3 * path.alphas[0])
    for one in (again, way(again)):
        with pytest.raises(ValueError, match=r"alpha=.* not on the path.*leaves the data out"):
            one.at(0.3 * path.alphas[0])


def test_what_is_changed_in_a_model_of_a_path_is_not_changed_in_the_path():
    again = by_pickle(regularization_path(Lasso(), X, y, 3))
    again.at(again.alphas[1]).set_params(alpha=7.0).fit(X[:, :2], y)
    assert again.at(again.alphas[1]).alpha == again.alphas[1]
    assert again.at(again.alphas[1]).coef_.shape == (5,)


@pytest.mark.parametrize("made", [*ESTIMATORS, regularization_path(Lasso(), X, y, 3)], ids=named)
def test_another_version_warns_at_the_line_of_the_user(made, monkeypatch, tmp_path):
    monkeypatch.setattr(_versions, "__version__", "0.0.7")
    old = pickle.dumps(made)
    joblib.dump(made, tmp_path / "old")
    monkeypatch.undo()
    message = f"{type(made).__name__} was pickled by sknormreg 0.0.7 and this is "
    for load in (lambda: pickle.loads(old), lambda: joblib.load(tmp_path / "old")):
        with warnings.catch_warnings(record=True) as found:
            warnings.simplefilter("always")
            again = load()
        assert any(str(one.message).startswith(message) for one in found)  # as those inside it do
        for one in found:
            assert issubclass(one.category, InconsistentVersionWarning)
            assert one.filename == __file__
        assert vars(again).keys() == vars(made).keys() | ({"df"} if "df" in vars(again) else set())
        pickle.loads(pickle.dumps(again))  # made by this one, which is fine
