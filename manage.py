#!/usr/bin/env python
"""Run a management command."""

import os

from django.core.management import execute_from_command_line

from dayrade.development import database_of_checkout


def main() -> None:
    """Run the command; in development against the checkout's own PostgreSQL."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dayrade.settings")
    with database_of_checkout():
        execute_from_command_line()


if __name__ == "__main__":
    main()
