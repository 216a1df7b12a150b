"""The conversions of docs/objectives.md, checked: `python docs/code/conversions.py`.

scikit-learn's own solvers are run at a tight tolerance and the coefficients compared. Keras and torch are
not run: our coefficients are put into the objectives that they document. What is printed for these is how
far the negative gradient of the loss lies outside the subdifferential of the penalty, relative to the
largest gradient at w = 0 and the same intercept.
"""

import numpy as np
from scipy.special import expit
from sklearn import linear_model
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.preprocessing import scale
from sklearn.svm import LinearSVC

import sknormreg

ALPHA, L1_RATIO = 0.02, 0.3


def data(load, rows=200):
    """Standardised columns, target, and weights, which everything below takes into account."""
    X, y = load(return_X_y=True)
    chosen = np.random.default_rng(0).permutation(len(y))[:rows]
    return scale(X[chosen]), y[chosen], np.random.default_rng(1).uniform(0.5, 2.0, len(chosen))


def against_scikit_learn():
    """(what, largest difference of a coefficient relative to the largest coefficient)."""
    X, y, s = data(load_breast_cancer)
    C = 1.0 / (ALPHA * s.sum())
    tight = {"C": C, "tol": 1e-11, "max_iter": 100_000, "random_state": 0}
    net = sknormreg.ElasticNetClassifier(ALPHA, l1_ratio=L1_RATIO)
    logistic = [
        ("LogisticRegression, L1", 1.0, sknormreg.LassoClassifier(ALPHA)),
        ("LogisticRegression, L2", 0.0, sknormreg.RidgeClassifier(ALPHA, loss="log_loss")),
        ("LogisticRegression, elastic net", L1_RATIO, net),
    ]
    for name, l1_ratio, ours in logistic:
        theirs = linear_model.LogisticRegression(solver="saga", l1_ratio=l1_ratio, **tight)
        yield name, difference(ours, theirs, X, y, s)

    X3, y3, s3 = data(load_iris, 150)
    balanced = {"class_weight": {0: 1.0, 1: 2.0, 2: 0.5}}
    total = np.sum(s3 * np.array([1.0, 2.0, 0.5])[y3])
    theirs = linear_model.LogisticRegression(
        solver="saga", l1_ratio=1.0, **{**tight, "C": 1.0 / (ALPHA * total)}, **balanced
    )
    ours = sknormreg.LassoClassifier(ALPHA, **balanced)
    yield "LogisticRegression, L1, 3 classes, class_weight", difference(ours, theirs, X3, y3, s3)

    svm = [
        ("LinearSVC, L1", "l1", sknormreg.LassoClassifier(ALPHA, loss="squared_hinge")),
        ("LinearSVC, L2", "l2", sknormreg.ElasticNetClassifier(ALPHA, l1_ratio=0.0, loss="squared_hinge")),
    ]
    for name, penalty, ours in svm:
        theirs = LinearSVC(penalty=penalty, dual=False, fit_intercept=False, **tight)
        yield name, difference(ours.set_params(fit_intercept=False), theirs, X, y, s)

    X, y, s = data(load_diabetes)
    for name in ("Lasso", "ElasticNet", "Ridge"):
        theirs = getattr(linear_model, name)(alpha=0.5, tol=1e-9, max_iter=100_000)
        yield name, difference(getattr(sknormreg, name)(alpha=0.5), theirs, X, y, s)


def difference(ours, theirs, X, y, s):
    a, b = (model.fit(X, y, s).coef_ for model in (ours, theirs))
    return np.max(np.abs(a - b)) / np.max(np.abs(b))


def between_our_own():
    """(what, largest difference of a coefficient relative to the largest coefficient)."""
    X, y, s = data(load_diabetes)
    net = sknormreg.ElasticNet(2.0 / s.sum(), l1_ratio=0)
    yield "Ridge and ElasticNet", difference(sknormreg.Ridge(2.0), net, X, y, s)
    net = sknormreg.ElasticNet(2.0, l1_ratio=1)
    yield "Lasso and ElasticNet", difference(sknormreg.Lasso(2.0), net, X, y, s)
    X, y, s = data(load_iris, 150)
    ridge = sknormreg.RidgeClassifier(ALPHA, loss="log_loss")
    net = sknormreg.ElasticNetClassifier(ALPHA, l1_ratio=0)
    yield "RidgeClassifier and ElasticNetClassifier", difference(ridge, net, X, y, s)
    net = sknormreg.ElasticNetClassifier(ALPHA, l1_ratio=1)
    lasso = sknormreg.LassoClassifier(ALPHA)
    yield "LassoClassifier and ElasticNetClassifier", difference(lasso, net, X, y, s)


