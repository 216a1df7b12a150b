"""Displays of paths and of cross-validation, and the table of coefficients: what is drawn is the data."""

import os
import pickle
import runpy
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from sklearn import linear_model as theirs
from sklearn.compose import TransformedTargetRegressor, make_column_transformer
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.exceptions import NotFittedError
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.feature_selection import RFE
from sklearn.metrics import make_scorer, mean_absolute_error
from sklearn.model_selection import GridSearchCV, HalvingGridSearchCV, KFold, RandomizedSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import LinearSVC

from sknormreg import (
    ElasticNet,
    Lasso,
    LassoClassifier,
    MagnitudePrunedRegressor,
    PrunedEstimator,
    Ridge,
    one_standard_error,
)
from sknormreg.inspection import CVCurveDisplay, RegularizationPathDisplay, coef_frame
from sknormreg.model_selection import (
    ElasticNetCV,
    LassoClassifierCV,
    LassoCV,
    PathSearchCV,
    RidgeClassifierCV,
    RidgeCV,
    regularization_path,
)

matplotlib.use("agg")
import matplotlib.pyplot as plt
from matplotlib.text import Text

DIABETES = load_diabetes(return_X_y=True, as_frame=True)
CANCER = load_breast_cancer(return_X_y=True, as_frame=True)
IRIS = load_iris(as_frame=True)
SPECIES = IRIS.data, IRIS.target_names[IRIS.target]
PIPELINE = make_pipeline(StandardScaler(), Lasso())
ALPHAS = np.geomspace(30, 0.03, 13)
EXAMPLE = Path(__file__).parent.parent / "examples" / "regularization_paths.py"


@pytest.fixture(autouse=True)
def close():
    yield
    plt.close("all")


def names_beside(ax):
    """(text, its box) of those on the right that are shown, once drawn, from the top down."""
    ax.figure.canvas.draw()
    shown = [(text, Text.get_window_extent(text)) for text in ax.texts if text.get_visible()]
    return sorted(shown, key=lambda pair: -pair[1].y0)


def counts_on_top(ax):
    """x and what is written there."""
    (top,) = ax.child_axes
    ax.figure.canvas.draw()
    return top.get_xticks(), [text.get_text() for text in top.get_xticklabels()]


# Paths


def test_the_lines_are_the_path():
    X, y = DIABETES
    path = regularization_path(Lasso(), StandardScaler().fit_transform(X), y)
    display = RegularizationPathDisplay.from_estimator(PIPELINE, X, y, labels=4)
    assert_array_equal(display.alphas, path.alphas)
    assert_array_equal(display.coefs, path.coefs)
    assert_array_equal(display.n_nonzero, path.n_nonzero)
    assert_array_equal(display.feature_names, X.columns)
    assert not hasattr(PIPELINE[0], "mean_")
    largest = np.argsort(-np.abs(path.coefs).max(axis=1))
    assert list(display.lines_) == list(X.columns[largest[:4]])
    for name, line in display.lines_.items():
        assert_array_equal(line.get_xdata(), path.alphas)
        assert_array_equal(line.get_ydata(), path.coefs[X.columns.get_loc(name)])
    (grey,) = display.ax_.collections
    assert_array_equal([s[:, 1] for s in grey.get_segments()], path.coefs[np.sort(largest[4:])])
    assert display.ax_.get_xscale() == "log"
    assert_allclose(display.ax_.get_xlim(), (path.alphas[0], path.alphas[-1]))
    assert display.figure_ is display.ax_.figure
    assert display.ax_.get_ylabel() == "coefficient"
    assert plt.get_fignums() == [display.figure_.number]


def test_names_stand_beside_the_ends_in_their_order():
    display = RegularizationPathDisplay.from_estimator(PIPELINE, *DIABETES)
    shown = [text for text, _ in names_beside(display.ax_)]
    ends = {name: line.get_ydata()[-1] for name, line in display.lines_.items()}
    assert [text.get_text() for text in shown] == sorted(ends, key=lambda name: -ends[name])
    assert all(text.xy == (1, ends[text.get_text()]) for text in shown)


