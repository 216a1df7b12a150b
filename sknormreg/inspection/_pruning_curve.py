"""The score of a pruned model against how much of it was pruned."""

import numpy as np
from sklearn.base import is_classifier, is_regressor
from sklearn.model_selection import validation_curve

from ._curve_data import score_name as name_of_scorer
from ._optional import check_matplotlib
from ._score_curve import axes_or_new, axis_label, check_error_style, draw_curve, mean_and_error

SPARSITY = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)


class PruningCurveDisplay:
    """Score against sparsity: its mean over folds, and one standard error.

    Make one by :meth:`from_estimator`, or of scores from elsewhere, and plot several into the same axes to
    compare them. Scores that scikit-learn negates, such as "neg_mean_squared_error", are shown as the
    errors that they are.

    Parameters
    ----------
    sparsity : array-like of shape (n_points,)
        Fractions of the features or weights that were removed.
    scores : array-like of shape (n_points, n_folds)
        Scores on held-out data, one column per fold or seed. NaN is left out.
    score_name : str, default=None
        What the score is, by the name that scikit-learn has for it; None is "score".
    name : str, default=None
        Label of the curve in the legend.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Where it was plotted.
    figure_ : matplotlib Figure
        Its figure.
    line_ : matplotlib Line2D
        The means.
    error_ : matplotlib artist or None
        The container of the error bars, or the filled band.

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
            What the score is; None is the name of `scoring`, or accuracy or R².
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
        self, ax=None, *, name=None, error_style="errorbar", line_kw=None, error_kw=None
    ):  # fmt: skip
        """Plot the curve.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to plot; None makes a new figure.
        name : str, default=None
            Label of the curve; None is that of the display.
        error_style : {'errorbar', 'fill_between', None}, default='errorbar'
            How to show one standard error on either side.
        line_kw, error_kw : dict, default=None
            For matplotlib's `plot` of the means, and its `errorbar` or `fill_between`.

        Returns
        -------
        PruningCurveDisplay
            Itself.
        """
        check_matplotlib()
        from ._legend import add_legend

        check_error_style(error_style)
        ax = axes_or_new(ax)
        score, sign = axis_label(self.score_name)
        mean, error = mean_and_error(self.scores)
        label = self.name if name is None else name
        self.line_, self.error_ = draw_curve(
            ax, self.sparsity, sign * mean, error, error_style, label, line_kw, error_kw
        )
        ax.set_xlabel("sparsity (fraction removed)")
        ax.set_ylabel(score)
        add_legend(ax)
        self.ax_, self.figure_ = ax, ax.figure
        return self


def name_of_score(estimator, scoring):
    """By scikit-learn's names."""
    if scoring is None:
        return "accuracy" if is_classifier(estimator) else "r2" if is_regressor(estimator) else None
    return name_of_scorer(scoring)


def find_parameter(estimator):
    """The name of its one parameter `sparsity`, wherever inside it that is."""
    found = [name for name in estimator.get_params() if name.rpartition("__")[2] == "sparsity"]
    if len(found) != 1:
        said = f"it has {', '.join(found)}" if found else "it has none"
        raise ValueError(
            f"{type(estimator).__name__} should have one parameter sparsity: {said}. Use param_name."
        )
    return found[0]
