"""Magnitude-pruned linear models: laws over random problems, against loops written out."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ids import named
from scipy import sparse
from sklearn import linear_model
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_iris
from sklearn.dummy import DummyRegressor
from sklearn.exceptions import UndefinedMetricWarning
from sklearn.metrics import log_loss
from sklearn.model_selection import GridSearchCV, KFold, LeaveOneOut, StratifiedKFold, cross_val_score
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler, scale
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeRegressor
from threads import alike

from sknormreg import ElasticNet, Lasso, MagnitudePrunedClassifier, MagnitudePrunedRegressor, Ridge
from sknormreg import RidgeClassifier as OurRidgeClassifier

SCHEDULES = {"linear": lambda t: t, "cubic": lambda t: 1 - (1 - t) ** 3, "one_shot": lambda t: 1.0}


def draw(seed, n=40, p=12, outputs=1):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) * rng.choice([0.1, 1.0, 30.0], p)
    Y = X @ rng.normal(size=(p, outputs)) + rng.normal(size=(n, outputs)) + 3.0
    return X, Y[:, 0] if outputs == 1 else Y, rng.integers(1, 4, n).astype(float)


def importance(coef, X, weights, order, scale_aware, y=None):
    """`y` where there are several targets: their deviations count as those of the columns do."""
    size = np.abs(np.atleast_2d(coef))
    if scale_aware and np.ndim(y) == 2:
        spread = np.average((y - np.average(y, axis=0, weights=weights)) ** 2, axis=0, weights=weights)
        size = size / np.sqrt(spread)[:, None]
    norms = size.max(axis=0) if order == np.inf else (size**order).sum(axis=0) ** (1 / order)
    mean = np.average(X, axis=0, weights=weights)
    return norms * np.sqrt(np.average((X - mean) ** 2, axis=0, weights=weights)) if scale_aware else norms


def prune_by_hand(make, X, y, weights, n_keep, n_steps, schedule, order, scale_aware):
    """Fit, cut, fit again: the columns that are left at the end."""
    p = X.shape[1]
    kept = np.arange(p)
    for step in range(1, n_steps + 1):
        count = p - int(np.rint(SCHEDULES[schedule](step / n_steps) * (p - n_keep)))
        model = make().fit(X[:, kept], y, sample_weight=weights)
        ranks = importance(model.coef_, X[:, kept], weights, order, scale_aware, y)
        kept = np.sort(kept[np.argsort(-ranks, kind="stable")[:count]])
    return kept


@settings(deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    shape=st.sampled_from([(40, 12), (12, 30)]),
    outputs=st.sampled_from([1, 3]),
    n_steps=st.integers(1, 6),
    schedule=st.sampled_from(list(SCHEDULES)),
    order=st.sampled_from([1, 2, np.inf]),
    scale_aware=st.booleans(),
    theirs=st.booleans(),
    store=st.sampled_from([np.asarray, sparse.csr_array]),
    data=st.data(),
)
def test_the_path_is_that_of_refits(
    seed, shape, outputs, n_steps, schedule, order, scale_aware, theirs, store, data
):
    X, y, weights = draw(seed, *shape, outputs)
    n_keep = data.draw(st.integers(1, X.shape[1]))
    theirs = theirs and store is np.asarray
    inner = linear_model.Ridge(0.5, solver="cholesky") if theirs else None
    model = MagnitudePrunedRegressor(
        inner, alpha=None if theirs else 0.5, n_features_to_keep=n_keep, n_steps=n_steps, schedule=schedule,
        norm_order=order, scale_aware=scale_aware,
    ).fit(store(X), y, sample_weight=weights)  # fmt: skip
    kept = prune_by_hand(
        lambda: linear_model.Ridge(0.5, solver="cholesky"),
        X, y, weights, n_keep, n_steps, schedule, order, scale_aware,
    )  # fmt: skip
    np.testing.assert_array_equal(np.flatnonzero(model.support_), kept)
    assert model.n_features_selected_ == n_keep
    alone = Ridge(0.5).fit(X[:, kept], y, sample_weight=weights)
    assert np.shape(model.coef_) == (outputs, X.shape[1])[outputs == 1 :]
    largest = np.abs(alone.coef_).max()
    np.testing.assert_allclose(model.coef_[..., kept], alone.coef_, rtol=0, atol=1e-9 * largest)
    assert np.all(model.coef_[..., ~model.support_] == 0.0)
    np.testing.assert_allclose(model.predict(store(X)), alone.predict(X[:, kept]), rtol=1e-8, atol=1e-8)
    np.testing.assert_allclose(
        model.pruning_path_["score"][-1], alone.score(X[:, kept], y, sample_weight=weights), atol=1e-8
    )


@settings(deadline=None)
@given(seed=st.integers(0, 2**32 - 1), outputs=st.sampled_from([1, 2]), wide=st.booleans())
def test_at_sparsity_zero_nothing_changes(seed, outputs, wide):
    X, y, weights = draw(seed, *((10, 25) if wide else (40, 12)), outputs)
    model = MagnitudePrunedRegressor(alpha=2.0, sparsity=0.0, n_steps=3).fit(X, y, sample_weight=weights)
    plain = Ridge(2.0).fit(X, y, sample_weight=weights)
    np.testing.assert_array_equal(model.coef_, model.coef_unpruned_)
    np.testing.assert_allclose(model.coef_, plain.coef_, rtol=0, atol=1e-12 * np.abs(plain.coef_).max())
    np.testing.assert_allclose(model.predict(X), plain.predict(X), rtol=1e-9, atol=1e-9)
    assert model.support_.all()


@settings(deadline=None)
@given(seed=st.integers(0, 2**32 - 1), sparsity=st.floats(0, 0.99), outputs=st.sampled_from([1, 3]))
def test_single_coefficients(seed, sparsity, outputs):
    """Each target on columns of its own, and as many coefficients as asked for."""
    X, y, weights = draw(seed, outputs=outputs)
    model = MagnitudePrunedRegressor(sparsity=sparsity, structure=None, n_steps=2).fit(X, y, weights)
    coef, intercept = np.atleast_2d(model.coef_), np.atleast_1d(model.intercept_)
    removed = coef.size - np.count_nonzero(coef)
    assert removed == np.floor(sparsity * coef.size * (1 + 1e-15))
    for k, target in enumerate(y.reshape(len(y), -1).T):
        kept = coef[k] != 0
        if kept.any():
            alone = Ridge().fit(X[:, kept], target, sample_weight=weights)
            np.testing.assert_allclose(coef[k, kept], alone.coef_, rtol=0, atol=1e-9)
            np.testing.assert_allclose(intercept[k], alone.intercept_, rtol=0, atol=1e-8)
        else:
            np.testing.assert_allclose(intercept[k], np.average(target, weights=weights))


FOREIGN = [
    (linear_model.LinearRegression(), load_diabetes),
    (linear_model.Lasso(0.1), load_diabetes),
    (Lasso(0.1, penalty_factor=np.linspace(0.5, 1.5, 10), bounds=(np.full(10, -5.0), 40.0)), load_diabetes),
    (ElasticNet(0.1), load_diabetes),
    (linear_model.HuberRegressor(), load_diabetes),
    (linear_model.PoissonRegressor(), load_diabetes),
    (linear_model.LogisticRegression(), load_iris),
    (linear_model.SGDClassifier(random_state=0), load_iris),
    (OurRidgeClassifier(loss="log_loss", alpha=0.01), load_iris),
    (linear_model.RidgeClassifier(), load_breast_cancer),
]


@pytest.mark.parametrize(
    ("inner", "load"), FOREIGN, ids=lambda value: getattr(value, "__name__", repr(value))
)
@pytest.mark.parametrize("refit", [True, False])
def test_any_linear_model(inner, load, refit):
    X, y = load(return_X_y=True)
    X = scale(X)
    meta = MagnitudePrunedClassifier if load is not load_diabetes else MagnitudePrunedRegressor
    model = meta(inner, sparsity=0.5, refit=refit, structure="features").fit(X, y)
    kept = model.support_
    assert kept.sum() == X.shape[1] - X.shape[1] // 2
    assert np.all(model.coef_[..., ~kept] == 0.0)
    full = clone(inner).fit(X, y)
    np.testing.assert_array_equal(model.coef_unpruned_, full.coef_)
    if refit:
        alone = clone(inner)
        if getattr(inner, "penalty_factor", None) is not None:
            alone.set_params(
                penalty_factor=inner.penalty_factor[kept], bounds=(inner.bounds[0][kept], 40.0)
            )
        alone.fit(X[:, kept], y)
        np.testing.assert_array_equal(model.coef_[..., kept], alone.coef_)
        np.testing.assert_allclose(model.predict(X), alone.predict(X[:, kept]))
        assert model.score(X, y) == pytest.approx(alone.score(X[:, kept], y))
        assert model.estimator_.get_params().keys() == inner.get_params().keys()
        assert repr(model.estimator_) == repr(inner)
    else:
        np.testing.assert_array_equal(model.coef_[..., kept], full.coef_[..., kept])
        np.testing.assert_array_equal(model.intercept_, full.intercept_)
    assert model.estimator_.n_features_in_ == X.shape[1]
    assert hasattr(model, "predict_proba") == hasattr(inner, "predict_proba")
    assert hasattr(model, "decision_function") == hasattr(inner, "decision_function")
    if hasattr(model, "predict_proba"):
        np.testing.assert_array_equal(
            model.predict(X), model.classes_[model.predict_proba(X).argmax(axis=1)]
        )


def test_scale_awareness_does_not_see_units():
    X, y = load_diabetes(return_X_y=True, scaled=False)
    units = np.geomspace(1e-2, 1e2, 10)
    options = {"estimator": linear_model.LinearRegression(), "n_features_to_keep": 4}
    supports = [
        MagnitudePrunedRegressor(**options, scale_aware=aware).fit(Z, y).support_
        for aware in (True, False)
        for Z in (X, X * units)
    ]
    np.testing.assert_array_equal(supports[0], supports[1])
    assert np.any(supports[2] != supports[3])


def test_thresholds():
    X, y = load_diabetes(return_X_y=True)
    plain = Ridge().fit(X, y)
    size = importance(plain.coef_, X, None, 1, True)
    for threshold, relative, cut in (
        (0.3, True, 0.3 * size.max()),
        (np.sort(size)[5], False, np.sort(size)[5]),
        ("mean", True, size.mean()),
        ("0.5*median", True, 0.5 * np.median(size)),
    ):
        model = MagnitudePrunedRegressor(threshold=threshold, relative=relative).fit(X, y)
        assert model.threshold_ == pytest.approx(cut, rel=1e-10)
        np.testing.assert_array_equal(model.support_, size >= cut * (1 - 1e-10))
    counted = MagnitudePrunedRegressor(n_features_to_keep=4).fit(X, y)
    assert counted.threshold_ == pytest.approx(np.sort(size)[-4])


def test_the_path_is_reported():
    X, y = load_diabetes(return_X_y=True)
    path = MagnitudePrunedRegressor(alpha=1e-6, n_features_to_keep=2, n_steps=4).fit(X, y).pruning_path_
    np.testing.assert_array_equal(path["n_kept"], [10, 8, 6, 4, 2])
    np.testing.assert_allclose(path["sparsity"], [0, 0.2, 0.4, 0.6, 0.8])
    plain = Ridge(1e-6).fit(X, y)
    assert path["norm"][0] == pytest.approx(np.linalg.norm(plain.coef_))
    assert path["score"][0] == pytest.approx(plain.score(X, y))
    assert np.all(np.diff(path["score"]) <= 1e-12)  # fewer features explain less
    assert all(len(column) == 5 for column in path.values())


def test_random_masks_are_a_control():
    X, y = load_digits(return_X_y=True)
    X = scale(X)
    options = {"sparsity": 0.8, "structure": "features"}
    ranked = MagnitudePrunedClassifier(**options).fit(X, y).score(X, y)
    random = [
        MagnitudePrunedClassifier(**options, scores="random", random_state=seed).fit(X, y)
        for seed in (0, 0, 1)
    ]
    np.testing.assert_array_equal(random[0].support_, random[1].support_)
    assert np.any(random[0].support_ != random[2].support_)
    assert max(model.score(X, y) for model in random) < ranked


# Choosing the sparsity.


@pytest.mark.parametrize("rule", ["min", "1se"])
@pytest.mark.parametrize("classify", [True, False])
@alike()
def test_cross_validation_is_a_loop_over_folds(rule, classify):
    X, y = (load_breast_cancer if classify else load_diabetes)(return_X_y=True)
    X = scale(X)
    meta = MagnitudePrunedClassifier if classify else MagnitudePrunedRegressor
    cv = StratifiedKFold(4) if classify else KFold(4, shuffle=True, random_state=0)
    model = meta(sparsity="auto", sparsity_rule=rule, cv=cv).fit(X, y)
    counts = model.pruning_path_["n_kept"]
    assert counts[0] == X.shape[1]
    assert counts[-1] == 1
    folds = np.array([cross_val_score(meta(n_features_to_keep=k), X, y, cv=cv) for k in counts])
    np.testing.assert_allclose(model.pruning_path_["cv_score"], folds.mean(axis=1), atol=1e-9)
    error = folds.std(axis=1, ddof=1) / 2.0
    np.testing.assert_allclose(model.pruning_path_["cv_score_se"], error, atol=1e-9)
    mean = folds.mean(axis=1)
    best = np.flatnonzero(mean >= mean.max() - 1e-12)[-1]
    if rule == "1se":
        best = np.flatnonzero(mean >= mean[best] - error[best] - 1e-12)[-1]
    assert model.n_features_selected_ == counts[best]
    again = meta(sparsity="auto", sparsity_rule=rule, cv=cv, n_jobs=2).fit(X, y)
    np.testing.assert_array_equal(again.coef_, model.coef_)
    np.testing.assert_array_equal(again.pruning_path_["cv_score"], model.pruning_path_["cv_score"])


@pytest.mark.parametrize("rule", ["aic", "bic", "ebic"])
def test_information_criteria_by_hand(rule):
    X, y = load_diabetes(return_X_y=True)
    n, p = X.shape
    weights = np.random.default_rng(0).integers(1, 4, n).astype(float)
    price = 2.0 if rule == "aic" else np.log(weights.sum())
    model = MagnitudePrunedRegressor(alpha=0.01, sparsity="auto", sparsity_rule=rule).fit(X, y, weights)
    order = np.argsort(-importance(Ridge(0.01).fit(X, y, weights).coef_, X, weights, 1, True))
    values = []
    for k in model.pruning_path_["n_kept"]:
        kept = np.sort(order[:k])
        alone = Ridge(0.01).fit(X[:, kept], y, weights)
        mse = np.average((y - alone.predict(X[:, kept])) ** 2, weights=weights)
        A = (X - np.average(X, axis=0, weights=weights))[:, kept] * np.sqrt(weights)[:, None]
        freedom = 1 + np.trace(A @ np.linalg.solve(A.T @ A + 0.01 * np.eye(k), A.T))
        choices = math.log(math.comb(p, k)) if rule == "ebic" else 0.0
        values.append(weights.sum() * np.log(mse) + price * freedom + 2 * choices)
    np.testing.assert_allclose(model.pruning_path_[rule], values, rtol=1e-9)
    assert model.n_features_selected_ == model.pruning_path_["n_kept"][np.argmin(values)]


def test_information_criteria_of_probabilities():
    X, y = load_breast_cancer(return_X_y=True)
    X = scale(X)
    model = MagnitudePrunedClassifier(
        linear_model.LogisticRegression(), sparsity="auto", sparsity_rule="bic", n_steps=5
    ).fit(X, y)
    kept = model.support_
    alone = linear_model.LogisticRegression().fit(X[:, kept], y)
    deviance = 2 * len(y) * log_loss(y, alone.predict_proba(X[:, kept]))
    expected = deviance + np.log(len(y)) * (kept.sum() + 1)
    assert model.pruning_path_["bic"].min() == pytest.approx(expected)


def test_criteria_do_not_mind_the_shape_of_the_target():
    X, y = load_diabetes(return_X_y=True)
    options = {"sparsity": "auto", "sparsity_rule": "bic"}
    for inner in (None, linear_model.Lasso(0.1)):
        flat, column = (MagnitudePrunedRegressor(inner, **options).fit(X, t) for t in (y, y[:, None]))
        np.testing.assert_allclose(flat.pruning_path_["bic"], column.pruning_path_["bic"])


def test_noise_of_rounding_is_not_explained():
    """Without noise in the target the criterion stops at the features that make it."""
    X = np.random.default_rng(0).normal(size=(100, 10))
    y = X[:, :4] @ [1.0, 2.0, 3.0, 4.0]
    for reverse in (1, -1):
        for inner in (None, linear_model.LinearRegression()):
            options = {
                "sparsity": "auto",
                "sparsity_rule": "bic",
                "alpha": 1e-10 if inner is None else None,
            }
            model = MagnitudePrunedRegressor(inner, **options).fit(X[::reverse, ::reverse], y[::reverse])
            assert model.n_features_selected_ == 4


def test_weights_below_one_are_no_fewer_samples():
    X, y = load_diabetes(return_X_y=True)
    weights = np.random.default_rng(0).random(len(y))
    options = {"alpha": 0.0, "sparsity": "auto", "sparsity_rule": "bic"}
    counts = [
        MagnitudePrunedRegressor(**options).fit(X, y, weights * size).n_features_selected_
        for size in (1.0, 1e-3)
    ]
    assert counts[0] == counts[1]


def test_importance_does_not_see_the_units_of_targets():
    X, Y, _ = draw(0, outputs=2)
    coarse = Y * [1.0, 1000.0]
    for structure in (None, "features"):
        one, other = (
            MagnitudePrunedRegressor(sparsity=0.6, structure=structure).fit(X, target).coef_ != 0
            for target in (Y, coarse)
        )
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("options", [{"sparsity_rule": "min"}, {"sparsity_rule": "bic"}])
@alike()
def test_one_seed_for_one_fit(options):
    """Of a RandomState too: folds, path and model agree, whatever n_jobs."""
    X, y = load_breast_cancer(return_X_y=True)
    X = scale(X)
    inner = linear_model.LogisticRegression()
    models = [
        MagnitudePrunedClassifier(
            inner,
            sparsity="auto",
            scores="random",
            n_jobs=n_jobs,
            random_state=np.random.RandomState(0),
            cv=3,
            **options,
        ).fit(X, y)
        for n_jobs in (1, 2)
    ]
    np.testing.assert_array_equal(models[0].coef_, models[1].coef_)
    path = models[0].pruning_path_
    for column in set(path) & {"cv_score", "bic"}:
        np.testing.assert_array_equal(path[column], models[1].pruning_path_[column])
    if "bic" in path:
        best = models[0].best_index_
        deviance = 2 * len(y) * log_loss(y, models[0].predict_proba(X))
        assert path["bic"][best] == pytest.approx(deviance + np.log(len(y)) * (path["n_kept"][best] + 1))


def test_class_weights_do_not_count_in_scores_and_deviations():
    X, y = load_breast_cancer(return_X_y=True)
    inner = OurRidgeClassifier(class_weight="balanced")
    model = MagnitudePrunedClassifier(inner, n_features_to_keep=3).fit(X, y)
    assert model.pruning_path_["score"][-1] == pytest.approx(model.score(X, y), abs=1e-12)
    cut = MagnitudePrunedClassifier(inner, n_features_to_keep=3, refit=False).fit(X, y)
    np.testing.assert_array_equal(model.support_, cut.support_)


def test_a_gram_matrix_is_cut_with_the_features():
    X, y = load_diabetes(return_X_y=True)
    centred = X - X.mean(axis=0)
    given = MagnitudePrunedRegressor(Lasso(0.1, precompute=centred.T @ centred), sparsity=0.5).fit(X, y)
    formed = MagnitudePrunedRegressor(Lasso(0.1), sparsity=0.5).fit(X, y)
    np.testing.assert_allclose(given.coef_, formed.coef_)


def test_scores_that_cannot_be_had():
    X, y = load_diabetes(return_X_y=True)
    message = r"fold of 1 samples.*R\^2 needs two samples"
    with pytest.raises(ValueError, match=message), pytest.warns(UndefinedMetricWarning):
        MagnitudePrunedRegressor(sparsity="auto", cv=LeaveOneOut()).fit(X[:20], y[:20])
    with pytest.raises(ValueError, match="scoring='neg_max_error' does not take sample_weight"):
        MagnitudePrunedRegressor(sparsity="auto", scoring="neg_max_error").fit(X, y, np.ones(len(y)))


# Inside scikit-learn.


@pytest.mark.parametrize(
    "grid",
    [
        {"alpha": [0.1, 10.0], "sparsity": [0.2, 0.8]},
        pytest.param({"sparsity": [0.0, 0.5, 0.9]}, marks=pytest.mark.slow),
        pytest.param({"threshold": [0.01, 0.1, "mean"]}, marks=pytest.mark.slow),
        pytest.param(
            {
                "estimator": [linear_model.LogisticRegression()],
                "estimator__C": [0.1, 1.0],
                "sparsity": [0.5],
            },
            marks=pytest.mark.slow,
        ),
        pytest.param(
            {
                "estimator": [OurRidgeClassifier()],
                "estimator__alpha": [0.1, 1.0],
                "n_features_to_keep": [3, 9],
            },
            marks=pytest.mark.slow,
        ),
    ],
    ids=lambda grid: "-".join(grid),
)
@alike()
def test_grid_search_in_a_pipeline_serial_and_parallel(grid):
    X, y = load_breast_cancer(return_X_y=True)
    pipeline = make_pipeline(StandardScaler(), MagnitudePrunedClassifier())
    grid = {f"magnitudeprunedclassifier__{name}": values for name, values in grid.items()}
    serial, parallel = (GridSearchCV(pipeline, grid, cv=3, n_jobs=n_jobs).fit(X, y) for n_jobs in (1, 2))
    for split in range(3):
        name = f"split{split}_test_score"
        np.testing.assert_array_equal(serial.cv_results_[name], parallel.cv_results_[name])
    assert serial.best_params_ == parallel.best_params_
    assert np.all(serial.cv_results_["mean_test_score"] > 0.85)
    np.testing.assert_array_equal(serial.predict(X), parallel.predict(X))


BAD = [
    ({"threshold": 1.5}, r"threshold .*\[0, 1\].*1.5"),
    ({"threshold": -0.5, "relative": False}, "threshold .*>= 0"),
    (
        {"threshold": 1e6, "relative": False},
        "threshold=1000000.0 is above the largest importance.*Lower it",
    ),
    ({"threshold": "max"}, "'mean', 'median'.*'max'"),
    ({"sparsity": 1.0}, "sparsity.*1.0"),
    ({"sparsity": "cv"}, "sparsity.*'cv'"),
    ({"sparsity": 0.5, "threshold": 0.1}, "not several: got threshold=0.1 and sparsity=0.5"),
    ({"n_features_to_keep": 11}, "n_features_to_keep=11 .*X has 10"),
    ({"n_features_to_keep": 0}, "n_features_to_keep"),
    ({"alpha": 1.0, "estimator": Ridge()}, r"alpha=1.0 .*set it there.*leave alpha=None"),
    ({"estimator": DecisionTreeRegressor()}, "DecisionTreeRegressor has no coef_"),
    ({"estimator": DummyRegressor()}, "DummyRegressor has no coef_"),
    ({"estimator": MLPRegressor(max_iter=1, solver="lbfgs")}, "use PrunedEstimator"),
    ({"estimator": Lasso(1e6)}, r"All coefficients of Lasso\(alpha=1000000.0\) are zero.*smaller"),
    ({"norm_order": 3}, "norm_order"),
    ({"estimator": linear_model.LogisticRegression()}, r"needs a regressor, got LogisticRegression\(\)"),
    ({"estimator": make_pipeline(StandardScaler(), Ridge())}, "got a pipeline: put it at the end of one"),
    ({"structure": "rows"}, "structure.*'rows'"),
    ({"schedule": "square"}, "schedule.*'square'"),
    ({"schedule": lambda t: t / 2}, r"schedule must map .*\[0.5\]"),
    ({"n_steps": 0}, "n_steps"),
    ({"sparsity": "auto", "sparsity_rule": "best"}, "sparsity_rule.*'best'"),
]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize(("options", "message"), BAD, ids=named)
def test_bad_input_is_named(options, message):
    X, y = load_diabetes(return_X_y=True)
    with pytest.raises(ValueError, match=message):
        MagnitudePrunedRegressor(**options).fit(X, y)


class Broken(linear_model.LinearRegression):
    def fit(self, X, y, sample_weight=None):
        super().fit(X, y)
        self.coef_ = self.coef_ * np.nan
        return self


class NoWeights(linear_model.LinearRegression):
    def fit(self, X, y):
        return super().fit(X, y)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("mean", [10.0, 1e3])
@pytest.mark.parametrize("inner", [Lasso(1e-4), linear_model.Ridge(1e-3)], ids=repr)
def test_rounding_of_predictions_is_no_other_model(inner, mean, dtype):
    """A sum of large terms is off by more than its own last digit, wherever the target is near zero."""
    for seed in range(10):
        rng = np.random.default_rng(seed)
        Z = rng.normal(size=(100, 10))
        y = Z @ rng.normal(size=10)
        X = (Z + mean).astype(dtype)
        model = MagnitudePrunedRegressor(inner, sparsity=0.4).fit(X, y - y.mean())
        alone = clone(inner).fit(X[:, model.support_], y - y.mean())
        np.testing.assert_array_equal(model.coef_[model.support_], alone.coef_)


class Shifted(linear_model.Ridge):
    """Its predictions have more in them than a linear predictor."""

    def predict(self, X):
        return super().predict(X) * (1 + 0.01 * self.n_features_in_)


def test_estimators_that_cannot_be_pruned():
    X, y = load_iris(return_X_y=True)
    with pytest.raises(ValueError, match="coef_ of Broken contains NaN"):
        MagnitudePrunedRegressor(Broken()).fit(X, y)
    with pytest.raises(ValueError, match="Shifted predicts from more than its coef_"):
        MagnitudePrunedRegressor(Shifted()).fit((X + 10).astype(np.float32), y - 1.0)
    with pytest.raises(ValueError, match="NoWeights does not take sample_weight"):
        MagnitudePrunedRegressor(NoWeights()).fit(X, y, np.ones(len(y)))
    with pytest.raises(ValueError, match=r"SVC computes its coef_.*LinearSVC"):
        MagnitudePrunedClassifier(SVC(kernel="linear"), refit=False).fit(X[:100], y[:100])
    with pytest.raises(ValueError, match="structure='features' to prune whole features, or refit=False"):
        MagnitudePrunedClassifier(linear_model.RidgeClassifier(), structure=None).fit(X, y)
    with pytest.raises(ValueError, match="n_features_to_keep=2 counts features"):
        MagnitudePrunedClassifier(structure=None, n_features_to_keep=2).fit(X, y)
    with pytest.raises(ValueError, match=r"has no predict_proba.*'min' or '1se'"):
        MagnitudePrunedClassifier(sparsity="auto", sparsity_rule="bic").fit(X, y)
    with pytest.raises(ValueError, match="1 sample"):
        MagnitudePrunedRegressor().fit(X[:1], y[:1])
