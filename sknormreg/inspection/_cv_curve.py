"""The cross-validated score against the strength of the penalty."""

from itertools import cycle

import numpy as np

from ..diagnosis.rules import best_of, mean_and_error, simplest_near
from ._curve_data import curve_data
from ._optional import check_matplotlib
from ._penalty_axis import WEAKER, add_counts, set_strength_scale, short
from ._score_curve import axes_or_new, axis_label, check_error_style, draw_curve

OTHERS = ("--", ":", "-.", (0, (6, 1, 1, 1, 1, 1)))  # how other curves are drawn


class CVCurveDisplay:
    """Cross-validated score against the strength: its mean, one standard error, and what to choose.

    Two strengths are marked: the best, and the strongest penalty within one standard error of it. Where
    other parameters were chosen too, such as `l1_ratio` or `relax`, the curve is that of their values,
    which are named; those of an estimator's other values are drawn without errors. The penalty weakens from
    left to right, as in :class:`RegularizationPathDisplay`. Scores that scikit-learn negates, such as
    "neg_mean_squared_error", are shown as the errors that they are.

    Parameters
    ----------
    alphas : array-like of shape (n_alphas,)
        Strengths, in any order.
    mean_scores : array-like of shape (n_alphas,), default=None
        Mean scores over the folds, greater is better. Not needed with `scores`.
    standard_errors : array-like of shape (n_alphas,), default=None
        Their standard errors. None for a curve without.
    scores : array-like of shape (n_alphas, n_folds), default=None
        The score of each fold, instead of the two. A strength with NaN among them has no mean.
    n_nonzero : array-like of shape (n_alphas,), default=None
        Number of non-zero coefficients, or its mean over the folds.
    alpha_min : float, default=None
        The best strength; None is that with the best mean.
    alpha_1se : float, default=None
        The choice of the rule of one standard error; None is that of
        :func:`~sknormreg.one_standard_error`, if the standard errors are known.
    score_name : str, default=None
        What the score is, by the name that scikit-learn has for it; None is "score".
    param_name : str, default="alpha"
        What the strength is called.
    larger_is_simpler : bool, default=True
        Whether larger values regularise more. False for a C.
    name : str, default=None
        Label of the curve in the legend.
    curve_name : str, default=None
        What was chosen beside the strength, such as "l1_ratio = 0.5".
    others : dict, default=None
        Curves of what was not chosen, by their names: mean scores of shape (n_alphas,), or pairs of
        strengths and mean scores.

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
    other_lines_ : list of matplotlib Line2D
        The means of the `others`.
    marks_ : list of matplotlib Line2D
        The vertical lines at the best strength and at that of one standard error.

    See Also
    --------
    RegularizationPathDisplay : The coefficients along the same axis.
    sknormreg.one_standard_error : The rule, for the `refit` of a search.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.datasets import load_diabetes
    >>> from sklearn.model_selection import GridSearchCV
    >>> from sknormreg import Lasso
    >>> from sknormreg.inspection import CVCurveDisplay
    >>> X, y = load_diabetes(return_X_y=True)
    >>> search = GridSearchCV(Lasso(), {"alpha": np.geomspace(0.001, 1, 31)}).fit(X, y)
    >>> display = CVCurveDisplay.from_estimator(search)
    >>> round(display.alpha_min, 3), round(display.alpha_1se, 3)
    (0.004, 0.251)
    """

    def __init__(
        self, *, alphas, mean_scores=None, standard_errors=None, scores=None, n_nonzero=None,
        alpha_min=None, alpha_1se=None, score_name=None, param_name="alpha", larger_is_simpler=True,
        name=None, curve_name=None, others=None,
    ):  # fmt: skip
        alphas = np.asarray(alphas, dtype=float)
        if (scores is None) == (mean_scores is None):
            raise ValueError("Either scores or mean_scores must be given.")
        if scores is not None:
            scores = np.asarray(scores, dtype=float)
            if scores.ndim != 2 or len(scores) != alphas.size:
                raise ValueError(
                    "scores must have one row per alpha and one column per fold: expected shape "
                    f"({alphas.size}, n_folds), got {scores.shape}."
                )
            mean_scores, errors = mean_and_error(scores)
            standard_errors = errors if scores.shape[1] > 1 else None
        stronger_first = np.argsort(-alphas if larger_is_simpler else alphas, kind="stable")

        def ordered(parameter, values):
            values = None if values is None else np.asarray(values, dtype=float)
            if values is not None and values.shape != alphas.shape:
                raise ValueError(f"{parameter} must have the shape {alphas.shape}, got {values.shape}.")
            return None if values is None else values[stronger_first]

        self.alphas = ordered("alphas", alphas)
        self.mean_scores = ordered("mean_scores", mean_scores)
        self.standard_errors = ordered("standard_errors", standard_errors)
        self.n_nonzero = ordered("n_nonzero", n_nonzero)
        if np.isnan(self.mean_scores).all():
            raise ValueError("There must be an alpha with a score that is not NaN.")
        self.larger_is_simpler = larger_is_simpler
        self.score_name, self.param_name, self.name = score_name, param_name, name
        self.curve_name, self.others = curve_name, {}
        for label, curve in (others or {}).items():
            pair = curve if np.ndim(curve) == 2 else (alphas, curve)
            x, means = (np.asarray(part, dtype=float) for part in pair)
            if x.ndim != 1 or x.shape != means.shape:
                raise ValueError(
                    f"others[{label!r}] must be one mean score per alpha, or a pair of alphas and mean "
                    f"scores, got the shape {np.shape(curve)}."
                )
            order = np.argsort(-x if larger_is_simpler else x, kind="stable")
            self.others[label] = x[order], means[order]
        best = self.alphas[best_of(self.mean_scores)] if alpha_min is None else alpha_min
        simple = self._one_standard_error() if alpha_1se is None else alpha_1se
        self.alpha_min, self.alpha_1se = float(best), None if simple is None else float(simple)

    def _one_standard_error(self):
        if self.standard_errors is None:
            return None
        best = best_of(self.mean_scores)
        strength = self.alphas if self.larger_is_simpler else -self.alphas
        return self.alphas[simplest_near(self.mean_scores, self.standard_errors[best], best, strength)]

    @classmethod
    def from_estimator(
        cls, estimator, X=None, y=None, *, param_name=None, scoring=None, larger_is_simpler=None,
        score_name=None, name=None, ax=None, **plot_kw,
    ):  # fmt: skip
        """Plot what a fitted search or cross-validated estimator has found.

        Parameters
        ----------
        estimator : estimator object
            Fitted: a search with `cv_results_`, such as :class:`~sklearn.model_selection.GridSearchCV`; an
            estimator that cross-validates along its own path, such as LassoCV, of this package or of
            scikit-learn; or a pipeline that ends in one.
        X : {array-like, sparse matrix} of shape (n_samples, n_features), default=None
            Samples. With them the candidates of a search are fitted once more, to count the coefficients
            that are not zero, which a search does not keep.
        y : array-like of shape (n_samples,) or (n_samples, n_targets), default=None
            Target, for the same purpose.
        param_name : str, default=None
            The parameter of a search to plot against; the last part of the name will do where it is the
            only one. None is the only number that varies, or else "alpha". The other parameters are those
            of the best candidate.
        scoring : str, default=None
            Which score of a search, where it has several; None is the one that decides.
        larger_is_simpler : bool, default=None
            Whether larger values of the parameter of a search regularise more. None is what its `refit` by
            :func:`~sknormreg.one_standard_error` says, or that they do unless the parameter is C or
            n_features_to_keep.
        score_name : str, default=None
            What the score is; None is what the estimator says.
        name : str, default=None
            Label of the curve.
        ax : matplotlib Axes, default=None
            Where to plot; None makes a new figure.
        **plot_kw : dict
            Passed to :meth:`plot`.

        Returns
        -------
        CVCurveDisplay
            The display, plotted.
        """
        check_matplotlib()
        data = curve_data(estimator, X, y, param_name, scoring, larger_is_simpler)
        data["score_name"] = score_name or data["score_name"]
        return cls(**data, name=name).plot(ax, **plot_kw)

    def plot(self, ax=None, *, name=None, error_style="errorbar", line_kw=None, error_kw=None):
        """Plot the curve.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to plot; None makes a new figure. Of several curves in the same axes the first one has its
            number of non-zero coefficients on top.
        name : str, default=None
            Label of the curve; None is that of the display.
        error_style : {'errorbar', 'fill_between', None}, default='errorbar'
            How to show one standard error on either side.
        line_kw, error_kw : dict, default=None
            For matplotlib's `plot` of the means, and its `errorbar` or `fill_between`.

        Returns
        -------
        CVCurveDisplay
            Itself.
        """
        check_matplotlib()
        from ._legend import add_legend

        check_error_style(error_style)
        ax = axes_or_new(ax)
        name = self.name if name is None else name
        score, sign = axis_label(self.score_name)
        chosen = _joined(name, self.curve_name and f"{self.curve_name}, chosen")
        self.line_, self.error_ = draw_curve(
            ax, self.alphas, sign * self.mean_scores, self.standard_errors, error_style, chosen,
            line_kw, error_kw,
        )  # fmt: skip
        color = self.line_.get_color()
        self.other_lines_ = [
            ax.plot(alphas, sign * means, linewidth=1, linestyle=style, label=_joined(name, label))[0]
            for (label, (alphas, means)), style in zip(self.others.items(), cycle(OTHERS), strict=False)
        ]
        scale = set_strength_scale(ax, self.alphas, larger_is_simpler=self.larger_is_simpler)
        self.marks_ = [
            ax.axvline(at, color=color, linestyle=style, label=_joined(name, self._mark_label(rule, at)))
            for rule, at, style in self._marks()
        ]
        if self.n_nonzero is not None:
            counted = "non-zero coefficients" + (", mean over folds" if self._counts_are_means else "")
            add_counts(ax, self.alphas, self.n_nonzero, counted + (f" ({name})" if name else ""), scale)
        ax.set_xlabel(f"{self.param_name} {WEAKER}")
        ax.set_ylabel(score)
        add_legend(ax)
        self.ax_, self.figure_ = ax, ax.figure
        return self

    @property
    def _counts_are_means(self):
        return bool(np.any(self.n_nonzero != np.round(self.n_nonzero)))

    def _marks(self):
        if self.alpha_1se == self.alpha_min:
            return [("best, and within 1 SE", self.alpha_min, "--")]
        marks = [("best", self.alpha_min, "--"), ("within 1 SE", self.alpha_1se, ":")]
        return marks if self.alpha_1se is not None else marks[:1]

    def _mark_label(self, rule, at):
        label = f"{rule}: {self.param_name} = {at:.3g}"
        if self.n_nonzero is not None:
            label += f", {short(self.n_nonzero[np.abs(self.alphas - at).argmin()])} non-zero"
            label += " (mean)" if self._counts_are_means else ""
        return label


def _joined(*parts):
    """A label of those that there are."""
    return ", ".join(part for part in parts if part) or None
