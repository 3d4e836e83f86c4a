"""The server is killed amid deliveries, again and again: what it acknowledged is there."""

import contextlib
import os
import random
import secrets
import signal
import threading
from collections import deque
from itertools import batched

import httpx
import psycopg
import pytest

from tests.live import provider
from tests.live.server import database, manage, production, running

KILLS = 10
TRADES = 24_000
BATCH = 100
SEATS = 300
PROVIDERS = 3
OK = 200


@pytest.fixture
def environment():
    with database(os.environ["DATABASE_URL"], f"dayrade_crash_{os.getpid()}") as url:
        made = production(url, DAYRADE_INGEST_SECRETS=secrets.token_urlsafe(32))
        manage(made, "migrate", "-v0")
        provider.field(url, SEATS)
        yield made


class Delivery:
    """What is still to be delivered, and what the server has said it keeps."""

    def __init__(self, batches, secret):
        self.waiting = deque(batches)
        self.accepted = set()
        self.secret = secret
        self.answered = threading.Semaphore(0)

    def run(self, url):
        """Deliver until all is, or the server is gone; what got no answer waits again."""
        with provider.client(url) as connection:
            while True:
                try:
                    batch = self.waiting.popleft()
                except IndexError:
                    return
                try:
                    answer = provider.deliver(connection, provider.body(batch), self.secret)
                except httpx.TransportError:
                    self.waiting.append(batch)
                    return
                assert answer.status_code == OK, answer.text
                assert answer.json()["rejected"] == 0, answer.text
                results = answer.json()["results"]
                self.accepted |= {
                    one["zimtra_trade_id"] for one in results if one["status"] == "accepted"
                }
                self.answered.release()

    def start(self, url):
        threads = [threading.Thread(target=self.run, args=(url,)) for _ in range(PROVIDERS)]
        for thread in threads:
            thread.start()
        return threads


def kill(process):
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def test_acknowledged_trades_survive_kills_and_none_counts_twice(environment, tmp_path):
    trades = list(provider.trades(TRADES, SEATS))
    batches = [list(batch) for batch in batched(trades, BATCH)]
    chance = random.Random(7)
    delivery = Delivery(batches, environment["DAYRADE_INGEST_SECRETS"])

    for number in range(KILLS):
        with running(environment, tmp_path / f"log{number}") as live:
            threads = delivery.start(live.url)
            # Somewhere in the midst of a tenth of all deliveries.
            for _ in range(chance.randint(1, len(batches) // KILLS - PROVIDERS)):
                delivery.answered.acquire(timeout=60)
            kill(live.process)
            for thread in threads:
                thread.join()
        assert delivery.waiting
    with running(environment, tmp_path / "log") as live:
        for thread in delivery.start(live.url):
            thread.join()
        known = set(delivery.accepted)
        delivery.waiting.extend(batches)
        for thread in delivery.start(live.url):
            thread.join()

    with psycopg.connect(environment["DATABASE_URL"]) as connection:
        booked = connection.execute("SELECT zimtra_trade_id FROM trades").fetchall()
    assert delivery.accepted == known
    assert len(known) >= 20_000
    assert sorted(name for (name,) in booked) == sorted(
        trade["zimtra_trade_id"] for trade in trades
    )
    assert known <= {name for (name,) in booked}
    assert manage(environment, "verify_standings", provider.SLUG).stdout in ("", None)
