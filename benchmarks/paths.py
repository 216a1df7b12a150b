"""Choosing the strength: searches, cross-validation and paths, against scikit-learn and other peers.

    python benchmarks/paths.py [--repeats 3] [--only WORD]

Each pair does the same work in one process, in turns, with one BLAS thread; the table gives medians, the
ratio to sknormreg, and how far the answers are apart. Paths are held to a relative duality gap of 1e-7 at
every alpha: a peer gets the loosest tol of a decade grid that reaches it.
"""

import argparse
import shutil
import statistics
import subprocess
import tempfile
import time
import warnings

import numpy as np
from problems import TARGET, Problem, correlated
from sklearn import linear_model
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler, scale
from threadpoolctl import threadpool_limits

import sknormreg

LARGE = 20_000  # iterations allowed to a peer


def tall():
    return correlated(50000, 300, 0.5, 50, snr=5)


def wide():
    return correlated(500, 20000, 0.5, 50, snr=5)


def grid(X, y, count, share):
    largest = np.abs((X - X.mean(axis=0)).T @ (y - y.mean())).max() / len(y)
    return np.geomspace(largest, largest * share, count)


def searches():
    """Name -> (ours, theirs, what both must agree in)."""

    def pair(X, y, alphas):
        def search(kind, lasso):
            pipeline = make_pipeline(StandardScaler(), lasso)
            return kind(pipeline, {"lasso__alpha": alphas}, cv=5).fit(X, y).cv_results_["mean_test_score"]

        return (
            lambda: search(sknormreg.PathSearchCV, sknormreg.Lasso()),
            {"GridSearchCV": lambda: search(GridSearchCV, linear_model.Lasso(max_iter=LARGE))},
        )

    X, y = load_diabetes(return_X_y=True)
    yield "search, 442 x 10, 50 alphas, 5 folds", *pair(X, y, np.geomspace(10, 0.1, 50))
    for name, make in (("50000 x 300", tall), ("500 x 20000", wide)):
        X, y = make()
        yield f"search, {name}, 50 alphas, 5 folds", *pair(X, y, grid(X, y, 50, 0.01))


def choices():
    X, y = tall()
    alphas = np.geomspace(1e-1, 1e5, 50)
    for cv in (5, None):
        yield (
            f"RidgeCV(cv={cv}), 50000 x 300, 50 alphas",
            lambda cv=cv: sknormreg.RidgeCV(alphas, cv=cv).fit(X, y).alpha_,
            {"scikit-learn": lambda cv=cv: linear_model.RidgeCV(alphas, cv=cv).fit(X, y).alpha_},
        )
    for name, make in (("50000 x 300", tall), ("500 x 20000", wide)):
        X, y = make()
        yield (
            f"LassoCV, {name}, 100 alphas, 5 folds",
            lambda X=X, y=y: sknormreg.LassoCV().fit(X, y).alpha_,
            {"scikit-learn": lambda X=X, y=y: linear_model.LassoCV(max_iter=LARGE).fit(X, y).alpha_},
        )
    X, y = load_breast_cancer(return_X_y=True)
    X = scale(X)
    C = np.logspace(-4, 4, 50)  # scikit-learn's grid
    strengths = 1 / (C * len(y) * 0.8)

    def theirs():
        model = linear_model.LogisticRegressionCV(
            Cs=C, cv=5, l1_ratios=[1.0], solver="liblinear", max_iter=LARGE
        )
        return 1 / (model.fit(X, y).C_[0] * len(y) * 0.8)

    yield (
        "LassoClassifierCV, breast cancer, 50 values, 5 folds",
        lambda: sknormreg.LassoClassifierCV(alphas=strengths).fit(X, y).alpha_,
        {"LogisticRegressionCV": theirs},
    )


GLMNET = """
library(glmnet)
glmnet.control(fdev = 0, devmax = 1)  # to the end of the path
args <- commandArgs(trailingOnly = TRUE)
n <- as.integer(args[1]); p <- as.integer(args[2]); tol <- as.numeric(args[3])
X <- matrix(readBin("X.bin", "double", n * p), n, p)
y <- readBin("y.bin", "double", n)
lambda <- readBin("alphas.bin", "double", 1e6)
start <- proc.time()[["elapsed"]]
fit <- glmnet(X, y, lambda = lambda, standardize = FALSE, thresh = tol, maxit = 1e7)
cat(proc.time()[["elapsed"]] - start)
writeBin(as.vector(as.matrix(fit$beta)), "coefs.bin")
"""


