"""A process of the product's, for what is measured without HTTP."""

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor

from tests.live.server import production


def product(database):
    """Start a process that is set up on a database, and takes what time its statements take."""
    variables = production(database, DATABASE_COMMAND_TIMEOUT="0", DATABASE_STATEMENT_TIMEOUT="0")
    spawn = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(1, spawn, initializer=prepare, initargs=(variables,))


def prepare(variables):
    """Make the process one of the product's."""
    os.environ |= variables | {"DJANGO_SETTINGS_MODULE": "dayrade.settings"}
    import django  # noqa: PLC0415  # only in this process

    django.setup()
