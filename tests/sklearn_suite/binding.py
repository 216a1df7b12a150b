"""A pytest plugin that runs scikit-learn's own test files on other classes of the same names.

Lists in `parametrize` are built while a test file is imported, so our classes have to stand in
`sklearn.linear_model` at that moment; rebinding names afterwards would miss them. Before and after
it the originals are back, so that scikit-learn's own code keeps using them.
"""

import functools
import importlib
import json
import sys
from contextlib import contextmanager
from types import CodeType, FunctionType

import pytest
import sklearn
import sklearn.linear_model

TESTS = "sklearn.linear_model.tests"


class Binding:
    """Bind `classes` (name -> class) during import, and write to `out` what became of each case."""

    def __init__(self, classes, out):
        self.classes = classes
        self.out = out
        self.fitted = set()
        self.cases = {}
        record_fits(classes, self.fitted)

    # The fixtures of scikit-learn's root conftest.py, which is not loaded.

    @pytest.fixture
    def global_random_seed(self):
        return 42

    @pytest.fixture
    def global_dtype(self):
        import numpy as np

        return np.float64

    # Import and selection.

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self, collector):
        if not isinstance(collector, pytest.Module):
            return (yield)
        import_dependencies(f"{TESTS}.{collector.path.stem}")
        with replaced(sklearn.linear_model, self.classes):
            report = yield
            if report.passed:
                check_bound(collector.obj, self.classes)
        return report

    def pytest_collection_modifyitems(self, config, items):
        """Run only the cases that can reach one of our classes: the others are scikit-learn's."""
        ours = tuple(self.classes.values())
        reaching, others = [], []
        for item in items:
            (reaching if reaches(values_of(item), ours) else others).append(item)
        config.hook.pytest_deselected(items=others)
        items[:] = reaching

    # Outcomes.

    def pytest_runtest_setup(self):
        self.fitted.clear()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item):
        report = yield
        if report.when == "call" or not report.passed:
            self.cases[item.path, item.name] = describe(item, report, self.fitted)
        return report

    def pytest_sessionfinish(self):
        record = {"scikit_learn": sklearn.__version__, "cases": list(self.cases.values())}
        self.out.write_text(json.dumps(record, indent=1))


def record_fits(classes, fitted):
    """Wrap each `fit`, so that `fitted` names the classes whose `fit` was called."""

    def recorder(name, fit):
        @functools.wraps(fit)
        def recorded(*args, **kwargs):
            fitted.add(name)
            return fit(*args, **kwargs)

        return recorded

    # All originals are read first: one class may inherit `fit` from another.
    wrapped = {name: recorder(name, cls.fit) for name, cls in classes.items()}
    for name, cls in classes.items():
        cls.fit = wrapped[name]
        if hasattr(cls, "fit_path"):  # still gives what this fit gives
            cls.fit_path = cls.fit_path


def import_dependencies(module):
    """Import a test file once with the originals, so that what it imports binds only these."""
    importlib.import_module(module)
    del sys.modules[module]


@contextmanager
def replaced(namespace, values):
    """Attributes of `namespace` replaced by `values` within the block."""
    originals = {name: getattr(namespace, name) for name in values}
    try:
        vars(namespace).update(values)
        yield
    finally:
        vars(namespace).update(originals)


def check_bound(module, classes):
    """Fail where a test file has taken a name from elsewhere: it would test the original."""
    missed = [n for n, cls in classes.items() if getattr(module, n, cls) is not cls]
    if missed:
        raise RuntimeError(f"{module.__name__} still has scikit-learn's {missed}")


def values_of(item):
    """What a case starts from: its function and its parameters."""
    params = item.callspec.params.values() if hasattr(item, "callspec") else ()
    return [item.function, *params]


def reaches(value, ours, seen=None):
    """Whether `value` is, holds, or as a function refers to (at any depth) one of our classes."""
    seen = set() if seen is None else seen
    if id(value) in seen:
        return False
    seen.add(id(value))
    if isinstance(value, type):
        return issubclass(value, ours)
    if isinstance(value, (list, tuple)):
        return any(reaches(v, ours, seen) for v in value)
    function = getattr(value, "__wrapped__", value)
    if isinstance(function, FunctionType):
        found = [function.__globals__.get(name) for name in names_in(function.__code__)]
        return any(reaches(v, ours, seen) for v in found)
    return isinstance(value, ours)


def names_in(code):
    """Names a function refers to, its inner functions included."""
    inner = [c for c in code.co_consts if isinstance(c, CodeType)]
    return set(code.co_names).union(*map(names_in, inner))


def describe(item, report, fitted):
    """One case as JSON; it counts if one of our classes was fitted, or if it failed before that."""
    failed = report.failed
    outcome = "failed" if failed else report.outcome
    if hasattr(report, "wasxfail"):
        outcome = "xfailed" if report.skipped else "xpassed"
    return {
        "file": item.path.name,
        "function": item.originalname,
        "case": item.name,
        "outcome": outcome,
        "fitted": sorted(fitted),
        "counted": failed or (report.passed and bool(fitted)),
        "error": report.longreprtext if failed else None,
    }