@pytest.mark.parametrize("size", [(6, 8), (6, 4), (3, 2)])
def test_names_never_overlap(size):
    rng = np.random.default_rng(0)
    coefs = np.cumsum(rng.normal(size=(50, 10)) * np.repeat([0.01, 1.0], 25)[:, None], axis=1)
    figure, ax = plt.subplots(figsize=size, layout="constrained")
    display = RegularizationPathDisplay(alphas=np.geomspace(1, 0.1, 10), coefs=coefs).plot(ax, labels=50)
    shown, boxes = zip(*names_beside(ax), strict=True)
    assert len(boxes) >= 6
    assert all(above.y0 >= below.y1 for above, below in pairwise(boxes))
    assert ax.bbox.y0 <= boxes[-1].y0
    assert boxes[0].y1 <= ax.bbox.y1
    assert max(box.x1 for box in boxes) <= figure.bbox.x1
    assert {text.get_text() for text in shown} == set(list(display.lines_)[: len(boxes)])
    low, high = np.sort(coefs[:, -1])[[10, 40]]
    ax.set_ylim(low, high)
    assert all(low <= text.xy[1] <= high for text, _ in names_beside(ax))
    pickle.loads(pickle.dumps(figure)).canvas.draw()


@given(st.lists(st.floats(0, 100), min_size=1, max_size=8), st.floats(0.1, 10))
def test_spread(places, distance):
    from sknormreg.inspection._end_labels import spread

    places = np.array(places)
    moved = spread(places, distance, 0, 100)
    order = np.argsort(places, kind="stable")
    assert np.all(np.diff(moved[order]) >= distance - 1e-9)
    assert moved.min() >= -1e-9
    assert moved.max() <= 100 + 1e-9
    if np.all(np.diff(places[order]) >= distance):
        assert_allclose(moved, places, atol=1e-9)


@pytest.mark.parametrize("x_axis", ["norm", "df", "n_nonzero"])
def test_other_axes(x_axis):
    path = regularization_path(ElasticNet(), *DIABETES, 20)
    display = RegularizationPathDisplay.from_path(path, x_axis=x_axis, labels=1)
    norms = np.abs(path.coefs).sum(axis=0)
    expected = {"norm": norms / norms[-1], "df": path.df, "n_nonzero": path.n_nonzero}[x_axis]
    (line,) = display.lines_.values()
    assert_allclose(line.get_xdata(), expected)
    assert not display.ax_.xaxis_inverted()
    if x_axis == "n_nonzero":
        assert not display.ax_.child_axes


@pytest.mark.parametrize("alphas", [40, [10, 3, 1, 0.3, 0.1, 0]])
def test_what_is_counted_on_top(alphas):
    path = regularization_path(Lasso(), StandardScaler().fit_transform(DIABETES[0]), DIABETES[1], alphas)
    display = RegularizationPathDisplay.from_path(path)
    x, written = counts_on_top(display.ax_)
    assert len(x) > 3
    counts = dict(zip(path.alphas, path.n_nonzero, strict=True))
    assert written == [str(counts[alpha]) for alpha in x]
    pixels = display.ax_.transData.transform([(alpha, 0) for alpha in x])[:, 0]
    (top,) = display.ax_.child_axes
    assert_allclose(top.transData.transform([(alpha, 0) for alpha in x])[:, 0], pixels)
    assert np.all(np.isfinite(pixels))


def test_degrees_of_freedom_on_top():
    path = regularization_path(Ridge(), *DIABETES, np.geomspace(1000, 0.001, 7))
    display = RegularizationPathDisplay(alphas=path.alphas, coefs=path.coefs, df=path.df)
    _, written = counts_on_top(display.plot(top_axis="df").ax_)
    assert_allclose(np.array(written, dtype=float), path.df[::-1], atol=0.05)
    assert not display.plot(top_axis=None).ax_.child_axes


