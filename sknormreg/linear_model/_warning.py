"""Warnings that point to the user's own line, however many calls lie between."""

import sys
import warnings

_BETWEEN = {"sknormreg", "sklearn", "joblib", "pickle", "skops"}


def warn(message, category):
    """`warnings.warn` at the level of the first caller outside this package and what it runs in."""
    frame, level = sys._getframe(1), 2
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] in _BETWEEN:
        frame, level = frame.f_back, level + 1
    warnings.warn(message, category, stacklevel=level)
