"""The examples in docstrings print what they say."""

import doctest
import importlib
import inspect
import pkgutil

import matplotlib
import pytest

import sknormreg

matplotlib.use("agg")
import matplotlib.pyplot as plt

MODULES = [module.name for module in pkgutil.walk_packages(sknormreg.__path__, "sknormreg.")]
# doctest looks into the classes that say they are from the module it reads; the public ones name another
PUBLIC = {
    f"{value.__module__}.{value.__name__}": value
    for module in map(importlib.import_module, ["sknormreg", *MODULES])
    for value in map(vars(module).get, getattr(module, "__all__", ()))
    if inspect.isclass(value)
}


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    plt.close("all")  # what they drew


@pytest.mark.parametrize("name", MODULES)
def test_examples(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


@pytest.mark.parametrize("name", PUBLIC)
def test_examples_of_classes(name):
    examples = doctest.DocTestFinder().find(PUBLIC[name], name, module=False)
    assert any(example.examples for example in examples) == (">>>" in PUBLIC[name].__doc__)
    for example in examples:
        assert doctest.DocTestRunner().run(example).failed == 0