def test_an_axes_for_each_output():
    pipeline = make_pipeline(StandardScaler(), LassoClassifier())
    display = RegularizationPathDisplay.from_estimator(pipeline, *SPECIES, alphas=20, mark=0.01, labels=2)
    path = regularization_path(
        LassoClassifier(), StandardScaler().fit_transform(SPECIES[0]), SPECIES[1], 20
    )
    assert [ax.get_title() for ax in display.ax_] == list(IRIS.target_names)
    colors = {}
    for k, (ax, lines) in enumerate(zip(display.ax_, display.lines_, strict=True)):
        assert len(lines) == min(2, np.any(path.coefs[k], axis=1).sum())
        for name, line in lines.items():
            assert_array_equal(line.get_ydata(), path.coefs[k, list(IRIS.data.columns).index(name)])
            assert colors.setdefault(name, line.get_color()) == line.get_color()
        assert_array_equal(ax.get_ylim(), display.ax_[0].get_ylim())
    assert [ax.get_ylabel() for ax in display.ax_] == ["coefficient", "", ""]
    assert sum(ax.get_legend() is not None for ax in display.ax_) == 1
    _, axes = plt.subplots(3)
    assert list(display.plot(axes).ax_) == list(axes)
    one = display.plot(axes[0], output="virginica", labels=["petal width (cm)"])
    assert one.ax_ is axes[0]
    assert_array_equal(one.lines_["petal width (cm)"].get_ydata(), path.coefs[2, 3])
    with pytest.raises(ValueError, match=r"3 outputs need 3 axes, got 1: give as many, or choose one"):
        display.plot(axes[0])
    with pytest.raises(ValueError, match=r"one of 'setosa', 'versicolor', 'virginica'; got 'rose'"):
        display.plot(output="rose")


def test_as_many_axes_as_targets():
    coefs = np.random.default_rng(0).normal(size=(4, 3, 5))
    display = RegularizationPathDisplay(alphas=np.arange(1, 6), coefs=coefs).plot(x_axis="norm")
    assert [ax.get_title() for ax in display.ax_] == [f"output {k}" for k in range(4)]
    assert list(display.figure_.axes) == list(display.ax_)
    assert_array_equal(display.lines_[3]["x1"].get_ydata(), coefs[3, 1, ::-1])
    assert list(display.plot(output=2).lines_["x0"].get_ydata()) == list(coefs[2, 0, ::-1])


def test_marks():
    path = regularization_path(Lasso(), *DIABETES)
    display = RegularizationPathDisplay.from_path(path, mark=0.5)
    assert [text.get_text() for text in display.ax_.get_legend().get_texts()] == ["alpha = 0.5"]
    assert any(list(line.get_xdata()) == [0.5, 0.5] for line in display.ax_.lines)
    display.plot(x_axis="norm", mark={"best": path.alphas[50], "1 SE": path.alphas[20]})
    norms = np.abs(path.coefs).sum(axis=0) / np.abs(path.coefs).sum(axis=0).max()
    vertical = [line.get_xdata()[0] for line in display.ax_.lines if len(line.get_xdata()) == 2][1:]
    assert_allclose(vertical, norms[[50, 20]])
    labels = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert labels == [f"best: alpha = {path.alphas[50]:.3g}", f"1 SE: alpha = {path.alphas[20]:.3g}"]
    with pytest.raises(ValueError, match=r"The path runs from 2\.148 to 0\.002148: mark=3 is outside"):
        display.plot(mark=3)


def test_paths_of_other_libraries():
    alphas, coefs, _ = theirs.lasso_path(*DIABETES, alphas=np.geomspace(2.0, 0.01, 20))
    display = RegularizationPathDisplay(alphas=alphas[::-1], coefs=coefs[:, ::-1]).plot(labels=0)
    assert_array_equal(display.coefs, coefs)
    assert display.lines_ == {}
    assert not display.ax_.texts
    assert len(display.ax_.collections[0].get_segments()) == 10
    assert display.plot(labels=["x3"], line_kw={"color": "red"}).lines_["x3"].get_color() == "red"


