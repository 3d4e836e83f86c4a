"""A provider beside a live server: a field of accounts, and trades to deliver for it."""

import hashlib
import hmac
import json
import random
import time
from datetime import UTC, datetime, timedelta

import httpx
import psycopg

SYMBOLS = ("AAPL", "IBM", "MSFT", "NVDA", "TSLA")
SLUG = "field"
TOURNAMENT = """
    INSERT INTO tournaments (name, slug, division, status, max_participants, min_participants,
        registration_open_date, registration_close_date, start_date, end_date, trading_symbols)
    VALUES ('Field', %s, 'raider', 'active', 2000000, 1, now() - interval '9 days',
        now() - interval '8 days', now() - interval '7 days', now() + interval '7 days', %s)
    RETURNING id
"""
PEOPLE = """
    WITH people AS (
        INSERT INTO users (email, password_hash, username)
        SELECT %(prefix)s || n || '@example.com', '!', %(prefix)s || n
        FROM generate_series(1, %(seats)s) n
        RETURNING id, substr(username, length(%(prefix)s) + 1) AS number
    )
    INSERT INTO tournament_participants (tournament_id, user_id, zimtra_account_id)
    SELECT %(tournament)s, id, 'ZA' || number FROM people
"""
MARKS = """
    INSERT INTO dayrade_marks (id, tournament_id, symbol, price, as_of, valued_price, valued_as_of)
    SELECT gen_random_uuid(), %s, symbol, 100, now(), 100, now() FROM unnest(%s::text[]) symbol
"""


def field(url, seats, slug=SLUG):
    """Start a tournament with so many accounts, ZA1 and up, and marks of its symbols."""
    with psycopg.connect(url) as connection:
        symbols = list(SYMBOLS)
        (tournament,) = connection.execute(TOURNAMENT, [slug, symbols]).fetchone()
        values = {"prefix": f"{slug}-", "seats": seats, "tournament": tournament}
        connection.execute(PEOPLE, values)
        connection.execute(MARKS, [tournament, symbols])
        connection.execute(
            "UPDATE tournaments SET current_participants = %s WHERE id = %s", [seats, tournament]
        )
    return tournament


def trades(count, seats, seed=1):
    """Yield trades of a field in the order of their execution, a day's worth of them."""
    chance = random.Random(seed)
    start = datetime.now(UTC) - timedelta(days=6)
    step = timedelta(days=1) / count
    for number in range(count):
        yield {
            "zimtra_trade_id": f"T{seed}-{number}",
            "zimtra_order_id": f"O{seed}-{number}",
            "zimtra_account_id": f"ZA{chance.randint(1, seats)}",
            "symbol": chance.choice(SYMBOLS),
            "side": chance.choice(("buy", "sell")),
            "quantity": chance.choice((1, 5, 10, 50, 100)),
            "price": f"{chance.randint(900_000, 1_100_000) / 10_000:.4f}",
            "commission": "1.00",
            "order_type": "market",
            "executed_at": (start + number * step).isoformat().replace("+00:00", "Z"),
        }


def signature(body, secret, at=None):
    """Sign a body as the provider does, now or at another instant."""
    instant = int(time.time()) if at is None else at
    signed = b"%d.%s" % (instant, body)
    return f"t={instant},v1={hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}"


def body(batch, slug=SLUG):
    """Return a delivery's bytes."""
    return json.dumps({"tournament": slug, "trades": batch}).encode()


def client(url):
    """Return a client that waits long and keeps its connection."""
    return httpx.Client(base_url=url, trust_env=False, timeout=60)


def deliver(connection, content, secret):
    """Send a delivery of trades and return the answer."""
    return connection.post(
        "/api/v1/ingest/trades",
        content=content,
        headers={
            "Content-Type": "application/json",
            "X-Dayrade-Signature": signature(content, secret),
        },
    )
