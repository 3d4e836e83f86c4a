"""Reading and writing by SQL, where a QuerySet cannot say it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

type Parameters = Sequence[Any] | Mapping[str, Any] | None


def fetched(query: str, parameters: Parameters = None) -> list[Any]:
    """Return the rows of a statement, each a tuple."""
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        found: list[Any] = cursor.fetchall()
    return found


def fetched_one(query: str, parameters: Parameters = None) -> Any:
    """Return the row of a statement that has exactly one, a tuple."""
    (found,) = fetched(query, parameters)
    return found


def executed(query: str, parameters: Parameters = None) -> int:
    """Run a statement for its effect, and return how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return int(cursor.rowcount)
