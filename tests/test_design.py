"""Every storage of X gives what the naive centred matrix gives, and keeps its digits."""

import numpy as np
import pytest
from scipy import sparse

from sknormreg import Lasso, LassoClassifier, Ridge
from sknormreg import design as module
from sknormreg.design import make_design
from sknormreg.moments import Moments

N, P = 600, 41


def compressed(kind, index):
    def store(X, path):
        out = kind(X)
        out.indices, out.indptr = out.indices.astype(index), out.indptr.astype(index)
        return out

    return store


def read_only(X, path):
    X = np.asfortranarray(X)
    X.flags.writeable = False
    return X


def memory_map(X, path):
    np.save(path / "X.npy", X)
    return np.load(path / "X.npy", mmap_mode="r")


def duplicates(X, path):
    """Each value stored as two halves."""
    full = sparse.csc_array(X)
    halves = np.repeat(full.data / 2, 2), np.repeat(full.indices, 2), 2 * full.indptr
    return sparse.csc_array(halves, shape=X.shape)


STORAGE = {
    "C": lambda X, path: np.ascontiguousarray(X),
    "F": lambda X, path: np.asfortranarray(X),
    "every other row of C": lambda X, path: np.repeat(np.ascontiguousarray(X), 2, axis=0)[::2],
    "every other column of C": lambda X, path: np.repeat(np.ascontiguousarray(X), 2, axis=1)[:, ::2],
    "every other row of F": lambda X, path: np.asfortranarray(np.repeat(X, 2, axis=0))[::2],
    "some columns of F": lambda X, path: np.asfortranarray(np.repeat(X, 2, axis=1))[:, ::2],
    "backwards": lambda X, path: np.ascontiguousarray(X[::-1, ::-1])[::-1, ::-1],
    "a field of a record": lambda X, path: np.rec.fromarrays([np.zeros(X.shape, "u1"), X]).f1,
    "float32 C": lambda X, path: np.ascontiguousarray(X, dtype=np.float32),
    "float32 F": lambda X, path: np.asfortranarray(X, dtype=np.float32),
    "read-only": read_only,
    "memory map": memory_map,
    "csr, int32": compressed(sparse.csr_array, np.int32),
    "csr, int64": compressed(sparse.csr_array, np.int64),
    "csc, int32": compressed(sparse.csc_array, np.int32),
    "csc, int64": compressed(sparse.csc_array, np.int64),
    "csr matrix": compressed(sparse.csr_matrix, np.int32),
    "csc, float32": lambda X, path: sparse.csc_array(X, dtype=np.float32),
    "csc, duplicates": duplicates,
}


def draw(seed=0, n=N, p=P):
    """(rng, X, weights): a third of the values zero, but for full, constant and empty columns."""
    rng = np.random.default_rng(seed)
    X = (rng.normal(size=(n, p)) + rng.normal(size=p)) * (rng.random((n, p)) < 0.7)
    X[:, 3] = 5.0 + rng.normal(size=n)
    X[:, 4], X[:, 5] = 0.1, 0.0
    weights = rng.random(n) + 0.1
    return rng, X.astype(np.float32).astype(float), weights / weights.sum()


@pytest.fixture(params=STORAGE)
def storage(request):
    return STORAGE[request.param]


HOW = {"centred": (True, 0), "centred, a copy kept": (True, N * P), "as it is": (False, 0)}


@pytest.fixture(params=HOW.values(), ids=HOW.keys())
def case(request, storage, tmp_path, monkeypatch):
    """(rng, design, the naive matrix, weights), with blocks so small that there are several."""
    centre, small = request.param
    monkeypatch.setattr(module, "_BLOCK", 1)
    monkeypatch.setattr(module, "_SMALL", small)
    rng, X, weights = draw()
    design = make_design(storage(X, tmp_path), weights, centre=centre)
    return rng, design, X - weights @ X if centre else X, weights


def close(found, expected):
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12 * np.abs(expected).max(initial=1.0))
    assert found.dtype == np.float64


def some_columns(rng):
    return [np.arange(P), rng.permutation(P)[:30], np.array([3, 5, 4, 0]), np.array([], dtype=np.intp)]


def test_storage_is_what_it_says(storage, tmp_path):
    _, X, _ = draw()
    stored = storage(X, tmp_path)
    np.testing.assert_array_equal(stored.toarray() if sparse.issparse(stored) else stored, X)


@pytest.mark.parametrize("K", [1, 2, 3, 4, 5, 9])
def test_correlate(case, K):
    rng, design, C, _ = case
    R = rng.normal(size=(K, N))
    close(design.correlate(R), R @ C)
    for cols in some_columns(rng):
        close(design.correlate(R, cols), R @ C[:, cols])


