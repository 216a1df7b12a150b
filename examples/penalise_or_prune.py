"""Should I penalise or prune? Held-out accuracy against the number of features, six ways.

A lasso chooses features while it fits and shrinks those that it keeps. Magnitude pruning fits all of them,
cuts the small coefficients and fits the rest again. On digits and breast cancer this compares

* pruning of a log-loss ridge: at once, in four steps with a new ranking after each, and without a refit;
* the lasso with as many features, as it is and with its features fitted again by the same ridge;
* the control that all should beat: random features, fitted alike;

over splits into training and test data, and prints the table that the plot shows. Run it with
``python examples/penalise_or_prune.py [--splits 5] [--save FOLDER]``; it takes about two minutes.
"""

import argparse
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.model_selection import StratifiedShuffleSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from sknormreg import LassoClassifier, MagnitudePrunedClassifier, RidgeClassifier
from sknormreg.inspection import PruningCurveDisplay

SPARSITY = (0.0, 0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
PROBLEMS = {"digits": load_digits, "breast cancer": load_breast_cancer}
STYLES = {  # colours and markers that colour-blind readers tell apart
    "pruned in 4 steps": {"color": "#0072B2", "marker": "o"},
    "pruned and refitted": {"color": "#56B4E9", "marker": "s", "linestyle": "--"},
    "pruned": {"color": "#009E73", "marker": "^", "linestyle": ":"},
    "lasso, refitted": {"color": "#D55E00", "marker": "D"},
    "lasso": {"color": "#E69F00", "marker": "v", "linestyle": "--"},
    "random, refitted": {"color": "0.4", "marker": "x", "linestyle": ":"},
}
RIDGE = RidgeClassifier(alpha=0.001, loss="log_loss", tol=1e-4)


def pruned_scores(X, y, splits, **options):
    """(sparsities, splits): accuracy of pruned pipelines; a random mask is another one in every split."""
    columns = []
    for seed, split in enumerate(splits):
        model = MagnitudePrunedClassifier(RIDGE, structure="features", random_state=seed, **options)
        display = PruningCurveDisplay.from_estimator(
            make_pipeline(StandardScaler(), model),
            X,
            y,
            sparsity=SPARSITY,
            cv=[split],
            ax=plt.figure().gca(),
        )
        plt.close(display.figure_)
        columns.append(display.scores)
    return np.hstack(columns)


def alphas(Z, y):
    """From where the first feature enters, closely there."""
    target = (y[:, None] == np.unique(y)).astype(float)
    largest = np.abs(Z.T @ (target - target.mean(axis=0))).max() / len(y)
    return largest * np.concatenate([np.linspace(0.999, 0.5, 25), np.geomspace(0.48, 1e-4, 35)])


def lasso_scores(X, y, splits):
    """(sparsities, splits) twice: of the lasso with the most features that the sparsity allows, and of the
    ridge on its features."""
    shrunk, fitted_again = np.full((2, len(SPARSITY), len(splits)), np.nan)
    for column, (train, test) in enumerate(splits):
        scaler = StandardScaler().fit(X[train])
        Z, Z_test = scaler.transform(X[train]), scaler.transform(X[test])
        model = LassoClassifier(warm_start=True, tol=1e-4)
        path = []
        for alpha in alphas(Z, y[train]):
            coef = model.set_params(alpha=alpha).fit(Z, y[train]).coef_
            path.append((np.any(coef != 0, axis=0), model.score(Z_test, y[test])))
        for row, sparsity in enumerate(SPARSITY):
            allowed = X.shape[1] - int(sparsity * X.shape[1] + 1e-9)
            within = [point for point in path if 0 < point[0].sum() <= allowed]
            if within:
                kept, shrunk[row, column] = within[-1]
                again = MagnitudePrunedClassifier(RIDGE, sparsity=0.0).fit(Z[:, kept], y[train])
                fitted_again[row, column] = again.score(Z_test[:, kept], y[test])
    return shrunk, fitted_again


def study(X, y, n_splits):
    """Name -> scores (sparsities, splits)."""
    splits = list(StratifiedShuffleSplit(n_splits, test_size=0.25, random_state=0).split(X, y))
    shrunk, fitted_again = lasso_scores(X, y, splits)
    return {
        "pruned in 4 steps": pruned_scores(X, y, splits, n_steps=4, schedule="cubic"),
        "pruned and refitted": pruned_scores(X, y, splits),
        "pruned": pruned_scores(X, y, splits, refit=False),
        "lasso, refitted": fitted_again,
        "lasso": shrunk,
        "random, refitted": pruned_scores(X, y, splits, scores="random"),
    }


def table(results, n_features):
    """Mean and standard deviation over the splits, in per cent."""
    lines = [f"{'features':>9}{'sparsity':>10}" + "".join(f"{name:>20}" for name in results)]
    for row, sparsity in enumerate(SPARSITY):
        cells = [
            f"{100 * np.nanmean(scores[row]):>12.1f} +- {100 * np.nanstd(scores[row]):>4.1f}"
            for scores in results.values()
        ]
        kept = n_features - int(sparsity * n_features + 1e-9)
        lines.append(f"{kept:>9}{sparsity:>10.2f}" + "".join(cells))
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--splits", type=int, default=5)
    parser.add_argument("--save", type=Path, default=None, help="folder for the plot; shown if not given")
    options = parser.parse_args()
    figure, axes = plt.subplots(1, 2, figsize=(11, 4.5), layout="constrained")
    for ax, (title, load) in zip(axes, PROBLEMS.items(), strict=True):
        X, y = load(return_X_y=True)
        with threadpool_limits(1):  # fits this small are faster on one core
            results = study(X, y, options.splits)
        print(f"\n{title}: accuracy on held-out rows, {options.splits} splits, mean +- sd, per cent")
        print(table(results, X.shape[1]))
        for name, scores in results.items():
            display = PruningCurveDisplay(
                sparsity=SPARSITY, scores=scores, score_name="accuracy", name=name
            )
            display.plot(ax, line_kw={"markersize": 5, **STYLES[name]})
        ax.set_title(f"{title} ({X.shape[1]} features)")
        ax.get_legend().remove()
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=len(STYLES))
    if options.save is None:
        plt.show()
    else:
        figure.savefig(options.save / "penalise_or_prune.png", dpi=120)


if __name__ == "__main__":
    main()