def test_a_path_that_is_zero_and_one_of_a_single_alpha():
    display = RegularizationPathDisplay.from_estimator(Lasso(), DIABETES[0], np.ones(442), alphas=5)
    assert display.lines_ == {}
    display = RegularizationPathDisplay.from_estimator(Lasso(), *DIABETES, alphas=[0.1], x_axis="norm")
    assert len(display.lines_) == np.count_nonzero(display.coefs)
    RegularizationPathDisplay.from_estimator(Lasso(), *DIABETES, alphas=[0.1]).figure_.canvas.draw()


def test_a_path_that_is_wrong_says_so():
    one = {"alphas": [1, 2], "coefs": [[0, 1]]}
    for change, said in [
        ({"coefs": [[0, 1, 2]]}, r"\(n_features, 2\).*got \(1, 3\)"),
        ({"alphas": [-1, 2]}, r"must not be negative, got -1"),
        ({"feature_names": ["a", "b"]}, r"feature_names must be 1 names, got the shape \(2,\)"),
        ({"output_names": ["a", "b"]}, r"output_names must be 1 names, got the shape \(2,\)"),
        ({"df": [1]}, r"df must have the shape \(2,\) or \(1, 2\), got \(1,\)"),
    ]:
        with pytest.raises(ValueError, match=said):
            RegularizationPathDisplay(**(one | change))
    display = RegularizationPathDisplay(**one)
    for options, said in [
        ({"x_axis": "lambda"}, r"x_axis must be one of .*'norm'.*got 'lambda'"),
        ({"top_axis": "norm"}, r"top_axis must be one of .*'df', None\), got 'norm'"),
        ({"x_axis": "df"}, r"x_axis='df' needs the degrees of freedom"),
        ({"labels": -1}, r"a number or a list of feature names, got -1"),
        ({"labels": "x0"}, r"a number or a list of feature names, got 'x0'"),
        ({"labels": ["x1"]}, r"a number or a list of feature names, got \['x1'\]"),
    ]:
        with pytest.raises(ValueError, match=said):
            display.plot(**options)
    assert not plt.get_fignums()
    with pytest.raises(TypeError, match=r"A linear model of sknormreg is needed"):
        RegularizationPathDisplay.from_estimator(theirs.Lasso(), *DIABETES)


# Curves


def splits(search, score="score"):
    return np.column_stack([search.cv_results_[f"split{i}_test_{score}"] for i in range(search.n_splits_)])


@pytest.mark.parametrize("kind", [GridSearchCV, PathSearchCV])
def test_the_curve_of_a_search(kind):
    X, y = DIABETES
    grid = {"lasso__alpha": np.random.default_rng(0).permutation(ALPHAS)}
    search = kind(PIPELINE, grid, cv=KFold(6), scoring="neg_mean_squared_error").fit(X, y)
    simple = kind(PIPELINE, grid, cv=KFold(6), scoring="neg_mean_squared_error", refit=one_standard_error())
    display = CVCurveDisplay.from_estimator(search)
    order = np.argsort(-grid["lasso__alpha"])
    errors = -splits(search)[order]
    assert_array_equal(display.line_.get_xdata(), ALPHAS)
    assert_allclose(display.line_.get_ydata(), errors.mean(axis=1))
    (bars,) = display.error_.lines[2]
    ends = np.array([segment[:, 1] for segment in bars.get_segments()])
    assert_allclose(np.diff(ends)[:, 0], 2 * errors.std(axis=1, ddof=1) / np.sqrt(6))
    assert display.alpha_min == search.best_params_["lasso__alpha"]
    assert display.alpha_1se == simple.fit(X, y).best_params_["lasso__alpha"] > display.alpha_min
    assert [line.get_xdata()[0] for line in display.marks_] == [display.alpha_min, display.alpha_1se]
    assert display.ax_.get_ylabel() == "mean squared error"
    assert display.ax_.get_xlabel().startswith("alpha (")
    assert display.ax_.xaxis_inverted()
    assert display.ax_.get_xscale() == "log"
    assert not display.ax_.child_axes
    assert CVCurveDisplay.from_estimator(simple).alpha_min == display.alpha_min


