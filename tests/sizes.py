"""How much a test does: enough to see the rule, or what the promise speaks of."""

import os

FULL_SIZE = bool(os.environ.get("FULL_SIZE"))
#: What tests have measured, for the end of the run to say.
MEASURED = []


def sized(usual, full):
    """Return the size of a run of the suite, or the full one in a run of `make drills`."""
    return full if FULL_SIZE else usual


def measured(text):
    """Say at the end of a run what was found beside pass and fail."""
    MEASURED.append(text)
