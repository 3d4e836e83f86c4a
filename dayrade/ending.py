"""Whether this service is about to end: its master says so, its workers tell who asks."""

import mmap

# Processes that are forked later share it.
_flag = mmap.mmap(-1, 1)


def announce() -> None:
    """Say that the service will end soon."""
    _flag[0] = 1


def is_announced() -> bool:
    """Tell whether it will."""
    return bool(_flag[0])
