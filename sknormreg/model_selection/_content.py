"""What an object is made of, as a hash."""

from types import FunctionType

import numpy as np
from joblib.hashing import NumpyHasher


def content(value):
    """Equal for objects of the same parts: estimators with the same parameters are fitted alike.

    It holds within a process: functions and classes are themselves, wherever they were defined.
    """
    return _Hasher().hash(value)


class _Hasher(NumpyHasher):
    """Takes numbers of NumPy for Python's."""

    def save(self, obj):
        if isinstance(obj, np.generic):
            obj = obj.item()
        super().save(id(obj) if isinstance(obj, FunctionType | type) else obj)
