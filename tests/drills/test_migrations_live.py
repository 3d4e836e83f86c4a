"""Migrations go back and forward while people read and write, who notice nothing."""

import importlib
import secrets

import psycopg
import pytest

from tests.drills import contents, migrating
from tests.drills.traffic import Crowd
from tests.live import provider
from tests.live.server import manage, running, wait_until
from tests.sizes import measured, sized

TRADES = sized(20_000, 1_000_000)
# On a machine that runs other tests beside, an answer may take longer for their sake.
SECONDS = sized(10, 2)
# As far back as the code of today can work on what there was: one more migration of each app
# would drop a table, or a column that it reads.
FORMER = {
    "comms": "0007",
    "trading": "0003",
    "tournaments": "0009",
    "market": "0002",
    "administration": "0006",
    "accounts": "0004",
    "dayrade": "0003",
}


@pytest.fixture
def environment():
    with migrating.cluster() as server:
        made = migrating.new_database(
            server,
            "live",
            DAYRADE_INGEST_SECRETS=secrets.token_urlsafe(32),
            WEB_CONCURRENCY="2",
            API_WRITE_LIMIT="100000",
        )
        migrating.patiently(made, "migrate", "-v0")
        yield made


def carry_over(url):
    """Give the filled ledger the figures that a release from before would have left out."""
    ledgers = importlib.import_module("trading.migrations.0004_carry_over_ledgers")
    with psycopg.connect(url) as connection:
        for statement in (ledgers.MARKS, ledgers.CLOSED, ledgers.TALLIES, ledgers.RISKS):
            connection.execute(statement)


def test_nobody_notices_migrations(environment, tmp_path):
    url, schema = environment["DATABASE_URL"], migrating.catalogue(environment)
    seat = contents.fill(url, TRADES)
    carry_over(url)
    before = contents.digests(url)

    with running(environment, tmp_path / "log") as live:
        crowd = Crowd(environment, live, seat)
        crowd.gather()
        with crowd:
            wait_until(lambda: all(crowd.acknowledged.values()), 60)
            migrating.back(environment, FORMER)
            former = migrating.catalogue(environment)
            answered = len(crowd.took)
            wait_until(lambda: len(crowd.took) > answered + 20, 60)
            migrating.patiently(environment, "migrate", "-v0")
            answered = len(crowd.took)
            wait_until(lambda: len(crowd.took) > answered + 20, 60)

    slowest = sorted(crowd.took, reverse=True)[:5]
    measured(f"{TRADES:,} trades, {sum(crowd.answers.values()):,} requests, slowest {slowest}")
    assert crowd.refused == []
    assert slowest[0][0] < SECONDS, slowest
    assert crowd.lost() == {"trades": [], "messages": [], "registrations": []}
    assert contents.digests(url) == before
    assert (migrating.catalogue(environment), former == schema) == (schema, False)
    assert manage(environment, "verify_standings", provider.SLUG).stdout == ""
