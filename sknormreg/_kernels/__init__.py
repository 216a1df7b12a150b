"""Compiled loops: arrays in, arrays out. Nothing here knows an estimator, a penalty or a flag."""

import sys
from importlib.machinery import PathFinder
from pathlib import Path

try:
    from . import dense, descent, logistic, newton
except ImportError as error:  # a source tree that was never built, or built for another Python
    here = Path(__file__).resolve().parents[2]
    elsewhere = PathFinder.find_spec("sknormreg", [p for p in sys.path if Path(p).resolve() != here])
    raise ImportError(
        f"sknormreg is imported from {here}, where its compiled kernels are missing. "
        + (
            f"That folder hides the package installed in {Path(elsewhere.origin).parents[1]}: start Python "
            "in another folder (and `pytest` instead of `python -m pytest`)."
            if elsewhere and elsewhere.origin
            else "Install it with `pip install .` at the root of the source, and start Python in another "
            "folder."
        )
    ) from error

__all__ = ["dense", "descent", "logistic", "newton"]
