"""CVCurveDisplay: what is drawn are the scores."""

from itertools import product

import matplotlib
import numpy as np
import pytest
from ids import named
from numpy.testing import assert_allclose, assert_array_equal
from sklearn import linear_model as theirs
from sklearn.exceptions import NotFittedError
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.metrics import make_scorer, mean_absolute_error
from sklearn.model_selection import GridSearchCV, HalvingGridSearchCV, KFold, RandomizedSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknormreg import ElasticNet, Lasso, one_standard_error
from sknormreg.inspection import CVCurveDisplay
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
from displays import ALPHAS, CANCER, DIABETES, PIPELINE, SPECIES, counts_on_top


@pytest.fixture(autouse=True)
def close():
    yield
    plt.close("all")


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
        (LassoClassifierCV(alphas=10), SPECIES, "log loss"),
        (LassoClassifierCV(alphas=10, loss="squared_hinge"), SPECIES, "accuracy"),
        (LassoClassifierCV(alphas=10, scoring="accuracy"), SPECIES, "accuracy"),
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


@pytest.mark.parametrize(
    ("model", "chosen"),
    [
        (LassoCV(alphas=20, relax=[1.0, 0.0, 0.5]), ["relax"]),
        (LassoCV(alphas=[1.0, 0.1, 0.01], relax=[0.3]), []),
        (ElasticNetCV(alphas=20, relax=[0.0, 1.0]), ["relax"]),
        (ElasticNetCV(alphas=20, l1_ratio=[0.2, 0.9]), ["l1_ratio"]),
        (ElasticNetCV(alphas=20, l1_ratio=[0.2, 0.9, 0.5], relax=[1.0, 0.4]), ["l1_ratio", "relax"]),
        (ElasticNetCV(alphas=[1.0, 0.01], l1_ratio=[0.2, 0.9], relax=[1.0, 0.4]), ["l1_ratio", "relax"]),
        (theirs.ElasticNetCV(l1_ratio=[0.2, 0.9, 0.5]), ["l1_ratio"]),
    ],
    ids=named,
)
def test_each_value_of_what_else_is_chosen_has_its_curve(model, chosen):
    """The scores of every curve are those of cross-validation by hand, at the alpha in its middle."""
    X, y = (part.to_numpy() for part in DIABETES)
    display = CVCurveDisplay.from_estimator(model.fit(X, y))
    picked = ", ".join(f"{name} = {getattr(model, f'{name}_'):g}" for name in chosen)
    values = [[f"{name} = {value:g}" for value in getattr(model, name)] for name in chosen]
    every = {", ".join(parts) for parts in product(*values)}
    assert display.curve_name == (picked or None)
    assert set(display.others) == every - {picked}
    curves = {picked: (display.alphas, display.mean_scores), **display.others}
    lines = dict(zip(display.others, display.other_lines_, strict=True)) | {picked: display.line_}
    for name, (alphas, means) in curves.items():
        here = dict(part.split(" = ") for part in name.split(", ") if part)
        at, ours = alphas.size // 2, [value for key, value in here.items() if key == "relax"]
        kind = ElasticNet if hasattr(model, "l1_ratio") else Lasso
        options = {key: float(value) for key, value in here.items() if key == "l1_ratio"}
        gamma = float(ours[0]) if ours else np.ravel(getattr(model, "relax", None) or 1.0)[0]
        errors = [
            np.mean(
                (y[test] - blended(kind(alphas[at], **options), gamma, X[train], y[train], X[test])) ** 2
            )
            for train, test in KFold(5).split(X)
        ]
        assert_allclose(-means[at], np.mean(errors), rtol=1e-6)
        assert_array_equal(lines[name].get_xdata(), alphas)
        assert_array_equal(lines[name].get_ydata(), -means)
    assert display.alpha_min == model.alpha_
    labels = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert labels[: len(every) * bool(chosen)] == ([f"{picked}, chosen", *display.others] if chosen else [])


