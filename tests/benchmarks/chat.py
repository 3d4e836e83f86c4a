"""The chat: posts of many people with every check, and the latest page while other rooms talk."""

import hashlib
import itertools
import json
import secrets
import threading

import httpx
import psycopg

from tests.benchmarks.hammer import PROCESSES, hammering, request, send
from tests.benchmarks.report import Row

PEOPLE = 5_000
SECONDS = 8
AT_ONCE = 16
POSTS, READS = 800, 1500
SAID = 10_000
ROOMS, MESSAGES = 100, 5_000
TALKING = 50
WORKERS = 2
VARIABLES = {"WEB_CONCURRENCY": str(WORKERS)}

TOURNAMENTS = """
INSERT INTO tournaments (name, slug, division, status, registration_open_date,
    registration_close_date, start_date, end_date, max_participants, current_participants)
SELECT 'Room ' || n, 'room-' || n, 'raider', 'active', now() - interval '9 days',
    now() - interval '2 days', now() - interval '1 day', now() + interval '6 days', %(people)s,
    CASE WHEN n = 1 THEN %(people)s ELSE 0 END
FROM generate_series(1, %(rooms)s) n"""
TALKERS = """
WITH people AS (
    INSERT INTO users (email, username, password_hash)
    SELECT 'talker' || n || '@example.com', 'talker' || n, '!'
    FROM generate_series(1, %(people)s) n RETURNING id, username
), seats AS (
    INSERT INTO tournament_participants (tournament_id, user_id)
    SELECT (SELECT id FROM tournaments WHERE slug = 'room-1'), id FROM people
)
INSERT INTO user_sessions (user_id, session_token, refresh_token, expires_at)
SELECT id, token, md5(token) || md5(username), now() + interval '1 hour'
FROM people JOIN unnest(%(tokens)s::text[]) WITH ORDINALITY t (token, n) ON username = 'talker' || n
"""
# In every room, one after the other: each page lies scattered over the table.
MESSAGES_SQL = """
INSERT INTO chat_messages (tournament_id, user_id, message_text, created_at)
SELECT room.id, talker.id, 'What do you all do about the next release, flat or small? ' || n,
    now() - interval '1 day' + n * interval '10 seconds'
FROM generate_series(1, %(messages)s) n
CROSS JOIN (SELECT id FROM tournaments WHERE slug LIKE 'room-%%') room
JOIN users talker ON username = 'talker' || 1 + n %% 100
"""
BLOCKED = """
INSERT INTO system_configuration (key, value, category)
VALUES ('chat.blocked_words', '"scam, idiot, fool, casino, signals, giveaway"', 'chat')"""


def prepare(connection):
    """Fill the rooms, and return the tokens of who may talk in the first."""
    tokens = [secrets.token_urlsafe(32) for _ in range(PEOPLE)]
    hashes = [hashlib.sha256(token.encode()).hexdigest() for token in tokens]
    connection.execute(TOURNAMENTS, {"people": PEOPLE, "rooms": ROOMS})
    connection.execute(TALKERS, {"people": PEOPLE, "tokens": hashes})
    connection.execute(MESSAGES_SQL, {"messages": MESSAGES})
    connection.execute(BLOCKED)
    connection.execute("VACUUM ANALYZE")
    return tokens


def post(token):
    """Return the bytes of a post."""
    body = json.dumps({"message_text": "Half off, letting the rest run"}).encode()
    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
    }
    return request("/api/v1/tournaments/room-1/chat", headers, "POST") + body


def talk(port, tokens, posts):
    """Post so often, each person in turn."""
    people = itertools.islice(itertools.cycle(tokens), posts)
    return send(port, map(post, people), AT_ONCE // PROCESSES)


def talking(hammer, port, tokens):
    """Post from processes of their own, and write down the rate and what a post costs."""
    shares = [tokens[number::PROCESSES] for number in range(PROCESSES)]
    hammer.measured((talk, port, share[:500], 500) for share in shares)
    outcome, rate, costs = hammer.measured(
        (talk, port, share[500:], SAID // PROCESSES) for share in shares
    )
    assert set(outcome.statuses) == {httpx.codes.CREATED}, outcome.statuses
    return Row(
        f"chat: {SAID:,} messages of {PEOPLE:,} people with every check, {AT_ONCE} at once",
        f"at least {POSTS}/s",
        f"{rate:,.0f}/s, p99 {outcome.percentile(99):.1f} ms; {costs}",
        rate >= POSTS,
    )


def reading(hammer, client, url, tokens):
    """Ask for the latest page of a quiet room, alone and while others talk."""
    path = "/api/v1/tournaments/room-2/chat"
    page = client.get(path).json()
    assert len(page["results"]) == 50, page
    hammer.ask(path, seconds=2)
    yield read("chat: latest page of 50 messages", READS, hammer.ask(path, seconds=SECONDS))
    quiet = threading.Event()
    others = threading.Thread(target=busy, args=(url, quiet))
    others.start()
    try:
        asked = hammer.ask(path, seconds=SECONDS)
    finally:
        quiet.set()
        others.join()
    yield read(f"the same while other rooms get {TALKING} messages/s", READS, asked)
    headers = {"Authorization": f"Bearer {tokens[0]}"}
    hammer.ask(path, headers=headers, seconds=1)
    asked = hammer.ask(path, headers=headers, seconds=SECONDS)
    yield read("the same for somebody signed in, never from memory", None, asked)


def read(work, least, asked):
    outcome, rate, costs = asked
    assert set(outcome.statuses) == {httpx.codes.OK}, outcome.statuses
    return Row(
        work,
        f"at least {least:,}/s" if least else "",
        f"{rate:,.0f}/s, p99 {outcome.percentile(99):.1f} ms; {costs}",
        rate >= least if least else None,
    )


def busy(url, quiet):
    """Write into other rooms at a steady rate until it is to be quiet."""
    say = """
        INSERT INTO chat_messages (tournament_id, user_id, message_text)
        SELECT room.id, talker.id, 'And another one' FROM tournaments room, users talker
        WHERE slug = 'room-' || %s AND username = 'talker1'"""
    with psycopg.connect(url, autocommit=True) as connection:
        for room in itertools.cycle(range(3, ROOMS)):
            connection.execute(say, [str(room)])
            if quiet.wait(1 / TALKING):
                return


def measure(live, url):
    """Measure with `WORKERS` processes; the load comes from the same machine."""
    with psycopg.connect(url, autocommit=True) as connection:
        tokens = prepare(connection)
        with hammering(live, connection) as hammer, live.client() as client:
            yield talking(hammer, live.port, tokens)
            yield from reading(hammer, client, url, tokens)