def test_the_counts_of_a_search():
    search = GridSearchCV(PIPELINE, {"lasso__alpha": ALPHAS}).fit(*DIABETES)
    display = CVCurveDisplay.from_estimator(search, *DIABETES)
    counts = regularization_path(Lasso(), StandardScaler().fit_transform(DIABETES[0]), DIABETES[1], ALPHAS)
    assert_array_equal(display.n_nonzero, counts.n_nonzero)
    x, written = counts_on_top(display.ax_)
    assert written == [str(counts.n_nonzero[ALPHAS == alpha][0]) for alpha in x]
    best = counts.n_nonzero[ALPHAS == display.alpha_min][0]
    texts = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert texts[0] == f"best: alpha = {display.alpha_min:.3g}, {best} non-zero"
    assert display.ax_.get_ylabel() == "R²"


def test_of_other_parameters_those_of_the_best():
    grid = {"elasticnet__alpha": ALPHAS[::3], "elasticnet__l1_ratio": [0.5, 1.0]}
    pipeline = make_pipeline(StandardScaler(), ElasticNet())
    search = GridSearchCV(pipeline, grid, scoring=["r2", "neg_mean_absolute_error"], refit="r2").fit(
        *DIABETES
    )
    ratio = search.best_params_["elasticnet__l1_ratio"]
    rows = [i for i, one in enumerate(search.cv_results_["params"]) if one["elasticnet__l1_ratio"] == ratio]
    for scoring, label, sign in [
        (None, "R²", 1),
        ("neg_mean_absolute_error", "mean absolute error", -1),
    ]:
        display = CVCurveDisplay.from_estimator(search, scoring=scoring)
        expected = sign * splits(search, scoring or "r2")[rows].mean(axis=1)
        assert_allclose(display.line_.get_ydata(), expected)
        assert display.ax_.get_ylabel() == label
    display = CVCurveDisplay.from_estimator(search, param_name="l1_ratio", larger_is_simpler=False)
    assert_array_equal(display.alphas, [0.5, 1.0])
    assert display.ax_.get_xscale() == "linear"
    with pytest.raises(ValueError, match=r"elasticnet__alpha, elasticnet__l1_ratio: param_name='C' is not"):
        CVCurveDisplay.from_estimator(search, param_name="C")
    with pytest.raises(ValueError, match=r"has the scores r2, neg_mean_absolute_error: say which"):
        CVCurveDisplay.from_estimator(search, scoring="accuracy")


def test_a_c_rises_to_the_right():
    pipeline = make_pipeline(StandardScaler(), theirs.LogisticRegression())
    search = GridSearchCV(pipeline, {"logisticregression__C": [0.01, 0.1, 1, 10]}, refit=False).fit(*CANCER)
    display = CVCurveDisplay.from_estimator(search)
    assert not display.ax_.xaxis_inverted()
    assert display.alpha_1se <= display.alpha_min
    assert display.ax_.get_ylabel() == "accuracy"
    assert display.ax_.get_xlabel().startswith("C (")


def test_halving_ends_with_the_best():
    search = HalvingGridSearchCV(Lasso(), {"alpha": ALPHAS / 30}, cv=3, random_state=0).fit(*DIABETES)
    display = CVCurveDisplay.from_estimator(search)
    results = search.cv_results_
    assert_array_equal(display.alphas, np.unique(ALPHAS / 30)[::-1])
    assert display.alpha_min == search.best_params_["alpha"]
    last = {one["alpha"]: score for one, score in zip(results["params"], splits(search), strict=True)}
    assert_allclose(display.mean_scores, [last[alpha].mean() for alpha in display.alphas])


