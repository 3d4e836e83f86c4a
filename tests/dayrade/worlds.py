"""A small demo for tests: loading it, reading it back, and taking it away."""

import hashlib
from collections import defaultdict
from datetime import UTC, datetime

from django.db import connection

from dayrade import demo
from tests.audit import unguarded
from tournaments.models import Participant
from trading.accounting import Fill, fold
from trading.models import Position, Trade

SEED = 5
AT = datetime(2026, 3, 4, 0, 0, tzinfo=UTC)
COMPETITORS = 12
# Made by a trigger or a service, and so with ids of their own.
OWN_IDS = ("audit_logs", "system_configuration")
# Tables of libraries, and what migrations fill.
KEPT = ("auth_", "django_", "procrastinate_", "schema_migrations")


def tables():
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
    return [name for name in names if not name.startswith(KEPT)]


def specified():
    """Return the tables of the specification that hold rows of ours."""
    return [name for name in tables() if not name.startswith("dayrade_")]


def load(**arguments):
    demo.load(**{"seed": SEED, "at": AT, "competitors": COMPETITORS} | arguments)


def digests():
    """Hash the rows of every table, without what the clock of the database writes."""
    found = {}
    with connection.cursor() as cursor:
        for name in sorted(set(specified()) - set(OWN_IDS)):
            cursor.execute(f"SELECT (to_jsonb(t) - 'updated_at')::text FROM {name} t ORDER BY id")
            rows = "\n".join(row for (row,) in cursor.fetchall())
            found[name] = hashlib.sha256(rows.encode()).hexdigest()
    return found


def truncate():
    """Take away all that was committed, the counts of limits and the chain of the log included."""
    unguarded(f"TRUNCATE procrastinate_jobs, {', '.join(tables())} CASCADE")


def fills_of(seat):
    return [
        Fill(*row)
        for row in Trade.objects.filter(participant=seat)
        .order_by("zimtra_trade_id")
        .values_list("id", "symbol", "side", "quantity", "price", "commission", "executed_at")
    ]


def books():
    """Fold the stored trades anew, by seat."""
    return {seat: fold(fills_of(seat)) for seat in Participant.objects.order_by("pk")}


def last_marks(slug):
    """Return the last price of each symbol that is held, as the positions were valued."""
    found = defaultdict(set)
    held = Position.objects.filter(tournament__slug=slug, status="open")
    for symbol, price in held.values_list("symbol", "current_price"):
        found[symbol].add(price)
    assert {len(values) for values in found.values()} == {1}
    return {symbol: values.pop() for symbol, values in found.items()}