class Glmnet:
    """R's package in a process of its own, which times itself: moving data to it does not count."""

    def __call__(self, X, y, alphas, tol):
        with tempfile.TemporaryDirectory() as folder:
            for name, values in (("X", np.asfortranarray(X).T), ("y", y), ("alphas", alphas)):
                np.ascontiguousarray(values).tofile(f"{folder}/{name}.bin")
            command = ["Rscript", "-e", GLMNET, *map(str, X.shape), str(tol)]
            run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
            self.seconds = float(run.stdout)
            return np.fromfile(f"{folder}/coefs.bin").reshape(-1, X.shape[1]).T


def has_glmnet():
    if shutil.which("Rscript") is None:
        return False
    return subprocess.run(["Rscript", "-e", "library(glmnet)"], capture_output=True).returncode == 0


def path_peers():
    """Name -> function of (X, y, alphas, tol) that gives coefficients (p, A)."""

    def centred(X, y):
        return np.asfortranarray(X - X.mean(axis=0)), y - y.mean()

    def scikit(X, y, alphas, tol):
        return linear_model.lasso_path(*centred(X, y), alphas=alphas, tol=tol, max_iter=LARGE)[1]

    found = {
        "sknormreg": lambda X, y, alphas, tol: (
            sknormreg.regularization_path(sknormreg.Lasso(), X, y, alphas).coefs
        ),
        "scikit-learn": scikit,
    }
    try:
        import celer

        found["celer"] = lambda X, y, alphas, tol: celer.celer_path(
            *centred(X, y), "lasso", alphas=alphas, tol=tol
        )[1]
    except ImportError:
        print("celer is not installed: left out")
    if has_glmnet():
        found["glmnet"] = Glmnet()
    else:
        print("R with glmnet is not installed: left out")
    return found


def worst_gap(X, y, alphas, coefs):
    means = X.mean(axis=0), y.mean()
    return max(
        Problem("", X, y, alpha).relative_gap(w, means[1] - means[0] @ w)
        for alpha, w in zip(alphas[1:], coefs.T[1:], strict=True)
    )


def paths(only):
    """100 alphas to alpha_max / 100, each peer at the tol that reaches the gap."""
    for name, make in (
        ("500 x 20000", wide),
        ("2000 x 2000, rho 0.9", lambda: correlated(2000, 2000, 0.9, 100, snr=5)),
        ("50000 x 300", tall),
    ):
        title = f"path, {name}, 100 alphas to alpha_max / 100"
        if only not in title:
            continue
        X, y = make()
        alphas, peers = grid(X, y, 100, 0.01), path_peers()
        runs = {}
        for peer, run in peers.items():
            for tol in 10.0 ** -np.arange(4, 20):
                coefs = run(X, y, alphas, tol)
                if coefs.shape[1] == alphas.size and worst_gap(X, y, alphas, coefs) <= TARGET:
                    runs[peer] = Timed(run, (X, y, alphas, tol))
                    break
            else:
                print(f"  {peer} does not reach a relative gap of {TARGET:g}")
        yield title, runs.pop("sknormreg"), runs


class Timed:
    """A call, and the seconds it took by its own clock if it has one."""

    def __init__(self, run, args):
        self.run, self.args = run, args

    def __call__(self):
        return self.run(*self.args)

    @property
    def seconds(self):
        return getattr(self.run, "seconds", None)


def compare(title, ours, theirs, repeats):
    runs = {"sknormreg": ours, **theirs}
    seconds, answers = {name: [] for name in runs}, {}
    for _ in range(repeats):
        for name, run in runs.items():
            start = time.perf_counter()
            answers[name] = np.asarray(run(), dtype=float)
            passed = time.perf_counter() - start
            seconds[name].append(getattr(run, "seconds", None) or passed)
    fastest = statistics.median(seconds["sknormreg"])
    print(f"\n{title}")
    for name in runs:
        median = statistics.median(seconds[name])
        apart = ""
        if name != "sknormreg" and answers[name].shape == answers["sknormreg"].shape:
            apart = f"   apart by {np.nanmax(np.abs(answers[name] - answers['sknormreg'])):.0e}"
        print(f"  {name:<22}{median:>10.4f} s{median / fastest:>9.2f} x{apart}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--only", default="", help="comparisons whose name contains this word")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    with threadpool_limits(options.threads):
        for part in (searches(), choices(), paths(options.only)):
            for title, ours, theirs in part:
                if options.only in title:
                    compare(title, ours, theirs, options.repeats)


if __name__ == "__main__":
    main()
