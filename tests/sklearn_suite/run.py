"""Run scikit-learn's own tests of eight estimators on ours: `python tests/sklearn_suite/run.py`.

The test files are those of the installed scikit-learn. A case counts if it fits one of our
classes; cases that scikit-learn itself skips or expects to fail are left out.
"""

import argparse
import importlib
import json
import os
import sys
import tempfile
from contextlib import chdir
from importlib.util import find_spec
from pathlib import Path

FIXED = ("Lasso", "ElasticNet", "Ridge", "RidgeClassifier")
CHOOSING = ("LassoCV", "ElasticNetCV", "RidgeCV", "RidgeClassifierCV")
NAMES = FIXED + CHOOSING
FILES = ("test_coordinate_descent.py", "test_ridge.py")


def isolate():
    """Drop the settings that would make the outcome depend on who calls."""
    for name in [n for n in os.environ if n.startswith(("PYTEST_", "SKLEARN_", "SCIPY_"))]:
        del os.environ[name]
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    sys.dont_write_bytecode = True


def find_files():
    """The two files in the installed scikit-learn."""
    folder = Path(find_spec("sklearn").origin).parent / "linear_model" / "tests"
    missing = [name for name in FILES if not (folder / name).exists()]
    if missing:
        raise SystemExit(f"This scikit-learn was installed without {missing} in {folder}.")
    return [str(folder / name) for name in FILES]


def run(package, out, extra):
    """Run both files with the classes of `package` in a temporary directory."""
    import pytest
    from binding import Binding

    source = importlib.import_module(package)
    plugin = Binding({name: getattr(source, name) for name in NAMES}, out)
    files = find_files()
    with tempfile.TemporaryDirectory() as folder, chdir(folder):
        # A configuration of its own: pytest would look for one above site-packages.
        Path("pytest.ini").write_text("[pytest]\n")
        options = ["-c", "pytest.ini", "--noconftest", "-p", "no:cacheprovider"]
        pytest.main([*options, "-q", "--disable-warnings", *extra, *files], plugins=[plugin])


def summary(cases):
    """Passed and counted cases of each file, and the functions with a failing case."""
    for file in FILES:
        counted = [c for c in cases if c["file"] == file and c["counted"]]
        failed = sorted({c["function"] for c in counted if c["outcome"] == "failed"})
        passed = sum(c["outcome"] != "failed" for c in counted)
        yield f"{file}: {passed} of {len(counted)} pass; failing: {', '.join(failed) or 'none'}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--package", default="sknormreg", help="where the classes come from")
    parser.add_argument("--out", type=Path, help="where to write the outcome of each case (JSON)")
    args, extra = parser.parse_known_args()
    isolate()
    with tempfile.TemporaryDirectory() as folder:
        out = (args.out or Path(folder) / "cases.json").resolve()
        run(args.package, out, extra)
        print(*summary(json.loads(out.read_text())["cases"]), sep="\n")


if __name__ == "__main__":
    main()
