"""A legend that covers no more of the curves than it has to. Imported when something is plotted."""

from matplotlib.transforms import ScaledTranslation

NARROW = 2.5  # inches of axes, below which it is written smaller
WIDE = 4.5  # from which on there is room for two columns
FEW = 4  # entries for which there is room among the curves
BELOW = 38  # points under the axes, where the label of the axis ends


def add_legend(ax):
    """Of what has a label, if anything has.

    Where a layout leaves room for it, one of many entries stands below wide axes, and one of few below
    narrow ones, in which there is none; many would leave those no height.
    """
    number = len(ax.get_legend_handles_labels()[1])
    if number == 0:
        return
    inches = ax.bbox.width / ax.figure.dpi
    wide = inches >= NARROW
    options = {"fontsize": "small" if wide else "xx-small", "framealpha": 0.9}
    if (number > FEW) == wide and ax.figure.get_layout_engine() is not None:
        down = ScaledTranslation(0, -BELOW / 72, ax.figure.dpi_scale_trans)
        options |= {
            "loc": "upper center", "bbox_to_anchor": (0.5, 0), "bbox_transform": ax.transAxes + down,
            "borderaxespad": 0, "ncols": 2 if inches >= WIDE else 1, "frameon": False,
        }  # fmt: skip
    ax.legend(**options)
