"""Where supports, outputs or targets are many: time, memory and the physical limit, against the peers.

    python benchmarks/sizes.py [--list] [--only PATTERN] [--repeats 3] [--limit 60] [--memory 6]

Each solver has a process of its own, with one BLAS thread; the processes take turns. Every peer gets the
loosest tol of a decade grid that reaches a relative duality gap of 1e-7, ours stops at rounding level;
the gaps are computed by code that shares nothing with the solvers (gaps.py). Who runs out of time or of
memory stays in the table as such, with the best gap so far. MB are those that a fit took beyond X. The
last line of a row sets our time against what this machine could do at best: reads of X at the bandwidth
measured for its size, and the counted work of the fit where it is told.
"""

import argparse
import re
import statistics
import time
from dataclasses import dataclass, field

import numpy as np
from limits import least_seconds, measure
from peers import DIRECT, OURS
from problems import TARGET
from rows import rows
from threadpoolctl import threadpool_limits
from trial import Fit, Trial

TOLERANCES = [10.0**-k for k in range(3, 13)]


@dataclass
class Result:
    """What became of one solver."""

    fit: Fit = field(default_factory=Fit)  # the one with the best gap
    tol: float | None = None
    failure: str = ""
    seconds: list = field(default_factory=list)  # of fits that reach the gap
    memory: float = 0.0

    @property
    def reached(self):
        return self.fit.gap <= TARGET

    @property
    def median(self):
        return statistics.median(self.seconds) if self.seconds else np.nan

    def add(self, fit, tol):
        self.failure = fit.failure
        if fit.failure:
            return
        if fit.gap <= max(TARGET, self.fit.gap):
            self.fit, self.tol = fit, tol
        self.memory = max(self.memory, fit.memory)
        if fit.gap <= TARGET:
            self.seconds.append(fit.seconds)


def run_row(row, options):
    """(problem, {solver: result}), the solvers in turns."""
    problem, small = row.problem(options.small), row.problem(small=True)
    settings = {
        "limit": options.limit * row.patience,
        "memory": options.memory * 1e9,
        "clock": clock_of(options),
        "threads": options.threads,
    }
    makers = {
        name: make for name, make in row.solvers().items() if not options.solvers or name in options.solvers
    }
    trials = {name: Trial(make, problem, small, **settings) for name, make in makers.items()}
    try:
        results = {name: calibrate(trial, name) for name, trial in trials.items()}
        for _ in range(options.repeats - 1):
            for name, result in results.items():
                if result.reached and result.seconds[0] < settings["limit"] / 3:
                    result.add(trials[name].fit(result.tol), result.tol)
        if options.profile and results[OURS].reached:
            results[OURS].fit.heaviest = trials[OURS].fit(None, profile=True).heaviest
    finally:
        for trial in trials.values():
            trial.close()
    return problem, results


def clock_of(options):
    return time.process_time if options.cpu else time.perf_counter


def calibrate(trial, name):
    """From the loosest tol on, until the gap is reached or something fails.

    A gap falls with tol, or with its square: decades that cannot do by that are passed over.
    """
    result = Result()
    place, tolerances = 0, (None,) if name in DIRECT else TOLERANCES
    while place < len(tolerances) and not (result.reached or result.failure):
        fit = trial.fit(tolerances[place])
        result.add(fit, tolerances[place])
        decades = np.log10(max(fit.gap, TARGET) / TARGET)
        place += max(1, int(decades / 2)) if np.isfinite(decades) else 1
    return result


def report(problem, results, machine):
    active = next((r.fit.active for r in results.values() if r.reached), "?")
    print(f"\n{problem.name}\n  {problem.shape}, {active} active coefficients")
    ours = results[OURS].median
    for name, result in results.items():
        line = f"  {name:<22}"
        if result.reached:
            line += f"{result.median:>10.4f} s"
            line += f"{result.median / ours:>9.2f} x" if np.isfinite(ours) else ""
        else:
            line += f"{result.failure or 'does not reach the gap':>21} "
        if np.isfinite(result.fit.gap):
            line += f"   gap {result.fit.gap:.0e}"
            line += "" if result.tol is None else f"   tol {result.tol:g}"
            line += "" if result.reached else f" in {result.fit.seconds:.3g} s"
            line += f"   {result.memory / 1e6:.0f} MB"
        print(line)
    print(f"  {limit_of(problem, results[OURS], machine)}", flush=True)


def limit_of(problem, result, machine):
    """Our time in reads of X; what of it the counted work explains, and what it was spent on."""
    fit, seconds = result.fit, result.median
    if not result.reached:
        return f"X has {problem.bytes / 1e6:.3g} MB"
    reads = seconds * machine.reading(problem.bytes) / problem.bytes
    told = f"{fit.iterations} iterations; X has {problem.bytes / 1e6:.3g} MB: the time of {reads:.3g} reads"
    least = least_seconds(machine, problem, fit.work)
    if least is not None:
        told += f"; the limit for the work is {least:.3g} s, {least / seconds:.0%}"
        told += "\n  " + ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in fit.work.items())
    if fit.routes:
        told += f"\n  route: {'; '.join(fit.routes)}"
    if fit.heaviest:
        told += "\n  " + ", ".join(f"{name} {share:.0%}" for name, share in fit.heaviest)
    return told


def markdown(problem, results, machine):
    """A row for README.md."""
    ours, peers = results[OURS], []
    for name, result in results.items():
        if name != OURS:
            shown = f"{result.median:.3g}"
            shown += f" ({result.median / ours.median:.3g})" if ours.reached else ""
            peers.append(f"{name} {shown if result.reached else result.failure or 'misses the gap'}")
    least = least_seconds(machine, problem, ours.fit.work)
    cells = [
        problem.name,
        f"{ours.fit.active}" if ours.reached else "",
        f"{ours.median:.3g}" if ours.reached else ours.failure,
        f"{ours.memory / 1e6:.0f}" if ours.reached else "",
        f"{least:.2g}" if ours.reached and least is not None else "",
        ", ".join(peers),
    ]
    return f"| {' | '.join(cells)} |"


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--list", action="store_true", help="only name the rows")
    parser.add_argument("--only", default="", help="rows whose name has this pattern")
    parser.add_argument("--solvers", nargs="+", help="only these, ours among them")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--limit", type=float, default=60.0, help="seconds for one fit")
    parser.add_argument("--memory", type=float, default=6.0, help="GB for one solver beyond X")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--cpu", action="store_true", help="processor seconds, where other work is about")
    parser.add_argument("--profile", action="store_true", help="what our time is spent on")
    parser.add_argument("--markdown", action="store_true", help="the rows of a table at the end")
    parser.add_argument("--small", action="store_true", help="tiny problems, to try the code")
    options = parser.parse_args(arguments)
    chosen = [row for row in rows() if re.search(options.only, row.name)]
    if options.list:
        print("\n".join(row.name for row in chosen))
        return
    table = []
    with threadpool_limits(options.threads):
        machine = measure(clock_of(options))
        print(machine)
        for row in chosen:
            problem, results = run_row(row, options)
            report(problem, results, machine)
            table.append(markdown(problem, results, machine))
    if options.markdown:
        print("\n" + "\n".join(table))


if __name__ == "__main__":
    main()
