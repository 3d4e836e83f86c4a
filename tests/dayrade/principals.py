"""Everybody who can ask, and one small world that they ask in."""

import secrets
from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from rest_framework.test import APIClient

from tests.dayrade.worlds import truncate
from tests.factories.accounts import UserFactory, UserSessionFactory
from tests.factories.comms import (
    ChatMessageFactory,
    ChatReportFactory,
    CommentaryFactory,
    EmailTemplateFactory,
    MuteFactory,
    NotificationFactory,
    PushSubscriptionFactory,
)
from tests.factories.market import EconomicEventFactory
from tests.factories.tournaments import ParticipantFactory, StandingFactory, TournamentFactory
from tests.factories.trading import (
    BreakFactory,
    PerformanceSnapshotFactory,
    PositionFactory,
    QuarantinedTradeFactory,
    TradeFactory,
)
from tests.live.provider import signature

# The columns of the table, and who answers to each of them: whose token is worth nothing is one
# kind of caller, whatever the reason. Every one of them is asked everything all the same.
COLUMNS = {
    "anonymous": ("anonymous", "forger"),
    "dead": ("suspended", "inactive", "expired", "revoked"),
    "other": ("other", "unverified"),
    "owner": ("owner",),
    "moderator": ("moderator",),
    "admin": ("admin",),
    "provider": ("provider",),
}
PRINCIPALS = tuple(name for names in COLUMNS.values() for name in names)
# An object of each kind that nobody has.
MISSING = {
    "username": "nobody-of-that-name",
    "closed": "nobody-of-that-name",
    "slug": "no-such-tournament",
    "open": "no-such-tournament",
    "draft": "no-such-tournament",
    "over": "no-such-tournament",
    "setting": "no.such.key",
    "number": 99,
}
NOWHERE = "00000000-0000-4000-8000-000000000000"


def client(**headers):
    made = APIClient(raise_request_exception=False, headers=headers)
    made.default_format = "json"
    return made


def signed_in(user, **session):
    token = secrets.token_urlsafe(32)
    UserSessionFactory(user=user, token=token, **session)
    return client(Authorization=f"Bearer {token}")


class Signing(APIClient):
    """Signs what it sends with a secret."""

    def __init__(self, secret):
        super().__init__(raise_request_exception=False)
        self.secret = secret

    def generic(self, method, path, data="", content_type="application/json", **extra):
        body = data if isinstance(data, bytes) else data.encode()
        signed = {"headers": {"X-Dayrade-Signature": signature(body, self.secret)}}
        return super().generic(method, path, data, content_type, **extra | signed)


def signing(secret):
    made = Signing(secret)
    made.default_format = "json"
    return made


def missing(name):
    return MISSING.get(name, NOWHERE)


class World:
    """The clients of all principals, and the names that the paths are made of."""

    def __init__(self):
        self.owner = UserFactory()
        past = timezone.now() - timedelta(days=1)
        self.clients = {
            "anonymous": client(),
            "forger": signing("a key that nobody knows of, but long"),
            "provider": signing(settings.INGEST_SECRETS[0]),
            "suspended": signed_in(UserFactory(admin=True, suspended=True)),
            "inactive": signed_in(UserFactory(admin=True, is_active=False)),
            "expired": signed_in(
                UserFactory(admin=True), created_at=past, expires_at=past + timedelta(hours=1)
            ),
            "revoked": signed_in(UserFactory(admin=True), is_active=False),
            "other": signed_in(UserFactory()),
            "unverified": signed_in(UserFactory(unverified=True)),
            "owner": signed_in(self.owner),
            "moderator": signed_in(UserFactory(moderator=True)),
            "admin": signed_in(UserFactory(admin=True)),
        }
        self.names = self.people() | self.contests() | self.texts()

    def people(self):
        return {
            "username": self.owner.username,
            "user": self.owner.pk,
            "session": UserSessionFactory(user=self.owner).pk,
            "closed": UserFactory(is_active=False).username,
        }

    def contests(self):
        seat = ParticipantFactory(user=self.owner)
        shown = ParticipantFactory(tournament=TournamentFactory(rules={"trades_public": True}))
        for made in (seat, shown):
            TradeFactory(participant=made)
            PositionFactory(participant=made)
            PerformanceSnapshotFactory(participant=made)
        standing = StandingFactory()
        message = ChatMessageFactory(tournament=seat.tournament, user=self.owner)
        line = CommentaryFactory(tournament=seat.tournament)
        return {
            "message": message.pk,
            "report": ChatReportFactory(message=message).pk,
            "mute": MuteFactory(user=self.owner).pk,
            "line": line.pk,
            "slug": seat.tournament.slug,
            "id": seat.tournament.pk,
            "seat": seat.pk,
            "refused": QuarantinedTradeFactory(tournament=seat.tournament).pk,
            "break": BreakFactory(participant=seat).pk,
            "trade": seat.trades.get().pk,
            "open": shown.tournament.slug,
            "shown": shown.pk,
            "draft": TournamentFactory(draft=True).slug,
            "over": standing.result.tournament.slug,
            "number": standing.result.number,
        }

    def texts(self):
        return {
            "notification": NotificationFactory(user=self.owner).pk,
            "template": EmailTemplateFactory().pk,
            "browser": PushSubscriptionFactory(user=self.owner).pk,
            "event": EconomicEventFactory().pk,
            "setting": "site.name",
        }

    def ask(self, principal, method, path, body=None, names=None):
        """Send one request; a POST, PUT or PATCH without a body sends an empty one."""
        if body is None and method in {"post", "put", "patch"}:
            body = {}
        url = path if path.startswith("/") else f"/api/v1/{path}"
        url = url.format(**(names or self.names))
        asking = self.clients[principal]
        if method == "trace":
            return asking.generic("TRACE", url, content_type="application/json")
        return getattr(asking, method)(url, body)

    def remove(self):
        truncate()
