"""The score of a pruned model against how much of it was pruned."""

import numpy as np
from sklearn.base import is_classifier, is_regressor
from sklearn.model_selection import validation_curve

SPARSITY = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
_STYLES = ("fill_between", "errorbar", None)


class PruningCurveDisplay:
    """Score against sparsity: mean over folds, and their standard deviation.

    Make one by :meth:`from_estimator`, or of scores from elsewhere, and plot several into the same axes to
    compare them.

    Parameters
    ----------
    sparsity : array-like of shape (n_points,)
        Fractions of the features or weights that were removed.
    scores : array-like of shape (n_points, n_folds)
        Scores on held-out data, one column per fold or seed. NaN is left out.
    score_name : str, default=None
        What the score is; None is "score".
    name : str, default=None
        Label of the curve in the legend.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Where it was plotted.
    figure_ : matplotlib Figure
        Its figure.
    line_ : matplotlib Line2D
        The mean; with ``std_display_style="errorbar"`` that of the error bars.
    band_ : matplotlib artist or None
        The filled band, or the container of error bars.

    Examples
    --------
    >>> from sklearn.datasets import load_breast_cancer
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from sknormreg import MagnitudePrunedClassifier
    >>> from sknormreg.inspection import PruningCurveDisplay
    >>> X, y = load_breast_cancer(return_X_y=True)
    >>> pipeline = make_pipeline(StandardScaler(), MagnitudePrunedClassifier())
    >>> display = PruningCurveDisplay.from_estimator(pipeline, X, y, sparsity=[0.0, 0.5, 0.9])
    >>> display.scores.shape
    (3, 5)
    """

    def __init__(self, *, sparsity, scores, score_name=None, name=None):
        self.sparsity = np.asarray(sparsity, dtype=float)
        self.scores = np.asarray(scores, dtype=float)
        if self.scores.ndim != 2 or len(self.scores) != self.sparsity.size:
            raise ValueError(
                "scores must have one row per sparsity and one column per fold: expected shape "
                f"({self.sparsity.size}, n_folds), got {self.scores.shape}."
            )
        self.score_name = score_name
        self.name = name

    @classmethod
    def from_estimator(
        cls,
        estimator,
        X,
        y,
        *,
        sparsity=SPARSITY,
        param_name=None,
        cv=None,
        scoring=None,
        n_jobs=None,
        params=None,
        score_name=None,
        name=None,
        ax=None,
        **plot_kw,
    ):
        """Cross-validate an estimator at each sparsity, and plot the curve.

        Parameters
        ----------
        estimator : estimator object
            A pruned model or a pipeline with one: anything with a parameter `sparsity`.
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples.
        y : array-like of shape (n_samples,)
            Target.
        sparsity : array-like of float in [0, 1), default=(0, 0.1, ..., 0.9, 0.95, 0.99)
            Where to evaluate.
        param_name : str, default=None
            The parameter that holds the sparsity; None finds the one that is called so.
        cv : int, cross-validation generator or iterable, default=None
            Folds; None is five.
        scoring : str or callable, default=None
            The score; None is that of the estimator.
        n_jobs : int, default=None
            Fits in parallel.
        params : dict, default=None
            Passed to `fit`, such as {"sample_weight": weights}.
        score_name : str, default=None
            Label of the axis; None is the name of `scoring`, or accuracy or R².
        name : str, default=None
            Label of the curve.
        ax : matplotlib Axes, default=None
            Where to plot; None makes a new figure.
        **plot_kw : dict
            Passed to :meth:`plot`.

        Returns
        -------
        PruningCurveDisplay
            The display, plotted.
        """
        check_matplotlib()
        if np.ndim(sparsity) != 1 or np.size(sparsity) == 0:
            raise ValueError(f"sparsity must be a list of one or more fractions, got {sparsity!r}.")
        _, scores = validation_curve(
            estimator, X, y, param_name=param_name or find_parameter(estimator),
            param_range=list(sparsity), cv=cv, scoring=scoring, n_jobs=n_jobs, params=params,
            error_score="raise",
        )  # fmt: skip
        score_name = score_name or name_of_score(estimator, scoring)
        made = cls(sparsity=sparsity, scores=scores, score_name=score_name, name=name)
        return made.plot(ax=ax, **plot_kw)

    def plot(
        self, ax=None, *, name=None, std_display_style="fill_between", line_kw=None, fill_between_kw=None,
        errorbar_kw=None,
    ):  # fmt: skip
        """Plot the curve.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to plot; None makes a new figure.
        name : str, default=None
            Label of the curve; None is that of the display.
        std_display_style : {'fill_between', 'errorbar', None}, default='fill_between'
            How to show one standard deviation on either side.
        line_kw, fill_between_kw, errorbar_kw : dict, default=None
            For matplotlib's `plot`, `fill_between` and `errorbar`.

        Returns
        -------
        PruningCurveDisplay
            Itself.
        """
        check_matplotlib()
        import matplotlib.pyplot as plt

        if std_display_style not in _STYLES:
            raise ValueError(f"std_display_style must be one of {_STYLES}, got {std_display_style!r}.")
        if ax is None:
            _, ax = plt.subplots()
        mean, spread = np.nanmean(self.scores, axis=1), np.nanstd(self.scores, axis=1)
        label = self.name if name is None else name
        line_kw = {"label": label, "marker": "o", "markersize": 3, **(line_kw or {})}
        if std_display_style == "errorbar":
            self.band_ = ax.errorbar(
                self.sparsity, mean, spread, **{"capsize": 2, **line_kw, **(errorbar_kw or {})}
            )
            self.line_ = self.band_.lines[0]
        else:
            (self.line_,) = ax.plot(self.sparsity, mean, **line_kw)
            self.band_ = None
            if std_display_style == "fill_between":
                shade = {"alpha": 0.2, "linewidth": 0, "color": self.line_.get_color()}
                self.band_ = ax.fill_between(
                    self.sparsity, mean - spread, mean + spread, **{**shade, **(fill_between_kw or {})}
                )
        ax.set_xlabel("sparsity (fraction removed)")
        ax.set_ylabel(self.score_name or "score")
        if ax.get_legend_handles_labels()[1]:
            ax.legend()
        self.ax_, self.figure_ = ax, ax.figure
        return self


def name_of_score(estimator, scoring):
    if isinstance(scoring, str):
        return scoring.replace("neg_", "negative ", 1).replace("_", " ")
    if scoring is None:
        return "accuracy" if is_classifier(estimator) else "R²" if is_regressor(estimator) else None
    return None


def find_parameter(estimator):
    """The name of its one parameter `sparsity`, wherever inside it that is."""
    found = [name for name in estimator.get_params() if name.rpartition("__")[2] == "sparsity"]
    if len(found) != 1:
        said = f"it has {', '.join(found)}" if found else "it has none"
        raise ValueError(
            f"{type(estimator).__name__} should have one parameter sparsity: {said}. Use param_name."
        )
    return found[0]


def check_matplotlib():
    try:
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise ImportError("Plotting needs matplotlib: pip install 'sknormreg[plot]'.") from error
