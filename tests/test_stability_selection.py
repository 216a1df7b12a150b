"""Stability selection: against loops written out, its bounds against definitions, as a transformer."""

from itertools import product

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.optimize import linprog
from sklearn import config_context, linear_model
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.kernel_ridge import KernelRidge
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler, scale
from sklearn.tree import DecisionTreeRegressor
from sklearn.utils.estimator_checks import (
    check_get_feature_names_out_error,
    check_global_output_transform_pandas,
    check_global_set_output_transform_polars,
    check_set_output_transform_pandas,
    check_set_output_transform_polars,
    check_transformer_get_feature_names_out,
    check_transformer_get_feature_names_out_pandas,
)
from threads import alike

from sknormreg import Lasso, LassoClassifier, Ridge
from sknormreg.model_selection import StabilitySelection
from sknormreg.model_selection._stability_bounds import ASSUMPTIONS, error_bound, largest_tail, settle
from sknormreg.model_selection._stability_halves import complementary_pair


def diabetes():
    X, y = load_diabetes(return_X_y=True)
    return scale(X), y


def drawn(rows, seed):
    """Two halves of the rows: of a permutation, the last of an odd number left out."""
    order = np.random.RandomState(seed).permutation(rows)
    size = len(rows) // 2
    return order[:size], order[size : 2 * size]


@pytest.mark.parametrize("max_features", [10, 3])
def test_the_double_loop_written_out(max_features):
    X, y = diabetes()
    alphas = [20.0, 1.0, 8.0]
    options = {"alphas": alphas, "max_features": max_features, "threshold": 0.8, "n_pairs": 4}
    selector = StabilitySelection(Lasso(), random_state=3, **options).fit(X, y)
    path, sizes = np.zeros((10, 3)), []
    for seed in np.random.RandomState(3).randint(2**31 - 1, size=4):
        for rows in drawn(np.arange(len(y)), seed):
            selected = []
            for column, alpha in enumerate([20.0, 8.0, 1.0]):
                coef = Lasso(alpha).fit(X[rows], y[rows]).coef_
                for j in sorted(np.flatnonzero(coef), key=lambda j: -abs(coef[j])):
                    if j not in selected and len(selected) < max_features:
                        selected.append(j)
                path[selected, column] += 1 / 8
            sizes.append(len(selected))
    q = np.mean(sizes)
    np.testing.assert_allclose(selector.selection_path_, path, rtol=0, atol=1e-15)
    np.testing.assert_array_equal(selector.selection_probabilities_, selector.selection_path_[:, -1])
    np.testing.assert_array_equal(selector.alphas_, [20.0, 8.0, 1.0])
    np.testing.assert_array_equal(selector.support_, path[:, -1] >= 0.8)
    assert selector.q_ == pytest.approx(q)
    assert selector.error_bound_ == pytest.approx(q**2 / (2 * 7 / 8 - 1) / 10)  # 0.8 takes 7 of 8
    assert selector.max_features_ == max_features


