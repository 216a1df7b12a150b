"""Columns are proved not to matter without being read, and never wrongly."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from sknormreg import ElasticNet, Lasso
from sknormreg.design import make_design
from sknormreg.solvers import paths
from sknormreg.solvers.squares import batched
from sknormreg.solvers.squares.screening import Anchors

STORES = {"C": np.ascontiguousarray, "F": np.asfortranarray, "csc": sparse.csc_array}


@given(
    seed=st.integers(0, 2**32 - 1),
    store=st.sampled_from(list(STORES)),
    known=st.integers(1, 7),
    near=st.sampled_from([0.0, 1e-9, 1e-3, 1.0]),
    scale=st.sampled_from([1e-100, 1.0, 1e100]),
)
def test_no_correlation_is_farther_off_than_is_said(seed, store, known, near, scale):
    """`near`: how far the residuals are from the span of those that were read."""
    rng = np.random.default_rng(seed)
    X = scale * 10.0 ** rng.uniform(-3, 3, size=30) * rng.normal(size=(12, 30))
    X *= rng.random((12, 30)) < 0.6
    weights = rng.random(12) * (rng.random(12) < 0.8) + 1e-3
    weights /= weights.sum()
    anchors = Anchors(make_design(STORES[store](X), weights, centre=True), weights)
    read = rng.normal(size=(known, 12))
    for residual in read:
        anchors.add(residual)
    residuals = rng.normal(size=(5, known)) @ read + near * rng.normal(size=(5, 12))
    estimates, distances = anchors.estimate(residuals)
    exact = (residuals * np.sqrt(weights)) @ (X - weights @ X)
    assert np.all(
        np.abs(estimates - exact) <= distances[:, None] * anchors.lengths + 1e-12 * anchors.lengths
    )
    if known <= 4:  # no more are kept
        assert np.all(distances <= 20.0 * near + 1e-9 * np.linalg.norm(residuals, axis=1))


def test_where_a_residual_overflows_nothing_is_ruled_out():
    weights = np.full(4, 0.25)
    anchors = Anchors(make_design(np.eye(4), weights, centre=False), weights)
    anchors.add(np.ones(4))
    _, distances = anchors.estimate(np.full((1, 4), np.inf))
    assert not np.isfinite(distances).any()


def wide(n=80, p=2000, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p))
    return X, X[:, :10] @ rng.normal(size=10) + rng.normal(size=n)


def solved(model, X, y, count=60):
    task = model._task(X, y, None)
    largest = np.abs((X - X.mean(axis=0)).T @ (y - y.mean())).max() / len(y)
    strengths = np.geomspace(largest, 0.02 * largest, count)[:, None]
    found = paths.solve_paths(task.problems, strengths, workspace=task.workspace, tol=1e-8)
    return [row[0] for row in found], task


@pytest.mark.parametrize("order", "CF")
@pytest.mark.parametrize(
    "model", [Lasso(), ElasticNet(l1_ratio=0.7), Lasso(positive=True), Lasso(bounds=(-0.2, 0.3))], ids=repr
)
def test_most_columns_are_never_read_for_most_strengths(model, order, monkeypatch):
    """And no coefficient is different for it."""
    X, y = wide()
    read, plain = [], Anchors.correlate

    def counted(self, residuals, cols=None):
        read.append(len(residuals) * (X.shape[1] if cols is None else cols.size))
        return plain(self, residuals, cols)

    monkeypatch.setattr(Anchors, "correlate", counted)
    found, task = solved(model, np.asarray(X, order=order), y)
    assert sum(read) < 0.6 * len(found) * X.shape[1]
    assert task.workspace.work.passes < len(found) / 2
    monkeypatch.setattr(batched, "_WORTH", 0)  # as many passes as are allowed, so that less is in doubt
    other, _ = solved(model, X, y)
    for a, b in zip(found, other, strict=True):
        assert max(a.relative_gap, b.relative_gap) < 1e-12
        np.testing.assert_allclose(a.coef, b.coef, rtol=0, atol=1e-10)
        assert a.dual_gap == pytest.approx(b.dual_gap, abs=1e-13 * a.null_objective)


def same(found, other):
    for a, b in zip(found, other, strict=True):
        np.testing.assert_allclose(a.coef, b.coef, rtol=0, atol=1e-9 * np.abs(b.coef).max())
        assert a.relative_gap <= 1e-12


def test_members_that_join_between_a_check_and_its_use(monkeypatch):
    """A strength that is solved alone brings coordinates into the working set."""
    X, y = wide()
    expected, _ = solved(Lasso(), X, y)
    plain, alone = batched.BatchedPath._alone, []

    def joining(self, flat, place):
        point = plain(self, flat, place)
        alone.append(place)
        self._join(np.flatnonzero(~self.inside)[7 * len(alone) :: 400])
        self._gram()
        return point

    monkeypatch.setattr(batched.BatchedPath, "_alone", joining)
    settle = batched.BatchedPath._settle

    def settling(self, trial, point, pending):
        settle(self, trial, point, pending)
        if trial.place % 5 == 0 and trial.n_iter == 1:
            self._alone(point.flat, trial.place)

    monkeypatch.setattr(batched.BatchedPath, "_settle", settling)
    found, _ = solved(Lasso(), X, y)
    assert len(alone) > 5
    same(found, expected)


@pytest.mark.parametrize("unit", [1e-165, 1e-100, 1e100])
def test_targets_on_any_scale(unit):
    X, y = wide()
    expected, _ = solved(Lasso(), X, y)
    found, _ = solved(Lasso(), X, unit * y)
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a.coef / unit, b.coef, rtol=0, atol=1e-9 * np.abs(b.coef).max())


def test_the_null_objective_where_zero_is_out_of_bounds():
    X, y = wide()
    low = np.full(X.shape[1], -np.inf)
    low[3] = 1.0
    task = Lasso(bounds=(low, np.full(X.shape[1], np.inf)))._task(X, y, None)
    strengths = np.array([[1e16], [1.0], [0.3]])
    for (solution,), (alpha,) in zip(
        paths.solve_paths(task.problems, strengths, workspace=task.workspace, tol=1e-8),
        strengths,
        strict=True,
    ):
        expected = task.problems[0].with_alpha(alpha).null_objective()
        assert solution.null_objective == pytest.approx(expected, rel=1e-12)
