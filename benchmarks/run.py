"""Time to a relative duality gap of 1e-7, against the peers, in one process.

    python benchmarks/run.py [--repeats 5] [--threads 1 2] [--only WORD]

Each peer gets the loosest tol of a decade grid that reaches the gap; those trial fits also compile what it
compiles. Then all solvers take turns, and the table gives medians and the ratio to sknormreg.
"""

import argparse
import statistics
import subprocess
import sys
import time
import warnings

from peers import dense_logistic, lasso
from problems import TARGET, lasso_problems, logistic_problems
from sklearn import linear_model
from sklearn.datasets import load_diabetes
from threadpoolctl import threadpool_limits

import sknormreg

TOLERANCES = [10.0**-k for k in range(2, 13)]
TOO_SLOW = 60.0  # seconds for one trial fit after which a peer is given up


def timed(make, problem, tol):
    estimator = make(problem, tol)
    start = time.perf_counter()
    estimator.fit(problem.X, problem.y)
    return time.perf_counter() - start, problem.gap_of(estimator)


def calibrate(make, problem):
    """The loosest tol that reaches the target, or None."""
    for tol in TOLERANCES:
        timed(make, problem, tol) if tol == TOLERANCES[0] else None  # compiles
        seconds, gap = timed(make, problem, tol)
        if gap <= TARGET:
            return tol
        if seconds > TOO_SLOW:
            break
    return None


def compare(problem, repeats):
    makers = lasso() if problem.loss == "squared" else dense_logistic()
    tolerances = {name: calibrate(make, problem) for name, make in makers.items()}
    seconds, gaps = {name: [] for name in makers}, {}
    for _ in range(repeats):
        for name, make in makers.items():
            if tolerances[name] is not None:
                spent, gaps[name] = timed(make, problem, tolerances[name])
                seconds[name].append(spent)
    ours = statistics.median(seconds["sknormreg"])
    print(f"\n{problem.name}")
    for name in makers:
        if tolerances[name] is None:
            print(f"  {name:<14} does not reach a relative gap of {TARGET:g}")
            continue
        median = statistics.median(seconds[name])
        print(
            f"  {name:<14}{median:>9.4f} s{median / ours:>8.2f} x"
            f"   gap {gaps[name]:.0e}   tol {tolerances[name]:g}"
        )


def first_fit(repeats):
    """Import and first fit in a new process, the interpreter's own start included."""
    code = "import numpy; from {} import Lasso; X = numpy.eye(9, 3); Lasso(alpha=0.1).fit(X, X[:, 0])"
    medians = {}
    modules = ("sknormreg", "sklearn.linear_model")
    spent = {module: [] for module in modules}
    for _ in range(repeats + 1):
        for module in modules:
            start = time.perf_counter()
            subprocess.run([sys.executable, "-c", code.format(module)], check=True)
            spent[module].append(time.perf_counter() - start)
    for module in modules:
        medians[module] = statistics.median(spent[module][1:])
    report("import and first fit, new process", medians)


def small_fit(repeats):
    X, y = load_diabetes(return_X_y=True)
    medians = {}
    models = {"sknormreg": sknormreg.Lasso(), "sklearn.linear_model": linear_model.Lasso()}
    spent = {name: [] for name in models}
    for _ in range(repeats * 40):
        for name, model in models.items():
            start = time.perf_counter()
            model.fit(X, y)
            spent[name].append(time.perf_counter() - start)
    for name in models:
        medians[name] = statistics.median(spent[name])
    report("Lasso().fit on 442 x 10", medians)


def report(title, medians):
    ours = medians["sknormreg"]
    print(f"\n{title}")
    for name, median in medians.items():
        print(f"  {name:<22}{median * 1e3:>10.3f} ms{median / ours:>8.2f} x")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--only", default="", help="problems whose name contains this word")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    for threads in options.threads:
        print(f"\n== {threads} BLAS thread{'s' if threads > 1 else ''}")
        with threadpool_limits(threads):
            for problem in (*lasso_problems(), *logistic_problems()):
                if options.only in problem.name:
                    compare(problem, options.repeats)
            if not options.only:
                small_fit(options.repeats)
    if not options.only:
        first_fit(options.repeats)


if __name__ == "__main__":
    main()
