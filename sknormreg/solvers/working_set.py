"""Which coordinates the next model is about."""

import numpy as np

SMALL = 64  # size of the first working set; with no more coordinates than this it is all of them
_NOTICEABLE = 1e-11  # a violation below this, relative to the correlation, is rounding


def update(workspace, flat, violation, correlation, always, growth=0.75):
    """Choose `workspace.members`; returns how many coordinates outside the old ones violate.

    The support and the coordinates without a kink at zero (`always`) stay; of the rest `growth` times as
    many are taken, the worst violators first and then those nearest to violating, and never more than
    twice the number of violators (or 64).
    """
    if flat.size <= SMALL and workspace.members.size < flat.size:
        workspace.members = np.arange(flat.size)
    if workspace.members.size == flat.size:
        return 0
    outside = violation > _NOTICEABLE * np.abs(correlation)
    outside[workspace.members] = False
    count = int(np.count_nonzero(outside))
    required = flat != 0.0
    required[always] = True
    if count == 0 and not required[np.setdiff1d(always, workspace.members)].any():
        return 0
    kept = np.flatnonzero(required)
    rest = np.flatnonzero(~required & (violation > -np.inf))
    room = max(SMALL, min(int(growth * kept.size), 2 * count))
    if rest.size > room:
        rest = rest[np.argpartition(violation[rest], rest.size - room)[rest.size - room :]]
    workspace.members = np.sort(np.append(kept, rest))
    return count
