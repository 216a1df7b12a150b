"""Names for parameters that are the same in every process, so that tests can be split among several."""

import re


def named(value):
    """Its representation, without addresses, and not for ever."""
    return re.sub(r" at 0x\w+", "", repr(value))[:60]
