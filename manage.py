#!/usr/bin/env python
"""Run a management command."""

import os
import signal
import sys
from types import FrameType

from django.core.management import execute_from_command_line
from django.db import NotSupportedError, OperationalError

from dayrade import development
from dayrade.db.transactions import sqlstate

INTERRUPTED = 130


def main() -> None:
    """Run the command; in development against the checkout's own PostgreSQL."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dayrade.settings")
    # As Ctrl-C does: unwind, so that what the command has started is stopped.
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, leave)
    if sys.argv[1:2] == ["serve"]:
        development.require_free_ports()
    try:
        with development.database_of_checkout():
            execute_from_command_line()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except NotSupportedError as error:
        sys.exit(f"Dayrade cannot start: {error}")
    except OperationalError as error:
        if sqlstate(error) is not None:
            raise
        sys.exit(f"Dayrade cannot reach its database: {error}")


def leave(number: int, frame: FrameType | None) -> None:
    """Be a signal handler that ends the process tidily."""
    sys.exit(128 + number)


if __name__ == "__main__":
    main()
