"""Displays: scores as by cross-validation, and what is drawn."""

import runpy
import sys
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknormreg import CoefficientPruner, MagnitudePrunedClassifier, Ridge
from sknormreg.inspection import PruningCurveDisplay

matplotlib.use("agg")
import matplotlib.pyplot as plt

EXAMPLES = Path(__file__).parent.parent / "examples"


@pytest.fixture(autouse=True)
def close():
    yield
    plt.close("all")


def test_the_curve_is_cross_validated():
    X, y = load_breast_cancer(return_X_y=True)
    pipeline = make_pipeline(StandardScaler(), MagnitudePrunedClassifier())
    sparsity, cv = [0.0, 0.5, 0.9], StratifiedKFold(3)
    display = PruningCurveDisplay.from_estimator(
        pipeline, X, y, sparsity=sparsity, cv=cv, scoring="balanced_accuracy", name="ridge"
    )
    expected = [
        cross_val_score(
            pipeline.set_params(magnitudeprunedclassifier__sparsity=s),
            X,
            y,
            cv=cv,
            scoring="balanced_accuracy",
        )
        for s in sparsity
    ]
    np.testing.assert_array_equal(display.scores, expected)
    np.testing.assert_array_equal(display.line_.get_xdata(), sparsity)
    np.testing.assert_allclose(display.line_.get_ydata(), np.mean(expected, axis=1))
    assert display.ax_.get_ylabel() == "balanced accuracy"
    assert "sparsity" in display.ax_.get_xlabel()
    assert display.figure_ is display.ax_.figure
    assert [text.get_text() for text in display.ax_.get_legend().get_texts()] == ["ridge"]


@pytest.mark.parametrize("style", ["fill_between", "errorbar", None])
def test_spread(style):
    scores = np.array([[0.9, 0.8], [0.5, np.nan]])
    display = PruningCurveDisplay(sparsity=[0.0, 0.5], scores=scores)
    _, ax = plt.subplots()
    assert display.plot(ax, error_style=style, line_kw={"color": "red"}) is display
    assert display.ax_ is ax
    assert (display.error_ is None) == (style is None)
    np.testing.assert_allclose(display.line_.get_ydata(), [0.85, 0.5])
    assert display.line_.get_color() == "red"
    assert ax.get_legend() is None
    if style == "fill_between":
        edges = display.error_.get_paths()[0].vertices[:, 1]
        assert edges.min() == pytest.approx(0.5)
        assert edges.max() == pytest.approx(0.9)


def test_the_standard_error_of_the_folds_that_have_a_score():
    scores = np.array([[-3.0, -2.0, -4.0, np.nan], [-1.0, -1.5, -1.0, -2.0], [np.nan] * 3 + [-1.0]])
    display = PruningCurveDisplay(sparsity=[0.0, 0.5, 0.9], scores=scores, score_name="neg_log_loss").plot()
    (bars,) = display.error_.lines[2]
    ends = np.array([segment[:, 1] for segment in bars.get_segments()])
    by_hand = [np.std(row, ddof=1) / np.sqrt(len(row)) for row in ([3, 2, 4], [1, 1.5, 1, 2])]
    np.testing.assert_allclose(np.diff(ends)[:, 0] / 2, [*by_hand, 0.0])
    np.testing.assert_allclose(display.line_.get_ydata(), [3.0, 1.375, 1.0])
    assert display.ax_.get_ylabel() == "log loss"
    assert PruningCurveDisplay(sparsity=[0.0], scores=[[1.0]]).plot().error_ is None


def test_bad_input_is_named():
    X, y = load_breast_cancer(return_X_y=True)
    with pytest.raises(ValueError, match=r"expected shape \(2, n_folds\), got \(3, 1\)"):
        PruningCurveDisplay(sparsity=[0, 1], scores=[[1], [2], [3]])
    with pytest.raises(ValueError, match=r"'errorbar'.*'bars'"):
        PruningCurveDisplay(sparsity=[0], scores=[[1]]).plot(error_style="bars")
    with pytest.raises(ValueError, match=r"list of one or more fractions, got 0.5"):
        PruningCurveDisplay.from_estimator(MagnitudePrunedClassifier(), X, y, sparsity=0.5)
    with pytest.raises(ValueError, match=r"not several: got sparsity=0.0 and n_features_to_keep=3"):
        PruningCurveDisplay.from_estimator(MagnitudePrunedClassifier(n_features_to_keep=3), X, y)
    with pytest.raises(ValueError, match=r"it has none\. Use param_name"):
        PruningCurveDisplay.from_estimator(LogisticRegression(), X, y)
    two = make_pipeline(CoefficientPruner(Ridge()), MagnitudePrunedClassifier())
    with pytest.raises(
        ValueError, match=r"it has coefficientpruner__sparsity, magnitudeprunedclassifier__sparsity"
    ):
        PruningCurveDisplay.from_estimator(two, X, y)


def test_plotting_without_matplotlib_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match=r"pip install 'sknormreg\[plot\]'"):
        PruningCurveDisplay(sparsity=[0], scores=[[1]]).plot()


@pytest.mark.slow
def test_the_study_of_the_gallery(tmp_path):
    """A small version of it: pruning with a refit beats random features and cuts without a refit."""
    study = runpy.run_path(str(EXAMPLES / "penalise_or_prune.py"))
    X, y = load_breast_cancer(return_X_y=True)
    results = study["study"](X, y, 2)
    mean = {name: np.nanmean(scores, axis=1) for name, scores in results.items()}
    assert all(scores.shape == (len(study["SPARSITY"]), 2) for scores in results.values())
    high = np.array(study["SPARSITY"]) >= 0.8
    assert mean["pruned in 4 steps"][high].mean() > mean["random, refitted"][high].mean()
    assert mean["pruned in 4 steps"][high].mean() > mean["pruned"][high].mean()
    printed = study["table"](results, X.shape[1]).splitlines()
    assert len(printed) == 1 + len(study["SPARSITY"])
    assert len({len(line) for line in printed}) == 1
