"""Clip, retain, prune and the mask: laws over random weights, against naive sorting."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy import sparse

from sknormreg.pruning import clip_weights, magnitude_mask, prune_weights, retain_weights

FORMATS = (sparse.csr_array, sparse.csc_array, sparse.coo_array, sparse.csr_matrix)
fractions = st.floats(0.0, 1.0)


def weights(dtype=None, **shape):
    """Arrays with many ties, zeros of both signs and magnitudes far apart."""
    dtypes = st.sampled_from([np.float32, np.float64]) if dtype is None else st.just(dtype)
    return dtypes.flatmap(
        lambda kind: arrays(
            kind,
            array_shapes(**{"min_dims": 1, "max_dims": 3, "max_side": 8, **shape}),
            elements=st.one_of(
                st.sampled_from([0.0, -0.0, 1.0, -1.0, 0.5]),
                st.floats(-(2.0**90), 2.0**90, width=32),
            ),
        )
    )


layers = st.lists(weights(), min_size=1, max_size=4)


def sorted_mask(scores, n_keep):
    """By a stable sort: the largest first, ties in C order."""
    flat = np.ravel(scores).astype(float)
    mask = np.zeros(flat.size, dtype=bool)
    mask[np.argsort(-flat, kind="stable")[:n_keep]] = True
    return mask.reshape(np.shape(scores))


def same_bits(a, b):
    return a.dtype == b.dtype and a.tobytes() == b.tobytes()


@given(weights(), fractions)
def test_clip_bounds_and_keeps_what_is_below(W, threshold):
    before, tau = W.copy(), threshold * float(np.abs(W).max())
    clipped = clip_weights(W, threshold)
    assert clipped.dtype == W.dtype
    assert float(np.abs(clipped).max()) <= tau
    inside = np.abs(W).astype(float) <= tau
    assert np.all(clipped[W == 0] == 0)
    assert same_bits(clipped[inside & (W != 0)], W[inside & (W != 0)])
    assert np.all(np.abs(clipped[~inside]) >= np.nextafter(W.dtype.type(tau), W.dtype.type(0)))
    assert np.all(np.sign(clipped[~inside]) == np.sign(W[~inside]) * (clipped[~inside] != 0))
    assert same_bits(W, before)


@given(weights(), fractions)
def test_retain_and_prune_share_the_weights_out(W, threshold):
    tau = threshold * float(np.abs(W).max())
    large = np.abs(W).astype(float) >= tau
    for made, kept in ((retain_weights(W, threshold), large), (prune_weights(W, threshold), ~large)):
        assert same_bits(made[kept], W[kept])
        assert np.all(made[~kept] == 0.0)
        assert not np.signbit(made[~kept]).any()
    np.testing.assert_array_equal(magnitude_mask(W, threshold=threshold), large)


@given(weights(), st.floats(0.0, 1e30))
def test_absolute_thresholds_are_taken_as_they_are(W, tau):
    large = np.abs(W).astype(float) >= tau
    np.testing.assert_array_equal(magnitude_mask(W, threshold=tau, relative=False), large)
    np.testing.assert_array_equal(retain_weights(W, tau, relative=False) != 0, large & (W != 0))
    assert float(np.abs(clip_weights(W, tau, relative=False)).max()) <= tau


@pytest.mark.parametrize("rule", [clip_weights, retain_weights])
@given(W=weights(), threshold=fractions)
def test_rules_are_idempotent(rule, W, threshold):
    tau = threshold * float(np.abs(W).max())
    once = rule(W, tau, relative=False)
    assert same_bits(rule(once, tau, relative=False), once)


@pytest.mark.parametrize("rule", [clip_weights, retain_weights, prune_weights])
@given(W=weights(), threshold=fractions)
def test_out_may_be_the_weights_themselves(rule, W, threshold):
    expected = rule(W, threshold)
    strided = np.asfortranarray(W)
    assert rule(strided, threshold, out=strided) is strided
    assert np.array_equal(strided, expected)


def test_out_may_overlap():
    V = np.random.default_rng(0).normal(size=(700, 700))  # several pieces
    expected = retain_weights(V, 0.5)
    out = V.T
    assert retain_weights(V, 0.5, out=out) is out
    np.testing.assert_array_equal(out, expected)
    layers = [V.copy(), V[0].copy()]
    assert clip_weights(layers, 0.5, out=layers) is layers


def test_one_dimensional_sparse():
    w = sparse.coo_array(np.array([0.0, 3.0, -1.0]))
    made = retain_weights(w, 0.5)
    np.testing.assert_array_equal(np.ravel(made.toarray()), [0.0, 3.0, 0.0])  # old SciPy: a row
    assert made.nnz == 1


@pytest.mark.parametrize("make", FORMATS)
@pytest.mark.parametrize("rule", [clip_weights, retain_weights, prune_weights])
@given(W=weights(min_dims=2, max_dims=2), threshold=fractions)
def test_sparse_weights_give_the_same(make, rule, W, threshold):
    S = make(W)
    made = rule(S, threshold)
    assert type(made) is type(S)
    assert made.dtype == W.dtype
    expected = rule(W, threshold)
    np.testing.assert_array_equal(made.toarray(), expected)
    assert rule is clip_weights or made.nnz == np.count_nonzero(expected)
    np.testing.assert_array_equal(S.toarray(), W)


@given(weights(), st.data())
def test_the_number_kept_is_exact_and_ties_go_to_the_first(W, data):
    n_keep = data.draw(st.integers(0, W.size))
    expected = sorted_mask(np.abs(W), n_keep)
    for stored in (W, np.asfortranarray(W)):
        np.testing.assert_array_equal(magnitude_mask(stored, n_keep=n_keep), expected)
    out = np.ones(W.shape, dtype=bool, order="F")
    assert magnitude_mask(W, n_keep=n_keep, out=out) is out
    np.testing.assert_array_equal(out, expected)


@given(weights(), st.data())
def test_sparsity_removes_whole_numbers(W, data):
    removed = data.draw(st.integers(0, W.size))
    assert np.count_nonzero(~magnitude_mask(W, sparsity=removed / W.size)) == removed
    between = data.draw(fractions)
    count = np.count_nonzero(~magnitude_mask(W, sparsity=between))
    assert count <= between * W.size * (1 + 1e-14)
    assert count + 1 > between * W.size


@given(weights(), fractions)
def test_masks_are_idempotent(W, sparsity):
    mask = magnitude_mask(W, sparsity=sparsity)
    again = magnitude_mask(W * mask, n_keep=np.count_nonzero(mask))
    np.testing.assert_array_equal(again * np.abs(W), mask * np.abs(W))


@given(layers, st.data())
def test_global_masks_do_not_depend_on_the_order_of_layers(Ws, data):
    total = sum(W.size for W in Ws)
    amount = data.draw(
        st.one_of(
            st.integers(0, total).map(lambda n: {"n_keep": n}),
            fractions.map(lambda s: {"sparsity": s}),
            fractions.map(lambda t: {"threshold": t}),
        )
    )
    scores = data.draw(st.sampled_from(["magnitude", "lamp"]))
    order = data.draw(st.permutations(range(len(Ws))))
    masks = magnitude_mask(Ws, scope="global", scores=scores, **amount)
    moved = magnitude_mask([Ws[i] for i in order], scope="global", scores=scores, **amount)
    if "n_keep" in amount:
        assert sum(np.count_nonzero(mask) for mask in masks) == amount["n_keep"]

    def pairs(Ws, masks):  # layers of the same contents may change places
        return sorted((W.shape, np.abs(W).tobytes(), m.tobytes()) for W, m in zip(Ws, masks, strict=True))

    assert pairs(Ws, masks) == pairs([Ws[i] for i in order], moved)


@given(layers, fractions)
def test_global_is_one_long_layer(Ws, threshold):
    long = np.concatenate([np.ravel(W).astype(float) for W in Ws])
    masks = magnitude_mask(Ws, threshold=threshold, scope="global")
    np.testing.assert_array_equal(
        np.concatenate([np.ravel(m) for m in masks]), magnitude_mask(long, threshold=threshold)
    )
    cut = retain_weights(Ws, threshold, scope="global")
    for W, made, mask in zip(Ws, cut, masks, strict=True):
        np.testing.assert_array_equal(made, np.where(mask, W, 0))


@given(layers, fractions)
def test_layers_by_themselves(Ws, sparsity):
    masks = magnitude_mask(Ws, sparsity=sparsity)
    for W, mask in zip(Ws, masks, strict=True):
        np.testing.assert_array_equal(mask, magnitude_mask(W, sparsity=sparsity))


@pytest.mark.parametrize("order", [1, 2, np.inf])
@given(W=weights(dtype=np.float64, min_dims=2, max_dims=2), data=st.data())
def test_structures_go_by_their_norms(order, W, data):
    W = np.round(W, 3)
    for axis, name in enumerate(("rows", "columns")):
        norms = np.linalg.norm(W, order, axis=1 - axis)
        gaps = np.abs(np.subtract.outer(norms, norms))[~np.eye(norms.size, dtype=bool)]
        if np.any((gaps > 0) & (gaps < 1e-9 * norms.max())):
            continue  # rounding alone decides
        n_keep = data.draw(st.integers(0, norms.size))
        mask = magnitude_mask(W, n_keep=n_keep, structure=name, order=order)
        kept = mask.any(axis=1 - axis)
        np.testing.assert_array_equal(mask.all(axis=1 - axis), kept)
        assert np.count_nonzero(kept) == n_keep
        assert min(norms[kept], default=np.inf) >= max(norms[~kept], default=0) * (1 - 1e-12)
        labels = np.arange(norms.size)
        labels = np.broadcast_to(labels[:, None], W.shape) if axis == 0 else labels
        np.testing.assert_array_equal(
            magnitude_mask(W, n_keep=n_keep, structure=labels, order=order).any(axis=1 - axis).sum(), n_keep
        )
        sparse_mask = magnitude_mask(sparse.csr_array(W), n_keep=n_keep, structure=name, order=order)
        np.testing.assert_array_equal(sparse_mask.toarray(), mask & (W != 0))


def test_groups_are_kept_or_removed_whole():
    W = np.array([[1.0, 2.0, 3.0, 0.5], [0.0, 2.0, 0.0, 0.5]])
    labels = np.array([7, 2, 7, 4])
    mask = magnitude_mask(W, n_keep=2, structure=labels)
    np.testing.assert_array_equal(mask, [[True, True, True, False]] * 2)
    dropped = magnitude_mask(sparse.csc_array(W), sparsity=1 / 3, structure=labels).toarray()
    np.testing.assert_array_equal(dropped, mask & (W != 0))


def test_lamp_follows_its_formula():
    W = np.array([3.0, -1.0, 2.0, 1.0])
    # squares 9, 1, 4, 1: scores 9/9, 1/15, 4/13, 1/15
    order = [0, 2, 1, 3]
    for n_keep in range(5):
        np.testing.assert_array_equal(
            np.flatnonzero(magnitude_mask(W, n_keep=n_keep, scores="lamp")), np.sort(order[:n_keep])
        )
    # between layers it is the share that counts and not the size: 1 of 1, against 9 of 10 and 1 of 10
    masks = magnitude_mask([np.array([1e-3]), W[:2]], n_keep=2, scores="lamp", scope="global")
    assert [m.tolist() for m in masks] == [[True], [True, False]]


def test_scores_of_ones_own():
    W = np.array([3.0, -1.0, 2.0])
    scores = np.array([-np.inf, 5.0, -2.0])
    np.testing.assert_array_equal(magnitude_mask(W, n_keep=2, scores=scores), [False, True, True])
    with pytest.raises(ValueError, match="one number per unit"):
        magnitude_mask(W, n_keep=1, scores=[1.0, 2.0])
    with pytest.raises(ValueError, match="NaN"):
        magnitude_mask(W, n_keep=1, scores=[1.0, 2.0, np.nan])


@pytest.mark.parametrize(("threshold", "cut"), [("mean", 2.0), ("median", 1.5), ("1.5 * mean", 3.0)])
def test_thresholds_by_name(threshold, cut):
    W = np.array([-5.0, 1.0, 2.0, 0.0])
    np.testing.assert_array_equal(magnitude_mask(W, threshold=threshold), np.abs(W) >= cut)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_memory_and_speed_of_selection(dtype):
    """One copy of the weights and the mask: no sorting permutation, no index arrays."""
    W = np.tile(np.arange(-500, 500, dtype=dtype), 2000)  # all ties
    tracemalloc.start()
    try:
        mask = magnitude_mask(W, sparsity=0.7)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert np.count_nonzero(mask) == 600_000
    assert peak <= W.nbytes + mask.nbytes + (1 << 23)


BAD = [
    ({"threshold": 1.5}, r"threshold .*\[0, 1\].*1.5"),
    ({"threshold": -0.1, "relative": False}, "threshold .*>= 0.*-0.1"),
    ({"threshold": np.nan}, "threshold"),
    ({"threshold": "max"}, "'mean', 'median'.*'max'"),
    ({"threshold": "-2*mean"}, "'mean', 'median'"),
    ({"sparsity": 1.5}, r"sparsity .*\[0, 1\].*1.5"),
    ({"n_keep": 4}, "n_keep=4 .*W has 3"),
    ({"n_keep": 1.0}, "n_keep must be .* integer"),
    ({}, "exactly one of threshold, sparsity, n_keep: got none"),
    ({"sparsity": 0.5, "n_keep": 1}, "sparsity=0.5 and n_keep=1"),
    ({"n_keep": 1, "scope": "all"}, "scope"),
    ({"n_keep": 1, "order": 3}, "order"),
    ({"n_keep": 1, "structure": "filters"}, "structure"),
    ({"n_keep": 1, "structure": "columns"}, "dimension"),
    ({"n_keep": 1, "structure": [0, 1]}, r"\(2,\)"),
    ({"n_keep": 1, "structure": [0.5, 1, 2]}, "integers"),
    ({"n_keep": 1, "scores": "size"}, "'lamp'"),
    ({"n_keep": 1, "out": np.zeros(3)}, "out must have"),
]


@pytest.mark.parametrize(("options", "message"), BAD)
def test_bad_input_is_named(options, message):
    with pytest.raises(ValueError, match=message):
        magnitude_mask([1.0, 2.0, 3.0], **options)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_weights_must_be_finite(value):
    W = np.array([1.0, value])
    for rule in (clip_weights, retain_weights, prune_weights):
        with pytest.raises(ValueError, match="layer 1 of W contains NaN or infinity"):
            rule([np.ones(2), W], 0.5)
    with pytest.raises(ValueError, match="NaN or infinity"):
        magnitude_mask(W, n_keep=1)


def test_weights_must_be_real():
    with pytest.raises(ValueError, match="real numbers"):
        clip_weights(np.array([1j]), 0.5)
    with pytest.raises(ValueError, match="out must be None for sparse"):
        clip_weights(sparse.csr_array(np.eye(3)), 0.5, out=np.zeros(3))
    assert clip_weights([3, 1], 0.5).dtype == np.float64


@pytest.mark.parametrize(
    "Ws",
    [
        [np.array([[1.0, 2.0]]), np.array([[2.0, 4.0]])],
        [np.zeros((1, 1), np.float32), np.zeros((1, 1)), np.zeros(1, np.float32)],
    ],
    ids=["another scale", "another precision"],
)
def test_layers_with_the_same_lamp_scores_keep_their_order_of_contents(Ws):
    for n_keep in range(sum(W.size for W in Ws)):
        masks = magnitude_mask(Ws, n_keep=n_keep, scope="global", scores="lamp")
        moved = magnitude_mask(Ws[::-1], n_keep=n_keep, scope="global", scores="lamp")[::-1]
        for mask, other in zip(masks, moved, strict=True):
            np.testing.assert_array_equal(mask, other)
