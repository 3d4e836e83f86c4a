"""How much a test does: enough to see the rule, or what the promise speaks of."""

import os

FULL_SIZE = bool(os.environ.get("FULL_SIZE"))


def sized(usual, full):
    """Return the size of a run of the suite, or the full one in a run of `make drills`."""
    return full if FULL_SIZE else usual
