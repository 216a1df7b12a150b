"""Coefficients against the strength of the penalty."""

from itertools import cycle

import numpy as np

from ..model_selection import regularization_path
from ._feature_names import kind_of_output, numbered, output_title
from ._optional import check_matplotlib
from ._penalty_axis import WEAKER, add_counts, set_strength_scale

AXIS_LABELS = {
    "alpha": f"alpha {WEAKER}",
    "norm": "L1 norm, as a fraction of the largest",
    "df": "effective degrees of freedom",
    "n_nonzero": "non-zero coefficients",
}


class RegularizationPathDisplay:
    """Coefficients as the penalty weakens, the largest with their names beside the lines.

    The penalty always weakens from left to right, whatever the axis shows, and the names stand at the least
    penalised model. An axis of alphas falls therefore, as in scikit-learn's example of ridge. In its
    example of the lasso, and in glmnet's plot against log(lambda), it rises.

    Parameters
    ----------
    alphas : array-like of shape (n_alphas,)
        Strengths, in any order; the display has them falling.
    coefs : array-like of shape (n_features, n_alphas) or (n_outputs, n_features, n_alphas)
        Coefficients, as scikit-learn's `lasso_path` and :class:`~sknormreg.RegularizationPath` have them.
    feature_names : array-like of shape (n_features,), default=None
        Names of the features; None is "x0", "x1", ...
    output_names : array-like of shape (n_outputs,), default=None
        Names of the targets or classes; None is 0, 1, ...
    df : array-like of shape (n_alphas,) or (n_outputs, n_alphas), default=None
        Effective degrees of freedom, if they are to be shown.

    Attributes
    ----------
    ax_ : matplotlib Axes or ndarray of Axes
        Where it was plotted; several for several outputs.
    figure_ : matplotlib Figure
        Its figure.
    lines_ : dict or list of dict
        The coloured lines by the names of their features; several for several outputs.
    n_nonzero : ndarray of shape (n_alphas,) or (n_outputs, n_alphas)
        Number of coefficients that are not zero.

    See Also
    --------
    sknormreg.regularization_path : Computes the numbers.
    CVCurveDisplay : Which of the strengths predicts best.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from sknormreg import Lasso
    >>> from sknormreg.inspection import RegularizationPathDisplay
    >>> X, y = load_diabetes(return_X_y=True, as_frame=True)
    >>> pipeline = make_pipeline(StandardScaler(), Lasso())
    >>> display = RegularizationPathDisplay.from_estimator(pipeline, X, y, labels=2, mark=1.0)
    >>> sorted(display.lines_)
    ['s1', 's5']
    """

    def __init__(self, *, alphas, coefs, feature_names=None, output_names=None, df=None):
        alphas, coefs = np.asarray(alphas, dtype=float), np.asarray(coefs, dtype=float)
        if alphas.ndim != 1 or coefs.ndim not in (2, 3) or coefs.shape[-1] != alphas.size:
            raise ValueError(
                f"coefs must have the shape (n_features, {alphas.size}), or (n_outputs, n_features, "
                f"{alphas.size}), for alphas of the shape {alphas.shape}: got {coefs.shape}."
            )
        if not np.all(alphas >= 0):
            raise ValueError(f"alphas must not be negative, got {alphas[~(alphas >= 0)][0]}.")
        falling = np.argsort(-alphas, kind="stable")
        self.alphas, self.coefs = alphas[falling], coefs[..., falling]
        self.feature_names = _names("feature_names", feature_names, coefs.shape[-2], numbered)
        n_outputs = coefs.shape[0] if coefs.ndim == 3 else 1
        self.output_names = _names("output_names", output_names, n_outputs, np.arange)
        self.df, self._path, self._kind = None, None, "output"
        if df is not None:
            shapes = alphas.shape, (n_outputs, alphas.size)
            if np.shape(df) not in shapes:
                raise ValueError(f"df must have the shape {shapes[0]} or {shapes[1]}, got {np.shape(df)}.")
            self.df = np.asarray(df, dtype=float)[..., falling]

    @property
    def n_nonzero(self):
        return np.count_nonzero(self.coefs, axis=-2)

    @property
    def _by_output(self):
        return self.coefs.reshape(-1, *self.coefs.shape[-2:])

    @classmethod
    def from_estimator(
        cls, estimator, X, y, *, alphas=100, eps=None, sample_weight=None, ax=None, **plot_kw
    ):
        """Compute the path of an estimator, and plot it.

        Parameters
        ----------
        estimator : estimator object
            A linear model of this package, or a pipeline that ends in one; its `alpha` is not used. Copies
            of the steps before it are fitted to X, without weights.
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples.
        y : array-like of shape (n_samples,) or (n_samples, n_targets)
            Target.
        alphas : int or array-like, default=100
            How many to choose, or the alphas themselves.
        eps : float, default=None
            The smallest alpha over the largest, where they are chosen; None as for :func:`alpha_grid`.
        sample_weight : float or array-like of shape (n_samples,), default=None
            Non-negative weights.
        ax : matplotlib Axes or array of Axes, default=None
            Where to plot; None makes a new figure.
        **plot_kw : dict
            Passed to :meth:`plot`.

        Returns
        -------
        RegularizationPathDisplay
            The display, plotted.
        """
        check_matplotlib()
        path = regularization_path(estimator, X, y, alphas, eps=eps, sample_weight=sample_weight)
        return cls.from_path(path, ax=ax, **plot_kw)

    @classmethod
    def from_path(cls, path, *, feature_names=None, ax=None, **plot_kw):
        """Plot a path that is there already.

        Parameters
        ----------
        path : RegularizationPath
            As :func:`~sknormreg.regularization_path` makes it.
        feature_names : array-like of shape (n_features,), default=None
            Names of the features; None is those of the path.
        ax : matplotlib Axes or array of Axes, default=None
            Where to plot; None makes a new figure.
        **plot_kw : dict
            Passed to :meth:`plot`.

        Returns
        -------
        RegularizationPathDisplay
            The display, plotted.
        """
        check_matplotlib()
        names = path.feature_names if feature_names is None else feature_names
        outputs = path.output_names
        made = cls(alphas=path.alphas, coefs=path.coefs, feature_names=names, output_names=outputs)
        made._path, made._kind = path, kind_of_output(path._model)
        return made.plot(ax, **plot_kw)

    def plot(
        self, ax=None, *, x_axis="alpha", top_axis="auto", output=None, labels=10, mark=None,
        line_kw=None,
    ):  # fmt: skip
        """Plot the path.

        Parameters
        ----------
        ax : matplotlib Axes or array of Axes, default=None
            Where to plot, one for each output. None makes a new figure with a constrained layout, which
            leaves room for the names on the right; so should yours.
        x_axis : {'alpha', 'norm', 'df', 'n_nonzero'}, default='alpha'
            Against what: the strength, on a logarithmic axis; the L1 norm of the coefficients over the
            largest on the path; the effective degrees of freedom; or the number of non-zero coefficients.
            The last three may fall for a while as the penalty weakens: models that have more of them than
            a less penalised one are left out.
        top_axis : {'auto', 'n_nonzero', 'df', None}, default='auto'
            What is counted on top: 'auto' counts non-zero coefficients, or the degrees of freedom where
            these are known and the number of those never changes, as with an L2 norm.
        output : object, default=None
            One of the `output_names`, to plot it alone; None is all, each in axes of its own.
        labels : int or list of str, default=10
            How many coefficients get a colour and a name, those of the largest magnitude anywhere on the
            path first; or the features that do, in the order of the colours. All others are thin and grey.
            Names that are too long are shortened, and those for which there is no room are counted.
        mark : float or dict, default=None
            An alpha to mark by a vertical line, such as that of a search; or several by their names.
        line_kw : dict, default=None
            For matplotlib's `plot`, of the coloured lines.

        Returns
        -------
        RegularizationPathDisplay
            Itself.
        """
        check_matplotlib()
        from matplotlib.ticker import MaxNLocator

        from ._coefficient_lines import color_ranks, draw_lines, grid_of_axes, largest
        from ._ink import grey
        from ._legend import add_legend

        outputs, top_axis = self._chosen(output), self._on_top(top_axis)
        on_x, on_top = self._values(x_axis, "x_axis"), self._values(top_axis, "top_axis")
        coefs, names = self._by_output[outputs], self.feature_names
        chosen, marks = largest(coefs, names, labels), self._marks(mark)
        ranks = color_ranks(chosen)
        axes, lines = grid_of_axes(ax, len(outputs)), []
        for i, (one, k) in enumerate(zip(axes, outputs, strict=True)):
            kept = np.arange(self.alphas.size) if x_axis == "alpha" else _rising(on_x[k])
            x, drawn = on_x[k, kept], coefs[i][:, kept]
            lines.append(draw_lines(one, x, drawn, names, chosen[i], ranks, line_kw or {}))
            one.margins(x=0)
            scale = set_strength_scale(one, self.alphas, logarithmic=True) if x_axis == "alpha" else {}
            for (label, alpha), style in zip(marks.items(), cycle(("--", ":", "-.")), strict=False):
                place = np.interp(alpha, self.alphas[kept][::-1], x[::-1])
                one.axvline(place, color=grey(one, 0.2), linewidth=1, linestyle=style, label=label)
            if marks and one is axes[0]:
                add_legend(one)
            if top_axis not in (None, x_axis):
                add_counts(one, x, on_top[k, kept], AXIS_LABELS[top_axis], scale)
            if x_axis == "n_nonzero":
                one.xaxis.set_major_locator(MaxNLocator(integer=True))
            one.set_xlabel(AXIS_LABELS[x_axis])
            if len(outputs) > 1:
                one.set_title(self._title(k))
            if ax is not None or one.get_subplotspec().is_first_col():
                for_class = self.coefs.ndim == 2 and self._kind == "class"
                one.set_ylabel("coefficient" + (f" for {self._title(0)}" if for_class else ""))
        self.figure_ = axes[0].figure
        self.ax_, self.lines_ = (axes[0], lines[0]) if len(axes) == 1 else (np.array(axes), lines)
        return self

    def _chosen(self, output):
        """Indices of the outputs."""
        if output is None:
            return list(range(len(self.output_names)))
        found = [k for k, name in enumerate(self.output_names) if name == output]
        if len(found) != 1:
            known = ", ".join(repr(name) for name in self.output_names.tolist())
            raise ValueError(f"output must be one of {known}; got {output!r}.")
        return found

    def _title(self, k):
        return output_title(self.output_names[k], self._kind)

    def _on_top(self, quantity):
        """What 'auto' stands for."""
        if quantity != "auto":
            return quantity
        known = self.df is not None or self._path is not None
        return "df" if known and np.all(self.n_nonzero == self.n_nonzero[..., :1]) else "n_nonzero"

    def _values(self, quantity, parameter):
        """(outputs, alphas) of what an axis shows."""
        allowed = tuple(AXIS_LABELS) if parameter == "x_axis" else ("auto", "n_nonzero", "df", None)
        if quantity not in allowed:
            raise ValueError(f"{parameter} must be one of {allowed}, got {quantity!r}.")
        shape = len(self.output_names), self.alphas.size
        values = self.alphas
        if quantity == "norm":
            norms = np.abs(self._by_output).sum(axis=1)
            values = norms / np.maximum(norms.max(axis=1, keepdims=True), np.finfo(float).tiny)
        elif quantity == "n_nonzero":
            values = self.n_nonzero
        elif quantity == "df":
            if self.df is None and self._path is not None:
                self.df = self._path.df
            if self.df is None:
                raise ValueError(f"{parameter}='df' needs the degrees of freedom: give the display its df.")
            values = self.df
        return np.broadcast_to(values, shape)

    def _marks(self, mark):
        """Alphas by their labels."""
        marks = mark if isinstance(mark, dict) else {} if mark is None else {None: mark}
        low, high = self.alphas[-1] * (1 - 1e-9), self.alphas[0] * (1 + 1e-9)
        outside = [alpha for alpha in marks.values() if not low <= alpha <= high]
        if outside:
            raise ValueError(f"The path runs from {high:.4g} to {low:.4g}: mark={outside[0]!r} is outside.")
        return {
            f"{name}: alpha = {alpha:.3g}" if name else f"alpha = {alpha:.3g}": alpha
            for name, alpha in marks.items()
        }


def _rising(x):
    """Indices of the models with no more of it than any that is less penalised."""
    return np.flatnonzero(x <= np.minimum.accumulate(x[::-1])[::-1])


def _names(parameter, given, number, default):
    names = np.array(default(number) if given is None else given, dtype=object)
    if names.shape != (number,):
        raise ValueError(f"{parameter} must be {number} names, got the shape {names.shape}.")
    return names
