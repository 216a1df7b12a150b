"""RegularizationPathDisplay: what is drawn is the path."""

import pickle
from itertools import pairwise

import matplotlib
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from sklearn import linear_model as theirs
from sklearn.compose import make_column_transformer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknormreg import ElasticNet, Lasso, LassoClassifier, Ridge
from sknormreg.inspection import RegularizationPathDisplay
from sknormreg.model_selection import regularization_path

matplotlib.use("agg")
import matplotlib.pyplot as plt
from displays import DIABETES, IRIS, PIPELINE, SPECIES, counts_on_top
from matplotlib.colors import to_rgb
from matplotlib.text import Text

from sknormreg.inspection._end_labels import EndLabels, spread, without_common


@pytest.fixture(autouse=True)
def close():
    yield
    plt.close("all")


def names_beside(ax):
    """(text, its box) of those on the right that are shown, once drawn, from the top down."""
    ax.figure.canvas.draw()
    shown = [(text, Text.get_window_extent(text)) for text in ax.texts if text.get_visible()]
    return sorted(shown, key=lambda pair: -pair[1].y0)


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


def test_names_without_room_are_counted():
    coefs = np.cumsum(np.random.default_rng(1).random((40, 10)), axis=1)
    display = RegularizationPathDisplay(alphas=np.geomspace(1, 0.1, 10), coefs=coefs)
    figure, ax = plt.subplots(figsize=(3, 2.2), layout="constrained")
    display.plot(ax, labels=30)
    shown, boxes = zip(*names_beside(ax), strict=True)
    (labels,) = (child for child in ax.get_children() if isinstance(child, EndLabels))
    assert labels.more.get_text() == f"+ {30 - len(shown)} more"
    assert labels.more.get_window_extent().y1 <= boxes[-1].y0
    figure.set_size_inches(3, 12)
    assert len(names_beside(ax)) == 30
    assert not labels.more.get_visible()


@pytest.mark.parametrize("size", [(3, 2.2), (6.4, 4.8)])
@pytest.mark.parametrize(
    "named",
    [
        lambda name: f"columntransformer__measurement of {name} at the first visit",
        lambda name: f"{name} of the patient, as measured at home, in units of the laboratory",
        lambda name: name * 30,
    ],
    ids=["same words", "same end", "one word"],
)
def test_long_names_leave_the_axes_room(named, size):
    X, y = DIABETES
    figure, ax = plt.subplots(figsize=size, layout="constrained")
    pipeline = make_pipeline(StandardScaler(), Lasso())
    display = RegularizationPathDisplay.from_estimator(pipeline, X.rename(columns=named), y, ax=ax)
    shown, boxes = zip(*names_beside(ax), strict=True)
    assert ax.bbox.width > 0.4 * figure.bbox.width
    assert max(box.x1 for box in boxes) <= figure.bbox.x1
    texts = [text.get_text() for text in shown]
    assert len(set(texts)) == len(texts)
    assert all(any(name in text for name in X.columns) for text in texts)
    assert set(display.lines_) == set(map(named, X.columns))


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["a_b", "a_c"], ["…b", "…c"]),
        (["x of y", "z of y"], ["x…", "z…"]),
        (["a b", "a b c"], ["…b", "…b c"]),
        (["mean", "meaning"], ["mean", "meaning"]),
        (["one"], ["one"]),
        (["pre__s1__post", "pre__s10__post"], ["…s1…", "…s10…"]),
    ],
)
def test_without_common(names, expected):
    assert without_common(names) == expected


@pytest.mark.parametrize("style", ["default", "dark_background", "ggplot"])
def test_all_that_is_drawn_can_be_seen(style):
    """By the contrast of luminances of the guidelines for web content."""
    with plt.style.context(style):
        display = RegularizationPathDisplay.from_estimator(PIPELINE, *DIABETES, mark={"this": 1.0})
        figure, ax = display.figure_, display.ax_
        shown = names_beside(ax)

    def luminance(color):
        rgb = np.array(to_rgb(color))
        linear = np.where(rgb <= 0.03928, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
        return linear @ [0.2126, 0.7152, 0.0722]

    def contrast(color, ground):
        bright, dim = sorted((luminance(color), luminance(ground)), reverse=True)
        return (bright + 0.05) / (dim + 0.05)

    for line in [*ax.lines, *display.lines_.values()]:
        assert contrast(line.get_color(), ax.get_facecolor()) > 1.7, line.get_color()
    for text, _ in shown:
        assert contrast(text.get_color(), figure.get_facecolor()) > 3, text


def test_degrees_of_freedom_on_top_where_all_coefficients_stay():
    X, y = DIABETES
    alphas = np.geomspace(1e5, 0.1, 20)
    display = RegularizationPathDisplay.from_estimator(Ridge(), X, y, alphas=alphas)
    assert display.ax_.child_axes[0].get_xlabel() == "effective degrees of freedom"
    centred = X.to_numpy() - X.to_numpy().mean(axis=0)
    squares = np.linalg.svd(centred, compute_uv=False) ** 2
    assert_allclose(display.df, [np.sum(squares / (squares + alpha)) for alpha in alphas])
    for ax in (
        RegularizationPathDisplay(alphas=display.alphas, coefs=display.coefs).plot().ax_,
        RegularizationPathDisplay.from_estimator(Lasso(), X, y).ax_,
        display.plot(top_axis="n_nonzero").ax_,
    ):
        assert ax.child_axes[0].get_xlabel() == "non-zero coefficients"


def test_names_of_targets_and_of_two_classes():
    X, y = DIABETES
    targets = y.to_frame("progress").assign(change=-(y**2))
    display = RegularizationPathDisplay.from_estimator(Lasso(), X, targets, alphas=5)
    assert [ax.get_title() for ax in display.ax_] == ["progress", "change"]
    assert display.plot(output="change").ax_.get_ylabel() == "coefficient"
    for labels, said in [(np.where(y > 100, "worse", "better"), "worse"), (1 * (y > 100), "class 1")]:
        display = RegularizationPathDisplay.from_estimator(LassoClassifier(), X, labels, alphas=5)
        assert display.ax_.get_ylabel() == f"coefficient for {said}"
    three = RegularizationPathDisplay.from_estimator(
        LassoClassifier(), X, np.digitize(y, [90, 200]), alphas=5
    )
    assert [ax.get_title() for ax in three.ax_] == ["class 0", "class 1", "class 2"]


@given(st.lists(st.floats(0, 100), min_size=1, max_size=8), st.floats(0.1, 10))
def test_spread(places, distance):
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
    rising = [i for i, value in enumerate(expected) if np.all(value <= expected[i:])]
    assert_allclose(line.get_xdata(), expected[rising])
    (feature,) = (i for i, name in enumerate(path.feature_names) if name in display.lines_)
    assert_array_equal(line.get_ydata(), path.coefs[feature, rising])
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
    coefs = np.cumsum(np.random.default_rng(0).random((4, 3, 5)), axis=2)[..., ::-1]
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
    with pytest.raises(ValueError, match=r"The path runs from 2\.148 to 0\.0002148: mark=3 is outside"):
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


def test_display_names_after_the_steps_before():
    columns = make_column_transformer((StandardScaler(), ["bmi", "bp"]), ("drop", ["age"]))
    pipeline = make_pipeline("passthrough", columns, make_pipeline(StandardScaler(), Lasso()))
    display = RegularizationPathDisplay.from_estimator(pipeline, *DIABETES, alphas=5)
    assert set(display.lines_) == {"standardscaler__bmi", "standardscaler__bp"}
