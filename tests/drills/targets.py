"""A server to be attacked: on a world with something behind every address, as every role."""

import contextlib
import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from datetime import timedelta

import psycopg
from django.conf import settings
from django.db import connection
from django.utils import timezone
from psycopg.sql import SQL, Identifier

from tests.dayrade.principals import World
from tests.factories.accounts import UserFactory, UserSessionFactory
from tests.factories.comms import (
    ChatMessageFactory,
    ChatReportFactory,
    CommentaryFactory,
    EmailTemplateFactory,
    MuteFactory,
    NotificationFactory,
)
from tests.factories.market import EconomicEventFactory
from tests.factories.tournaments import BookingFactory, TournamentFactory
from tests.live.server import passable_folder, production, running, url_of
from tests.staff import StaffClient

# What each role asks with: a token, a signature, or nothing.
ROLES = ("anonymous", "user", "moderator", "admin", "provider")
PEOPLE = ("user", "moderator", "admin")
SPARE = 12
# Whatever is limited: a refusal for asking too often would hide how the rest is answered.
LIMITS = (
    "API_LOGIN_LIMIT_PER_ACCOUNT",
    "API_LOGIN_LIMIT_PER_ADDRESS",
    "API_REFRESH_LIMIT_PER_ADDRESS",
    "API_MAIL_LIMIT_PER_ACCOUNT",
    "API_MAIL_LIMIT_PER_ADDRESS",
    "API_LINK_LIMIT_PER_ADDRESS",
    "API_WRITE_LIMIT",
    "API_EXPORT_LIMIT",
    "PASSWORD_HASHES_WAITING",
)
# The rows that a name in a path may stand for.
BEHIND = {
    "tournament": "SELECT slug FROM tournaments UNION ALL SELECT id::text FROM tournaments",
    "username": "SELECT username FROM users",
    "user": "SELECT id FROM users",
    "participant": "SELECT id FROM tournament_participants",
    "key": "SELECT key FROM system_configuration "
    " UNION SELECT unnest(ARRAY['site.name', 'chat.enabled', 'leaderboard.page_size'])",
    "number": "SELECT number FROM dayrade_results",
    "sessions": "SELECT id FROM user_sessions",
    "chat-reports": "SELECT id FROM dayrade_chat_reports",
    "chat": "SELECT id FROM chat_messages",
    "economic-events": "SELECT id FROM economic_events",
    "email-templates": "SELECT id FROM email_templates",
    "notifications": "SELECT id FROM notifications",
    "push-subscriptions": "SELECT id FROM dayrade_push_subscriptions",
    "commentary": "SELECT id FROM commentary",
    "participants": "SELECT id FROM tournament_participants",
    "refused-trades": "SELECT id FROM dayrade_quarantine",
    "breaks": "SELECT id FROM dayrade_breaks",
    "trades": "SELECT id FROM trades",
    "users": "SELECT id FROM users",
    "mutes": "SELECT id FROM dayrade_mutes",
}


@dataclass(frozen=True)
class Credentials:
    """What opens the server to each role."""

    tokens: dict
    ingest: str
    brevo: str
    getstream: str
    office: str

    def environment(self):
        """Return the variables with which a server believes them."""
        return {
            "DAYRADE_INGEST_SECRETS": self.ingest,
            "BREVO_WEBHOOK_SECRET": self.brevo,
            "GETSTREAM_API_KEY": "key",
            "GETSTREAM_API_SECRET": self.getstream,
            # What a password opens is asked here, not what opens with a second step.
            "STAFF_TWO_STEP": "false",
            # A checkout has no collected files.
            "DJANGO_SETTINGS_MODULE": "tests.live.found",
            # Nothing listens there: jobs would send, and no worker runs.
            "GETSTREAM_URL": "http://127.0.0.1:9",
            "VAPID_PRIVATE_KEY": secrets.token_urlsafe(32),
            "STREAM_URL": "http://127.0.0.1:9",
            # The cookie of the back office is signed with it.
            "SECRET_KEY": settings.SECRET_KEY,
        }

    def signed(self, body):
        """Sign a body as GetStream does."""
        return hmac.new(self.getstream.encode(), body, hashlib.sha256).hexdigest()

    def headers(self, role):
        """Return the header that a token goes into."""
        if role not in self.tokens:
            return {}
        return {"Authorization": f"Bearer {self.tokens[role]}"}


@dataclass(frozen=True)
class Target:
    """A database of a world, to copy for each attack, and what opens it."""

    name: str
    names: dict
    credentials: Credentials


def people(owner):
    return {
        "user": owner,
        "moderator": UserFactory(moderator=True),
        "admin": UserFactory(admin=True),
    }


def spare(owner):
    """Add rows that may be deleted, decided on and read, so that not the first attack has all."""
    EconomicEventFactory.create_batch(SPARE)
    EmailTemplateFactory.create_batch(SPARE)
    NotificationFactory.create_batch(SPARE, user=owner)
    MuteFactory.create_batch(SPARE)
    UserSessionFactory.create_batch(SPARE, user=owner)
    TournamentFactory.create_batch(SPARE)
    for message in ChatMessageFactory.create_batch(SPARE, user=owner):
        ChatReportFactory(message=message)
        CommentaryFactory(tournament=message.tournament)
        BookingFactory(tournament=message.tournament)


def build():
    """Commit a world to the database of the tests, and return what opens it."""
    world = World()
    spare(world.owner)
    tokens = {}
    for role, person in people(world.owner).items():
        tokens[role] = secrets.token_urlsafe(32)
        if role == "admin":
            office = StaffClient()
            office.force_login(person)
        end = timezone.now() + timedelta(days=1)
        UserSessionFactory(user=person, token=tokens[role], expires_at=end)
    made = [secrets.token_urlsafe(32) for _ in range(3)]
    cookie = office.cookies[settings.SESSION_COOKIE_NAME].value
    return world, Credentials(tokens, *made, f"{settings.SESSION_COOKIE_NAME}={cookie}")


def execute(statement, *names):
    # No prepared statement, no transaction: CREATE DATABASE takes neither.
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        server.execute(SQL(statement).format(*map(Identifier, names)))


@contextlib.contextmanager
def copied(template, name):
    """Copy a database until the block ends, and return its URL."""
    execute("CREATE DATABASE {} TEMPLATE {}", name, template)
    try:
        yield url_of(os.environ["DATABASE_URL"], name)
    finally:
        execute("DROP DATABASE {} WITH (FORCE)", name)


@contextlib.contextmanager
def world_to_attack():
    """Keep a world in a database of its own until the block ends."""
    name = f"dayrade_target_{os.getpid()}"
    world, credentials = build()
    # A database that somebody is connected to is no template.
    connection.close()
    with copied(connection.settings_dict["NAME"], name):
        world.remove()
        yield Target(name, world.names, credentials)


@contextlib.contextmanager
def attacked(target, **variables):
    """Run a server on a copy of a world, and return it with the copy's URL."""
    with copied(target.name, f"{target.name}_copy") as url, passable_folder() as folder:
        given = dict.fromkeys(LIMITS, "1000000") | target.credentials.environment()
        given |= {"DATABASE_STATEMENT_TIMEOUT": "5s", "LOG_LEVEL": "WARNING"} | variables
        environment = production(url, **given)
        with running(environment, folder / "log") as live:
            yield live, url


def found_behind(url):
    """Return the values that each name in a path may have."""
    with psycopg.connect(url) as server:
        return {
            name: [str(value) for (value,) in server.execute(statement).fetchall()]
            for name, statement in BEHIND.items()
        }
