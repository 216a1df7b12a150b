"""One solver in a process of its own, which fits when it is told to: seconds, gap, memory, and work.

The process is a fork (so Linux only) and shares X with the others. It may be stopped, or denied memory,
without any harm to the run: what it could not do is part of the answer. The first fit is of a small
problem of the same kind, so imports and compilation count for nothing.
"""

import cProfile
import dataclasses
import logging
import multiprocessing
import pstats
import re
import warnings
from pathlib import Path

import numpy as np

from sknormreg.solvers.workspace import Work

STATUS, RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")
COUNTED = {field.name for field in dataclasses.fields(Work)}
PREPARING = 300  # seconds for imports and compilation


@dataclasses.dataclass
class Fit:
    """What came of one fit; `failure` tells in words why there is nothing else."""

    seconds: float = np.nan
    gap: float = np.inf
    memory: float = np.nan  # bytes beyond what was there before
    active: int = 0
    iterations: int = 0  # as the estimator counts them; the most of any problem
    work: dict = dataclasses.field(default_factory=dict)
    routes: list = dataclasses.field(default_factory=list)
    heaviest: list = dataclasses.field(default_factory=list)  # (function, share of the time)
    failure: str = ""


class Trial:
    """Fits of one solver, by `fit(tol)`, until one fails."""

    def __init__(self, make, problem, small, *, limit, memory, clock, threads=1):
        self.limit = limit
        context = multiprocessing.get_context("fork")
        self._pipe, other = context.Pipe()
        options = make, problem, small, memory, clock, threads
        self._process = context.Process(target=_serve, args=(other, *options), daemon=True)
        self._process.start()
        other.close()
        self.failure = self._answer(PREPARING).failure

    def fit(self, tol, profile=False):
        if not self.failure:
            self._pipe.send((tol, profile))
            found = self._answer(self.limit)
            self.failure = found.failure
            return found
        return Fit(failure=self.failure)

    def close(self):
        if self._process.is_alive():
            self._process.kill()
        self._process.join()
        self._pipe.close()

    def _answer(self, limit):
        try:
            if self._pipe.poll(limit):
                return self._pipe.recv()
            failure = f"over {limit:g} s"
        except (EOFError, OSError):
            failure = "its process died"
        self.close()
        return Fit(failure=failure)


def _serve(pipe, make, problem, small, memory, clock, threads):
    import resource  # of Unix

    from threadpoolctl import threadpool_limits

    warnings.simplefilter("ignore")
    counts = Counts()
    with threadpool_limits(threads):
        try:
            make(small, 1e-4).fit(small.X, small.y)
            limit = _resident("VmSize") + memory
            resource.setrlimit(resource.RLIMIT_AS, (int(limit), resource.RLIM_INFINITY))
            pipe.send(Fit())
            while True:
                tol, profile = pipe.recv()
                pipe.send(_fit(make(problem, tol), problem, clock, counts, profile))
        except EOFError:
            return
        except MemoryError:
            pipe.send(Fit(failure=f"over {memory / 1e9:g} GB"))
        except Exception as error:
            pipe.send(Fit(failure=f"{type(error).__name__}: {error}"[:100]))


def _fit(estimator, problem, clock, counts, profile):
    watch = cProfile.Profile() if profile else None
    counts.clear()
    before = _resident("VmRSS")
    RESET.write_text("5")  # the peak starts anew
    start = clock()
    if watch is not None:
        watch.runcall(estimator.fit, problem.X, problem.y)
    else:
        estimator.fit(problem.X, problem.y)
    seconds = clock() - start
    peak = _resident("VmHWM")
    gap, best = problem.gap_of(estimator), getattr(estimator, "best_estimator_", estimator)
    return Fit(
        seconds=seconds,
        gap=gap,
        memory=peak - before,
        active=np.count_nonzero(best.coef_),
        iterations=np.max(best.n_iter_, initial=0) if best.n_iter_ is not None else 0,
        work=counts.work,
        routes=counts.routes,
        heaviest=_heaviest(watch),
    )


def _resident(what):
    """A number of bytes that the kernel knows of this process."""
    for line in STATUS.read_text().splitlines():
        if line.startswith(what + ":"):
            return 1024 * int(line.split()[1])
    raise LookupError(what)


class Counts(logging.Handler):
    """Work and routes, as fits tell them to the log at debug level: `route: passes 3, epochs 20`."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.clear()
        logger = logging.getLogger("sknormreg")
        logger.setLevel(logging.DEBUG)
        logger.addHandler(self)
        logger.propagate = False

    def clear(self):
        self.work, self.routes = {}, []

    def emit(self, record):
        message = record.getMessage()
        route = message.partition(":")[0]
        if route not in self.routes:
            self.routes.append(route)
        for name, count in re.findall(r"(\w+) (\d+)", message):
            if name in COUNTED:
                self.work[name] = self.work.get(name, 0) + int(count)


def _heaviest(watch):
    if watch is None:
        return []
    stats = pstats.Stats(watch)
    shares = [(own / stats.total_tt, name) for name, (_, _, own, _, _) in stats.stats.items()]
    return [
        (f"{Path(file).stem}.{function}" if line else function, share)
        for share, (file, line, function) in sorted(shares, reverse=True)[:6]
    ]
