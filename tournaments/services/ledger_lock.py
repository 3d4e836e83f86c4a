"""The lock of a tournament's ledger, which all that books, values or ranks takes first.

Deliveries of trades share it, so that several are booked at once; they lock the seats they touch
in the order of their ids. Whoever values, ranks, publishes or rebuilds holds it alone and may
write any row of the ledger in any order. It is taken after people and after the tournament's own
row, and before any seat.
"""

from uuid import UUID

from django.db import connection

# A queue of its own kind: a row lock that many share would let the one who wants it alone starve.
LOCK = "SELECT pg_advisory_xact_lock{}(hashtextextended('dayrade.ledger:' || %s::text, 0))"


def share(tournament_id: UUID) -> None:
    """Let nobody value or rank the tournament until this transaction ends."""
    _take("_shared", tournament_id)


def hold(tournament_id: UUID) -> None:
    """Let nobody else book, value or rank until this transaction ends; wait for who does."""
    _take("", tournament_id)


def _take(mode: str, tournament_id: UUID) -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("the lock of a ledger needs the transaction of a service")
    with connection.cursor() as cursor:
        cursor.execute(LOCK.format(mode), [tournament_id])
