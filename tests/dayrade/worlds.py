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
# Tables of libraries, and of what every endpoint shares.
KEPT = ("auth_", "dayrade_", "django_", "procrastinate_")


def tables():
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
    return [
        name
        for name in names
        if not name.startswith(("auth_", "dayrade_", "django_", "procrastinate_"))
        and name != "schema_migrations"
    ]


def load(**arguments):
    demo.load(**{"seed": SEED, "at": AT, "competitors": COMPETITORS} | arguments)


def digests():
    """Hash the rows of every table, without what the clock of the database writes."""
    found = {}
    with connection.cursor() as cursor:
        for name in sorted(set(tables()) - set(OWN_IDS)):
            cursor.execute(f"SELECT (to_jsonb(t) - 'updated_at')::text FROM {name} t ORDER BY id")
            rows = "\n".join(row for (row,) in cursor.fetchall())
            found[name] = hashlib.sha256(rows.encode()).hexdigest()
    return found


def truncate():
    # Nothing points from events to what they are about.
    unguarded(f"TRUNCATE {', '.join(tables())}, dayrade_events CASCADE")


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
