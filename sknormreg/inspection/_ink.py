"""Colours that can be told apart, and seen on what is behind them. Imported when something is plotted."""

import numpy as np
from matplotlib import rcParams
from matplotlib.colors import to_rgb, to_rgba

# Okabe and Ito's, which colour-blind readers tell apart; None stands for black, or white on black.
COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", None)
STYLES = ("-", "--", "-.", ":")


def line_style(ax, rank):
    """(colour, style) of the line of a rank: the same colours again, in dashes."""
    color = COLORS[rank % len(COLORS)] or grey(ax, 0.0)
    return color, STYLES[rank // len(COLORS) % len(STYLES)]


def grey(ax, level):
    """From 0, what stands out most from the background of the axes, to 1, which does not."""
    return str(1.0 - 0.85 * level if _is_dark(ax.get_facecolor(), ax.figure.get_facecolor()) else level)


def readable(ax, color):
    """A colour as it is to be read beside the axes: darker on white, lighter on black."""
    rgb = np.array(to_rgb(color))
    return tuple(0.4 + 0.6 * rgb if _is_dark(ax.figure.get_facecolor()) else 0.7 * rgb)


def _is_dark(*faces):
    """Of the first that is not transparent."""
    for face in (*faces, rcParams["figure.facecolor"]):
        *rgb, opacity = to_rgba(face)
        if opacity > 0:
            return bool(np.dot(rgb, (0.299, 0.587, 0.114)) < 0.5)
    return False
