"""Who may import whom, read from the installed source."""

import ast
import json
from importlib import metadata
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from urllib.parse import urlparse
from urllib.request import url2pathname

import pytest

import sknormreg
from sknormreg._kernels import dense, descent, logistic, newton, residual

ROOT = Path(sknormreg.__file__).parent

# Each layer, and all that it may import from this package. A layer missing here has to be placed first.
FOUNDATIONS = {"_kernels"}
OBJECTS = {"losses", "penalties", "columns", "design", "moments", "triangular", "unpenalised"}
SOLVING = {"solvers", "diagnosis", "elimination"}
NAMES = {"_compat", "_public"}
EXPORTED = {"inspection", "linear_model", "losses", "model_selection", "norms", "penalties", "pruning"}
MAY_IMPORT = {
    "_kernels": set(),
    "columns": {"_kernels"},
    "design": {"_kernels", "columns"},
    "moments": set(),
    "triangular": set(),
    "unpenalised": {"triangular"},
    "norms": set(),
    "losses": {"_kernels", "_public"},
    "penalties": {"_public"},
    "problem": FOUNDATIONS | OBJECTS,
    "solvers": FOUNDATIONS | OBJECTS | {"problem"},
    "diagnosis": FOUNDATIONS | OBJECTS | {"problem", "solvers"},
    "elimination": FOUNDATIONS | OBJECTS | {"problem", "solvers"},
    "_compat": set(),
    "_public": set(),
    "linear_model": FOUNDATIONS | OBJECTS | {"problem"} | SOLVING | NAMES,
    "pruning": FOUNDATIONS
    | OBJECTS
    | {"norms", "problem", "linear_model", "model_selection"}
    | SOLVING
    | NAMES,
    "model_selection": FOUNDATIONS | OBJECTS | {"problem", "linear_model"} | SOLVING | NAMES,
    "inspection": {"diagnosis", "linear_model", "model_selection"} | NAMES,
    "__init__": {"_public"} | EXPORTED,
}
# Up to the solvers scikit-learn is unknown, but for what makes a norm or a loss a parameter object.
NUMERICS = {"_kernels", "norms", "problem"} | SOLVING | OBJECTS
PARAMETER_OBJECTS = {"losses", "penalties"}


def imports(file):
    """(module, name) pairs, module absolute and name None for a plain import, wherever they stand."""
    package = ("sknormreg", *file.relative_to(ROOT).parts[:-1])
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, None) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*start, *([node.module] if node.module else [])])
            yield from ((module, alias.name) for alias in node.names)


def layer(module, name=None):
    """The layer of `from module import name`."""
    path = [*module.split("."), *([name] if name else [])]
    return path[1] if len(path) > 1 else "__init__"


FILES = sorted(ROOT.rglob("*.py"))
OWNER = {
    file: layer(".".join(["sknormreg", *file.relative_to(ROOT).with_suffix("").parts])) for file in FILES
}
each_file = pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))


def test_every_layer_is_placed():
    assert set(OWNER.values()) == set(MAY_IMPORT)


@each_file
def test_imports_point_downward(file):
    own = OWNER[file]
    used = {layer(*pair) for pair in imports(file) if pair[0].split(".")[0] == "sknormreg"}
    assert used - {own} <= MAY_IMPORT[own]


@each_file
def test_the_numerics_know_no_estimators(file):
    used = {pair for pair in imports(file) if pair[0].split(".")[0] == "sklearn"}
    if OWNER[file] in PARAMETER_OBJECTS:
        used -= {("sklearn.base", "BaseEstimator"), ("sklearn.base", "clone")}
    assert OWNER[file] not in NUMERICS or not used


@each_file
def test_private_names_of_scikit_learn_are_in_compat_only(file):
    used = [".".join(filter(None, pair)) for pair in imports(file) if pair[0].split(".")[0] == "sklearn"]
    private = [path for path in used if any(part.startswith("_") for part in path.split("."))]
    assert file.name == "_compat.py" or not private


def test_the_package_under_test_is_the_installed_one():
    distribution = metadata.distribution("sknormreg")
    origin = json.loads(distribution.read_text("direct_url.json") or "{}")
    expected = Path(distribution.locate_file("sknormreg"))
    if origin.get("dir_info", {}).get("editable"):
        expected = Path(url2pathname(urlparse(origin["url"]).path)) / "sknormreg"
    assert ROOT.resolve() == expected.resolve()
    assert distribution.version == sknormreg.__version__


@pytest.mark.parametrize(
    "kernel", [dense, descent, logistic, newton, residual], ids=lambda kernel: kernel.__name__
)
def test_kernels_are_compiled(kernel):
    assert kernel.__file__.endswith(tuple(EXTENSION_SUFFIXES))
