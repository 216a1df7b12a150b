"""Data of the tests of displays, and what is read from a plot."""

import numpy as np
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknormreg import Lasso

DIABETES = load_diabetes(return_X_y=True, as_frame=True)
CANCER = load_breast_cancer(return_X_y=True, as_frame=True)
IRIS = load_iris(as_frame=True)
SPECIES = IRIS.data, IRIS.target_names[IRIS.target]
PIPELINE = make_pipeline(StandardScaler(), Lasso())
ALPHAS = np.geomspace(30, 0.03, 13)


def counts_on_top(ax):
    """x and what is written there."""
    (top,) = ax.child_axes
    ax.figure.canvas.draw()
    return top.get_xticks(), [text.get_text() for text in top.get_xticklabels()]
