"""Who takes part: a name, and a function of (problem, tol) that makes an unfitted estimator.

Each solver gets the strength in its own units. One without a tol of its own (ours finishes at rounding
level whatever is asked; ridge regression is a linear system) ignores it.
"""

import importlib.util

import sklearn
from problems import FOLDS
from sklearn import linear_model, svm

import sknormreg
from sknormreg import penalties

OURS = "sknormreg"
DIRECT = OURS, "Ridge's route", "scikit-learn's Ridge"  # without a tol to choose
MANY = 100_000  # iterations allowed to a peer
PENALTY_BY_RATIO = tuple(map(int, sklearn.__version__.split(".")[:2])) >= (1, 8)


def installed(found):
    """Those of {module: {name: maker}} whose module is there, under one roof."""
    kept = {}
    for module, makers in found.items():
        if importlib.util.find_spec(module) is None:
            print(f"{module} is not installed: left out")
        else:
            kept |= makers
    return kept


def skglm_model(name, problem, tol):
    import skglm

    estimator = getattr(skglm, name)
    return estimator(problem.alpha, tol=tol, max_iter=1000, fit_intercept=problem.fit_intercept)


def celer_lasso(problem, tol):
    import celer

    return celer.Lasso(alpha=problem.alpha, tol=tol, max_iter=1000, fit_intercept=problem.fit_intercept)


def lasso():
    return {
        OURS: lambda problem, tol: sknormreg.Lasso(problem.alpha, fit_intercept=problem.fit_intercept),
        "scikit-learn": lambda problem, tol: linear_model.Lasso(
            problem.alpha, tol=tol, max_iter=MANY, fit_intercept=problem.fit_intercept
        ),
    } | installed(
        {
            "skglm": {"skglm": lambda problem, tol: skglm_model("Lasso", problem, tol)},
            "celer": {"celer": celer_lasso},
        }
    )


def logistic_regression(problem, tol, solver):
    """scikit-learn's, which sums the losses."""
    l1 = problem.penalty == "l1"
    kind = {"l1_ratio": float(l1)} if PENALTY_BY_RATIO else {"penalty": problem.penalty}
    C = 1 / (problem.alpha * len(problem.y))
    shared = {"tol": tol, "max_iter": MANY, "fit_intercept": problem.fit_intercept, "random_state": 0}
    return linear_model.LogisticRegression(C=C, solver=solver, **kind, **shared)


def lasso_classifier(problem, tol):
    return sknormreg.LassoClassifier(problem.alpha, loss=problem.loss, fit_intercept=problem.fit_intercept)


def sparse_logistic():
    return {
        OURS: lasso_classifier,
        "liblinear": lambda problem, tol: logistic_regression(problem, tol, "liblinear"),
    } | newton_skglm()


def newton_skglm():
    make = {"skglm": lambda problem, tol: skglm_model("SparseLogisticRegression", problem, tol)}
    return installed({"skglm": make})


def dense_logistic():
    """With an intercept, which liblinear would penalise."""
    return {OURS: lasso_classifier} | newton_skglm()


def sparse_softmax():
    return {
        OURS: lasso_classifier,
        "saga": lambda problem, tol: logistic_regression(problem, tol, "saga"),
    }


def ridge_classifier(problem, tol):
    return sknormreg.RidgeClassifier(problem.alpha, loss="log_loss", fit_intercept=problem.fit_intercept)


def smooth_logistic():
    return {
        OURS: ridge_classifier,
        "lbfgs": lambda problem, tol: logistic_regression(problem, tol, "lbfgs"),
    }


def linear_svc(problem, tol):
    l1 = problem.penalty == "l1"
    C = 1 / (problem.alpha * len(problem.y))
    shared = {"tol": tol, "max_iter": MANY, "fit_intercept": problem.fit_intercept, "random_state": 0}
    return svm.LinearSVC(penalty=problem.penalty, dual=not l1, C=C, **shared)


def hinge():
    return {OURS: lasso_classifier, "liblinear": linear_svc}


class RidgeHinge(sknormreg.LassoClassifier):
    """A squared hinge under an L2 norm."""

    def _penalty(self):
        return penalties.L2(float(self.alpha))


def blend(problem, tol):
    """An elastic net whose L1 part is nothing."""
    shared = {"l1_ratio": 0.0, "fit_intercept": problem.fit_intercept}
    if problem.loss == "squared":
        return sknormreg.ElasticNet(problem.alpha, **shared)
    return sknormreg.ElasticNetClassifier(problem.alpha, loss=problem.loss, **shared)


def ridge(problem, tol):
    """Which sums whole squares."""
    return sknormreg.Ridge(problem.alpha * len(problem.y), fit_intercept=problem.fit_intercept)


def blend_squared():
    return {OURS: blend, "Ridge's route": ridge}


def blend_logistic():
    return {OURS: blend, "Ridge's route": ridge_classifier} | {
        "lbfgs": lambda problem, tol: logistic_regression(problem, tol, "lbfgs")
    }


def blend_hinge():
    def route(problem, tol):
        return RidgeHinge(problem.alpha, loss=problem.loss, fit_intercept=problem.fit_intercept)

    return {OURS: blend, "Ridge's route": route, "liblinear": linear_svc}


def many_targets():
    def theirs(problem, tol):
        alpha = problem.alpha * len(problem.y)
        return linear_model.Ridge(alpha, fit_intercept=problem.fit_intercept)

    return {OURS: ridge, "scikit-learn's Ridge": theirs}


def path_search(problem, tol):
    model = sknormreg.LassoClassifier(fit_intercept=problem.fit_intercept)
    return sknormreg.PathSearchCV(model, {"alpha": problem.alphas}, cv=FOLDS)


def logistic_search(problem, tol):
    ratio = {"l1_ratios": [1.0]} if PENALTY_BY_RATIO else {"penalty": "l1"}
    shared = {"tol": tol, "max_iter": MANY, "fit_intercept": problem.fit_intercept, "random_state": 0}
    C = 1 / (problem.alphas * len(problem.y) * (1 - 1 / FOLDS))  # of the rows that a fold trains on
    return linear_model.LogisticRegressionCV(Cs=C, cv=FOLDS, solver="liblinear", **ratio, **shared)


def searches():
    return {OURS: path_search, "LogisticRegressionCV": logistic_search}
