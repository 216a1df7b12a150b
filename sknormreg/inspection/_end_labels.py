"""Names beside the right ends of lines, moved apart. Imported when something is plotted."""

import re

import numpy as np
from matplotlib.artist import Artist
from matplotlib.text import Text
from matplotlib.transforms import Bbox, IdentityTransform
from sklearn.isotonic import isotonic_regression

from ._ink import grey, readable

GAP = 14  # points from the axes to the names, with a line across
LINE_HEIGHT = 1.25
WIDEST = 0.3  # share of the figure, or of a column of axes in it, that names may take


class EndLabels(Artist):
    """Names of lines, the most important first, on the right of their axes.

    They are placed when the figure is drawn, because only then is it known how many pixels a name may have:
    those that overlap are moved apart by as little as possible in the sense of least squares; how many of
    the last ones there is no room for is told below the others; names that would leave the axes no room
    are shortened.
    """

    def __init__(self, ax, names, heights, colors, fontsize="small"):
        super().__init__()
        self.names, self.heights = list(map(str, names)), heights
        self.texts = [
            ax.annotate(
                name, xy=(1, y), xycoords=ax.get_yaxis_transform(), xytext=(GAP, 0),
                textcoords="offset points", fontsize=fontsize, va="center", color=readable(ax, color),
                annotation_clip=False, parse_math=False,
                arrowprops={
                    "arrowstyle": "-", "color": color, "linewidth": 0.8, "shrinkA": 1, "shrinkB": 1,
                    "relpos": (0, 0.5),
                },
            )
            for name, y, color in zip(self.names, heights, colors, strict=True)
        ]  # fmt: skip
        for text in self.texts:
            text.set_in_layout(False)  # this artist speaks for them
        self.more = Text(fontsize=fontsize, va="center", color=grey(ax, 0.4), transform=IdentityTransform())
        self.more.set_figure(ax.figure)
        ax.add_artist(self)  # of zorder 0: drawn before its texts
        self.set_clip_on(False)

    def draw(self, renderer):
        self._place(renderer)
        self.more.draw(renderer)

    def get_window_extent(self, renderer=None):
        self._place(renderer)
        boxes = [text.get_window_extent(renderer) for text in self.texts if text.get_visible()]
        if self.more.get_visible():
            boxes.append(self.more.get_window_extent(renderer))
        return Bbox.union(boxes) if boxes else Bbox.null()

    def _place(self, renderer):
        box = self.axes.bbox
        ends = self.axes.get_yaxis_transform().transform([(1, y) for y in self.heights])[:, 1]
        inside = np.flatnonzero((ends >= box.y0 - 1) & (ends <= box.y1 + 1))
        pixels = self.figure.dpi / 72
        height, low = LINE_HEIGHT * pixels * self.texts[0].get_fontsize(), box.y0
        room = max(int(box.height // height), 2)
        self.more.set_visible(inside.size > room)
        if inside.size > room:
            self.more.set_text(f"+ {inside.size - room + 1} more")
            self.more.set_position((box.x1 + GAP * pixels, low + height / 2))
            inside, low = inside[: room - 1], low + height
        for i, text in enumerate(self.texts):
            text.set_visible(i in inside)
        self._shorten(inside, renderer)
        moved = spread(ends[inside], height, low + height / 2, box.y1 - height / 2)
        for i, y in zip(inside, moved, strict=True):
            self.texts[i].xyann = (GAP, (y - ends[i]) / pixels)

    def _shorten(self, shown, renderer):
        """Without what all names begin and end with, and then without their middles, as far as needed."""
        names = [self.names[i] for i in shown]
        if not self._fit(shown, names, renderer):
            short = without_common(names)
            if not self._fit(shown, short, renderer):
                self._fit(shown, short, renderer, cut=True)

    def _fit(self, shown, names, renderer, *, cut=False):
        """Whether they are narrow enough as they are, or have been `cut` to be."""
        spec = self.axes.get_subplotspec()
        share = 1.0 if spec is None else len(spec.colspan) / spec.get_gridspec().ncols
        widest = WIDEST * share * self.figure.bbox.width
        widths = []
        for i, name in zip(shown, names, strict=True):
            self.texts[i].set_text(name)
            widths.append(Text.get_window_extent(self.texts[i], renderer).width)
        if cut:
            made = [
                without_middle(name, int(len(name) * widest / max(width, widest)))
                for name, width in zip(names, widths, strict=True)
            ]
            for i, name, short in zip(shown, names, made, strict=True):
                self.texts[i].set_text(short if made.count(short) == 1 else name)
        return all(width <= widest for width in widths)


def without_common(names):
    """Names without the words that all of them begin or end with."""
    words = [re.findall(r"[^\W_]+|[\W_]+", name) for name in names]
    most = min(map(len, words)) - 1 if len(names) > 1 else 0
    start = _number_common(words, most)
    end = _number_common([parts[::-1] for parts in words], most - start)
    cores = ["".join(parts[start : len(parts) - end]) for parts in words]
    return [f"{'…' if start else ''}{core}{'…' if end else ''}" for core in cores]


def _number_common(words, most):
    return next((k for k in range(most) if len({parts[k] for parts in words}) > 1), most)


def without_middle(name, length):
    """A name of at most so many characters, its beginning and its end."""
    if len(name) <= length:
        return name
    length = max(length, 3)
    tail = (length - 1) // 3
    return name[: length - 1 - tail] + "…" + name[len(name) - tail :]


def spread(places, distance, low, high):
    """The nearest places that keep their order and a distance, between two bounds."""
    order = np.argsort(places, kind="stable")
    steps = distance * np.arange(order.size)
    moved = np.empty(order.size)
    moved[order] = steps + isotonic_regression(
        places[order] - steps, y_min=low, y_max=max(high - distance * (order.size - 1), low)
    )
    return moved
