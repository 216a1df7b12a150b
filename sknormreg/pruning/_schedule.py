"""How many units are left after each step on the way to the number wanted."""

import numpy as np

SCHEDULES = {
    "one_shot": lambda t: 1.0,
    "linear": lambda t: t,
    "cubic": lambda t: 1.0 - (1.0 - t) ** 3,
}


def steps(n_units, n_keep, n_steps, schedule):
    """(n_steps,) counts from below `n_units` down to `n_keep`.

    `schedule` says which fraction of all that will be removed is gone at the fraction t of the steps: one
    of `SCHEDULES` ("cubic" is Zhu and Gupta, "To prune, or not to prune", 2017, eq. 1) or a function of t
    that does not decrease and ends at 1.
    """
    times = np.arange(1, n_steps + 1) / n_steps
    function = schedule if callable(schedule) else SCHEDULES[schedule]
    gone = np.array([float(function(t)) for t in times])
    if not (np.all(gone >= 0) and gone[-1] == 1 and np.all(np.diff(gone) >= 0)):
        raise ValueError(
            "schedule must map (0, 1] to the fraction already removed, without decreasing, and 1 to 1: "
            f"got {gone.tolist()}."
        )
    return n_units - np.rint(gone * (n_units - n_keep)).astype(int)