@pytest.mark.parametrize("K", [1, 3])
def test_some_rows(case, K):
    """They keep the centre of all rows."""
    rng, design, C, weights = case
    rows = np.sort(rng.permutation(N)[: N // 3])
    some, R = design.some_rows(rows), rng.normal(size=(K, rows.size))
    close(some.correlate(R), R @ C[rows])
    for cols in some_columns(rng):
        here = C[rows][:, cols]
        gram, sums = some.gram_and_sums(cols, weights[rows])
        close(gram, here.T @ (here * weights[rows, None]))
        close(sums, weights[rows] @ here)


@pytest.mark.parametrize("K", [1, 3])
def test_matvec(case, K):
    rng, design, C, _ = case
    for share in (0.0, 0.1, 0.6, 1.0):
        W = rng.normal(size=(K, P)) * (rng.random((K, P)) < share)
        close(design.matvec(W), W @ C.T)


def test_gram_and_squares(case):
    rng, design, C, weights = case
    for w in (weights, np.where(rng.random(N) < 0.5, 0.0, rng.random(N))):
        for cols in some_columns(rng):
            expected = C[:, cols].T @ (C[:, cols] * w[:, None])
            close(design.squares(cols, w), np.diagonal(expected))
            for start in (0, cols.size // 2):
                close(design.gram(cols, w, start=start), expected[start:])
            gram, sums = design.gram_and_sums(cols, w)
            close(gram, expected)
            close(sums, w @ C[:, cols])


@pytest.mark.parametrize("order", "CF")
@pytest.mark.parametrize(("mean", "in_place"), [(0.0, True), (0.9, True), (1e6, False)])
def test_a_gram_matrix_is_formed_in_place_only_where_no_digits_are_lost(order, mean, in_place, monkeypatch):
    rng = np.random.default_rng(0)
    X = np.asarray(rng.normal(size=(3000, 40)), order=order)
    X[:, 7] *= 1e-8
    X[:, [7, 9]] += mean * X[:, [7, 9]].std(axis=0)
    weights = np.full(3000, 1 / 3000)
    design = make_design(X, weights, centre=True)
    blocks = []
    monkeypatch.setattr(
        design, "_blocks", lambda *args: blocks.append(args) or type(design)._blocks(design, *args)
    )
    wide = X.astype(np.longdouble)
    wide -= wide.mean(axis=0)
    expected = (wide.T @ wide / 3000).astype(float)
    cols = rng.permutation(40)
    found = design.gram(cols, weights)
    size = np.sqrt(np.diagonal(expected))[cols]
    errors = np.abs(found - expected[np.ix_(cols, cols)]) / np.outer(size, size)
    assert errors.max() < 1e-14 if in_place else errors.max() < 1e-9
    assert bool(blocks) is not in_place


def test_means_that_a_sample_of_rows_does_not_show():
    """Every row that is looked at has a column far below its mean."""
    X = np.random.default_rng(0).normal(size=(5000, 20))
    step = 5000 // module._SAMPLE
    X[:, 3] += 1e6
    X[::step, 3] = 1e7 * (-1.0) ** np.arange(len(X[::step]))
    weights = np.full(5000, 1 / 5000)
    design = make_design(X, weights, centre=True)
    C = X - X.mean(axis=0)
    close(design.gram(np.arange(20), weights), C.T @ C / 5000)


def test_scaled_gram(case):
    rng, design, C, _ = case
    a = rng.normal(size=(3, N))
    for cols in (*some_columns(rng), np.array([3, 3, 7, 7, 7, 0])):
        outputs = rng.integers(0, 3, cols.size)
        M = C[:, cols].T * a[outputs]
        inner, across = design.scaled_gram(cols, outputs, a)
        close(inner, M @ M.T)
        close(across, M @ a.T)


def test_outer(case):
    rng, design, C, _ = case
    scale = rng.random(P)
    close(design.outer(scale), (C * scale) @ C.T)


def test_columns(case):
    rng, design, C, _ = case
    if hasattr(design, "columns"):  # sparse X is never densified
        for cols in some_columns(rng):
            close(design.columns(cols), C[:, cols].T)
    else:
        assert sparse.issparse(design.X)


def test_moments_of_a_design(case):
    rng, design, C, weights = case
    Y = rng.normal(size=(2, N))
    moments = Moments.from_design(design, Y, np.zeros(2), weights, 3.0)
    close(moments.gram, C.T @ (C * weights[:, None]))
    close(moments.cross, (Y * weights) @ C)
    close(moments.yy, (Y * Y) @ weights)


def test_nothing_is_copied_or_written(storage, tmp_path):
    """Only layouts that no kernel reads, and values to be centred, are copied."""
    _, X, weights = draw()
    stored = storage(X, tmp_path)
    values = stored.data if sparse.issparse(stored) else stored
    before = np.array(values)
    design = make_design(stored, weights, centre=True)
    design.gram(np.arange(P), weights)
    design.correlate(weights[None, :])
    np.testing.assert_array_equal(values, before)
    if isinstance(stored, np.ndarray) and 0 < min(stored.strides) == stored.itemsize:
        assert np.shares_memory(design.X, stored)


DIGITS = {
    "C": np.ascontiguousarray,
    "F": np.asfortranarray,
    "csc": sparse.csc_array,
    "csr": sparse.csr_array,
}


@pytest.mark.parametrize("store", DIGITS.values(), ids=DIGITS.keys())
@pytest.mark.parametrize("empty_row_without_weight", [False, True])
def test_a_mean_far_above_the_deviation_costs_no_digits(store, empty_row_without_weight):
    """Integers about 1e8: centring about a nearby integer first is exact."""
    rng = np.random.default_rng(1)
    deviations = rng.integers(-3, 4, size=(200, 5)).astype(float)
    weights = rng.random(200)
    X = deviations + 1e8
    if empty_row_without_weight:
        X[7], weights[7] = 0.0, 0.0
    weights /= weights.sum()
    counts = weights > 0
    C = deviations - weights @ deviations
    design = make_design(store(X), weights, centre=True)
    R, W = rng.normal(size=(2, 200)) * counts, rng.normal(size=(2, 5))
    R -= np.outer(R.sum(axis=1) / counts.sum(), counts)
    gram = design.gram(np.arange(5), weights)
    for found, expected in [
        (design.correlate(R), R @ C),
        (design.matvec(W)[:, counts], (W @ C.T)[:, counts]),
        (gram, C.T @ (C * weights[:, None])),
        (design.squares(np.arange(5), weights), np.diagonal(gram)),
    ]:
        # what remains is the rounding of the mean itself, 1e-8 of a deviation
        np.testing.assert_allclose(found, expected, rtol=0, atol=2e-7 * np.abs(expected).max())


@pytest.mark.parametrize("store", DIGITS.values(), ids=DIGITS.keys())
@pytest.mark.parametrize("value", [0.1, 1e8 / 3, 1e-100])
def test_a_constant_column_centres_to_exact_zeros(store, value):
    rng = np.random.default_rng(2)
    X = rng.normal(size=(300, 3))
    X[:, 1] = value
    weights = rng.random(300)
    design = make_design(store(X), weights / weights.sum(), centre=True)
    assert not np.any(design.correlate(rng.normal(size=(2, 300)))[:, 1])
    assert not np.any(design.gram(np.arange(3), weights)[1])


def test_merged_moments_are_those_of_all_rows():
    rng, X, weights = draw()
    X[:, 3] += 1e6
    Y = rng.normal(size=(2, N)) + 100.0

    def moments(rows):
        w = weights[rows] / weights[rows].sum()
        mean = Y[:, rows] @ w
        design = make_design(X[rows], w, centre=True)
        return Moments.from_design(design, Y[:, rows] - mean[:, None], mean, w, weights[rows].sum())

    whole = moments(np.arange(N))
    first, second, third = (moments(rows) for rows in np.split(rng.permutation(N), [100, 350]))
    for merged in (first.merge(second).merge(third), third.merge(first.merge(second))):
        assert merged.weight == pytest.approx(whole.weight)
        for name in ("gram", "cross", "yy", "x_mean", "y_mean"):
            found, expected = getattr(merged, name), getattr(whole, name)
            # the difference of two means of 1e6 is right to 1e-10
            np.testing.assert_allclose(found, expected, rtol=0, atol=1e-10 * np.abs(expected).max())


@pytest.mark.parametrize("kinds", [(np.int32, np.int64), (np.int64, np.int32)], ids=str)
@pytest.mark.parametrize("make", [Ridge, Lasso, LassoClassifier])
def test_indices_and_their_starts_of_two_kinds(kinds, make):
    """Which no constructor of SciPy makes, but whoever sets the arrays one by one."""
    rng = np.random.default_rng(0)
    dense = rng.normal(size=(40, 12)) * (rng.random((40, 12)) < 0.4)
    y = np.arange(40) % 2 if make is LassoClassifier else dense[:, 0] + rng.normal(size=40)
    X = sparse.csc_array(dense)
    X.indices, X.indptr = X.indices.astype(kinds[0]), X.indptr.astype(kinds[1])
    np.testing.assert_allclose(
        make(alpha=0.01).fit(X, y).coef_, make(alpha=0.01).fit(dense, y).coef_, rtol=0, atol=1e-10
    )