def against_documented_objectives():
    """(what, violation of the optimality condition)."""
    l1, l2, decay = 0.03, 0.02, 0.04

    X, y, _ = data(load_diabetes)
    n = len(y)
    mse = squared_error(X, y)
    yield "Keras, MSE, l1", violation(sknormreg.Lasso(l1 / 2), mse, X, y, l1, 0)
    alpha = l1 / 2 + l2
    net = sknormreg.ElasticNet(alpha, l1_ratio=l1 / 2 / alpha)
    yield "Keras, MSE, l1 and l2", violation(net, mse, X, y, l1, 2 * l2)
    yield "Keras, MSE, l2", violation(sknormreg.Ridge(n * l2), mse, X, y, 0, 2 * l2)
    yield "torch, MSELoss", violation(sknormreg.Ridge(n * decay / 2), mse, X, y, 0, decay)
    net = sknormreg.ElasticNet(decay / 2, l1_ratio=0)
    yield "torch, MSELoss, by ElasticNet", violation(net, mse, X, y, 0, decay)

    X, y, _ = data(load_breast_cancer)
    entropy = cross_entropy(X, y)
    yield "Keras, cross-entropy, l1", violation(sknormreg.LassoClassifier(l1), entropy, X, y, l1, 0)
    alpha = l1 + 2 * l2
    net = sknormreg.ElasticNetClassifier(alpha, l1_ratio=l1 / alpha)
    yield "Keras, cross-entropy, l1 and l2", violation(net, entropy, X, y, l1, 2 * l2)
    ridge = sknormreg.RidgeClassifier(2 * l2, loss="log_loss")
    yield "Keras, cross-entropy, l2", violation(ridge, entropy, X, y, 0, 2 * l2)
    ridge = sknormreg.RidgeClassifier(decay, loss="log_loss")
    yield "torch, CrossEntropyLoss", violation(ridge, entropy, X, y, 0, decay)

    hinge = squared_hinge(X, y)
    lasso = sknormreg.LassoClassifier(l1, loss="squared_hinge")
    yield "Keras, squared hinge, l1", violation(lasso, hinge, X, y, l1, 0)
    net = sknormreg.ElasticNetClassifier(alpha, l1_ratio=l1 / alpha, loss="squared_hinge")
    yield "Keras, squared hinge, l1 and l2", violation(net, hinge, X, y, l1, 2 * l2)


def squared_error(X, y):
    """Gradient in w of the mean of (y - z)^2, as Keras and torch have it."""
    return lambda w, b: -2.0 * X.T @ (y - X @ w - b) / len(y)


def cross_entropy(X, y):
    """Gradient in w of the mean cross-entropy."""
    return lambda w, b: X.T @ (expit(X @ w + b) - y) / len(y)


def squared_hinge(X, y):
    """Gradient in w of the mean of max(0, 1 - t z)^2 with t = -1, +1."""
    t = 2 * y - 1
    return lambda w, b: -2.0 * X.T @ (t * np.maximum(0.0, 1.0 - t * (X @ w + b))) / len(y)


def violation(model, gradient, X, y, l1, slope):
    """Of l1 |w| + slope / 2 w^2 added to the loss with this gradient."""
    model.fit(X, y)
    w, b = model.coef_.ravel(), model.intercept_
    g = gradient(w, b) + slope * w
    outside = np.where(w != 0, np.abs(g + l1 * np.sign(w)), np.maximum(np.abs(g) - l1, 0.0))
    return outside.max() / np.abs(gradient(0.0 * w, b)).max()


def main():
    for title, rows in (
        ("between the estimators here: relative difference of the coefficients", between_our_own()),
        ("scikit-learn: relative difference of the coefficients", against_scikit_learn()),
        ("Keras and torch: relative violation of optimality", against_documented_objectives()),
    ):
        print(title)
        for name, size in rows:
            print(f"  {name:<50}{size:10.1e}")
            if size > 1e-6:
                raise SystemExit(f"{name}: the conversion does not hold.")


if __name__ == "__main__":
    main()
