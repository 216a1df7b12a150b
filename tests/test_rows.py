"""Rows of a matrix: what indexing gives, in the layout of the whole."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from sklearn.svm import SVC

from sknormreg import Lasso
from sknormreg.model_selection._rows import split, take_rows

X = np.arange(60.0).reshape(20, 3)
STORES = {
    "C": np.ascontiguousarray,
    "F": np.asfortranarray,
    "strided": lambda X: np.repeat(X, 2, axis=1)[:, ::2],
    "csr": sparse.csr_array,
    "objects": lambda X: X.astype(object),
    "one column": lambda X: X[:, :1],
    "vector": lambda X: X[:, 0],
}


@given(rows=st.lists(st.integers(-20, 19)), store=st.sampled_from(list(STORES)))
def test_any_rows(rows, store):
    whole, rows = STORES[store](X), np.array(rows, dtype=np.intp)
    found, expected = take_rows(whole, rows), whole[rows]
    if sparse.issparse(found):
        found, expected = found.toarray(), expected.toarray()
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("store", ["C", "F"])
@pytest.mark.parametrize("rows", [np.arange(4, 20), np.r_[0:5, 12:20], np.arange(20)[::-2]])
def test_the_layout_stays_and_the_values_are_a_copy(store, rows):
    whole = STORES[store](X)
    found = take_rows(whole, rows)
    assert found.flags[f"{store}_CONTIGUOUS"]
    assert not np.shares_memory(found, whole)


def test_a_mask():
    np.testing.assert_array_equal(take_rows(X, X[:, 0] > 30), X[X[:, 0] > 30])


@pytest.mark.parametrize("rows", [[20], [3, 4, 25], [-21], [True, False]])
def test_rows_that_are_not_there(rows):
    with pytest.raises(IndexError):
        take_rows(X, rows)


def test_a_kernel_matrix_loses_columns_too():
    K, y = X @ X.T, np.arange(20)
    train, test = np.arange(12), np.arange(12, 20)
    np.testing.assert_array_equal(split(SVC(kernel="precomputed"), K, y, test, train)[0], K[12:, :12])
    np.testing.assert_array_equal(split(Lasso(), K, y, test, train)[0], K[12:])
    assert split(Lasso(), K, None, test, train)[1] is None


@pytest.mark.parametrize("store", ["C", "F"])
def test_what_joblib_hands_to_a_process_is_split_alike(store, tmp_path):
    np.save(tmp_path / "X.npy", STORES[store](X))
    mapped = np.load(tmp_path / "X.npy", mmap_mode="r")
    found = split(Lasso(), mapped, None, np.arange(3, 9))[0]
    assert found.flags[f"{store}_CONTIGUOUS"]
    np.testing.assert_array_equal(found, X[3:9])
