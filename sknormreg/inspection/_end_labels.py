"""Names beside the right ends of lines, moved apart. Imported when something is plotted."""

import numpy as np
from matplotlib.artist import Artist
from matplotlib.colors import to_rgb
from matplotlib.transforms import Bbox
from sklearn.isotonic import isotonic_regression

GAP = 14  # points from the axes to the names, with a line across
LINE_HEIGHT = 1.25


class EndLabels(Artist):
    """Names of lines, the most important first, on the right of their axes.

    They are placed when the figure is drawn, because only then is it known how many pixels a name may have:
    those that overlap are moved apart by as little as possible in the sense of least squares, and those for
    which there is no room, the last ones, are left out.
    """

    def __init__(self, ax, names, heights, colors, fontsize="small"):
        super().__init__()
        self.heights = heights
        self.texts = [
            ax.annotate(
                name, xy=(1, y), xycoords=ax.get_yaxis_transform(), xytext=(GAP, 0),
                textcoords="offset points", fontsize=fontsize, va="center", color=_darker(color),
                annotation_clip=False, parse_math=False,
                arrowprops={
                    "arrowstyle": "-", "color": color, "linewidth": 0.8, "shrinkA": 1, "shrinkB": 1,
                    "relpos": (0, 0.5),
                },
            )
            for name, y, color in zip(names, heights, colors, strict=True)
        ]  # fmt: skip
        for text in self.texts:
            text.set_in_layout(False)  # this artist speaks for them
        ax.add_artist(self)  # of zorder 0: drawn before its texts
        self.set_clip_on(False)

    def draw(self, renderer):
        self._place()

    def get_window_extent(self, renderer=None):
        self._place()
        shown = [text.get_window_extent(renderer) for text in self.texts if text.get_visible()]
        return Bbox.union(shown) if shown else Bbox.null()

    def _place(self):
        box = self.axes.bbox
        ends = self.axes.get_yaxis_transform().transform([(1, y) for y in self.heights])[:, 1]
        inside = np.flatnonzero((ends >= box.y0 - 1) & (ends <= box.y1 + 1))
        pixels = self.figure.dpi / 72
        height = LINE_HEIGHT * pixels * self.texts[0].get_fontsize()
        shown = inside[: max(int(box.height // height), 1)]
        for i, text in enumerate(self.texts):
            text.set_visible(i in shown)
        moved = spread(ends[shown], height, box.y0 + height / 2, box.y1 - height / 2)
        for i, y in zip(shown, moved, strict=True):
            self.texts[i].xyann = (GAP, (y - ends[i]) / pixels)


def spread(places, distance, low, high):
    """The nearest places that keep their order and a distance, between two bounds."""
    order = np.argsort(places, kind="stable")
    steps = distance * np.arange(order.size)
    moved = np.empty(order.size)
    moved[order] = steps + isotonic_regression(
        places[order] - steps, y_min=low, y_max=max(high - distance * (order.size - 1), low)
    )
    return moved


def _darker(color):
    """To be read on white."""
    return tuple(0.7 * np.array(to_rgb(color)))
