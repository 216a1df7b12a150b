"""Names of targets and classes: kept by a fit, and shown with the coefficients."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from displays import DIABETES, SPECIES
from ids import named
from sklearn import linear_model as theirs
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknormreg import (
    ElasticNet,
    ElasticNetCV,
    Lasso,
    LassoClassifier,
    LassoCV,
    MagnitudePrunedRegressor,
    PathSearchCV,
    PrunedEstimator,
    Ridge,
    RidgeClassifier,
    RidgeClassifierCV,
    RidgeCV,
    regularization_path,
)
from sknormreg.inspection import coef_frame

X, y = DIABETES
TARGETS = pd.DataFrame({"progress": y, "change": -(y**0.5), "log": np.log(y)})
OVER = (TARGETS > TARGETS.median()).astype(int)
MODELS = [
    Lasso(),
    ElasticNet(),
    Ridge(),
    LassoCV(alphas=5, cv=3),
    ElasticNetCV(alphas=5, cv=3, scoring="r2"),
    RidgeCV(),
    MagnitudePrunedRegressor(),
    PrunedEstimator(Ridge(), sparsity=0.5),
]


@pytest.mark.parametrize("model", MODELS, ids=named)
def test_of_targets(model):
    fitted = clone(model).fit(X, TARGETS)
    assert fitted.target_names_in_.tolist() == list(TARGETS.columns)
    frame = coef_frame(fitted)
    for name, row in zip(TARGETS, fitted.coef_, strict=True):
        np.testing.assert_array_equal(frame[name], row)
    assert fitted.fit(X, TARGETS["log"]).target_names_in_.tolist() == ["log"]
    frame = coef_frame(fitted)
    assert (list(frame.columns), frame.columns.name) == (["coef"], "log")
    for nameless in (TARGETS.to_numpy(), TARGETS.set_axis([1, 2, 3], axis=1), TARGETS.to_numpy().tolist()):
        assert not hasattr(fitted.fit(X, nameless), "target_names_in_")
        assert list(coef_frame(fitted).columns) == [0, 1, 2]
    assert clone(model).fit(X, pl.from_pandas(TARGETS)).target_names_in_.tolist() == list(TARGETS.columns)


@pytest.mark.parametrize("model", [RidgeClassifier(), RidgeClassifierCV()], ids=named)
def test_of_labels_that_do_not_exclude_each_other(model):
    assert list(coef_frame(model.fit(X, OVER)).columns) == list(TARGETS.columns)


@pytest.mark.parametrize("search", [GridSearchCV, PathSearchCV])
def test_inside_of_searches_and_pipelines(search):
    pipeline = make_pipeline(StandardScaler(), Lasso())
    found = search(pipeline, {"lasso__alpha": [0.1, 1.0]}, cv=2).fit(X, TARGETS)
    assert list(coef_frame(found).columns) == list(TARGETS.columns)


def test_of_classes():
    assert list(coef_frame(LassoClassifier(0.01).fit(*SPECIES)).columns) == list(np.unique(SPECIES[1]))
    two = SPECIES[1] != "setosa"
    labels = SPECIES[1][two]
    for kinds, said in [(labels, "virginica"), (np.where(labels == "virginica", 7, 4), "class 7")]:
        frame = coef_frame(LassoClassifier(0.01).fit(SPECIES[0][two], kinds))
        assert (list(frame.columns), frame.columns.name) == (["coef"], said)
    assert coef_frame(theirs.LogisticRegression().fit(X, y > 100)).columns.name == "class True"
    assert coef_frame(theirs.Ridge().fit(X, y)).columns.name is None


def test_of_paths():
    path = regularization_path(Lasso(), X, TARGETS, 3)
    assert path.output_names.tolist() == list(TARGETS.columns)
    assert path.to_frame().columns.get_level_values("output").unique().tolist() == list(TARGETS.columns)
    assert path.at(1.0).target_names_in_.tolist() == list(TARGETS.columns)
    assert regularization_path(Lasso(), X, TARGETS.to_numpy(), 3).output_names.tolist() == [0, 1, 2]
    path = regularization_path(LassoClassifier(), *SPECIES, 3)
    assert path.output_names.tolist() == list(np.unique(SPECIES[1]))


def test_alphas_by_the_names_of_targets():
    alphas = {"log": 3.0, "progress": 0.1, "change": 20.0}
    by_position = Ridge([0.1, 20.0, 3.0]).fit(X, TARGETS.to_numpy())
    for given in (alphas, pd.Series(alphas)):
        np.testing.assert_allclose(Ridge(given).fit(X, TARGETS).coef_, by_position.coef_)
    classes = RidgeClassifier({"versicolor": 5.0, "setosa": 0.1, "virginica": 1.0}).fit(*SPECIES)
    np.testing.assert_allclose(classes.coef_, RidgeClassifier([0.1, 5.0, 1.0]).fit(*SPECIES).coef_)
    for given, data, said in [
        (alphas, TARGETS.to_numpy(), r"alpha is given by names .*, but y has none"),
        ({**alphas, "chang": 1.0}, TARGETS, r"no columns of y: 'chang'\. Did you mean 'change'"),
        ({"log": 1.0}, TARGETS, r"alpha must be finite and non-negative, got \{'log'"),
    ]:
        with pytest.raises(ValueError, match=said):
            Ridge(given).fit(X, data)
    with pytest.raises(ValueError, match=r"alpha must be one number with loss='log_loss'"):
        RidgeClassifier({"setosa": 1.0}, loss="log_loss").fit(*SPECIES)