def test_classes_are_halved_one_by_one():
    X, y = load_iris(return_X_y=True)
    X, y = scale(X)[20:110], y[20:110]  # 30, 50 and 10
    names = np.array(["b", "c", "a"])[y]
    options = {"alphas": [0.1, 0.03], "n_pairs": 3}
    selector = StabilitySelection(LassoClassifier(), random_state=0, **options).fit(X, names)
    counts = np.zeros(4)
    for seed in np.random.RandomState(0).randint(2**31 - 1, size=3):
        rng = np.random.RandomState(seed)
        parts = [rng.permutation(np.flatnonzero(names == label)) for label in "abc"]
        for half in range(2):
            rows = np.concatenate([p[half * (len(p) // 2) :][: len(p) // 2] for p in parts])
            used = [LassoClassifier(a).fit(X[rows], names[rows]).coef_.any(axis=0) for a in (0.1, 0.03)]
            counts += used[0] | used[1]
    np.testing.assert_allclose(selector.selection_probabilities_, counts / 6)


@settings(deadline=None)
@given(st.lists(st.integers(2, 9), min_size=1, max_size=4), st.integers(0, 2**31 - 1))
def test_halves(sizes, seed):
    labels = np.random.RandomState(seed).permutation(np.repeat(np.arange(len(sizes)), sizes))
    groups = [np.flatnonzero(labels == k) for k in range(len(sizes))]
    one, other = complementary_pair(groups, seed)
    assert len({*one, *other}) == len(one) + len(other)
    for half in (one, other):
        assert np.bincount(labels[half], minlength=len(sizes)).tolist() == [size // 2 for size in sizes]


def sample(seed, n=100, p=60, signal=1.5):
    """Four features that matter and noise, in units of one standard deviation."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p))
    return X, X[:, :4].sum(axis=1) * signal + rng.normal(size=n)


@pytest.mark.parametrize("assumption", ASSUMPTIONS)
def test_signal_is_found_and_noise_is_bounded(assumption):
    wrong, bounds = [], []
    for seed in range(8):
        X, y = sample(seed)
        options = {"error_bound": 1.0, "assumption": assumption, "n_pairs": 25, "random_state": seed}
        selector = StabilitySelection(Lasso(), **options).fit(X, y)
        assert selector.support_[:4].all()
        assert selector.error_bound_ <= 1.0
        wrong.append(selector.support_[4:].sum())
        bounds.append(selector.error_bound_)
    assert np.mean(wrong) <= np.mean(bounds)


def test_noise_alone():
    """Every feature is selected with probability q / p here, the most that the bounds allow for."""
    wrong = []
    for seed in range(20):
        X, y = sample(seed, signal=0.0)
        selector = StabilitySelection(Lasso(), threshold=0.6, max_features=8, n_pairs=25, random_state=0)
        wrong.append(selector.fit(X, y).support_.sum())
        assert selector.q_ == 8
        assert selector.error_bound_ == pytest.approx(64 / (0.2 * 60))
    for assumption in ASSUMPTIONS:
        assert 0 < np.mean(wrong) <= error_bound(8, 0.6, 60, 25, assumption)


def test_bounds_by_hand():
    assert error_bound(10, 0.75, 200, 50, "none") == pytest.approx(100 / (0.5 * 200))
    assert error_bound(10, 0.9, 200, 50, "none") == pytest.approx(100 / (0.8 * 200))
    assert error_bound(10, 0.7, 200, 50, "unimodal") == pytest.approx(0.5 / (2 * (0.4 - 0.01)))
    assert error_bound(10, 0.9, 200, 50, "unimodal") == pytest.approx(0.5 * 4 * (0.1 + 0.01) / 1.02)
    assert error_bound(0, 0.9, 200, 50, "r-concave") == 0
    assert error_bound(150, 0.6, 200, 50, "none") == 200  # there are no more
    assert error_bound(9.5, 0.701, 200, 5, "none") == error_bound(9.5, 0.8, 200, 5, "none")  # 8 of 10
    # beyond 1 / sqrt(3) the theorem on unimodal shares says nothing
    assert error_bound(120, 0.9, 200, 50, "unimodal") == error_bound(120, 0.9, 200, 50, "none")


@pytest.mark.parametrize("votes", range(7, 13))
@pytest.mark.parametrize("theta", [0.05, 0.2, 0.4, 0.55])
def test_no_unimodal_distribution_has_a_larger_tail(votes, theta):
    """Linear programmes for the share of 6 pairs, by its mode and its mean, a squared probability."""
    i, t, n_features = np.arange(7), votes - 6, 1000
    q, expected = n_features * theta, []
    for mode, p in product(range(7), theta * np.array([0.3, 0.7, 1.0])):
        rises = np.diff(np.eye(7), axis=0)
        signs = np.where(i[:-1] < mode, -1.0, 1.0)[:, None]
        found = linprog(
            -(i >= t).astype(float), A_ub=signs * rises, b_ub=np.zeros(6),
            A_eq=[np.ones(7), i / 6], b_eq=[1.0, p**2],
        )  # fmt: skip
        if found.status == 0:
            expected.append(-found.fun * min(q / p, n_features))  # of so many features with this p
    assert max(expected) <= error_bound(q, votes / 12, n_features, 6, "unimodal") * (1 + 1e-9)


@given(st.integers(1, 40), st.integers(51, 100), st.integers(40, 500), st.sampled_from(ASSUMPTIONS))
def test_bounds_are_ordered(q, votes, p, assumption):
    here = error_bound(q, votes / 100, p, 50, assumption)
    stronger = {"none": "unimodal", "unimodal": "r-concave", "r-concave": "r-concave"}[assumption]
    assert error_bound(q, votes / 100, p, 50, stronger) <= here <= p
    assert error_bound(q + 1, votes / 100, p, 50, assumption) >= here
    if votes < 100:
        assert error_bound(q, (votes + 1) / 100, p, 50, assumption) <= here


@given(st.integers(0, 2**31 - 1), st.sampled_from([-1 / 2, -1 / 4]), st.integers(3, 12))
def test_no_r_concave_distribution_has_a_larger_tail(seed, r, n):
    """f^r is convex on the support: sums of random hinges, with either end cut off."""
    rng = np.random.default_rng(seed)
    i = np.arange(n + 1)
    hinges = rng.exponential(size=n + 1) * (rng.random(n + 1) < 0.3)
    g = 10 ** rng.uniform(-2, 1) + np.maximum(i[:, None] - i, 0) @ hinges + rng.exponential() * i
    f = g ** (1 / r)
    f[rng.integers(1, n + 1) + 1 :] = 0.0
    f /= f.sum()
    mean = f @ i / n
    for first in range(1, n + 1):
        assert f[first:].sum() <= largest_tail(mean, first / n, n, r) * (1 + 1e-9)


@pytest.mark.parametrize("r", [-1 / 2, -1 / 4])
def test_the_largest_tail_is_attained(r):
    i, found = np.arange(11.0), largest_tail(0.12, 0.5, 10, r)
    tails = []
    for end in range(5, 11):
        for a in np.geomspace(1e-3, 1e3, 4001):
            f = np.where(i <= end, (i + a) ** (1 / r), 0.0)
            f /= f.sum()
            if f @ i / 10 <= 0.12:
                tails.append(f[5:].sum())
    assert max(tails) == pytest.approx(found, rel=5e-3)
    assert max(tails) <= found < 0.12 / 0.5  # Markov's


@pytest.mark.parametrize("assumption", ASSUMPTIONS)
def test_two_settle_the_third(assumption):
    options = 300, 50, assumption
    threshold, q = settle(0.8, None, 2.0, True, *options)
    assert error_bound(q, threshold, *options) <= 2.0 < error_bound(q + 1, threshold, *options)
    threshold, same = settle(None, q, 2.0, True, *options)
    assert same == q and threshold <= 0.8
    assert error_bound(q, threshold, *options) <= 2.0 < error_bound(q, threshold - 0.01, *options)


def test_what_is_not_given():
    X, y = diabetes()

    def settled(**options):
        selector = StabilitySelection(Lasso(), n_pairs=2, random_state=0, **options).fit(X, y)
        return selector.threshold_, selector.max_features_

    assert settled() == (0.75, 2)  # 4 / (0.5 * 10) <= 1
    assert settled(threshold=1.0) == (1.0, 3)
    assert settled(error_bound=4.0) == (0.75, 4)
    assert settled(max_features=5) == (0.75, 5)
    assert settled(max_features=50, threshold=0.6) == (0.6, 10)
    assert settled(max_features=3, error_bound=1.0) == (1.0, 3)
    assert settled(alphas=1.0) == (0.75, 10)
    assert settled(alphas=[1.0, 2.0], error_bound=1.0) == (0.75, 2)


@pytest.mark.parametrize(("model", "load"), [(Lasso(), diabetes), (LassoClassifier(), load_iris)])
@alike()
def test_parallel_is_serial(model, load):
    X, y = load() if load is diabetes else load(return_X_y=True)
    selector = StabilitySelection(model, n_pairs=6, max_features=2, n_alphas=20, random_state=0)
    serial = clone(selector).fit(scale(X), y)
    parallel = clone(selector).set_params(n_jobs=2).fit(scale(X), y)
    np.testing.assert_array_equal(serial.selection_path_, parallel.selection_path_)
    again = clone(selector).set_params(random_state=1).fit(scale(X), y)
    assert not np.array_equal(serial.selection_path_, again.selection_path_)


class Counting(Lasso):
    """Counts the strengths it is fitted at."""

    fitted = 0

    def fit_path(self, X, y, values, sample_weight=None):
        Counting.fitted += len(values)
        return super().fit_path(X, y, values, sample_weight)


def test_the_way_down_ends_when_there_are_enough():
    X, y = diabetes()
    Counting.fitted = 0
    StabilitySelection(Counting(), n_pairs=2, max_features=1).fit(X, y)
    early = Counting.fitted
    Counting.fitted = 0
    StabilitySelection(Counting(), n_pairs=2, alphas=np.geomspace(50, 5, 100)).fit(X, y)
    assert early <= 4 * 20
    assert Counting.fitted == 4 * 100


def test_other_estimators():
    X, y = diabetes()
    options = {"alphas": [20.0, 5.0, 1.0], "n_pairs": 5, "random_state": 0}
    ours = StabilitySelection(Lasso(), **options).fit(X, y)
    theirs = StabilitySelection(linear_model.Lasso(tol=1e-10), **options).fit(X, y)
    np.testing.assert_array_equal(ours.selection_path_, theirs.selection_path_)
    dense = StabilitySelection(Ridge(), alphas=1.0, max_features=2, n_pairs=5, random_state=0).fit(X, y)
    assert dense.q_ == 2
    both = StabilitySelection(Lasso(), **options).fit(X, np.column_stack([y, -y]))
    np.testing.assert_array_equal(both.support_, ours.support_)


def test_weights():
    X, y = diabetes()
    weights = np.random.default_rng(0).integers(0, 4, len(y)).astype(float)
    rows = weights > 0
    selector = StabilitySelection(Lasso(), max_features=4, n_pairs=10, random_state=0)
    weighted = clone(selector).fit(X, y, sample_weight=weights)
    removed = clone(selector).fit(X[rows], y[rows], sample_weight=weights[rows])
    np.testing.assert_array_equal(weighted.alphas_, removed.alphas_)
    np.testing.assert_array_equal(weighted.selection_path_, removed.selection_path_)
    plain = clone(selector).fit(X[rows], y[rows])
    assert not np.array_equal(plain.selection_path_, removed.selection_path_)
    same = clone(selector).fit(X[rows], y[rows], sample_weight=np.full(rows.sum(), 3.0))
    np.testing.assert_array_equal(plain.selection_path_, same.selection_path_)
    none = clone(selector).fit(X[rows], y[rows], sample_weight=None)
    np.testing.assert_array_equal(plain.selection_path_, none.selection_path_)


def test_weights_reach_each_half():
    X, y = diabetes()
    weights = np.random.default_rng(0).uniform(0.1, 5.0, len(y))
    selector = StabilitySelection(Lasso(), alphas=5.0, n_pairs=2, random_state=0)
    selector.fit(X, y, sample_weight=weights)
    counts = np.zeros(10)
    for seed in np.random.RandomState(0).randint(2**31 - 1, size=2):
        for rows in drawn(np.arange(len(y)), seed):
            counts += Lasso(5.0).fit(X[rows], y[rows], weights[rows]).coef_ != 0
    np.testing.assert_array_equal(selector.selection_probabilities_, counts / 4)


def test_routing():
    X, y = diabetes()
    weights = np.random.default_rng(0).uniform(0.1, 5.0, len(y))
    options = {"max_features": 4, "n_pairs": 3, "random_state": 0}
    expected = StabilitySelection(Lasso(), **options).fit(X, y, sample_weight=weights)
    with config_context(enable_metadata_routing=True):
        model = Lasso().set_fit_request(sample_weight=True)
        pipeline = make_pipeline(
            StabilitySelection(model, **options), Ridge().set_fit_request(sample_weight=False)
        )
        routed = pipeline.fit(X, y, sample_weight=weights)[0]
        with pytest.raises(TypeError, match="sample_weight"):
            model = Lasso().set_fit_request(sample_weight=False)
            StabilitySelection(model, **options).fit(X, y, sample_weight=weights)
    np.testing.assert_array_equal(routed.selection_path_, expected.selection_path_)


@pytest.mark.parametrize("store", [sparse.csr_array, sparse.csc_array, sparse.csr_matrix])
def test_sparse(store):
    X, y = load_breast_cancer(return_X_y=True)
    X[X < np.median(X, axis=0)] = 0.0
    X = scale(X, with_mean=False)
    selector = StabilitySelection(LassoClassifier(), n_pairs=4, n_alphas=20, random_state=0)
    dense = clone(selector).fit(X, y)
    selector.fit(store(X), y)
    np.testing.assert_array_equal(selector.selection_path_, dense.selection_path_)
    made = selector.transform(store(X))
    assert sparse.issparse(made) and made.shape[1] > 0
    np.testing.assert_array_equal(made.toarray(), X[:, dense.support_])
    back = selector.inverse_transform(made)
    np.testing.assert_array_equal(back.toarray(), np.where(dense.support_, X, 0.0))


@pytest.mark.parametrize(("output", "frame"), [("pandas", pd.DataFrame), ("polars", pl.DataFrame)])
def test_frames(output, frame):
    X, y = load_diabetes(return_X_y=True, as_frame=True)
    selector = StabilitySelection(Lasso(), n_pairs=10, random_state=0).set_output(transform=output)
    made = selector.fit_transform(X if output == "pandas" else pl.from_pandas(X), y)
    assert isinstance(made, frame)
    # of an old scikit-learn a polars frame has no names
    named = hasattr(selector, "feature_names_in_")
    assert list(made.columns) == (["bmi", "s5"] if named else ["x2", "x8"])


def test_nothing_stable():
    X, y = sample(0, signal=0.0)
    selector = StabilitySelection(Lasso(), threshold=1.0, max_features=1, n_pairs=10).fit(X, y)
    assert not selector.support_.any()
    with pytest.warns(UserWarning, match="No features were selected"):
        assert selector.transform(X).shape == (100, 0)


@pytest.mark.filterwarnings("ignore:X .* feature names")  # they mix frames and arrays
@pytest.mark.parametrize(
    "check",
    [
        check_transformer_get_feature_names_out,
        check_transformer_get_feature_names_out_pandas,
        check_get_feature_names_out_error,
        check_set_output_transform_pandas,
        check_set_output_transform_polars,
        check_global_output_transform_pandas,
        check_global_set_output_transform_polars,
    ],
    ids=lambda check: check.__name__,
)
def test_checks_of_names_and_containers(check):
    check("StabilitySelection", StabilitySelection(Ridge(), alphas=1.0, n_pairs=2))


@alike()
def test_grid_search_in_a_pipeline_serial_and_parallel():
    X, y = diabetes()
    selector = StabilitySelection(Lasso(), max_features=4, n_pairs=5, n_alphas=30, random_state=0)
    pipeline = make_pipeline(StandardScaler(), selector, Ridge())
    grid = {
        "stabilityselection__threshold": [0.6, 0.9],
        "stabilityselection__estimator__positive": [False, True],
    }
    serial = GridSearchCV(pipeline, grid, cv=3).fit(X, y)
    parallel = GridSearchCV(pipeline, grid, cv=3, n_jobs=2).fit(X, y)
    scores = serial.cv_results_["mean_test_score"]
    np.testing.assert_array_equal(scores, parallel.cv_results_["mean_test_score"])
    assert len(set(scores)) > 1
    np.testing.assert_array_equal(serial.predict(X), parallel.predict(X))


BAD = [
    ({"threshold": 0.5}, r"'threshold' .* range \(0.5, 1"),
    ({"threshold": 1.1}, r"'threshold' .* 1.1"),
    ({"max_features": 0}, "'max_features'"),
    ({"error_bound": 0.0}, "'error_bound'"),
    ({"assumption": "convex"}, "'assumption'"),
    ({"n_pairs": 0}, "'n_pairs'"),
    (
        {"threshold": 0.7, "max_features": 2, "error_bound": 1.0},
        "max_features=2 and error_bound=1.0 .*too many",
    ),
    ({"error_bound": 0.1}, "error_bound=0.1 cannot be kept .* 10 features: one feature .* makes it 0.2"),
    ({"max_features": 9, "error_bound": 1.0}, "max_features=9 of 10: even a threshold of 1 makes it 8.1"),
    ({"alphas": [1.0, -2.0]}, "alphas must be non-negative, got -2.0"),
    ({"alphas": []}, "minimum of 1 is required"),
    ({"alphas": [np.nan]}, "alphas contains NaN"),
    ({"estimator": KernelRidge(), "alphas": 1.0}, "KernelRidge has no coef_ after fit"),
    (
        {"estimator": linear_model.Lasso()},
        r"Give alphas for Lasso\(\) of sklearn.linear_model: only models of sknormreg",
    ),
    (
        {"estimator": linear_model.LogisticRegression()},
        "LogisticRegression has no fit_path, and has no parameter alpha",
    ),
    ({"estimator": DecisionTreeRegressor(), "alphas": 1.0}, "DecisionTreeRegressor has no fit_path"),
]


@pytest.mark.parametrize(("options", "message"), BAD, ids=[str(options)[:60] for options, _ in BAD])
def test_bad_input_is_named(options, message):
    X, y = load_diabetes(return_X_y=True)
    with pytest.raises(ValueError, match=message):
        StabilitySelection(**{"estimator": Lasso(), **options}).fit(X, np.floor(y / 100))


def test_bad_data_is_named():
    X, y = load_iris(return_X_y=True)
    with pytest.raises(ValueError, match="Class 2 has one sample, and each half needs one"):
        StabilitySelection(LassoClassifier()).fit(X[:101], y[:101])
    with pytest.raises(ValueError, match=r"at least two samples each.* got n_samples=3"):
        StabilitySelection(Lasso()).fit(X[:3], y[:3])
    with pytest.raises(ValueError, match=r"n_samples=0|at least one non-zero"):
        StabilitySelection(Lasso()).fit(X, y, sample_weight=np.zeros(150))
    with pytest.raises(ValueError, match="non-negative: the smallest value is -1"):
        StabilitySelection(Lasso()).fit(X, y, sample_weight=-np.ones(150))
    with pytest.raises(ValueError, match="Lars does not take sample_weight"):
        StabilitySelection(linear_model.Lars()).fit(X, y, sample_weight=np.ones(150))