def test_any_other_search():
    absolute = make_scorer(mean_absolute_error, greater_is_better=False)
    search = RandomizedSearchCV(Lasso(), {"alpha": [0.1, 0.2]}, n_iter=2, scoring=absolute).fit(*DIABETES)
    assert CVCurveDisplay.from_estimator(search).ax_.get_ylabel() == "mean absolute error"
    search = GridSearchCV(Lasso(), {"alpha": [0, 0.1, 1]}, scoring=lambda e, X, y: 1.0).fit(*DIABETES)
    display = CVCurveDisplay.from_estimator(search, score_name="mine")
    assert display.ax_.get_ylabel() == "mine"
    assert display.ax_.get_xscale() == "symlog"
    assert display.ax_.get_legend().get_texts()[0].get_text() == "best: alpha = 0"
    assert CVCurveDisplay.from_estimator(search).ax_.get_ylabel() == "score"
    rows = np.arange(442)
    once = GridSearchCV(Lasso(), {"alpha": [0.1, 1]}, cv=[(rows[:300], rows[300:])]).fit(*DIABETES)
    display = CVCurveDisplay.from_estimator(once)
    assert display.alpha_1se is display.standard_errors is display.error_ is None


@pytest.mark.parametrize(
    ("model", "data", "label"),
    [
        (LassoCV(), DIABETES, "mean squared error"),
        (LassoCV(scoring="r2", cv=3), DIABETES, "R²"),
        (LassoCV(cv="alo"), DIABETES, "mean squared error"),
        (ElasticNetCV(l1_ratio=[0.2, 0.9, 0.5]), DIABETES, "mean squared error"),
        (ElasticNetCV(l1_ratio=[0.2, 0.9, 0.5], alphas=[0.001, 0.1, 0.01]), DIABETES, "mean squared error"),
        (RidgeCV(alphas=[0.1, 1, 10]), DIABETES, "mean squared error"),
        (RidgeCV(alphas=[0.1, 1, 10], cv=4), DIABETES, "R²"),
        (RidgeClassifierCV(alphas=[0.1, 1, 10]), SPECIES, "mean squared error"),
        (LassoClassifierCV(alphas=10), SPECIES, "accuracy"),
        (LassoClassifierCV(alphas=10, scoring="neg_log_loss"), SPECIES, "log loss"),
    ],
    ids=lambda value: f"{value!r:.60}" if hasattr(value, "fit") else "",
)
def test_models_that_choose_their_own_alpha(model, data, label):
    display = CVCurveDisplay.from_estimator(make_pipeline(model).fit(*data))
    row = ... if model.mean_score_path_.ndim == 1 else list(model.l1_ratio).index(model.l1_ratio_)
    alphas = model.alphas_ if model.alphas_.ndim == 1 else model.alphas_[row]
    order = np.argsort(-alphas)
    assert_array_equal(display.alphas, alphas[order])
    assert_array_equal(display.mean_scores, model.mean_score_path_[row][order])
    assert_array_equal(display.standard_errors, model.score_se_path_[row][order])
    assert display.alpha_min == model.alpha_min_
    assert display.alpha_1se == model.alpha_1se_
    assert display.ax_.get_ylabel() == label
    if hasattr(model, "n_nonzero_path_"):
        assert_array_equal(display.n_nonzero, model.n_nonzero_path_[row][order])
        assert display.ax_.child_axes
    assert np.all(display.line_.get_ydata() > 0) or label == "R²"


def test_curves_without_an_error():
    for model, label in [
        (LassoCV(alpha_rule="bic"), "BIC"),
        (RidgeCV(alphas=[0.1, 1, 10], scoring="neg_mean_absolute_error"), "mean absolute error"),
    ]:
        display = CVCurveDisplay.from_estimator(model.fit(*DIABETES))
        assert display.error_ is display.alpha_1se is None
        assert len(display.marks_) == 1
        assert display.alpha_min == model.alpha_
        assert display.ax_.get_ylabel() == label
        assert np.all(display.line_.get_ydata() > 0)


