"""The cost of pruning: ridge paths against one ridge fit, and masks of very many weights.

    python benchmarks/pruning.py [--repeats 5] [--threads 1 2]

Fits take turns, and the tables give medians. A path here is 200 steps, from all features down to one, with
a new ranking and a refit of what is left at every step.
"""

import argparse
import resource
import statistics
import time

import numpy as np
from threadpoolctl import threadpool_limits

from sknormreg import MagnitudePrunedRegressor, Ridge
from sknormreg.pruning import magnitude_mask, retain_weights

STEPS = 200
WEIGHTS = 10**8


def problem(n, p, order):
    rng = np.random.default_rng(0)
    X = np.asarray(rng.normal(size=(n, p)), order=order)
    return X, X[:, :10].sum(axis=1) + rng.normal(size=n)


def timed(function, *arguments):
    start = time.perf_counter()
    function(*arguments)
    return time.perf_counter() - start


def ridge_paths(repeats):
    for n, p in ((50000, 300), (500, 5000)):
        for order in "CF":
            X, y = problem(n, p, order)
            models = {"one ridge fit": Ridge()}
            for schedule in ("linear", "cubic"):
                models[f"{STEPS} steps, {schedule}"] = MagnitudePrunedRegressor(
                    n_features_to_keep=1, n_steps=STEPS, schedule=schedule
                )
            spent = {name: [] for name in models}
            for _ in range(repeats):
                for name, model in models.items():
                    spent[name].append(timed(model.fit, X, y))
            print(f"\n{n} x {p}, {'rows' if order == 'C' else 'columns'} contiguous")
            one = statistics.median(spent["one ridge fit"])
            for name, seconds in spent.items():
                median = statistics.median(seconds)
                print(f"  {name:<20}{median:>9.4f} s{median / one:>8.2f} x")


def masks():
    for dtype in (np.float32, np.float64):
        W = np.random.default_rng(0).standard_normal(WEIGHTS, dtype=dtype)
        rows = {
            "magnitude_mask(sparsity=0.9)": lambda W=W: magnitude_mask(W, sparsity=0.9),
            "magnitude_mask(threshold=0.5)": lambda W=W: magnitude_mask(W, threshold=0.5),
            "retain_weights(0.5)": lambda W=W: retain_weights(W, 0.5),
        }
        print(f"\n{WEIGHTS:.0e} weights, {W.dtype}: {W.nbytes / 1e6:.0f} MB")
        for name, function in rows.items():
            seconds = timed(function)
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
            print(f"  {name:<32}{seconds:>7.2f} s   peak of the process so far {peak:.0f} MB")
        del W, rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    options = parser.parse_args()
    for threads in options.threads:
        print(f"\n== {threads} BLAS thread{'s' if threads > 1 else ''}")
        with threadpool_limits(threads):
            ridge_paths(options.repeats)
    masks()


if __name__ == "__main__":
    main()
