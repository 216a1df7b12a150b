"""The main job on three real data sets: choose alpha, count the features kept, certify the fit.

Run it with ``python examples/quickstart.py``; it takes well under a minute.
"""

import time

import numpy as np
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits
from sklearn.feature_selection import SelectFromModel
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknormreg import ElasticNet, ElasticNetClassifier, Lasso, LassoClassifier, Ridge

REGRESSORS = [
    (Lasso(), np.geomspace(10, 0.01, 10)),
    (ElasticNet(l1_ratio=0.5), np.geomspace(10, 0.01, 10)),
    (Ridge(), np.geomspace(1e3, 1e-1, 10)),
]
CLASSIFIERS = [
    (LassoClassifier(), np.geomspace(0.1, 1e-3, 6)),
    (ElasticNetClassifier(l1_ratio=0.5), np.geomspace(0.1, 1e-3, 6)),
]
PROBLEMS = [
    ("diabetes", load_diabetes, REGRESSORS),
    ("breast cancer", load_breast_cancer, CLASSIFIERS),
    ("digits", load_digits, CLASSIFIERS),
]
HEADER = f"{'data':<14}{'model':<22}{'alpha':>9}{'score':>8}{'kept':>9}{'rel. gap':>10}{'seconds':>9}"


def null_objective(model, X, y):
    """The objective at zero coefficients: what the duality gap is compared to."""
    if hasattr(model, "classes_"):
        share = np.unique(y, return_counts=True)[1] / len(y)
        return float(-share @ np.log(share))
    spread = float(np.sum((y - y.mean()) ** 2))
    return spread if isinstance(model, Ridge) else spread / (2 * len(y))


def choose_alpha(name, load, model, alphas):
    """Grid search in a pipeline; one row of the table."""
    X, y = load(return_X_y=True)
    stratify = y if name != "diabetes" else None
    X, X_test, y, y_test = train_test_split(X, y, random_state=0, stratify=stratify)
    pipeline = make_pipeline(StandardScaler(), model)
    step = pipeline.steps[-1][0]
    start = time.perf_counter()
    search = GridSearchCV(pipeline, {f"{step}__alpha": alphas}, cv=3).fit(X, y)
    seconds = time.perf_counter() - start
    best = search.best_estimator_[-1]
    kept = int(np.any(np.atleast_2d(best.coef_) != 0, axis=0).sum())
    gap = best.dual_gap_ / null_objective(best, X, y)
    return (
        f"{name:<14}{type(model).__name__:<22}{best.alpha:>9.3g}{search.score(X_test, y_test):>8.3f}"
        f"{f'{kept}/{X.shape[1]}':>9}{gap:>10.1e}{seconds:>9.2f}"
    )


def select_features():
    """Names of the columns that a lasso keeps of a pandas frame (or of an array, without pandas)."""
    try:
        X, y = load_diabetes(return_X_y=True, as_frame=True)
    except ImportError:
        X, y = load_diabetes(return_X_y=True)
    selector = make_pipeline(StandardScaler(), SelectFromModel(Lasso(alpha=3.0))).fit(X, y)
    return list(selector.get_feature_names_out(getattr(X, "columns", load_diabetes().feature_names)))


def main():
    print(HEADER)
    print("-" * len(HEADER))
    for name, load, models in PROBLEMS:
        for model, alphas in models:
            print(choose_alpha(name, load, model, alphas))
    print("\nscore is R2 for regression, accuracy for classification, on held-out rows;")
    print("kept counts the features with a non-zero coefficient; rel. gap is duality gap / objective at 0.")
    print("\nLasso(alpha=3) keeps of diabetes:", ", ".join(select_features()))


if __name__ == "__main__":
    main()
