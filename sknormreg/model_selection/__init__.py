"""Choosing the strength."""

from ._one_standard_error import one_standard_error

__all__ = ["one_standard_error"]
