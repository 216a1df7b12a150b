"""The norms against their definitions, in exact or independent arithmetic."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from sknormreg.norms import norm

entries = st.lists(st.floats(-1e3, 1e3, allow_subnormal=False), min_size=1, max_size=12)
powers = st.sampled_from([0.3, 0.5, 1, 1.5, 2, 3.7, 20])
NAMED = ["fro", "spectral", "nuclear", "l21"]


def matrix(seed, shape=(6, 4)):
    rng = np.random.default_rng(seed)
    return rng.normal(size=shape) * (rng.random(shape) < 0.6)


@given(entries, powers)
def test_entrywise_norm_is_the_root_of_the_sum_of_powers(w, p):
    largest = max(map(abs, w)) or 1.0
    expected = largest * math.fsum((abs(x) / largest) ** p for x in w) ** (1 / p)
    assert norm(w, p) == pytest.approx(expected if any(w) else 0.0, rel=1e-12)


@given(entries)
def test_the_ends_count_and_take_the_largest(w):
    assert norm(w, 0) == sum(x != 0 for x in w)
    assert norm(w, np.inf) == max(map(abs, w))


@given(entries, st.floats(-5, 5), powers)
def test_homogeneous(w, factor, p):
    assert norm(factor * np.array(w), p) == pytest.approx(abs(factor) * norm(w, p), rel=1e-11, abs=1e-290)


@given(st.integers(0, 10_000), st.sampled_from([1, 1.5, 2, 7, np.inf, *NAMED]))
def test_triangle_inequality(seed, p):
    A, B = matrix(seed), matrix(seed + 1)
    assert norm(A + B, p) <= (norm(A, p) + norm(B, p)) * (1 + 1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_matrix_norms_against_numpy(seed):
    W = matrix(seed)
    assert norm(W, "fro") == pytest.approx(np.linalg.norm(W), rel=1e-13)
    assert norm(W, "spectral") == pytest.approx(np.linalg.norm(W, 2), rel=1e-13)
    assert norm(W, "nuclear") == pytest.approx(np.linalg.norm(W, "nuc"), rel=1e-13)
    assert norm(W, "l21") == pytest.approx(sum(np.linalg.norm(row) for row in W), rel=1e-13)


@pytest.mark.parametrize("p", [0, 0.5, 1, 2, 3, np.inf, *NAMED])
@pytest.mark.parametrize("scale", [1e-200, 1.0, 1e200])
@pytest.mark.parametrize("store", [sparse.csr_array, sparse.csc_matrix, sparse.coo_array])
def test_sparse_as_dense_at_any_scale(p, scale, store):
    W = matrix(3)
    factor = 1.0 if p == 0 else scale
    assert norm(store(scale * W), p) == pytest.approx(factor * norm(W, p), rel=1e-12)


def test_duplicate_entries_of_a_sparse_matrix_add_up():
    W = sparse.coo_array(([1.0, 2.0, -3.0, 3.0], ([0, 0, 1, 1], [0, 0, 1, 1])), shape=(2, 2))
    assert norm(W, 1) == 3.0
    assert norm(W, "l21") == 3.0


def test_zeros_have_norm_zero_and_vectors_no_singular_values():
    for p in (0, 0.5, 2, np.inf, *NAMED):
        assert norm(np.zeros((2, 3)), p) == 0.0
    with pytest.raises(ValueError, match="'spectral' norm is one of matrices"):
        norm([1.0, 2.0], "spectral")


@pytest.mark.parametrize("p", [-1, np.nan, "l1", None, 1j])
def test_unknown_norms_are_named(p):
    with pytest.raises(ValueError, match="p must be a number >= 0"):
        norm([1.0], p)
