"""Columns of values as PostgreSQL's array literals, for statements that take a whole batch.

psycopg adapts a list item by item; for values whose text needs no quoting a join is a tenth of
that.
"""

from collections.abc import Iterable


def plain(values: Iterable[object]) -> str:
    """Write an array of numbers, ids or instants; None is NULL.

    The text of a value must have neither commas, braces, quotes nor backslashes.
    """
    return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"


def instants(values: Iterable[object]) -> str:
    """Write an array of instants, whose text has a space; None is NULL."""
    return "{" + ",".join(["NULL" if value is None else f'"{value}"' for value in values]) + "}"
