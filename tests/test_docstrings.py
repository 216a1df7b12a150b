"""The examples in docstrings print what they say."""

import doctest
import importlib
import pkgutil

import matplotlib
import pytest

import sknormreg

matplotlib.use("agg")
import matplotlib.pyplot as plt

MODULES = [module.name for module in pkgutil.walk_packages(sknormreg.__path__, "sknormreg.")]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name):
    found = doctest.testmod(importlib.import_module(name))
    plt.close("all")  # what they drew
    assert found.failed == 0
