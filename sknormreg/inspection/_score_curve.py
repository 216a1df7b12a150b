"""A curve of scores and their standard errors, alike wherever one is drawn."""

import numpy as np

from ..diagnosis import rules

ERROR_STYLES = ("errorbar", "fill_between", None)
SPELT = {
    "r2": "R²",
    "r2_score": "R²",
    "roc_auc": "ROC AUC",
    "neg_aic": "AIC",
    "neg_bic": "BIC",
    "neg_ebic": "EBIC",
}


def mean_and_error(scores):
    """Over the folds (columns), without NaN; the error of one fold is zero, or None if there is but one."""
    folds = [row[~np.isnan(row)] for row in scores]
    pairs = [rules.mean_and_error(row) if row.size else (np.nan, 0.0) for row in folds]
    mean, error = np.reshape(pairs, (-1, 2)).T
    return mean, error if any(row.size > 1 for row in folds) else None


def axis_label(score_name):
    """(label, sign): errors as positive numbers."""
    name = score_name or "score"
    sign = -1 if name.startswith("neg_") else 1
    return SPELT.get(name, name.removeprefix("neg_").replace("_", " ")), sign


def check_error_style(style):
    if style not in ERROR_STYLES:
        raise ValueError(f"error_style must be one of {ERROR_STYLES}, got {style!r}.")


def axes_or_new(ax):
    """Where to plot: None makes a new figure."""
    import matplotlib.pyplot as plt

    return plt.subplots(layout="constrained")[1] if ax is None else ax


def draw_curve(ax, x, mean, error, style, label, line_kw, error_kw):
    """(line, artist of the errors or None)."""
    usual = {"marker": "o", "markersize": 3, "linewidth": 1, "label": label}
    (line,) = ax.plot(x, mean, **{**usual, **(line_kw or {})})
    color = line.get_color()
    if error is None or style is None:
        return line, None
    if style == "errorbar":
        bars = {"fmt": "none", "ecolor": color, "elinewidth": 0.8, "capsize": 2, "alpha": 0.5}
        return line, ax.errorbar(x, mean, error, **{**bars, **(error_kw or {})})
    band = {"alpha": 0.2, "linewidth": 0, "color": color}
    return line, ax.fill_between(x, mean - error, mean + error, **{**band, **(error_kw or {})})
