"""Ctrl-C inside the compiled loops: they stop, long before they are through."""

import signal
import threading
from _thread import interrupt_main
from contextlib import contextmanager

import numpy as np
import pytest

from sknormreg import Lasso
from sknormreg._kernels import descent, newton

M = 1500


@contextmanager
def pressed_soon():
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it
    timer = threading.Timer(0.1, interrupt_main)
    timer.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            yield
    finally:
        timer.cancel()
        signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="module")
def quadratic():
    """(G, q, l1, l2, low, high): dense, so that every step takes long."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(2 * M, M)) + rng.normal(size=(2 * M, 1))
    ones = np.ones(M)
    with np.errstate(invalid="ignore"):  # a false alarm of the OpenBLAS that NumPy 1.25 came with
        G = X.T @ X / len(X)
    return G, rng.normal(size=M), 1e-6 * ones, 0 * ones, -np.inf * ones, np.inf * ones


def space(rows):
    return np.empty((M, M)), np.empty(M, dtype=np.intp), np.empty((rows, M)), np.empty(M, dtype=np.int8)


def test_on_a_path(quadratic):
    G, q, l1, l2, low, high = quadratic
    alphas, found = np.geomspace(1e6, 1.0, 1000), np.full((1000, M), np.nan)
    given = G, q.copy(), np.zeros(M), l1, l2, alphas, low, high, 1e-15 * l1
    arguments = *given, *space(7), 10 * M, 1e-6, found
    with pressed_soon():
        newton.follow(*arguments)
    assert np.isnan(found[-1]).all()


def test_in_a_search(quadratic):
    G, q, l1, l2, low, high = quadratic
    w = np.zeros(M)
    with pressed_soon():
        for _ in range(1000):
            newton.finish(G, q.copy(), w, l1, l2, low, high, 1e-15 * l1, *space(5), 10 * M)
    gradient = q + G @ w
    assert np.any(np.abs(gradient) > 2e-6)


def test_in_coordinate_descent(quadratic):
    G, q, l1, l2, low, high = quadratic
    w, q = np.zeros(M), q.copy()
    with pressed_soon():
        descent.descend(G, q, w, l1, l2, low, high, 10**9, 10**9)
    assert np.all(np.isfinite(w))


def test_a_fit_leaves_nothing_half_done():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(1000, 3000))
    model = Lasso(alpha=1e-5).fit(X[:, :5], X[:, 0])
    before = vars(model).copy()
    with pressed_soon():
        model.fit(X, X @ rng.normal(size=3000))
    assert vars(model).keys() == before.keys()
    assert model.coef_.shape == (5,)
