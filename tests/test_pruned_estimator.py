"""Any estimator with coefficients, pruned: linear models, pipelines, networks."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin, clone, is_classifier, is_regressor
from sklearn.compose import TransformedTargetRegressor
from sklearn.cross_decomposition import PLSRegression
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_iris
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import BayesianRidge, Lars, LogisticRegression, PoissonRegressor, SGDClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler, scale
from sklearn.svm import SVC, LinearSVC
from threads import alike

from sknormreg import (
    CoefficientPruner,
    Lasso,
    MagnitudePrunedClassifier,
    MagnitudePrunedRegressor,
    PrunedEstimator,
    Ridge,
)


def network(**options):
    return MLPClassifier(
        hidden_layer_sizes=16, random_state=0, max_iter=1000, tol=1e-3, learning_rate_init=0.01, **options
    )


def digits():
    X, y = load_digits(return_X_y=True)
    return X[:400] / 16.0, y[:400]


@pytest.mark.parametrize(
    ("inner", "load"),
    [
        (LogisticRegression(), load_iris),
        (SGDClassifier(random_state=0), load_iris),
        (LinearSVC(), load_breast_cancer),
        (PoissonRegressor(), load_diabetes),
        (Ridge(), load_diabetes),
        (PLSRegression(2), load_diabetes),
    ],
    ids=lambda value: getattr(value, "__name__", repr(value)),
)
def test_linear_models_lose_whole_features(inner, load):
    X, y = load(return_X_y=True)
    X = scale(X)
    model = PrunedEstimator(inner, n_features_to_keep=3).fit(X, y)
    kept = model.support_
    assert kept.sum() == model.n_features_selected_ == 3
    np.testing.assert_array_equal(model.mask_, np.broadcast_to(kept, np.shape(model.estimator_.coef_)))
    alone = clone(inner).fit(X[:, kept], y)
    np.testing.assert_allclose(model.estimator_.coef_[..., kept], alone.coef_, rtol=1e-12)
    assert np.all(model.estimator_.coef_[..., ~kept] == 0.0)
    np.testing.assert_allclose(model.predict(X), alone.predict(X[:, kept]))
    assert model.score(X, y) == pytest.approx(alone.score(X[:, kept], y))
    assert is_classifier(model) == is_classifier(inner)
    assert is_regressor(model) == is_regressor(inner)
    for method in ("predict_proba", "decision_function", "predict_log_proba"):
        assert hasattr(model, method) == hasattr(inner, method)


@pytest.mark.parametrize("scope", ["layer", "global"])
@pytest.mark.parametrize("scores", ["magnitude", "lamp", "random"])
def test_networks_lose_weights_and_are_trained_on(scope, scores):
    X, y = digits()
    options = {"sparsity": 0.8, "scope": scope, "scores": scores, "random_state": 0}
    model = PrunedEstimator(network(), **options).fit(X, y)
    sizes = [layer.size for layer in model.estimator_.coefs_]
    zeros = [int((layer == 0).sum()) for layer in model.estimator_.coefs_]
    for layer, mask in zip(model.estimator_.coefs_, model.mask_, strict=True):
        assert np.all(layer[~mask] == 0.0)
    kept = [int(mask.sum()) for mask in model.mask_]
    if scope == "layer":
        assert kept == [size - int(0.8 * size) for size in sizes]
        assert np.shape(model.threshold_) == (2,)
    assert sum(kept) == sum(sizes) - int(0.8 * sum(sizes))
    assert [size - zero for size, zero in zip(sizes, zeros, strict=True)] == kept
    cut = PrunedEstimator(network(), refit=False, **options).fit(X, y)
    for mine, theirs in zip(model.mask_, cut.mask_, strict=True):
        np.testing.assert_array_equal(mine, theirs)
    assert model.score(X, y) > cut.score(X, y)


def test_training_goes_on_in_small_steps():
    """Passes are counted: each cut is followed by n_epochs of them over all samples."""
    X, y = digits()
    plain = network().fit(X, y)
    model = PrunedEstimator(network(), sparsity=0.9, n_steps=3, n_epochs=4, schedule="cubic").fit(X, y)
    assert model.estimator_.t_ - plain.t_ == 3 * 4 * len(y)
    np.testing.assert_array_equal(
        model.pruning_path_["n_kept"], [1184, 435, 158, 1184 - int(0.9 * 1024) - int(0.9 * 160)]
    )
    assert model.estimator_.get_params() == plain.get_params()


@pytest.mark.parametrize("options", [{"early_stopping": True}, {"batch_size": 50}], ids=str)
def test_the_record_of_training_goes_on(options):
    X, y = digits()
    plain = network(**options).fit(X, y)
    model = PrunedEstimator(network(**options), sparsity=0.5, n_epochs=3, random_state=0).fit(X, y)
    tuned = model.estimator_
    assert tuned.n_iter_ == plain.n_iter_ + 3
    assert tuned.loss_curve_[:-3] == plain.loss_curve_
    assert len(tuned.loss_curve_) == len(plain.loss_curve_) + 3
    assert (tuned.best_loss_ is None) == (plain.best_loss_ is None)
    assert tuned.get_params() == plain.get_params()


def test_pruned_models_in_selectors():
    X, y = load_diabetes(return_X_y=True)
    model = PrunedEstimator(Ridge(), n_features_to_keep=4)
    selector = CoefficientPruner(model).fit(X, y)
    np.testing.assert_array_equal(selector.support_, model.fit(X, y).support_)
    np.testing.assert_array_equal(model.coef_ != 0, model.support_)
    assert not hasattr(model, "coefs_")


@alike()
def test_a_fraction_chosen_by_cross_validation():
    X, y = digits()
    model = PrunedEstimator(
        network(), sparsity="auto", sparsity_rule="1se", n_steps=3, n_epochs=2, cv=3, random_state=0
    ).fit(X, y)
    path = model.pruning_path_
    best = path["cv_score"].argmax()
    floor = path["cv_score"][best] - path["cv_score_se"][best]
    assert model.mask_[0].sum() + model.mask_[1].sum() == path["n_kept"][path["cv_score"] >= floor].min()
    again = clone(model).set_params(n_jobs=2).fit(X, y)
    np.testing.assert_array_equal(again.pruning_path_["cv_score"], path["cv_score"])


def test_inputs_of_a_network():
    X, y = load_diabetes(return_X_y=True)
    X, y = scale(X), scale(y)
    inner = MLPRegressor(hidden_layer_sizes=4, solver="lbfgs", max_iter=3000, tol=0.1, random_state=0)
    model = PrunedEstimator(inner, n_features_to_keep=4).fit(X, y)
    kept = model.support_
    alone = clone(inner).fit(X[:, kept], y)
    np.testing.assert_allclose(model.predict(X), alone.predict(X[:, kept]))
    np.testing.assert_array_equal(model.mask_[0], np.broadcast_to(kept[:, None], (10, 4)))
    assert model.mask_[1].all()
    assert np.all(model.estimator_.coefs_[0][~kept] == 0.0)


@pytest.mark.parametrize("hidden", [(), (3,), (4, 3)])
@pytest.mark.parametrize("seed", range(3))
def test_rounding_in_the_layers_of_a_network_is_no_other_model(seed, hidden):
    rng = np.random.default_rng(seed)
    Z = rng.normal(size=(40, 6))
    y = Z @ rng.normal(size=6)
    inner = MLPRegressor(hidden_layer_sizes=hidden, solver="lbfgs", tol=0.5, max_iter=3000, random_state=0)
    model = PrunedEstimator(inner, structure="features").fit(Z + 10.0, y - y.mean())
    assert model.n_features_selected_ == 3


def test_pipelines_are_pruned_at_their_end():
    X, y = load_diabetes(return_X_y=True, as_frame=True)
    pipeline = make_pipeline(StandardScaler(), PolynomialFeatures(include_bias=False), Lasso(0.5))
    model = PrunedEstimator(pipeline, n_features_to_keep=6).fit(X, y)
    kept = model.support_
    assert kept.sum() == 6
    assert kept.size == 65
    made = clone(pipeline[:-1]).fit_transform(X)
    alone = Lasso(0.5).fit(made[:, kept], y)
    np.testing.assert_allclose(model.predict(X), alone.predict(made[:, kept]))
    np.testing.assert_array_equal(model.estimator_[-1].coef_[kept], alone.coef_)
    assert list(model.feature_names_in_) == list(X.columns)
    named = PrunedEstimator(pipeline, n_features_to_keep=6, importance_getter="named_steps.lasso.coef_")
    np.testing.assert_array_equal(named.fit(X, y).support_, kept)


def test_coefficients_deep_inside():
    X, y = load_diabetes(return_X_y=True)
    inner = TransformedTargetRegressor(Ridge(), func=np.log, inverse_func=np.exp)
    options = {"sparsity": 0.5, "importance_getter": "regressor_.coef_"}
    model = PrunedEstimator(inner, refit=False, **options).fit(X, y)
    full = clone(inner).fit(X, y)
    coef = full.regressor_.coef_ * (
        np.abs(full.regressor_.coef_) >= np.median(np.abs(full.regressor_.coef_))
    )
    np.testing.assert_array_equal(model.estimator_.regressor_.coef_, coef)
    np.testing.assert_allclose(model.predict(X), np.exp(X @ coef + full.regressor_.intercept_))
    with pytest.raises(ValueError, match=r"'regressor_' inside it: pass refit=False"):
        PrunedEstimator(inner, **options).fit(X, y)


def test_prefit():
    X, y = digits()
    inner = network().fit(X, y)
    before = [layer.copy() for layer in inner.coefs_]
    cut = PrunedEstimator(FrozenEstimator(inner), sparsity=0.5, refit=False).fit(X, y)
    tuned = PrunedEstimator(FrozenEstimator(inner), sparsity=0.5, n_epochs=2, random_state=0).fit(X, y)
    for layer, old, mask in zip(cut.estimator_.coefs_, before, cut.mask_, strict=True):
        np.testing.assert_array_equal(layer, old * mask)
    for layer, old in zip(inner.coefs_, before, strict=True):
        np.testing.assert_array_equal(layer, old)
    assert tuned.score(X, y) > cut.score(X, y)
    linear = FrozenEstimator(LogisticRegression(max_iter=1000).fit(X, y))
    for meta in (PrunedEstimator, MagnitudePrunedClassifier):
        with pytest.raises(ValueError, match="cannot be fitted again: pass refit=False"):
            meta(linear, structure="features").fit(X, y)
        narrow = FrozenEstimator(LogisticRegression(max_iter=1000).fit(X[:, :9], y))
        with pytest.raises(ValueError, match="coefficients of 9 features where X has 64"):
            meta(narrow, refit=False).fit(X, y)
        cut = meta(linear, refit=False).fit(X, y)
        assert cut.score(X, y) > 0.8
        expected = X @ cut.coef_.T + linear.intercept_
        np.testing.assert_allclose(cut.decision_function(X), expected)
    last = PrunedEstimator(make_pipeline(StandardScaler(), linear), refit=False).fit(X, y)
    assert np.mean(last.estimator_[-1].coef_ == 0) == 0.5
    assert PrunedEstimator(linear, refit=False).fit(X, y).score(X, y) > 0.8


def test_sparse_and_frames():
    X, y = digits()
    for inner in (LogisticRegression(max_iter=1000), network()):
        dense = PrunedEstimator(inner, sparsity=0.5, random_state=0).fit(X, y)
        stored = PrunedEstimator(inner, sparsity=0.5, random_state=0).fit(sparse.csr_array(X), y)
        assert np.mean(dense.predict(X) == stored.predict(sparse.csc_array(X))) > 0.99
    frame = pd.DataFrame(X).rename(columns=str)
    model = PrunedEstimator(LogisticRegression(max_iter=1000), sparsity=0.5).fit(frame, y)
    assert list(model.feature_names_in_) == list(frame.columns)
    model.predict(frame)  # without a warning about names


@alike()
def test_grid_search():
    X, y = load_breast_cancer(return_X_y=True)
    pipeline = make_pipeline(StandardScaler(), PrunedEstimator(LogisticRegression()))
    grid = {"prunedestimator__sparsity": [0.5, 0.9], "prunedestimator__estimator__C": [0.1, 1.0]}
    serial, parallel = (GridSearchCV(pipeline, grid, cv=3, n_jobs=n_jobs).fit(X, y) for n_jobs in (1, 2))
    np.testing.assert_array_equal(
        serial.cv_results_["mean_test_score"], parallel.cv_results_["mean_test_score"]
    )
    assert serial.best_score_ > 0.95


def test_what_else_an_estimator_holds_per_feature_is_widened():
    X, y = load_diabetes(return_X_y=True)
    model = PrunedEstimator(BayesianRidge(), n_features_to_keep=4).fit(X, y)
    alone = BayesianRidge().fit(X[:, model.support_], y)
    _, found = model.estimator_.predict(X, return_std=True)
    np.testing.assert_allclose(found, alone.predict(X[:, model.support_], return_std=True)[1])
    averaged = SGDClassifier(average=True, random_state=0)
    model = PrunedEstimator(averaged, n_features_to_keep=3).fit(X, y > y.mean())
    model.estimator_.partial_fit(X, y > y.mean())  # on all features again
    assert model.estimator_.coef_.shape == (1, 10)


def test_a_network_without_hidden_layers():
    X, y = load_diabetes(return_X_y=True)
    linear = MLPRegressor(hidden_layer_sizes=(), solver="lbfgs", tol=0.1, max_iter=5000, random_state=0)
    model = PrunedEstimator(linear, n_features_to_keep=3).fit(scale(X), scale(y))
    assert model.support_.shape == (10,)
    assert model.n_features_selected_ == 3


class Encoder(TransformerMixin, BaseEstimator):
    """What it makes of the rows it is fitted on is not what it makes of others, as with cross-fitting."""

    def fit(self, X, y=None):
        self.fitted_ = True
        return self

    def fit_transform(self, X, y=None):
        return -self.fit(X, y).transform(X)

    def transform(self, X):
        return np.asarray(X)


def test_the_steps_before_are_fitted_once():
    """Ranking and refit see the rows as `fit_transform` leaves them, predictions as `transform` does."""
    X, y = load_diabetes(return_X_y=True)
    model = PrunedEstimator(make_pipeline(Encoder(), Ridge()), n_features_to_keep=4).fit(X, y)
    alone = Ridge().fit(-X[:, model.support_], y)
    np.testing.assert_allclose(model.predict(X), alone.predict(X[:, model.support_]))


def test_the_same_model_however_it_is_wrapped():
    X, y = load_diabetes(return_X_y=True)
    Y = np.c_[y, y[::-1]]
    plain = PrunedEstimator(Ridge(), sparsity=0.6).fit(X, Y)
    for options in (
        {"estimator": make_pipeline(Ridge())},
        {"estimator": make_pipeline(StandardScaler(with_mean=False, with_std=False), Ridge())},
        {"estimator": Ridge(), "importance_getter": "coef_"},
    ):
        other = PrunedEstimator(**options, sparsity=0.6).fit(X, Y)
        np.testing.assert_array_equal(other.mask_, plain.mask_)
        np.testing.assert_allclose(other.predict(X), plain.predict(X))
    criteria = {"sparsity": "auto", "sparsity_rule": "bic"}
    bare = PrunedEstimator(Ridge(), **criteria).fit(X, y)
    linear = MagnitudePrunedRegressor(Ridge(), scale_aware=False, **criteria).fit(X, y)
    np.testing.assert_allclose(bare.pruning_path_["bic"], linear.pruning_path_["bic"])


@pytest.mark.parametrize("rule", ["min", "bic"])
def test_weights_of_a_pipeline_count_in_the_choice(rule):
    X, y = load_diabetes(return_X_y=True)
    weights = np.random.default_rng(0).integers(0, 3, len(y))
    X_repeated, y_repeated = np.repeat(X, weights, axis=0), np.repeat(y, weights)
    groups = np.arange(len(y)) % 3
    splits = [(np.flatnonzero(groups != k), np.flatnonzero(groups == k)) for k in range(3)]
    groups = np.repeat(groups, weights)
    splits_repeated = [(np.flatnonzero(groups != k), np.flatnonzero(groups == k)) for k in range(3)]
    make = make_pipeline(StandardScaler(), Lasso(1.0))
    options = {"sparsity": "auto", "sparsity_rule": rule}
    weighted = PrunedEstimator(make, cv=splits, **options).fit(X, y, sample_weight=weights)
    repeated = PrunedEstimator(make, cv=splits_repeated, **options).fit(X_repeated, y_repeated)
    column = "bic" if rule == "bic" else "cv_score"
    np.testing.assert_allclose(weighted.pruning_path_[column], repeated.pruning_path_[column], rtol=1e-8)
    np.testing.assert_array_equal(weighted.mask_, repeated.mask_)


def test_weights_go_where_any_are_taken():
    X, y = load_diabetes(return_X_y=True)
    weights = np.random.default_rng(0).integers(0, 3, len(y)).astype(float)
    inner = TransformedTargetRegressor(Ridge())
    model = PrunedEstimator(inner, refit=False, importance_getter="regressor_.coef_")
    model.fit(X, y, sample_weight=weights)
    expected = Ridge().fit(X, y, weights).coef_
    kept = model.mask_
    np.testing.assert_allclose(model.estimator_.regressor_.coef_[kept], expected[kept])
    with pytest.raises(ValueError, match="Lars does not take sample_weight"):
        PrunedEstimator(make_pipeline(StandardScaler(), Lars())).fit(X, y, sample_weight=weights)


BAD = [
    (GaussianNB(), {}, "GaussianNB has no coef_ or coefs_"),
    (SVC(kernel="linear"), {"refit": False}, r"SVC computes its coef_ .*LinearSVC"),
    (LogisticRegression(), {"sparsity": 0.5, "threshold": 0.1}, "threshold=0.1 and sparsity=0.5"),
    (LogisticRegression(), {"structure": None}, "single coefficients left out.*refit=False"),
    (network(), {"n_features_to_keep": 5, "structure": None}, "n_features_to_keep=5 counts features"),
    (network(), {"n_features_to_keep": 500}, "n_features_to_keep=500 .*X has 64"),
    (
        MLPClassifier(hidden_layer_sizes=4, solver="lbfgs", tol=0.1, max_iter=1000),
        {},
        "solver='adam' or 'sgd'",
    ),
    (make_pipeline(StandardScaler(), GaussianNB()), {}, "GaussianNB has no coef_"),
    (
        make_pipeline(StandardScaler(), LogisticRegression()),
        {"importance_getter": "named_steps.logistic.coef_"},
        r"Pipeline.named_steps has no 'logistic' after fit, but standardscaler, logisticregression",
    ),
    (LogisticRegression(), {"importance_getter": "coeff_"}, r"LogisticRegression has no 'coeff_'.*coef_"),
    (
        MagnitudePrunedClassifier(),
        {},
        r"predicts from more than its coef_.*refit=False",
    ),
    (network(), {"sparsity": "auto", "sparsity_rule": "bic"}, "says little of a network"),
    (LogisticRegression(), {"sparsity": "auto", "cv": []}, "gives no folds"),
]


@pytest.mark.parametrize(("inner", "options", "message"), BAD, ids=[repr(inner)[:40] for inner, *_ in BAD])
def test_bad_input_is_named(inner, options, message):
    X, y = digits()
    if isinstance(inner, SVC):
        X, y = X[y < 2], y[y < 2]
    with pytest.raises(ValueError, match=message):
        PrunedEstimator(inner, **options).fit(X, y)
