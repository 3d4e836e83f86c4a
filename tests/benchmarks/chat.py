"""The chat: posts of many people with every check, and the latest page while other rooms talk."""

import hashlib
import json
import multiprocessing
import secrets
import socket
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import cycle

import httpx
import psycopg

from tests.benchmarks.hammer import answer, hammering
from tests.benchmarks.load import Outcome
from tests.benchmarks.report import Row

PEOPLE = 5_000
SECONDS = 8
PROCESSES, CONNECTIONS = 2, 8
POSTS, READS = 800, 1500
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
SAID = """
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
    connection.execute(SAID, {"messages": MESSAGES})
    connection.execute(BLOCKED)
    connection.execute("VACUUM ANALYZE")
    return tokens


def post(token, number):
    """Return the bytes of a post."""
    body = json.dumps({"message_text": f"Half off, letting the rest run {number}"}).encode()
    head = (
        "POST /api/v1/tournaments/room-1/chat HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Authorization: Bearer {token}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def talk(port, tokens, seconds):
    """Post for so long over kept connections, each person in turn."""
    outcome = Outcome()
    people = cycle(tokens)
    sockets = [socket.create_connection(("127.0.0.1", port)) for _ in range(CONNECTIONS)]
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        sent = []
        for number, sock in enumerate(sockets):
            sock.sendall(post(next(people), number))
            sent.append(time.perf_counter())
        for sock, began in zip(sockets, sent, strict=True):
            outcome.statuses[answer(sock)] += 1
            outcome.seconds.append(time.perf_counter() - began)
    for sock in sockets:
        sock.close()
    return outcome


def talking(hammer, port, tokens):
    """Post from processes of their own, and write down the rate and what a post costs."""
    shares = [tokens[number::PROCESSES] for number in range(PROCESSES)]
    with ProcessPoolExecutor(PROCESSES, multiprocessing.get_context("spawn")) as pool:
        list(pool.map(partial(talk, port, seconds=1), [share[:500] for share in shares]))
        before, began = hammer.spent(), time.perf_counter()
        outcome = Outcome()
        for found in pool.map(partial(talk, port, seconds=SECONDS), [s[500:] for s in shares]):
            outcome.add(found)
        took, after = time.perf_counter() - began, hammer.spent()
    number = len(outcome.seconds)
    application, database = (
        (late - early) / number * 1e6 for early, late in zip(before, after, strict=True)
    )
    assert set(outcome.statuses) == {httpx.codes.CREATED}, outcome.statuses
    return Row(
        f"chat: messages of {PEOPLE:,} people with every check, {PROCESSES * CONNECTIONS} at once",
        f"at least {POSTS}/s",
        f"{number / took:.0f}/s, p99 {outcome.percentile(99):.1f} ms; CPU of one: application"
        f" {application:.0f} µs, database {database:.0f} µs",
        number / took >= POSTS,
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
    outcome, rate, (application, database) = asked
    assert set(outcome.statuses) == {httpx.codes.OK}, outcome.statuses
    return Row(
        work,
        f"at least {least:,}/s" if least else "",
        f"{rate:,.0f}/s, p99 {outcome.percentile(99):.1f} ms; CPU of one: application"
        f" {application:.0f} µs, database {database:.0f} µs",
        rate >= least if least else None,
    )


def busy(url, quiet):
    """Write into other rooms at a steady rate until it is to be quiet."""
    say = """
        INSERT INTO chat_messages (tournament_id, user_id, message_text)
        SELECT room.id, talker.id, 'And another one' FROM tournaments room, users talker
        WHERE slug = 'room-' || %s AND username = 'talker1'"""
    with psycopg.connect(url, autocommit=True) as connection:
        for room in cycle(range(3, ROOMS)):
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
