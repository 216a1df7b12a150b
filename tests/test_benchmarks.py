"""The benchmarks of sizes: gaps that owe nothing to the solvers, and every row at a tiny size."""

import logging
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
from gaps import relative_gap
from hypothesis import given, settings
from hypothesis import strategies as st
from limits import Machine, least_seconds, needed
from optimality import Objective
from peers import OURS
from problems import TARGET, text
from rows import rows
from sklearn.exceptions import ConvergenceWarning
from trial import Counts

from sknormreg import ElasticNet, ElasticNetClassifier

FOLDER = Path(__file__).parents[1] / "benchmarks"
linux = pytest.mark.skipif(sys.platform != "linux", reason="memory and forks are those of Linux")

CASES = [("squared", 0), ("log_loss", 2), ("log_loss", 3), ("squared_hinge", 2), ("squared_hinge", 3)]
cases = pytest.mark.parametrize(("loss", "classes"), CASES)
norms = pytest.mark.parametrize("penalty", ["l1", "l2"])


def data(classes, seed):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(30, 8)) + 2
    y = X[:, :3].sum(axis=1) + rng.normal(size=30)
    return X, np.digitize(y, np.quantile(y, np.arange(1, classes) / classes)) if classes else y


def model(loss, penalty, **parameters):
    l1_ratio = float(penalty == "l1")
    if loss == "squared":
        return ElasticNet(l1_ratio=l1_ratio, **parameters)
    return ElasticNetClassifier(l1_ratio=l1_ratio, loss=loss, **parameters)


@cases
@norms
@settings(deadline=None, max_examples=5)
@given(seed=st.integers(0, 10**6), alpha=st.floats(0.003, 0.3), fit_intercept=st.booleans())
def test_a_gap_is_that_of_the_definition(loss, classes, penalty, seed, alpha, fit_intercept):
    X, y = data(classes, seed)
    stated = {"alpha": alpha, "loss": loss, "fit_intercept": fit_intercept}
    outputs = classes if classes > 2 else 1
    coef = np.random.default_rng(seed).normal(size=(outputs, 8)) * 0.3
    targets = [y]
    if loss == "squared_hinge" and classes > 2:  # one problem per class
        targets = [(y == k).astype(int) for k in range(classes)]
    else:
        coef = coef[None]
    objectives = [Objective(X, target, l1_ratio=float(penalty == "l1"), **stated) for target in targets]
    found = [o.certify(w, 0).relative_gap for o, w in zip(objectives, coef, strict=True)]
    gap = relative_gap(X, y, coef, np.zeros(outputs), penalty=penalty, **stated)
    assert gap == pytest.approx(float(max(found)), rel=1e-6)


@cases
@norms
def test_a_gap_agrees_with_that_of_a_fit(loss, classes, penalty):
    X, y = data(classes, 0)
    for max_iter in (1, 2, 1000):
        estimator = model(loss, penalty, alpha=0.03, max_iter=max_iter)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            estimator.fit(X, y)
        gap = relative_gap(
            X, y, estimator.coef_, estimator.intercept_, alpha=0.03, loss=loss, penalty=penalty
        )
        if classes != 3:
            null = Objective(X, y, loss=loss, alpha=0.03).null
            assert gap == pytest.approx(estimator.dual_gap_ / float(null), rel=1e-6, abs=1e-12)
    assert gap < 1e-12


ROWS = {row.name: row for row in rows()}


@pytest.mark.parametrize("name", ROWS)
def test_ours_reaches_the_gap_of_every_row(name):
    problem = ROWS[name].problem(small=True)
    estimator = ROWS[name].solvers()[OURS](problem, None).fit(problem.X, problem.y)
    assert abs(problem.gap_of(estimator)) < TARGET / 1e3


@linux
def test_rows_from_end_to_end():
    name = "l1_ratio=0, ElasticNetClassifier, 60 x 3000, 2 classes"
    code = (
        "import sys, sizes; sizes.main(sys.argv[1:]); sizes.main(['--only', 'ridge, 300', '--limit', '0'])"
    )
    command = [sys.executable, "-c", code, "--only", name, "--small", "--repeats", "2", "--markdown"]
    shown = subprocess.run(command, check=True, capture_output=True, text=True, cwd=FOLDER).stdout
    shown, late = shown.split(f"| {name} |")
    assert "GB/s of reading" in shown and "reads" in shown and "MB" in shown
    ours, *others = (line.split() for line in shown.splitlines() if " gap " in line)
    assert ours[0] == OURS and "1.00" in ours
    assert [words[0] for words in others] == ["Ridge's", "lbfgs"]
    assert late.count("over 0 s") == 2  # who runs out of time stays in the table


def test_limits_are_those_of_the_work():
    problem = ROWS["ridge, 300 x 1000, 2000 targets"].problem(small=True)
    n, p = problem.X.shape
    assert problem.bytes == 8 * n * p
    assert needed(problem, {"passes": 3}) == (3 * problem.bytes, 0)
    assert needed(problem, {"operations": 4 * n * p}) == (2 * problem.bytes, 0)
    assert needed(problem, {"gram_columns": p}) == (0, n * p**2)
    machine = Machine(triad=1.0, product=10.0, clock=iter(range(100)).__next__)
    assert least_seconds(machine, problem, {}) is None
    assert least_seconds(machine, problem, {"gram_columns": p}) == pytest.approx(n * p**2 / 10)


def test_work_is_taken_from_the_log():
    counts = Counts()
    logger = logging.getLogger("sknormreg")
    try:
        logger.getChild("solvers").debug("%s: %d x %d: %s", "a route", 5, 2, "passes 3, epochs 20")
    finally:
        logger.removeHandler(counts)
        logger.setLevel(logging.NOTSET)
        logger.propagate = True
    assert counts.work == {"passes": 3, "epochs": 20}
    assert counts.routes == ["a route"]


def test_text_has_unit_rows_and_no_rare_columns():
    X = text(100, 300, 10)
    np.testing.assert_allclose(np.sqrt(X.multiply(X).sum(axis=1)), 1)
    assert np.diff(X.indptr).min() >= 3
    assert X.indices.dtype == np.int32