def blended(model, gamma, X, y, held):
    """Predictions of the relaxed fit, least squares by numpy."""
    model.fit(X, y)
    kept = np.flatnonzero(model.coef_)
    wide = np.column_stack([np.ones(len(y)), X[:, kept]])
    refitted = np.linalg.lstsq(wide, y, rcond=None)[0]
    free = np.column_stack([np.ones(len(held)), held[:, kept]]) @ refitted
    return gamma * model.predict(held) + (1 - gamma) * free


def test_where_a_callable_chooses_another_curve_than_the_best():
    def last(results):
        return len(results["params"]) - 1

    model = ElasticNetCV(alphas=[1.0, 0.1, 0.01], l1_ratio=[0.9, 0.1], alpha_rule=last).fit(*DIABETES)
    display = CVCurveDisplay.from_estimator(model)
    assert display.curve_name == "l1_ratio = 0.1"
    assert_array_equal(display.mean_scores, model.mean_score_path_[1])
    assert display.alpha_min == display.alphas[np.argmax(model.mean_score_path_[1])]


def test_a_search_names_what_else_it_chose():
    grid = {"elasticnet__alpha": ALPHAS[::4], "elasticnet__l1_ratio": [0.5, 1.0], "elasticnet__tol": [1e-6]}
    search = GridSearchCV(make_pipeline(StandardScaler(), ElasticNet()), grid).fit(*DIABETES)
    display = CVCurveDisplay.from_estimator(search)
    assert display.curve_name == f"l1_ratio = {search.best_params_['elasticnet__l1_ratio']:.3g}"
    first = display.ax_.get_legend().get_texts()[0].get_text()
    assert first == f"{display.curve_name}, chosen"


def test_counts_that_are_means_say_so():
    model = LassoCV(alphas=20).fit(*DIABETES)
    display = CVCurveDisplay.from_estimator(model)
    assert np.any(display.n_nonzero % 1)
    assert display.ax_.child_axes[0].get_xlabel() == "non-zero coefficients, mean over folds"
    texts = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert all(text.endswith(" non-zero (mean)") for text in texts)
    exact = CVCurveDisplay.from_estimator(LassoCV(alphas=20, alpha_rule="bic").fit(*DIABETES))
    assert exact.ax_.child_axes[0].get_xlabel() == "non-zero coefficients"
    assert exact.ax_.get_legend().get_texts()[0].get_text().endswith(" non-zero")


@pytest.mark.parametrize(("size", "number"), [((6.4, 4.8), 4), ((4, 4), 3), ((3, 2.2), 0)])
def test_a_legend_that_would_cover_the_curves_stands_below(size, number):
    """Many entries below wide axes, few below narrow ones."""
    figure, ax = plt.subplots(figsize=size, layout="constrained")
    others = {f"other {k}": [1, 2 + k, 1] for k in range(number)}
    display = CVCurveDisplay(
        alphas=[1, 10, 100], mean_scores=[1, 2, 1], standard_errors=[0.1, 0.5, 0.1], curve_name="this",
        others=others,
    )  # fmt: skip
    display.plot(ax)
    figure.canvas.draw()
    legend = ax.get_legend().get_window_extent()
    assert 0 <= min(legend.x0, legend.y0)
    assert legend.x1 <= figure.bbox.x1
    assert legend.y1 <= ax.xaxis.label.get_window_extent().y0
    assert ax.bbox.height > figure.bbox.height / 3


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
    assert one.ax_.child_axes[0].get_xlabel() == "non-zero coefficients, mean over folds (one)"
    texts = [text.get_text() for text in one.ax_.get_legend().get_texts()]
    assert texts == [
        "one",
        "one, best, and within 1 SE: alpha = 10, 2.4 non-zero (mean)",
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
        ({"mean_scores": [1, 2], "others": {"a": [1]}}, r"others\['a'\] must be .*got the shape \(1,\)"),
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
