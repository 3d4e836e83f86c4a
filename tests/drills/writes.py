"""Writes of every kind, each of which can be tried again and found afterwards."""

import itertools
import random
import secrets
from collections import Counter
from dataclasses import dataclass, field
from itertools import batched

import psycopg

from tests.live import provider

SEATS = 300
BATCH = 20
# Of a hundred writes so many are of each kind.
SHARES = {"trade": 80, "chat": 10, "read": 4, "registration": 4, "event": 1, "sanction": 1}
# What is to be found of each kind afterwards: one row for each write, and no more.
FOUND = {
    "trade": "SELECT zimtra_trade_id FROM trades",
    "chat": "SELECT message_text FROM chat_messages",
    "read": "SELECT id::text FROM notifications WHERE is_read",
    "registration": """
        SELECT slug || ' ' || username FROM tournament_participants seat
        JOIN tournaments t ON t.id = tournament_id JOIN users u ON u.id = user_id
        WHERE slug LIKE 'open-%%'""",
    "event": "SELECT name FROM economic_events",
    # Each tells its person once.
    "sanction": """
        SELECT username FROM notifications JOIN users u ON u.id = user_id
        WHERE type = 'participant.disqualified'""",
}
PEOPLE = """
    UPDATE users SET email_verified = true, email_verified_at = now(), kyc_status = 'approved',
        kyc_approved_at = now()
"""
ADMIN = """
    INSERT INTO users (email, username, password_hash, role, email_verified, email_verified_at)
    VALUES ('admin@example.com', 'admin', '!', 'admin', true, now())
"""
SESSIONS = """
    INSERT INTO user_sessions (user_id, session_token, refresh_token, expires_at,
        last_accessed_at)
    SELECT id, encode(sha256((username || %s)::bytea), 'hex'),
           encode(sha256(('refresh' || username || %s)::bytea), 'hex'), now() + interval '1 day',
           now() - interval '10 minutes'
    FROM users
"""
OPEN = """
    INSERT INTO tournaments (name, slug, division, status, max_participants, min_participants,
        registration_open_date, registration_close_date, start_date, end_date, trading_symbols)
    SELECT 'Open ' || n, 'open-' || n, 'raider', 'registration_open', 100000, 1,
        now() - interval '1 day', now() + interval '6 days', now() + interval '7 days',
        now() + interval '9 days', '{AAPL}'
    FROM generate_series(1, %s) n
"""
NOTICES = """
    INSERT INTO notifications (user_id, type, title, message)
    SELECT id, 'drill.told', 'Told', 'You are told.' FROM users, generate_series(1, %s)
    WHERE username LIKE 'field-%%' RETURNING id, (SELECT username FROM users WHERE id = user_id)
"""
SPEAK_FREELY = """
    INSERT INTO system_configuration (key, value, category) VALUES ('chat.burst', '100000', 'chat')
"""


@dataclass(eq=False)
class Write:
    """A request that may be sent again; `names` are what it leaves, each once."""

    kind: str
    path: str
    body: dict | bytes | None
    token: str | None
    names: list[str]
    key: str = field(default_factory=lambda: secrets.token_hex(16))

    def send(self, client, secret):
        if self.kind == "trade":
            return provider.deliver(client, self.body, secret)
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": self.key}
        return client.post(self.path, json=self.body, headers=headers)

    def is_done(self, answer):
        """Tell whether it was taken; None where it is to be sent again."""
        if answer.status_code == 503 or (
            answer.status_code == 409 and "Retry-After" in answer.headers
        ):
            return None
        if self.kind == "trade" and answer.status_code == 200:
            return all(one["status"] != "rejected" for one in answer.json()["results"])
        return answer.status_code in (200, 201)


class World:
    """A tournament under way, one to be thrown out of, some to register for, and their people."""

    def __init__(self, url, size):
        self.url = url
        self.salt = secrets.token_hex(8)
        self.numbers = {kind: size * share // 100 for kind, share in SHARES.items()}
        provider.field(url, SEATS)
        self.out = provider.field(url, self.numbers["sanction"], slug="out")
        rounds = -(-max(self.numbers["read"], self.numbers["registration"]) // SEATS)
        with psycopg.connect(url) as connection:
            connection.execute(ADMIN)
            connection.execute(PEOPLE)
            connection.execute(SESSIONS, [self.salt, self.salt])
            connection.execute(OPEN, [rounds])
            connection.execute(SPEAK_FREELY)
            self.notices = connection.execute(NOTICES, [rounds]).fetchall()
            self.seats = connection.execute(
                "SELECT s.id, username FROM tournament_participants s"
                " JOIN users u ON u.id = user_id WHERE tournament_id = %s",
                [self.out],
            ).fetchall()

    def token(self, username):
        """Return the token whose hash is in the person's session."""
        return f"{username}{self.salt}"

    def writes(self):
        """Return all writes, in any order."""
        people = itertools.cycle(f"field-{number}" for number in range(1, SEATS + 1))
        made = [
            Write("trade", "", provider.body(batch), None, [t["zimtra_trade_id"] for t in batch])
            for batch in batched(provider.trades(self.numbers["trade"], SEATS), BATCH)
        ]
        for number in range(self.numbers["chat"]):
            text = f"Said {number}"
            made.append(
                self.by(
                    next(people), "chat", "tournaments/field/chat", text, {"message_text": text}
                )
            )
        for key, person in self.notices[: self.numbers["read"]]:
            made.append(self.by(person, "read", f"notifications/{key}/read", str(key)))
        for number in range(self.numbers["registration"]):
            slug, person = f"open-{number // SEATS + 1}", f"field-{number % SEATS + 1}"
            path = f"tournaments/{slug}/registration"
            made.append(self.by(person, "registration", path, f"{slug} {person}"))
        for number in range(self.numbers["event"]):
            event = {
                "name": f"Event {number}",
                "country": "Ireland",
                "impact_level": "low",
                "event_time": "2027-03-05T13:30:00Z",
            }
            made.append(self.by("admin", "event", "economic-events", event["name"], event))
        for key, person in self.seats:
            path = f"tournaments/out/participants/{key}/disqualification"
            made.append(self.by("admin", "sanction", path, person, {"reason": "Two accounts"}))
        random.Random(11).shuffle(made)
        return made

    def by(self, person, kind, path, name, body=None):
        return Write(kind, f"/api/v1/{path}", body, self.token(person), [name])

    def found(self):
        """Return how often each name is there, by kind."""
        with psycopg.connect(self.url) as connection:
            return {
                kind: Counter(name for (name,) in connection.execute(query))
                for kind, query in FOUND.items()
            }


def names(writes):
    """Return how often each name should be there, by kind."""
    counted = {kind: Counter() for kind in FOUND}
    for write in writes:
        counted[write.kind].update(write.names)
    return counted


def beyond(some, others):
    """Return the names that are in some and not, or not as often, in others."""
    return {
        kind: sorted(more) for kind in some if (more := some[kind] - others.get(kind, Counter()))
    }
