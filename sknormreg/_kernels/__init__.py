"""Compiled loops: arrays in, arrays out. Nothing here knows an estimator, a penalty or a flag."""

try:
    from . import dense, descent, logistic, newton
except ImportError as error:  # a source tree that was never built, or built for another Python
    raise ImportError(
        "sknormreg's compiled kernels are missing. Install the package with `pip install .` from "
        "the root of the source tree, and do not import it from the source folder itself "
        "(python -m pytest at the root does that; plain `pytest` does not)."
    ) from error

__all__ = ["dense", "descent", "logistic", "newton"]
