"""What a pickle tells of the version that made it."""

from sklearn.exceptions import InconsistentVersionWarning

from .._public import __version__
from ._warning import warn

_KEY = "_sknormreg_version"


class OtherVersionWarning(InconsistentVersionWarning):
    """An object was pickled by another version of this package."""

    def __str__(self):
        return (
            f"{self.estimator_name} was pickled by sknormreg {self.original_sklearn_version} and this is "
            f"{self.current_sklearn_version}: its results may differ, or it may fail. Make it anew, or "
            "install the version that made it."
        )


class Versioned:
    """Whose pickles hold the version of this package, and warn under another.

    Scikit-learn's estimators do the same for its own version.
    """

    def __getstate__(self):
        return {**super().__getstate__(), _KEY: __version__}

    def __setstate__(self, state):
        made_by = state.get(_KEY, __version__)
        if made_by != __version__:
            warning = OtherVersionWarning(
                estimator_name=type(self).__name__,
                current_sklearn_version=__version__,
                original_sklearn_version=made_by,
            )
            warn(warning, OtherVersionWarning)
        vars(self).update({name: value for name, value in state.items() if name != _KEY})
