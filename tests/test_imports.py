"""What `import sknormreg` offers, what it loads and when, and the names that its classes carry."""

import ast
import inspect
import json
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import sknormreg

SUBMODULES = ("inspection", "linear_model", "losses", "model_selection", "norms", "penalties", "pruning")
OPTIONAL = {"matplotlib", "pandas", "polars", "torch", "dask", "pytest"}
FIT = """
from {package} import {name}
import numpy as np
{name}(0.1).fit(np.eye(8), np.arange(8) % 2).predict(np.eye(8))
"""


def loaded_by(code, before=""):
    """The modules that some code loads, `before` run, in a process of its own."""
    code = f"import json, sys\n{before}\nthere = set(sys.modules)\n{code}\n"
    code += "print(json.dumps(sorted(set(sys.modules) - there)))"
    command = [sys.executable, "-P", "-W", "error", "-c", code]  # the folder here is not on the path
    return set(json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout))


def parts_of_this(modules):
    return {name for name in modules if "sknormreg" in name}


def parts_of_scikit_learn(modules):
    return {".".join(name.split(".")[:2]) for name in modules if name.split(".")[0] == "sklearn"}


def test_the_import_alone_loads_nothing():
    found = loaded_by("import sknormreg", before="import importlib, typing")
    assert found == parts_of_this(found)


def test_nothing_loads_an_optional_package():
    """Scikit-learn 1.9 loads pandas itself, where it is installed."""
    everything = "from sknormreg import *; from sknormreg import inspection, norms"
    found = loaded_by(everything, before="import sklearn.base")
    assert {f"sknormreg.{name}" for name in SUBMODULES} <= found
    assert not OPTIONAL & found


def test_fits_load_less_of_scikit_learn_than_its_own():
    theirs = loaded_by(FIT.format(package="sklearn.linear_model", name="Lasso"))
    names = ("Lasso", "ElasticNet", "Ridge", "LassoClassifier", "RidgeClassifier")
    ours = loaded_by("".join(FIT.format(package="sknormreg", name=name) for name in names))
    assert len(ours - parts_of_this(ours)) < len(theirs)
    assert parts_of_scikit_learn(ours) < parts_of_scikit_learn(theirs)
    expensive = {f"sklearn.{part}" for part in ("feature_selection", "metrics", "model_selection")}
    assert not expensive & ours


def test_every_name_is_there():
    scope = {}
    exec("from sknormreg import *", scope)
    assert set(sknormreg.__all__) < set(scope)
    assert dir(sknormreg) == sorted([*sknormreg.__all__, *SUBMODULES, "__version__"])
    for name in SUBMODULES:
        assert getattr(sknormreg, name) is import_module(f"sknormreg.{name}")


def test_type_checkers_see_the_same_names():
    checked = next(
        node
        for node in ast.parse(inspect.getsource(sknormreg)).body
        if isinstance(node, ast.If) and node.test.id == "TYPE_CHECKING"
    )
    names = [alias.name for statement in checked.body for alias in statement.names]
    assert sorted(names) == sorted([*sknormreg.__all__, *SUBMODULES])


def test_a_name_that_is_not_there():
    assert not hasattr(sknormreg, "Lars")
    with pytest.raises(AttributeError, match="module 'sknormreg' has no attribute 'Lars'"):
        sknormreg.Lars  # noqa: B018
    with pytest.raises(ImportError, match="cannot import name 'Lars'"):
        exec("from sknormreg import Lars")


PUBLIC = [
    *(("sknormreg", name) for name in sknormreg.__all__),
    ("sknormreg.model_selection", "RegularizationPath"),
    *(
        (f"sknormreg.{module}", name)
        for module in ("inspection", "losses", "penalties")
        for name in getattr(sknormreg, module).__all__
    ),
    *(
        ("sknormreg.pruning", name)
        for name in ("clip_weights", "magnitude_mask", "prune_weights", "retain_weights")
    ),
    ("sknormreg.norms", "norm"),
]


@pytest.mark.parametrize(("module", "name"), PUBLIC)
def test_public_objects_name_a_public_module(module, name):
    """Pickle and skops look for them there."""
    found = getattr(import_module(module), name)
    assert (found.__module__, found.__qualname__) == (module, name)
    members = vars(found).items() if inspect.isclass(found) else [(name, found)]
    for member, value in members:
        if inspect.isfunction(value) and not member.startswith("_"):
            assert f"def {value.__name__}(" in inspect.getsource(value)


@pytest.fixture
def source(tmp_path):
    """A source folder whose kernels are not built."""
    ignored = shutil.ignore_patterns("*.so", "*.pyd", "__pycache__")
    return shutil.copytree(
        Path(sknormreg.__file__).parent, tmp_path / "clone" / "sknormreg", ignore=ignored
    )


@pytest.mark.parametrize("installed", [True, False])
def test_a_source_folder_without_kernels_says_what_to_do(source, installed):
    elsewhere = source.parents[1] / "installed"
    if installed:
        shutil.copytree(source, elsewhere / "sknormreg")
    code = f"""
import pathlib, sys
sys.meta_path = [finder for finder in sys.meta_path if "editable" not in type(finder).__module__]
others = [folder for folder in sys.path if not pathlib.Path(folder, "sknormreg").exists()]
sys.path = [{str(source.parent)!r}, *others, {str(elsewhere)!r}]
import sknormreg._kernels
"""
    found = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True)
    message = found.stderr.splitlines()[-1]
    assert f"sknormreg is imported from {source.parent}, where its compiled kernels are missing" in message
    if installed:
        assert f"hides the package installed in {elsewhere}: start Python in another folder" in message
    else:
        assert "Install it with `pip install .`" in message
