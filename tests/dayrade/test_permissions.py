"""Who may do what: every operation by every principal."""

import pytest
from django.urls import get_resolver

from tests.factories.accounts import UserFactory, UserSessionFactory
from tests.factories.comms import (
    ChatMessageFactory,
    CommentaryFactory,
    EmailTemplateFactory,
    NotificationFactory,
)
from tests.factories.market import EconomicEventFactory
from tests.factories.tournaments import ParticipantFactory, TournamentFactory
from tests.factories.trading import PerformanceSnapshotFactory, PositionFactory, TradeFactory

pytestmark = pytest.mark.django_db

PRINCIPALS = ("anonymous", "other", "owner", "moderator", "admin")

# One row an operation: the answers to nobody, another person, the owner, a moderator, an admin.
# 400 is what an empty body gets from those who may write.
TABLE = """
post   auth/login                                        400 400 400 400 400
post   auth/refresh                                      400 400 400 400 400
post   auth/register                                     400 400 400 400 400
post   auth/email/verify                                 400 400 400 400 400
post   auth/email/verify/resend                          400 400 400 400 400
post   auth/password/reset                               400 400 400 400 400
post   auth/password/reset/confirm                       400 400 400 400 400
post   auth/password/change                              401 400 400 400 400
post   auth/logout                                       401 204 204 204 204
post   auth/logout-all                                   401 204 204 204 204
get    auth/sessions                                     401 200 200 200 200
delete auth/sessions/{session}                           401 404 204 404 404
get    users                                             401 403 403 200 200
get    users/me                                          401 200 200 200 200
patch  users/me                                          401 200 200 200 200
post   users/me/kyc                                      401 409 409 409 409
get    users/{user}/suspension                           401 403 403 200 200
patch  users/{user}/suspension                           401 403 403 400 400
get    users/{user}/kyc                                  401 403 403 200 200
patch  users/{user}/kyc                                  401 403 403 400 400
get    users/{username}                                  200 200 200 200 200
get    users/{closed}                                    404 404 404 200 200
get    tournaments                                       200 200 200 200 200
post   tournaments                                       401 403 403 403 400
get    tournaments/{slug}                                200 200 200 200 200
get    tournaments/{id}                                  200 200 200 200 200
get    tournaments/{draft}                               404 404 404 200 200
patch  tournaments/{open}                                401 403 403 403 200
patch  tournaments/{slug}                                401 403 403 403 409
get    tournaments/{slug}/participants                   200 200 200 200 200
get    tournaments/{draft}/participants                  404 404 404 200 200
get    tournaments/{slug}/participants/{seat}            200 200 200 200 200
get    tournaments/{slug}/participants/{seat}/performance 200 200 200 200 200
get    tournaments/{slug}/participants/{seat}/trades     404 404 200 200 200
get    tournaments/{slug}/participants/{seat}/positions  404 404 200 200 200
get    tournaments/{open}/participants/{shown}/trades    200 200 200 200 200
get    tournaments/{open}/participants/{shown}/positions 200 200 200 200 200
get    tournaments/{slug}/chat                           200 200 200 200 200
get    tournaments/{draft}/chat                          404 404 404 200 200
get    tournaments/{slug}/commentary                     200 200 200 200 200
get    tournaments/{draft}/commentary                    404 404 404 200 200
get    notifications                                     401 200 200 200 200
get    notifications/unread-count                        401 200 200 200 200
post   notifications/{notification}/read                 401 404 200 404 404
post   notifications/read-all                            401 200 200 200 200
get    email-templates                                   401 403 403 403 200
post   email-templates                                   401 403 403 403 400
get    email-templates/{template}                        401 403 403 403 200
patch  email-templates/{template}                        401 403 403 403 200
delete email-templates/{template}                        401 403 403 403 204
get    economic-events                                   200 200 200 200 200
post   economic-events                                   401 403 403 403 400
get    economic-events/{event}                           200 200 200 200 200
patch  economic-events/{event}                           401 403 403 403 200
delete economic-events/{event}                           401 403 403 403 204
get    config                                            200 200 200 200 200
get    system-configuration                              401 403 403 403 200
get    system-configuration/site.name                    401 403 403 403 200
put    system-configuration/site.name                    401 403 403 403 400
delete system-configuration/site.name                    401 403 403 403 204
get    audit-logs                                        401 403 403 403 200
get    schema-migrations                                 401 403 403 403 200
get    schema                                            200 200 200 200 200
get    docs                                              200 200 200 200 200
"""
ROWS = [line.split() for line in TABLE.strip().splitlines()]
CASES = [
    (method, path, principal, int(status))
    for method, path, *answers in ROWS
    for principal, status in zip(PRINCIPALS, answers, strict=True)
]
ERRORS = {
    401: "NOT_AUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
}


@pytest.fixture
def world(client_of, anonymous):
    """Return the clients of all principals, and the names that the paths are made of."""
    owner = UserFactory()
    seat = ParticipantFactory(user=owner)
    open_to_all = TournamentFactory(rules={"trades_public": True})
    shown = ParticipantFactory(tournament=open_to_all)
    for made in (seat, shown):
        TradeFactory(participant=made)
        PositionFactory(participant=made)
        PerformanceSnapshotFactory(participant=made)
    ChatMessageFactory(tournament=seat.tournament)
    CommentaryFactory(tournament=seat.tournament)
    clients = {
        "anonymous": anonymous,
        "other": client_of(UserFactory()),
        "owner": client_of(owner),
        "moderator": client_of(UserFactory(moderator=True)),
        "admin": client_of(UserFactory(admin=True)),
    }
    names = {
        "session": UserSessionFactory(user=owner).pk,
        "username": owner.username,
        "user": owner.pk,
        "closed": UserFactory(is_active=False).username,
        "slug": seat.tournament.slug,
        "id": seat.tournament.pk,
        "open": open_to_all.slug,
        "draft": TournamentFactory(draft=True).slug,
        "seat": seat.pk,
        "shown": shown.pk,
        "notification": NotificationFactory(user=owner).pk,
        "template": EmailTemplateFactory().pk,
        "event": EconomicEventFactory().pk,
    }
    return clients, names


@pytest.mark.parametrize(("method", "path", "principal", "status"), CASES)
def test_answer(world, method, path, principal, status):
    clients, names = world
    body = {} if method in {"post", "put", "patch"} else None

    answer = getattr(clients[principal], method)("/api/v1/" + path.format(**names), body)

    assert answer.status_code == status
    if status in ERRORS:
        assert answer.json()["error"] == ERRORS[status]
    if status == 401:
        assert answer["WWW-Authenticate"] == "Bearer"


def test_every_operation_is_in_the_table():
    """Fails for a new operation until somebody has said who may do it."""
    asked = {(method, shape(path)) for method, path, *_ in ROWS}

    served = set()
    for included in get_resolver().url_patterns:
        for route in getattr(included, "url_patterns", []):
            if str(included.pattern) == "api/v1/":
                methods = getattr(route.callback, "actions", {"get": "get"})
                served |= {(method, shape(str(route.pattern))) for method in methods}
    assert asked == served - {(method, path) for method, path in served if method == "head"}


def shape(path):
    """Return a path with its variable parts blanked."""
    parts = ["*" if part[0] in "<{" or "." in part else part for part in path.split("/")]
    return "/".join(parts)
