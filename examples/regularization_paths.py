"""What a penalty does to the coefficients, and how strong it should be: two pictures and a table.

* `penalties`: coefficients of diabetes as the penalty weakens, by the lasso, an elastic net and ridge;
* `strength`: on breast cancer, the cross-validated loss of a lasso classifier above its coefficients, with
  the best alpha and the one by the rule of one standard error, and the coefficients that this one keeps.

Run it with ``python examples/regularization_paths.py [--save FOLDER]``; it takes a few seconds, and pandas
for the names.
"""

import argparse
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknormreg import ElasticNet, Lasso, LassoClassifier, Ridge, one_standard_error
from sknormreg.inspection import CVCurveDisplay, RegularizationPathDisplay, coef_frame


def penalties():
    """Side by side, with the same colours: the labels are given, and not the largest of each."""
    X, y = load_diabetes(return_X_y=True, as_frame=True)
    labels = ["bmi", "s5", "bp", "sex", "s1", "s2", "s3"]
    figure, axes = plt.subplots(1, 3, figsize=(9, 4), sharey=True, layout="constrained")
    models = {
        "lasso": (Lasso(), {}),
        "elastic net, half of it L1": (ElasticNet(l1_ratio=0.5), {"eps": 1e-5}),
        "ridge": (Ridge(), {}),
    }
    for ax, (title, (model, options)) in zip(axes, models.items(), strict=True):
        pipeline = make_pipeline(StandardScaler(), model)
        RegularizationPathDisplay.from_estimator(pipeline, X, y, ax=ax, labels=labels, **options)
        ax.set_title(title)
    for ax in axes[1:]:
        ax.set_ylabel(None)
    return figure


def strength():
    """The curve above the path; gives the figure, the curve and the search."""
    X, y = load_breast_cancer(return_X_y=True, as_frame=True)
    pipeline = make_pipeline(StandardScaler(), LassoClassifier())
    grid = {"lassoclassifier__alpha": np.geomspace(0.3, 0.001, 40)}
    search = GridSearchCV(pipeline, grid, scoring="neg_log_loss", refit=one_standard_error()).fit(X, y)
    figure, (above, below) = plt.subplots(2, 1, figsize=(7.5, 7), sharex=True, layout="constrained")
    curve = CVCurveDisplay.from_estimator(search, X, y, ax=above)
    above.set_xlabel(None)
    RegularizationPathDisplay.from_estimator(
        pipeline, X, y, alphas=curve.alphas, ax=below, top_axis=None,
        mark={"best": curve.alpha_min, "within 1 SE": curve.alpha_1se},
    )  # fmt: skip
    return figure, curve, search


def table(curve):
    """Both choices, a row each."""
    lines = [f"{'':<12}{'alpha':>8}{'log loss':>17}{'non-zero':>10}"]
    for rule, alpha in {"best": curve.alpha_min, "within 1 SE": curve.alpha_1se}.items():
        at = np.flatnonzero(curve.alphas == alpha)[0]
        loss = f"{-curve.mean_scores[at]:.4f} +- {curve.standard_errors[at]:.4f}"
        lines.append(f"{rule:<12}{alpha:>8.4f}{loss:>17}{curve.n_nonzero[at]:>10.0f}")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--save", type=Path, default=None, help="folder for the plots; shown if not given")
    options = parser.parse_args()
    paths = penalties()
    choice, curve, search = strength()
    print("Breast cancer, lasso classifier, log-loss in cross-validation +- one standard error:\n")
    print(table(curve))
    print("\nCoefficients within one standard error:\n")
    print(coef_frame(search, sort=True, drop_zeros=True).to_string(float_format="{:.2f}".format))
    if options.save is None:
        plt.show()
    else:
        paths.savefig(options.save / "regularization_paths.png", dpi=90)
        choice.savefig(options.save / "cv_curve.png", dpi=90)


if __name__ == "__main__":
    main()
