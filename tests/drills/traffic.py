"""People who read, talk, sign up and trade at a live server, and all that it answered them."""

import hashlib
import itertools
import secrets
import threading
import time
from collections import Counter

import httpx
import psycopg

from tests.live import provider

PEOPLE = 400
SEATS = 200
OPEN = 25
BATCH = 50
# Between the requests of one kind, so that the machine is busy but not drowned.
PAUSE_SECONDS = 0.05
SIGNED_IN = """
    WITH people AS (
        INSERT INTO users (email, username, password_hash, kyc_status, kyc_approved_at,
            email_verified, email_verified_at)
        SELECT 'crowd' || n || '@example.com', 'crowd' || n, '!', 'approved', now(), true, now()
        FROM generate_series(1, %(people)s) n RETURNING id, username
    ), seats AS (
        INSERT INTO tournament_participants (tournament_id, user_id)
        SELECT %(tournament)s, id FROM people
    )
    INSERT INTO user_sessions (user_id, session_token, refresh_token, expires_at)
    SELECT id, token, md5(token) || md5(username), now() + interval '5 hours'
    FROM people JOIN unnest(%(tokens)s::text[]) WITH ORDINALITY t (token, n)
        ON username = 'crowd' || n
"""
TOURNAMENTS = """
    INSERT INTO tournaments (name, slug, division, status, max_participants, registration_open_date,
        registration_close_date, start_date, end_date)
    SELECT 'Open ' || n, 'open-' || n, 'elevator', 'registration_open', 1000000,
        now() - interval '1 day', now() + interval '1 day', now() + interval '2 days',
        now() + interval '3 days'
    FROM generate_series(1, %s) n
"""
OWNER = """
    INSERT INTO user_sessions (user_id, session_token, refresh_token, expires_at)
    SELECT user_id, %(token)s::text, reverse(%(token)s::text), now() + interval '5 hours'
    FROM tournament_participants WHERE id = %(seat)s
"""
KEPT = {
    "trades": "SELECT zimtra_trade_id FROM trades JOIN tournaments t ON t.id = tournament_id"
    " WHERE slug = 'field'",
    "messages": "SELECT message_text FROM chat_messages JOIN tournaments t ON t.id = tournament_id"
    " WHERE slug = 'field'",
    "registrations": "SELECT slug || ' ' || username FROM tournament_participants"
    " JOIN tournaments t ON t.id = tournament_id JOIN users u ON u.id = user_id"
    " WHERE slug LIKE 'open-%'",
}


def digest(token):
    return hashlib.sha256(token.encode()).hexdigest()


class Crowd:
    """What is asked until it ends, what was acknowledged, refused, and how long it took."""

    def __init__(self, environment, live, seat):
        self.url, self.live, self.seat = environment["DATABASE_URL"], live, seat
        self.secret = environment["DAYRADE_INGEST_SECRETS"]
        self.ending = threading.Event()
        self.acknowledged = {name: [] for name in KEPT}
        self.answers, self.refused, self.took = Counter(), [], []
        self.owner, *self.tokens = [secrets.token_urlsafe(32) for _ in range(PEOPLE + 1)]

    def gather(self):
        """Insert everybody and what they come for."""
        tournament = provider.field(self.url, SEATS)
        hashes = [digest(token) for token in self.tokens]
        values = {"people": PEOPLE, "tournament": tournament, "tokens": hashes}
        with psycopg.connect(self.url) as connection:
            connection.execute(SIGNED_IN, values)
            connection.execute(TOURNAMENTS, [OPEN])
            connection.execute(OWNER, {"token": digest(self.owner), "seat": self.seat})

    def __enter__(self):
        kinds = (self.read, self.read, self.trade, self.talk, self.register, self.move)
        self.threads = [threading.Thread(target=self.run, args=(kind,)) for kind in kinds]
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *error):
        self.ending.set()
        for thread in self.threads:
            thread.join()

    def run(self, kind):
        with self.live.client() as client:
            for name, status, *asked in kind():
                if self.ending.wait(PAUSE_SECONDS):
                    return
                began = time.monotonic()
                try:
                    answer = self.send(client, *asked)
                except httpx.TransportError as error:
                    self.refused.append((name, repr(error)))
                    continue
                self.took.append((time.monotonic() - began, name))
                self.answers[name] += 1
                if answer.status_code != status:
                    self.refused.append((name, answer.status_code, answer.text[:300]))
                elif name in self.acknowledged:
                    self.acknowledged[name] += self.said(name, asked, answer)

    def send(self, client, method, path, token=None, body=None):
        if path.endswith("/ingest/trades"):
            return provider.deliver(client, provider.body(body), self.secret)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return client.request(method, f"/api/v1{path}", headers=headers, json=body)

    def said(self, name, asked, answer):
        """Return what an answer has promised to keep."""
        _, path, token, body = asked
        if name == "trades":
            return [
                one["zimtra_trade_id"]
                for one in answer.json()["results"]
                if one["status"] == "accepted"
            ]
        if name == "messages":
            return [body["message_text"]]
        return [f"{path.split('/')[2]} crowd{self.tokens.index(token) + 1}"]

    def read(self):
        for path in itertools.cycle(
            (
                "/tournaments?ordering=-start_date",
                "/tournaments/field/leaderboard",
                "/tournaments/field/participants",
                "/tournaments/past/leaderboard?limit=50",
                "/tournaments/past/chat",
                f"/tournaments/past/participants/{self.seat}/performance?points=100",
                f"/tournaments/past/participants/{self.seat}/trades",
            )
        ):
            yield f"GET {path.split('?')[0]}", 200, "GET", path, self.owner

    def trade(self):
        for batch in itertools.batched(provider.trades(10_000_000, SEATS), BATCH):
            yield "trades", 200, "POST", "/ingest/trades", None, list(batch)

    def talk(self):
        for number, token in enumerate(itertools.cycle(self.tokens)):
            body = {"message_text": f"Out at number {number}"}
            yield "messages", 201, "POST", "/tournaments/field/chat", token, body

    def register(self):
        for number in range(1, OPEN + 1):
            for token in self.tokens:
                path = f"/tournaments/open-{number}/registration"
                yield "registrations", 201, "POST", path, token, None

    def move(self):
        for zone in itertools.cycle(("Europe/Berlin", "UTC", "America/New_York")):
            for token in self.tokens:
                yield "profiles", 200, "PATCH", "/users/me", token, {"timezone": zone}

    def kept(self):
        """Return what is there of each kind that was acknowledged."""
        with psycopg.connect(self.url) as connection:
            return {
                name: [value for (value,) in connection.execute(query)]
                for name, query in KEPT.items()
            }

    def lost(self):
        """Return what was acknowledged and is not there, and what is there twice."""
        kept = {name: Counter(values) for name, values in self.kept().items()}
        return {
            name: [value for value in values if kept[name][value] != 1]
            for name, values in self.acknowledged.items()
        }