def test_models_of_scikit_learn():
    single = theirs.LassoCV(alphas=np.geomspace(2.0, 0.01, 20)).fit(*DIABETES)
    several = theirs.ElasticNetCV(l1_ratio=[0.5, 0.9], alphas=[1.0, 0.1, 0.01]).fit(*DIABETES)
    for model, mse in [(single, single.mse_path_), (several, several.mse_path_[1])]:
        display = CVCurveDisplay.from_estimator(model)
        assert_array_equal(display.alphas, model.alphas_)
        assert_allclose(display.line_.get_ydata(), mse.mean(axis=1))
        assert display.alpha_min == model.alpha_
        folds = {f"split{i}_test_score": column for i, column in enumerate(-mse.T)}
        chosen = one_standard_error()({"params": [{"alpha": a} for a in model.alphas_], **folds})
        assert display.alpha_1se == model.alphas_[chosen]


def test_scores_and_their_means_give_the_same_curve():
    scores = np.random.default_rng(0).normal(size=(6, 4)) + np.array([0, 1, 2, 2, 1, 0])[:, None]
    scores[0, 2] = np.nan
    of_folds = CVCurveDisplay(alphas=[1, 2, 4, 8, 16, 32], scores=scores)
    means = {
        "mean_scores": scores.mean(axis=1),
        "standard_errors": scores.std(axis=1, ddof=1) / 2,
    }
    of_means = CVCurveDisplay(alphas=[1, 2, 4, 8, 16, 32], **means)
    for a, b in zip(vars(of_folds).values(), vars(of_means).values(), strict=True):
        assert_array_equal(a, b)
    near = (
        means["mean_scores"][::-1]
        >= (np.nanmax(means["mean_scores"]) - of_folds.standard_errors)[np.nanargmax(of_folds.mean_scores)]
    )
    assert of_folds.alpha_1se == of_folds.alphas[near][0]
    given = CVCurveDisplay(alphas=[1, 2], mean_scores=[0, 1], alpha_min=1, alpha_1se=1).plot()
    (text,) = given.ax_.get_legend().get_texts()
    assert text.get_text() == "best, and within 1 SE: alpha = 1"


@pytest.mark.parametrize("style", ["errorbar", "fill_between", None])
def test_error_styles(style):
    display = CVCurveDisplay(alphas=[1, 10, 100], mean_scores=[1, 2, 3], standard_errors=[0.5, 0.5, 0.5])
    _, ax = plt.subplots()
    assert display.plot(ax, error_style=style, line_kw={"color": "red"}) is display
    assert display.ax_ is ax
    assert display.line_.get_color() == "red"
    assert (display.error_ is None) == (style is None)
    if style == "fill_between":
        edges = display.error_.get_paths()[0].vertices[:, 1]
        assert (edges.min(), edges.max()) == (0.5, 3.5)
    assert plt.get_fignums() == [ax.figure.number]
    with pytest.raises(ValueError, match=r"'errorbar'.*'bars'"):
        display.plot(error_style="bars")


def test_several_curves_in_the_same_axes():
    data = {"alphas": [1, 10, 100], "standard_errors": [0.1, 0.1, 0.1]}
    one = CVCurveDisplay(**data, mean_scores=[1, 2, 1], n_nonzero=[3, 2.4, 0], name="one").plot()
    two = CVCurveDisplay(**data, mean_scores=[2, 1, 1], n_nonzero=[5, 4, 0]).plot(one.ax_, name="two")
    assert two.ax_ is one.ax_
    assert counts_on_top(one.ax_)[1] == ["3", "2.4", "0"]
    assert one.ax_.child_axes[0].get_xlabel() == "non-zero coefficients (one)"
    texts = [text.get_text() for text in one.ax_.get_legend().get_texts()]
    assert texts == [
        "one",
        "one, best, and within 1 SE: alpha = 10, 2.4 non-zero",
        "two",
        "two, best, and within 1 SE: alpha = 1, 5 non-zero",
    ]


