"""The estimators inside scikit-learn: clone, pickle, Pipeline, GridSearchCV, SelectFromModel, HTML."""

import pickle
from numbers import Number

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.base import clone, is_classifier
from sklearn.datasets import load_diabetes, load_iris
from sklearn.feature_selection import SelectFromModel
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threads import alike

from sknormreg import (
    ElasticNet,
    ElasticNetClassifier,
    Lasso,
    LassoClassifier,
    Ridge,
    RidgeClassifier,
)

ALL = [
    Lasso(),
    ElasticNet(),
    Ridge(),
    LassoClassifier(),
    LassoClassifier(loss="squared_hinge"),
    ElasticNetClassifier(),
    RidgeClassifier(),
    RidgeClassifier(loss="log_loss"),
]
each_estimator = pytest.mark.parametrize("estimator", ALL, ids=repr)


def data(estimator, **options):
    return (load_iris if is_classifier(estimator) else load_diabetes)(return_X_y=True, **options)


@each_estimator
def test_pickle_keeps_everything(estimator):
    X, y = data(estimator)
    model = clone(estimator).fit(X, y)
    again = pickle.loads(pickle.dumps(model))
    assert vars(again).keys() == vars(model).keys()
    np.testing.assert_array_equal(again.predict(X), model.predict(X))


@each_estimator
def test_fitted_state_is_arrays_and_scalars(estimator):
    model = clone(estimator).fit(*data(estimator))
    fitted = {name: value for name, value in vars(model).items() if name not in model.get_params()}
    assert {"coef_", "intercept_", "n_iter_", "dual_gap_", "n_features_in_"} <= fitted.keys()
    assert all(isinstance(value, (np.ndarray, Number, str)) for value in fitted.values()), fitted


@each_estimator
def test_clone_keeps_parameters_and_forgets_the_fit(estimator):
    factor = np.array([1.0, 2.0])
    model = clone(estimator).set_params(alpha=3.0, penalty_factor=factor, bounds=(-1.0, 1.0))
    again = clone(model.set_params(penalty_factor=None).fit(*data(estimator)))
    assert repr(again.get_params()) == repr(model.get_params())
    assert not hasattr(again, "coef_")


@each_estimator
def test_frames_give_names_and_the_same_numbers(estimator):
    X, y = data(estimator, as_frame=True)
    expected = clone(estimator).fit(X.to_numpy(), y.to_numpy())
    for frame in (X, pl.from_pandas(X)):
        model = clone(estimator).fit(frame, y)
        np.testing.assert_allclose(model.coef_, expected.coef_, rtol=1e-10, atol=1e-12)
        names = StandardScaler().fit(frame)  # of an old scikit-learn a polars frame has none
        expected_names = getattr(names, "feature_names_in_", None)
        np.testing.assert_array_equal(getattr(model, "feature_names_in_", None), expected_names)
        assert model.predict(frame).shape == y.shape


@pytest.mark.parametrize("estimator", [Lasso(), LassoClassifier()], ids=repr)
@alike()
def test_grid_search_does_not_depend_on_n_jobs(estimator):
    X, y = data(estimator)
    grid = {f"{type(estimator).__name__.lower()}__alpha": np.geomspace(1e-3, 1.0, 6)}
    pipeline = make_pipeline(StandardScaler(), estimator)
    serial, parallel = (GridSearchCV(pipeline, grid, n_jobs=n_jobs).fit(X, y) for n_jobs in (1, 2))
    assert serial.best_params_ == parallel.best_params_
    for split in range(5):
        name = f"split{split}_test_score"
        np.testing.assert_array_equal(serial.cv_results_[name], parallel.cv_results_[name])
    np.testing.assert_array_equal(serial.predict(X), parallel.predict(X))


@pytest.mark.parametrize(("output", "frame"), [("pandas", pd.DataFrame), ("polars", pl.DataFrame)])
def test_select_from_model_names_the_kept_columns(output, frame):
    X, y = data(Lasso(), as_frame=True, scaled=False)
    selector = SelectFromModel(Lasso(alpha=50.0)).set_output(transform=output)
    kept = selector.fit_transform(X, y)
    assert isinstance(kept, frame)
    assert 0 < len(kept.columns) < X.shape[1]
    assert list(kept.columns) == list(X.columns[selector.estimator_.coef_ != 0.0])


@each_estimator
def test_html_repr_links_to_the_documentation(estimator):
    name = type(estimator).__name__
    assert (
        f"sknormreg.readthedocs.io/en/stable/api/generated/sknormreg.{name}.html" in estimator._repr_html_()
    )
