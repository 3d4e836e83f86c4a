"""The reads of a board, by the product's own statements."""

from tests.benchmarks.product import product

VARIABLES = {}


def read(database):
    from tests.benchmarks.board_reads import figures  # noqa: PLC0415  # only in the product

    return figures(database)


def measure(live, database):
    """Read boards of several sizes in a process of the product."""
    with product(database) as process:
        return process.submit(read, database).result()
