"""Lines of coefficients, some in colour and with their names. Imported when something is plotted."""

from numbers import Integral

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.collections import LineCollection

from ._end_labels import EndLabels
from ._ink import grey, line_style

COLUMNS = 3


def grid_of_axes(ax, number):
    """A list of so many axes, in a new figure if there are none."""
    if ax is not None:
        axes = np.ravel(ax)
        if axes.size != number:
            raise ValueError(
                f"{number} outputs need {number} axes, got {axes.size}: give as many, or choose one output."
            )
        return list(axes)
    if number == 1:
        return [plt.subplots(layout="constrained")[1]]
    columns = min(number, COLUMNS)
    rows = -(-number // columns)
    size = {"figsize": (3.8 * columns, 3.2 * rows)}
    _, axes = plt.subplots(rows, columns, sharey=True, squeeze=False, layout="constrained", **size)
    for spare in axes.ravel()[number:]:
        spare.remove()
    return list(axes.ravel()[:number])


def draw_lines(ax, x, coefs, names, chosen, ranks, line_kw):
    """Coefficients (features, points), the chosen features in the colours of their ranks; lines by name."""
    others = np.setdiff1d(np.flatnonzero(np.any(coefs != 0, axis=1)), chosen)
    points = np.stack([np.broadcast_to(x, coefs.shape), coefs], axis=-1)
    ax.add_collection(LineCollection(points[others], colors=grey(ax, 0.75), linewidths=0.7, zorder=1))
    lines = []
    for j in chosen:
        color, style = line_style(ax, ranks[j])
        usual = {"color": color, "linestyle": style, "linewidth": 1.6}
        lines += ax.plot(x, coefs[j], **{**usual, **line_kw})
    ax.axhline(0, color="0.6", linewidth=1.6, zorder=2.1)  # over those that are zero
    ax.update_datalim([(np.min(x), 0), (np.max(x), 0)])  # all of the path, even where nothing was drawn
    ax.autoscale_view()
    if lines:
        EndLabels(ax, names[chosen], coefs[chosen, -1], [line.get_color() for line in lines])
    return dict(zip(names[chosen], lines, strict=True))


def largest(coefs, names, labels):
    """Indices of the features in colour, for each output of coefficients (outputs, features, points)."""
    if isinstance(labels, Integral) and labels >= 0:
        peaks = np.abs(coefs).max(axis=2)
        order = np.argsort(-peaks, axis=1, kind="stable")[:, :labels]
        return [js[heights[js] > 0] for js, heights in zip(order, peaks, strict=True)]
    known = {name: j for j, name in enumerate(names)}
    if isinstance(labels, (Integral, str)) or not set(labels) <= set(known):
        raise ValueError(f"labels must be a number or a list of feature names, got {labels!r}.")
    return [np.array([known[name] for name in labels], dtype=int)] * len(coefs)


def color_ranks(chosen):
    """Which colour a feature has: the same for all outputs, the first ones for the largest of each."""
    ranks = {}
    for _, _, j in sorted((place, k, j) for k, js in enumerate(chosen) for place, j in enumerate(js)):
        ranks.setdefault(j, len(ranks))
    return ranks
