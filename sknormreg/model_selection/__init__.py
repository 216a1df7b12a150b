"""Choosing the strength."""

from ._convert_alpha import convert_alpha
from ._one_standard_error import one_standard_error
from ._path_search import PathSearchCV
from ._stability_selection import StabilitySelection

__all__ = ["PathSearchCV", "StabilitySelection", "convert_alpha", "one_standard_error"]
