"""What a machine allows at best: bytes over its measured bandwidth, flops over its rate of products.

Counters of work become bytes and flops by the smallest that each of them can have meant, so the limit is
one: no fit that did this work could have been faster, and what is left of its time went elsewhere.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse
from scipy.linalg import blas

ORDER, TRIES = 1000, 5  # of the product; the best try counts
LEAST, MOST = 2**20, 2**27  # bytes of a vector whose reading is timed


@dataclass
class Machine:
    triad: float  # bytes a second of y += a x, from memory
    product: float  # flops a second of a matrix product
    clock: Callable
    _rates: dict = field(default_factory=dict)

    def reading(self, size):
        """Bytes a second of one read after another of so many bytes, which a cache may hold."""
        size = min(max(size, LEAST), MOST)
        if size not in self._rates:
            x = np.ones(size // 8)
            self._rates[size] = x.nbytes / _best(lambda: x @ x, self.clock)
        return self._rates[size]

    def __str__(self):
        return (
            f"this machine: {self.reading(MOST) / 1e9:.1f} GB/s of reading, {self.triad / 1e9:.1f} GB/s of "
            f"triads, {self.product / 1e9:.1f} Gflop/s of matrix products"
        )


def measure(clock=time.perf_counter):
    x, y = np.ones(MOST // 8), np.zeros(MOST // 8)
    A, B = np.ones((2, ORDER, ORDER))
    C = np.empty_like(A)
    return Machine(
        triad=3 * x.nbytes / _best(lambda: blas.daxpy(x, y, a=0.5), clock),
        product=2 * ORDER**3 / _best(lambda: np.matmul(A, B, out=C), clock),
        clock=clock,
    )


def _best(run, clock):
    spent = []
    for _ in range(TRIES):
        start = clock()
        run()
        spent.append(clock() - start)
    return min(spent)


def least_seconds(machine, problem, work):
    """For the counted work of a fit; None where nothing was counted."""
    if not work:
        return None
    moved, flops = needed(problem, work)
    return moved / machine.reading(problem.bytes) + flops / machine.product


def needed(problem, work):
    """(bytes read, flops) of counted work.

    A pass reads X. Inner products of c columns, formed once, are n c^2 flops (half of a symmetric matrix);
    where the curvature varies they are formed anew in as many goes as there were passes at most, and no
    fewer than if each go had an equal part. Operations on single columns come in pairs, each of which reads
    an entry. Sweeps and systems within a formed block are left out: how large it was then is not counted.
    """
    n, p = problem.X.shape
    dense = not sparse.issparse(problem.X)
    entries = n * p if dense else problem.X.nnz
    goes = 1 if problem.loss == "squared" else max(work.get("passes", 1), 1)
    moved = problem.bytes * (work.get("passes", 0) + work.get("operations", 0) / 2 / entries)
    flops = (entries / n / p) ** 2 * n * work.get("gram_columns", 0) ** 2 / goes
    return moved, flops
