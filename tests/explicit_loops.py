"""Cross-validation written out: a plain estimator fitted and scored for every fold and every alpha."""

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.base import clone, is_classifier
from sklearn.datasets import load_breast_cancer, load_iris
from sklearn.metrics import get_scorer
from sklearn.model_selection import check_cv
from sklearn.preprocessing import scale

from sknormreg import (
    ElasticNet,
    ElasticNetClassifier,
    ElasticNetClassifierCV,
    ElasticNetCV,
    Lasso,
    LassoClassifier,
    LassoClassifierCV,
    LassoCV,
    Ridge,
    RidgeClassifier,
    RidgeClassifierCV,
    RidgeCV,
)

PLAIN = {
    LassoCV: (Lasso, "neg_mean_squared_error"),
    ElasticNetCV: (ElasticNet, "neg_mean_squared_error"),
    RidgeCV: (Ridge, "r2"),
    RidgeClassifierCV: (RidgeClassifier, "accuracy"),
    LassoClassifierCV: (LassoClassifier, "neg_log_loss"),
    ElasticNetClassifierCV: (ElasticNetClassifier, "neg_log_loss"),
}


def regression(n, p, targets=1, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p))
    X[:, 1:] += 0.7 * X[:, :-1]
    y = X[:, :5] @ rng.normal(size=(5, targets)) + rng.normal(size=(n, targets))
    return X + 3.0, y[:, 0] if targets == 1 else y


def classes(load, rows):
    """No two classes of one size: they would tie where nothing tells them apart."""
    X, y = load(return_X_y=True)
    return scale(X)[rows, :8], y[rows]


def sparsified(X, y):
    return sparse.csr_array(np.where(X > 3.0, X, 0.0)), y


TALL, WIDE, TWO = regression(60, 7), regression(30, 45), regression(60, 7, targets=2)
CANCER = classes(load_breast_cancer, slice(None, None, 9))
IRIS = classes(load_iris, np.r_[:19, 50:76, 100:131])


def plain(estimator):
    """The estimator without the choice."""
    kind = PLAIN[type(estimator)][0]
    names = kind().get_params().keys() & estimator.get_params().keys() - {"precompute", "max_iter"}
    return kind(**{name: getattr(estimator, name) for name in names})


def scoring_of(estimator):
    """The name of the score that an estimator chooses by."""
    hinge = getattr(estimator, "loss", None) == "squared_hinge"
    return estimator.scoring or ("accuracy" if hinge else PLAIN[type(estimator)][1])


def candidates(fitted):
    """(l1_ratios, alphas) of plain models that a fitted estimator chose from."""
    rows = np.atleast_2d(fitted.alphas_)
    if not hasattr(fitted, "l1_ratio"):
        return [[clone(plain(fitted)).set_params(alpha=alpha) for alpha in rows[0]]]
    ratios = np.atleast_1d(fitted.l1_ratio)
    rows = np.broadcast_to(rows, (len(ratios), rows.shape[1]))
    return [
        [plain(fitted).set_params(alpha=alpha, l1_ratio=ratio) for alpha in row]
        for ratio, row in zip(ratios, rows, strict=True)
    ]


def weighted(weights, rows=slice(None)):
    return {} if weights is None else {"sample_weight": weights[rows]}


def loop(fitted, X, y, weights=None, groups=None):
    """Scores and numbers of non-zero coefficients (l1_ratios, alphas, folds), by as many fits."""
    models = candidates(fitted)
    score = get_scorer(scoring_of(fitted))
    folds = list(check_cv(fitted.cv, y, classifier=is_classifier(fitted)).split(X, y, groups))
    scores = np.empty((len(models), len(models[0]), len(folds)))
    counts = np.empty_like(scores)
    for a, b, k in np.ndindex(*scores.shape):
        train, test = folds[k]
        model = clone(models[a][b]).fit(X[train], y[train], **weighted(weights, train))
        scores[a, b, k] = score(model, X[test], y[test], **weighted(weights, test))
        counts[a, b, k] = np.count_nonzero(model.coef_)
    return scores, counts


def agree(fitted, scores, rtol=1e-8):
    """Compares paths and choices with scores (l1_ratios, alphas, folds).

    Returns (a model with the best l1_ratio, the best alpha, the one of the rule of one standard error).
    """
    mean, n_folds = scores.mean(axis=-1), scores.shape[-1]
    error = scores.std(axis=-1, ddof=1) / np.sqrt(n_folds) if n_folds > 1 else np.zeros_like(mean)
    size = np.abs(scores).max()
    assert fitted.mean_score_path_.shape == fitted.score_se_path_.shape == mean.shape[len(mean) == 1 :]
    assert_allclose(np.reshape(fitted.mean_score_path_, mean.shape), mean, rtol=rtol, atol=rtol)
    assert_allclose(np.reshape(fitted.score_se_path_, mean.shape), error, rtol=rtol, atol=rtol * size)
    alphas = np.broadcast_to(fitted.alphas_, mean.shape)
    best = np.unravel_index(mean.argmax(), mean.shape)
    row = best[0]
    near = alphas[row][(mean[row] >= mean[best] - error[best]) & (alphas[row] >= alphas[best])]
    assert (fitted.alpha_min_, fitted.alpha_1se_) == (alphas[best], near.max())
    return candidates(fitted)[row][0], alphas[best], near.max()


def same_model(fitted, model, X, y, weights=None):
    """That the final fit is that of a plain model to all samples."""
    model = clone(model).set_params(alpha=fitted.alpha_).fit(X, y, **weighted(weights))
    size = np.abs(model.coef_).max()
    assert_allclose(fitted.coef_, np.reshape(model.coef_, fitted.coef_.shape), rtol=1e-8, atol=1e-8 * size)
    assert_allclose(fitted.intercept_, model.intercept_, rtol=1e-7, atol=1e-8)
    assert_array_equal(fitted.predict(X[:9]).shape, model.predict(X[:9]).shape)
