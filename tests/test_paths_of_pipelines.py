"""One rule wherever a path is asked for: that of a pipeline is that of its last step."""

import matplotlib
import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn import config_context
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_diabetes, load_iris
from sklearn.decomposition import PCA
from sklearn.feature_selection import SelectKBest, f_regression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from sknormreg import (
    ElasticNet,
    Lasso,
    LassoClassifier,
    StabilitySelection,
    alpha_grid,
    alpha_max,
    regularization_path,
)
from sknormreg.inspection import RegularizationPathDisplay

matplotlib.use("agg")
import matplotlib.pyplot as plt

X, Y = load_diabetes(return_X_y=True, as_frame=True, scaled=False)
WEIGHTS = np.random.default_rng(0).integers(0, 4, size=442).astype(float)
SCALED = StandardScaler().fit_transform(X)
MIXED = X.assign(sex=np.where(X["sex"] > 1, "m", "f"))
COLUMNS = make_column_transformer(
    (StandardScaler(), ["bmi", "bp"]), (OneHotEncoder(), ["sex"]), verbose_feature_names_out=False
)
PIPELINES = {
    "scaled": (make_pipeline(StandardScaler(), Lasso()), X, list(X.columns)),
    "nested": (
        make_pipeline(StandardScaler(), make_pipeline(PCA(3), Lasso())), X, ["pca0", "pca1", "pca2"],
    ),
    "columns": (make_pipeline(COLUMNS, Lasso()), MIXED, ["bmi", "bp", "sex_f", "sex_m"]),
    "selected": (
        make_pipeline(SelectKBest(f_regression, k=2), Lasso()).set_output(transform="pandas"), X,
        ["bmi", "s5"],
    ),
    "nameless": (
        make_pipeline(FunctionTransformer(np.log1p), Lasso()), X.to_numpy(), [f"x{j}" for j in range(10)],
    ),
    "alone": (Pipeline([("model", Lasso())]), X, list(X.columns)),
}  # fmt: skip


def last_name(pipeline):
    name, last = pipeline.steps[-1]
    return f"{name}__{last_name(last)}" if isinstance(last, Pipeline) else f"{name}__alpha"


@pytest.mark.parametrize("name", PIPELINES)
def test_the_path_of_a_pipeline(name):
    """Every model of it is the pipeline fitted, and predicts from what the pipeline is given."""
    pipeline, X, names = PIPELINES[name]
    largest = alpha_max(pipeline, X, Y)
    path = regularization_path(pipeline, X, Y, [0.5 * largest, 0.05 * largest])
    assert list(path.feature_names) == names
    for alpha in (0.5 * largest, 0.2 * largest):
        model = path.at(alpha)
        single = pipeline.set_params(**{last_name(pipeline): alpha}).fit(X, Y)
        assert type(model) is Pipeline
        assert_allclose(model.predict(X), single.predict(X), rtol=1e-7)
    for factor, empty in ((1.0, True), (0.999, False)):
        model = pipeline.set_params(**{last_name(pipeline): factor * largest}).fit(X, Y)
        while isinstance(model, Pipeline):
            model = model[-1]
        assert (not model.coef_.any()) == empty
    assert alpha_grid(pipeline, X, Y, n_alphas=3)[0] == largest


def test_the_pipeline_that_was_given_is_left_alone():
    pipeline = make_pipeline(StandardScaler(), Lasso())
    regularization_path(pipeline, X, Y, 3)
    StabilitySelection(pipeline, n_pairs=1).fit(X, Y)
    assert not hasattr(pipeline[0], "mean_")
    assert not hasattr(pipeline[1], "coef_")


def test_weights_are_those_of_the_model():
    pipeline = make_pipeline(StandardScaler(), ElasticNet())
    found = regularization_path(pipeline, X, Y, 5, l1_ratio=[0.2, 0.9], sample_weight=WEIGHTS)
    for path, ratio in zip(found, (0.2, 0.9), strict=True):
        expected = regularization_path(ElasticNet(l1_ratio=ratio), SCALED, Y, 5, sample_weight=WEIGHTS)
        assert_allclose(path.coefs, expected.coefs, rtol=1e-9, atol=1e-9)
        assert path.at(1.0)[-1].l1_ratio == ratio
    for function in (alpha_max, alpha_grid):
        assert_allclose(
            function(pipeline, X, Y, sample_weight=WEIGHTS),
            function(ElasticNet(), SCALED, Y, sample_weight=WEIGHTS),
        )


def test_the_display_reads_names_and_classes():
    frame, y = load_iris(return_X_y=True, as_frame=True)
    y = np.array(["a", "b", "c"])[y]
    path = regularization_path(make_pipeline(StandardScaler(), LassoClassifier()), frame, y, 5)
    display = RegularizationPathDisplay.from_path(path)
    plt.close("all")
    assert list(display.feature_names) == list(frame.columns)
    assert list(display.output_names) == ["a", "b", "c"]
    assert list(path.to_frame().columns.get_level_values("output").unique()) == ["a", "b", "c"]


def test_stability_selection_fits_the_steps_on_each_half():
    options = {"alphas": [20.0, 5.0, 1.0], "n_pairs": 5, "max_features": 3, "random_state": 0}
    pipeline = make_pipeline(StandardScaler(), Lasso())
    found = StabilitySelection(pipeline, **options).fit(X, Y)

    class Scaled(Lasso):
        def fit(self, X, y):
            return super().fit(StandardScaler().fit_transform(X), y)

    expected = StabilitySelection(Scaled(), **options).fit(X, Y)
    assert_array_equal(found.selection_path_, expected.selection_path_)
    assert list(found.get_feature_names_out()) == list(X.columns[found.support_])
    chosen = StabilitySelection(pipeline, n_pairs=1).fit(X, Y)
    assert_allclose(chosen.alphas_, alpha_grid(pipeline, X, Y, eps=chosen.eps), rtol=1e-12)


def test_stability_selection_hands_weights_to_the_last_step():
    pipeline = make_pipeline(FunctionTransformer(), Lasso())
    options = {"n_pairs": 3, "max_features": 3, "random_state": 0}
    expected = StabilitySelection(Lasso(), **options).fit(SCALED, Y, sample_weight=WEIGHTS)
    found = StabilitySelection(pipeline, **options).fit(SCALED, Y, sample_weight=WEIGHTS)
    assert_array_equal(found.selection_path_, expected.selection_path_)
    with config_context(enable_metadata_routing=True):
        routed = make_pipeline(FunctionTransformer(), Lasso().set_fit_request(sample_weight=True))
        found = StabilitySelection(routed, **options).fit(SCALED, Y, sample_weight=WEIGHTS)
    assert_array_equal(found.selection_path_, expected.selection_path_)


@pytest.mark.parametrize("step", [PCA(3), PCA(10), SelectKBest(f_regression, k=4)], ids=repr)
def test_columns_that_are_not_those_of_the_selector_are_refused(step):
    with pytest.raises(ValueError, match=r"Lasso sees \d+ columns that the steps before it make of 10"):
        StabilitySelection(make_pipeline(step, Lasso()), n_pairs=1, alphas=[1.0, 0.5]).fit(SCALED, Y)


def test_a_frame_of_coefficients_has_the_names():
    path = regularization_path(PIPELINES["columns"][0], MIXED, Y, 3)
    assert list(path.to_frame().columns) == ["intercept", "bmi", "bp", "sex_f", "sex_m"]
    assert isinstance(path.to_frame(), pd.DataFrame)