def test_a_curve_that_is_wrong_says_so():
    for data, said in [
        ({}, r"Either scores or mean_scores"),
        ({"scores": [[1]], "mean_scores": [1]}, r"Either scores or mean_scores"),
        ({"scores": [1, 2]}, r"expected shape \(2, n_folds\), got \(2,\)"),
        ({"mean_scores": [1, 2, 3]}, r"mean_scores must have the shape \(2,\), got \(3,\)"),
        ({"mean_scores": [1, 2], "n_nonzero": [1]}, r"n_nonzero must have the shape \(2,\), got \(1,\)"),
        ({"mean_scores": [np.nan, np.nan]}, r"an alpha with a score that is not NaN"),
    ]:
        with pytest.raises(ValueError, match=said):
            CVCurveDisplay(alphas=[1, 2], **data)
    with pytest.raises(NotFittedError):
        CVCurveDisplay.from_estimator(GridSearchCV(Lasso(), {"alpha": [1, 2]}))
    with pytest.raises(TypeError, match=r"A search with cv_results_ is needed.*got Lasso\(\)"):
        CVCurveDisplay.from_estimator(Lasso().fit(*DIABETES))
    two = np.column_stack([DIABETES[1], DIABETES[1] ** 2])
    with pytest.raises(ValueError, match=r"every target has a curve of its own"):
        CVCurveDisplay.from_estimator(RidgeCV(alpha_per_target=True).fit(DIABETES[0], two))
    grid = {"fit_intercept": [True, False], "selection": ["cyclic", "random"]}
    with pytest.raises(ValueError, match=r"varies are none at all: say which with param_name"):
        CVCurveDisplay.from_estimator(GridSearchCV(Lasso(), grid).fit(*DIABETES))
    grid = {"alpha": [0.1, 1], "max_iter": [500, 1000], "tol": [1e-4, 1e-8]}
    search = GridSearchCV(Lasso(), [grid, {"tol": [1e-8]}]).fit(*DIABETES)
    assert_array_equal(CVCurveDisplay.from_estimator(search).alphas, [1, 0.1])
    assert not plt.get_fignums()[1:]


# Coefficients


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


def test_display_names_after_the_steps_before():
    columns = make_column_transformer((StandardScaler(), ["bmi", "bp"]), ("drop", ["age"]))
    pipeline = make_pipeline("passthrough", columns, make_pipeline(StandardScaler(), Lasso()))
    display = RegularizationPathDisplay.from_estimator(pipeline, *DIABETES, alphas=5)
    assert set(display.lines_) == {"standardscaler__bmi", "standardscaler__bp"}


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


# All of them


@pytest.mark.parametrize(
    "display",
    [
        RegularizationPathDisplay(alphas=[1, 2], coefs=[[0, 1]]),
        CVCurveDisplay(alphas=[1, 2], mean_scores=[0, 1]),
    ],
    ids=lambda display: type(display).__name__,
)
def test_plotting_without_matplotlib_says_what_to_install(display, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match=r"pip install 'sknormreg\[plot\]'"):
        display.plot()


def test_matplotlib_is_imported_when_something_is_plotted(tmp_path):
    environ = {**os.environ, "MPLBACKEND": "agg"}
    script = """
import sys
from sknormreg.inspection import CVCurveDisplay, RegularizationPathDisplay
display = RegularizationPathDisplay(alphas=[1, 2], coefs=[[0, 1]])
CVCurveDisplay(alphas=[1, 2], mean_scores=[0, 1])
assert "matplotlib" not in sys.modules
display.plot()
assert "matplotlib" in sys.modules
"""
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=True, env=environ)


@pytest.mark.slow
def test_the_pictures_of_the_gallery(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", [str(EXAMPLE), "--save", str(tmp_path)])
    runpy.run_path(str(EXAMPLE), run_name="__main__")
    assert {file.name for file in tmp_path.iterdir()} == {"regularization_paths.png", "cv_curve.png"}
    rows = capsys.readouterr().out.splitlines()
    best, simple = (next(row for row in rows if row.startswith(rule)) for rule in ("best", "within"))
    assert int(simple.split()[-1]) < int(best.split()[-1])
    assert sum(row.split()[0] in ("worst", "mean", "radius") for row in rows if row) >= 5
