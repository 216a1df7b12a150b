"""An axis of strengths: the weaker the penalty, the further to the right; what was counted, on top."""

import numpy as np

WEAKER = "(less regularised →)"
COUNTS = "sknormreg counts"
TICK_WIDTH = 0.45  # inches from one number on top to the next


def set_strength_scale(ax, values, *, larger_is_simpler=True, logarithmic=None):
    """Logarithmic with room for a zero, or linear where the values are spaced like that.

    As in scikit-learn's ValidationCurveDisplay, that is with no gap over five times the smallest one. The
    options of a scale with a zero are returned.
    """
    values = np.unique(values)
    gaps = np.diff(values)
    if logarithmic is None:
        logarithmic = values[0] >= 0 and gaps.size > 1 and gaps.max() > 5 * gaps.min()
    options = {}
    if logarithmic and values[0] == 0:
        smallest = values[min(1, values.size - 1)] or 1.0
        options = {"linthresh": smallest, "linscale": 0.5}
    ax.set_xscale(("symlog" if options else "log") if logarithmic else "linear", **options)
    ax.xaxis.set_inverted(larger_is_simpler)
    return options


def add_counts(ax, x, counts, label, scale_options=None):
    """A second axis on top with the counts at some of the points; the first one in these axes stays."""
    if any(child.get_label() == COUNTS for child in ax.child_axes):
        return None
    top = ax.secondary_xaxis("top", functions=(np.positive, np.positive))  # by default not to be pickled
    top.set_label(COUNTS)
    if scale_options:  # a secondary axis takes over no scale but the logarithmic one
        top.set_xscale("symlog", **scale_options)
    picks = _spread(ax, x)
    top.set_xticks(np.asarray(x)[picks], [short(counts[i]) for i in picks], fontsize="small")
    top.minorticks_off()
    top.set_xlabel(label, fontsize="small")
    return top


def _spread(ax, x):
    """Indices of points that are nearly evenly spaced where they are plotted."""
    place = ax.xaxis.get_transform().transform(np.asarray(x, dtype=float))
    n_ticks = int(np.clip(ax.bbox.width / ax.figure.dpi / TICK_WIDTH, 2, 10))
    wanted = np.linspace(place.min(), place.max(), n_ticks)
    nearest = np.unique(np.abs(place[:, None] - wanted).argmin(axis=0))
    nearest = nearest[np.argsort(place[nearest], kind="stable")]
    picks, gap = [nearest[0]], 0.6 * (wanted[1] - wanted[0])
    for i in nearest[1:]:
        if place[i] - place[picks[-1]] > gap:
            picks.append(i)
    return picks


def short(count):
    """A number, or a mean of numbers."""
    if count < 1:
        return f"{count:.2g}"
    return f"{count:.0f}" if count == round(count) or count >= 100 else f"{count:.1f}"
