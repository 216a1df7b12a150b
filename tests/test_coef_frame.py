"""The table of coefficients, by the names of the features that the model saw."""

import sys

import numpy as np
import pandas as pd
import pytest
from displays import DIABETES, SPECIES
from numpy.testing import assert_array_equal
from sklearn import linear_model as theirs
from sklearn.compose import TransformedTargetRegressor, make_column_transformer
from sklearn.exceptions import NotFittedError
from sklearn.feature_selection import RFE
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import LinearSVC

from sknormreg import (
    Lasso,
    LassoClassifier,
    MagnitudePrunedRegressor,
    PrunedEstimator,
    Ridge,
    regularization_path,
)
from sknormreg.inspection import coef_frame
from sknormreg.model_selection import LassoCV


def test_names_after_the_steps_before():
    X, y = DIABETES
    columns = make_column_transformer((StandardScaler(), ["bmi", "bp"]), ("drop", ["age"]))
    model = make_pipeline(columns, Lasso()).fit(X, y)
    frame = coef_frame(model)
    assert list(frame.index) == ["standardscaler__bmi", "standardscaler__bp"]
    assert list(frame.columns) == ["coef"]
    assert_array_equal(frame["coef"], model[-1].coef_)
    nested = make_pipeline(StandardScaler(), make_pipeline(StandardScaler(), Lasso()))
    search = GridSearchCV(nested, {"pipeline__lasso__alpha": [0.1, 1]}).fit(X, y)
    assert list(coef_frame(search).index) == list(X.columns)
    silent = make_pipeline(FunctionTransformer(np.asarray), Lasso()).fit(X, y)
    assert list(coef_frame(silent).index) == [f"x{j}" for j in range(10)]
    assert list(coef_frame(make_pipeline("passthrough", Lasso()).fit(X.to_numpy(), y)).index[:2]) == [
        "x0",
        "x1",
    ]


@pytest.mark.parametrize(
    "model",
    [
        Lasso(),
        theirs.Lasso(),
        TransformedTargetRegressor(Lasso(), func=np.log, inverse_func=np.exp),
        MagnitudePrunedRegressor(),
        PrunedEstimator(Lasso(0.01)),
        LassoCV(),
        GridSearchCV(Lasso(), {"alpha": [0.1, 1]}),
    ],
    ids=lambda model: type(model).__name__,
)
def test_any_model(model):
    frame = coef_frame(model.fit(*DIABETES))
    for inner in ("best_estimator_", "regressor_", "estimator_"):
        model = getattr(model, inner, model)
    assert list(frame.index) == list(DIABETES[0].columns)
    assert_array_equal(frame["coef"], model.coef_)


def test_options_of_the_frame():
    X, y = DIABETES
    model = Lasso(0.5).fit(X, y)
    coef = pd.Series(model.coef_, index=X.columns)
    kept = coef_frame(model, sort=True, drop_zeros=True, intercept=True)["coef"]
    assert 0 < len(kept) - 1 < 10
    assert kept.index[0] == "intercept"
    assert kept.iloc[0] == model.intercept_
    expected = coef[coef != 0].sort_values(key=np.abs, ascending=False)
    assert list(kept.index[1:]) == list(expected.index)
    assert_array_equal(kept.iloc[1:], expected)
    assert list(coef_frame(model).index) == list(X.columns)


def test_columns_of_the_frame():
    X, y = SPECIES
    model = LassoClassifier(0.1).fit(X, y)
    frame = coef_frame(model, sort=True, intercept=True)
    assert list(frame.columns) == list(model.classes_)
    assert_array_equal(frame.loc["intercept"], model.intercept_)
    assert_array_equal(frame.loc["petal width (cm)"], model.coef_[:, 3])
    magnitude = frame.iloc[1:].abs().max(axis=1)
    assert list(magnitude) == sorted(magnitude, reverse=True)
    targets = np.column_stack([DIABETES[1], -DIABETES[1]])
    assert list(coef_frame(Ridge().fit(DIABETES[0], targets)).columns) == [0, 1]
    sparse = LinearSVC(C=0.01, random_state=0).fit(*SPECIES)
    dense = coef_frame(sparse)
    pd.testing.assert_frame_equal(coef_frame(sparse.sparsify()), dense)


def test_what_has_no_coefficients_says_so():
    with pytest.raises(NotFittedError):
        coef_frame(make_pipeline(StandardScaler(), Lasso()))
    for model in (RFE(theirs.Lasso()), make_pipeline(StandardScaler())):
        with pytest.raises(TypeError, match=r"A fitted model with coef_ is needed, got (RFE|Pipeline)"):
            coef_frame(model.fit(*DIABETES))


def test_a_table_without_pandas_says_what_to_install(monkeypatch):
    model, path = Lasso().fit(*DIABETES), regularization_path(Lasso(), *DIABETES, 2)
    monkeypatch.setitem(sys.modules, "pandas", None)
    for table in (lambda: coef_frame(model), path.to_frame):
        with pytest.raises(ImportError, match=r"pip install 'sknormreg\[frames\]'"):
            table()
