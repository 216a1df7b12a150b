"""Threads of BLAS, which decide the order of its sums."""

from contextlib import contextmanager

from joblib import parallel_config
from threadpoolctl import threadpool_limits


@contextmanager
def alike():
    """One thread here and in worker processes, which have fewer by themselves: equal to the last digit."""
    with threadpool_limits(1), parallel_config("loky", inner_max_num_threads=1):
        yield
