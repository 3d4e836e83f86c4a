"""Many signed-in people who want a place in one tournament at the same time."""

import hashlib
import secrets
from collections import Counter

import psycopg

from tests.benchmarks.hammer import Costs, hammering
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


def tournament(connection):
    """Insert a tournament that is open, and return its slug."""
    slug = f"hot-{secrets.token_hex(4)}"
    connection.execute(TOURNAMENT_SQL, {"slug": slug, "places": PLACES})
    return slug


def measure(live, database):
    """Race for a new tournament several times, and count what was decided."""
    tokens = people(database)
    with (
        psycopg.connect(database, autocommit=True) as connection,
        hammering(live, connection) as hammer,
    ):
        # Warm both sides.
        hammer.post(path(tournament(connection)), tokens[:400], AT_ONCE)
        raced = [
            hammer.post(path(tournament(connection)), tokens * TRIES, AT_ONCE)
            for _ in range(ROUNDS)
        ]
    statuses = sum((outcome.statuses for outcome, *_ in raced), Counter())
    answered = ", ".join(f"{count} of {status}" for status, count in sorted(statuses.items()))
    assert set(statuses) == DECIDED, answered
    assert statuses[201] == PLACES * ROUNDS, answered
    # Every race has as many requests.
    decided = ROUNDS / sum(1 / rate for _, rate, _ in raced)
    costs = Costs(*(sum(each) / ROUNDS for each in zip(*(cost for *_, cost in raced), strict=True)))
    return [
        Row(
            f"registration under contention: {PEOPLE:,} people, {TRIES} tries each, {AT_ONCE} at"
            f" once, for {PLACES} places; {ROUNDS} times",
            f"at least {TARGET}/s decided",
            f"{decided:.0f}/s decided: {answered}; {costs}",
            decided >= TARGET,
        )
    ]


def path(slug):
    return f"/api/v1/tournaments/{slug}/registration"
