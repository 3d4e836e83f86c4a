"""Many signed-in people who want a place in one tournament at the same time."""

import asyncio
import hashlib
import multiprocessing
import secrets
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor

import psycopg

from tests.benchmarks.report import Row

PEOPLE = 2000
PLACES = 100
TRIES = 3
AT_ONCE = 32
ROUNDS = 3
TARGET = 600
DECIDED = {201, 409}
# Each person tries a few times, which no limit on writes forbids; the others are as in production.
VARIABLES = {}
PEOPLE_SQL = """
    WITH people AS (
        INSERT INTO users (email, username, password_hash, kyc_status, kyc_approved_at,
                           email_verified, email_verified_at)
        SELECT 'racer' || n || '@example.com', 'racer' || n, '!', 'approved', now(), true, now()
        FROM generate_series(1, %(people)s) n
        RETURNING id, username
    )
    INSERT INTO user_sessions (user_id, session_token, refresh_token, expires_at)
    SELECT id, token, md5(token) || md5(username), now() + interval '1 hour'
    FROM people JOIN unnest(%(tokens)s::text[]) WITH ORDINALITY t (token, n)
      ON username = 'racer' || n
"""
TOURNAMENT_SQL = """
    INSERT INTO tournaments (name, slug, division, status, max_participants, registration_open_date,
                             registration_close_date, start_date, end_date)
    VALUES (%(slug)s, %(slug)s, 'elevator', 'registration_open', %(places)s,
            now() - interval '1 day', now() + interval '1 day', now() + interval '2 days',
            now() + interval '3 days')
"""


def people(url):
    """Insert people who are signed in, and return their tokens."""
    tokens = [secrets.token_urlsafe(32) for _ in range(PEOPLE)]
    hashes = [hashlib.sha256(token.encode()).hexdigest() for token in tokens]
    with psycopg.connect(url) as connection:
        connection.execute(PEOPLE_SQL, {"people": PEOPLE, "tokens": hashes})
    return tokens


def tournament(url):
    """Insert a tournament that is open, and return its slug."""
    slug = f"hot-{secrets.token_hex(4)}"
    with psycopg.connect(url) as connection:
        connection.execute(TOURNAMENT_SQL, {"slug": slug, "places": PLACES})
    return slug


async def attempt(reader, writer, request):
    """Send a request over a connection that stays open, and return the status of its answer."""
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1])
        for line in head.lower().split(b"\r\n")
        if line.startswith(b"content-length:")
    )
    await reader.readexactly(length)
    return int(head.split(b" ", 2)[1])


async def racing(port, path, tokens):
    """Let so many at once take the tokens, each with every try of its person."""
    waiting = iter(tokens * TRIES)
    statuses = Counter()

    async def runner():
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for token in waiting:
            request = (
                f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
                "Content-Length: 0\r\n\r\n"
            ).encode()
            statuses[await attempt(reader, writer, request)] += 1
        writer.close()

    await asyncio.gather(*(runner() for _ in range(AT_ONCE)))
    return statuses


def race(port, path, tokens):
    """Race from a process of its own, and return the statuses and the seconds it took."""
    began = time.perf_counter()
    statuses = asyncio.run(racing(port, path, tokens))
    return statuses, time.perf_counter() - began


def measure(live, database):
    """Race for a new tournament several times, and count what was decided."""
    tokens = people(database)
    statuses, seconds = Counter(), 0.0
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as elsewhere:
        # Warm both sides.
        elsewhere.submit(race, live.port, path(tournament(database)), tokens[:200]).result()
        for _ in range(ROUNDS):
            found, took = elsewhere.submit(
                race, live.port, path(tournament(database)), tokens
            ).result()
            statuses += found
            seconds += took
    decided = sum(statuses[status] for status in DECIDED) / seconds
    answered = ", ".join(f"{count} of {status}" for status, count in sorted(statuses.items()))
    assert set(statuses) == DECIDED, answered
    assert statuses[201] == PLACES * ROUNDS, answered
    return [
        Row(
            f"registration under contention: {PEOPLE:,} people, {TRIES} tries each, {AT_ONCE} at"
            f" once, for {PLACES} places; {ROUNDS} times",
            f"at least {TARGET}/s decided",
            f"{decided:.0f}/s decided: {answered}",
            decided >= TARGET,
        )
    ]


def path(slug):
    return f"/api/v1/tournaments/{slug}/registration"
