"""Who may do what: every route, by every method, by every principal."""

import pytest
from django.db.transaction import atomic, set_rollback

from dayrade.api.errors import on_unknown_route
from tests.dayrade.principals import COLUMNS, PRINCIPALS, missing
from tests.dayrade.routes import API, METHODS, OF_ADMIN, OF_API, OTHERS, shape

pytestmark = pytest.mark.django_db

# One row an operation: the answers to nobody, a dead token, another person, the owner, a moderator
# and an admin; and to the provider, whose signature counts nowhere but below ingest/: where it is
# left out, it is nobody. 400 is what an empty body gets from those who may write; addresses
# without a slash are below /api/v1/. To add a route, add its rows; where it has an object, name
# one in principals.py.
TABLE = """
post   auth/login                                        400 400 400 400 400 400
post   auth/register                                     400 400 400 400 400 400
post   auth/email/verify                                 400 400 400 400 400 400
post   auth/email/verify/resend                          400 400 400 400 400 400
post   auth/password/reset                               400 400 400 400 400 400
post   auth/password/reset/confirm                       400 400 400 400 400 400
post   auth/password/change                              401 401 400 400 400 400
post   auth/refresh                                      400 400 400 400 400 400
post   auth/logout                                       401 401 204 204 204 204
post   auth/logout-all                                   401 401 204 204 204 204
get    auth/sessions                                     401 401 200 200 200 200
delete auth/sessions/{session}                           401 401 404 204 404 404
get    users                                             401 401 403 403 200 200
get    users/me                                          401 401 200 200 200 200
patch  users/me                                          401 401 200 200 200 200
get    users/me/export                                   401 401 200 200 200 200
post   users/me/erasure                                  401 401 400 400 400 400
post   users/me/kyc                                      401 401 409 409 409 409
get    users/me/seats                                    401 401 200 200 200 200
get    users/{user}/suspension                           401 401 403 403 200 200
patch  users/{user}/suspension                           401 401 403 403 400 400
get    users/{user}/kyc                                  401 401 403 403 200 200
patch  users/{user}/kyc                                  401 401 403 403 400 400
get    users/{username}                                  200 401 200 200 200 200
get    users/{closed}                                    404 401 404 404 200 200
get    tournaments                                       200 401 200 200 200 200
post   tournaments                                       401 401 403 403 403 400
get    tournaments/{slug}                                200 401 200 200 200 200
get    tournaments/{id}                                  200 401 200 200 200 200
get    tournaments/{draft}                               404 401 404 404 200 200
patch  tournaments/{open}                                401 401 403 403 403 200
patch  tournaments/{slug}                                401 401 403 403 403 409
post   tournaments/{slug}/transitions                    401 401 403 403 403 400
post   tournaments/{open}/registration                   401 401 409 409 409 409
post   tournaments/{draft}/registration                  401 401 404 404 409 409
delete tournaments/{open}/registration                   401 401 409 409 409 409
post   tournaments/{slug}/participants/{seat}/disqualification 401 401 403 403 400 400
delete tournaments/{slug}/participants/{seat}/disqualification 401 401 403 403 400 400
get    tournaments/{slug}/bookings                       401 401 403 403 200 200
get    tournaments/{slug}/unbooked-participants          401 401 403 403 200 200
get    tournaments/{over}/results                        200 401 200 200 200 200
get    tournaments/{draft}/results                       404 401 404 404 200 200
post   tournaments/{over}/results                        401 401 403 403 403 400
get    tournaments/{over}/results/{number}               200 401 200 200 200 200
get    tournaments/{draft}/results/{number}              404 401 404 404 404 404
post   tournaments/{slug}/snapshots                      401 401 403 403 201 201
post   tournaments/{draft}/snapshots                     401 401 403 403 409 409
get    tournaments/{slug}/participants                   200 401 200 200 200 200
get    tournaments/{draft}/participants                  404 401 404 404 200 200
get    tournaments/{slug}/participants/{seat}            200 401 200 200 200 200
patch  tournaments/{slug}/participants/{seat}            401 401 403 403 400 400
get    tournaments/{slug}/participants/{seat}/performance 200 401 200 200 200 200
get    tournaments/{slug}/participants/{seat}/trades     404 401 404 200 200 200
get    tournaments/{slug}/participants/{seat}/positions  404 401 404 200 200 200
get    tournaments/{open}/participants/{shown}/trades    200 401 200 200 200 200
get    tournaments/{open}/participants/{shown}/positions 200 401 200 200 200 200
get    tournaments/{open}/participants/{seat}            404 401 404 404 404 404
get    tournaments/{slug}/leaderboard                    200 401 200 200 200 200
get    tournaments/{draft}/leaderboard                   404 401 404 404 200 200
get    tournaments/{slug}/chat                           200 401 200 200 200 200
get    tournaments/{draft}/chat                          404 401 404 404 200 200
post   tournaments/{slug}/chat                           401 401 400 400 400 400
post   tournaments/{draft}/chat                          401 401 404 404 400 400
patch  chat/{message}                                    401 401 404 400 404 404
delete chat/{message}                                    401 401 404 204 404 404
post   chat/{message}/moderation                         401 401 403 403 400 400
post   chat/{message}/reports                            401 401 400 400 400 400
post   webhooks/getstream                                404 404 404 404 404 404
get    chat-reports                                      401 401 403 403 200 200
post   chat-reports/{report}/decision                    401 401 403 403 400 400
get    users/{user}/mutes                                401 401 403 403 200 200
post   users/{user}/mutes                                401 401 403 403 400 400
delete users/{user}/mutes/{mute}                         401 401 403 403 400 400
get    tournaments/{slug}/commentary                     200 401 200 200 200 200
get    tournaments/{draft}/commentary                    404 401 404 404 200 200
post   tournaments/{slug}/commentary                     401 401 403 403 400 400
post   tournaments/{draft}/commentary                    401 401 403 403 400 400
post   tournaments/{slug}/commentary/{line}/retraction   401 401 403 403 400 400
get    tournaments/{slug}/events                         503 401 503 503 503 503
post   tournaments/{slug}/events/ticket                  401 401 201 201 201 201
post   tournaments/{draft}/events/ticket                 401 401 404 404 201 201
get    /                                                 200 200 200 200 200 200
get    /tournaments/{slug}                               200 200 200 200 200 200
get    /tournaments/{draft}                              404 404 404 404 404 404
get    /tournaments/{slug}/competitors/{seat}            200 200 200 200 200 200
get    /tournaments/{draft}/competitors/{seat}           404 404 404 404 404 404
get    /calendar                                         200 200 200 200 200 200
get    /sign-in                                          200 200 200 200 200 200
get    /live/{slug}                                      301 301 301 301 301 301
get    /live/{draft}                                     301 301 301 301 301 301
get    /favicon.ico                                      302 302 302 302 302 302
get    /robots.txt                                       200 200 200 200 200 200
get    /sign-up                                          200 200 200 200 200 200
get    /verify-email                                     200 200 200 200 200 200
get    /forgotten-password                               200 200 200 200 200 200
get    /reset-password                                   200 200 200 200 200 200
get    /account                                          200 200 200 200 200 200
get    /account/kyc                                      200 200 200 200 200 200
get    /account/security                                 200 200 200 200 200 200
get    /account/notifications                            200 200 200 200 200 200
get    /account/data                                     200 200 200 200 200 200
get    /seats                                            200 200 200 200 200 200
get    /seats/{slug}                                     200 200 200 200 200 200
get    /notifications                                    200 200 200 200 200 200
get    /push-worker.js                                   200 200 200 200 200 200
get    /seats/{draft}                                    404 404 404 404 404 404
get    notifications                                     401 401 200 200 200 200
get    notifications/unread-count                        401 401 200 200 200 200
post   notifications/{notification}/read                 401 401 404 200 404 404
post   notifications/read-all                            401 401 200 200 200 200
get    notifications/preferences                         401 401 200 200 200 200
put    notifications/preferences                         401 401 400 400 400 400
get    notifications/push-subscriptions                  401 401 200 200 200 200
post   notifications/push-subscriptions                  401 401 400 400 400 400
delete notifications/push-subscriptions/{browser}        401 401 404 204 404 404
post   webhooks/brevo                                    401 401 401 401 401 401
post   email-templates/{template}/preview                401 401 403 403 403 400
get    email-templates                                   401 401 403 403 403 200
post   email-templates                                   401 401 403 403 403 400
get    email-templates/{template}                        401 401 403 403 403 200
patch  email-templates/{template}                        401 401 403 403 403 200
delete email-templates/{template}                        401 401 403 403 403 204
get    economic-events                                   200 401 200 200 200 200
post   economic-events                                   401 401 403 403 403 400
get    economic-events/{event}                           200 401 200 200 200 200
patch  economic-events/{event}                           401 401 403 403 403 200
delete economic-events/{event}                           401 401 403 403 403 204
get    config                                            200 401 200 200 200 200
get    system-configuration                              401 401 403 403 403 200
get    system-configuration/{setting}                    401 401 403 403 403 200
put    system-configuration/{setting}                    401 401 403 403 403 400
delete system-configuration/{setting}                    401 401 403 403 403 204
get    audit-logs                                        401 401 403 403 403 200
get    tournaments/{slug}/refused-trades                 401 401 403 403 200 200
post   tournaments/{slug}/refused-trades/{refused}/dismissal 401 401 403 403 400 400
post   tournaments/{slug}/refused-trades/{refused}/retry 401 401 403 403 409 409
get    tournaments/{slug}/breaks                         401 401 403 403 200 200
post   tournaments/{slug}/breaks/{break}/acceptance      401 401 403 403 400 400
post   tournaments/{slug}/trades/{trade}/bust            401 401 403 403 400 400
post   ingest/trades                                     401 401 401 401 401 401 400
post   ingest/prices                                     401 401 401 401 401 401 400
post   ingest/performance                                401 401 401 401 401 401 400
get    schema-migrations                                 401 401 403 403 403 200
get    schema                                            200 200 200 200 200 200
get    docs                                              200 200 200 200 200 200
get    /healthz                                          200 200 200 200 200 200
get    /metrics                                          404 404 404 404 404 404
get    /readyz                                           200 200 200 200 200 200
get    /favicon.ico                                      302 302 302 302 302 302
get    /admin                                            302 302 302 302 302 302
get    /admin/login/                                     200 200 200 200 200 200
post   /admin/login/                                     200 200 200 200 200 200
"""
ROWS = [
    (method, path, dict(zip(COLUMNS, map(int, [*answers, answers[0]]), strict=False)))
    for method, path, *answers in map(str.split, TABLE.strip().splitlines())
]
# An address that only leads elsewhere says nothing of what is there.
OF_OBJECTS = [row for row in ROWS if "{" in row[1] and 301 not in row[2].values()]
# The last address is every one that is none.
NOWHERE = "/nowhere"
# What a refusal says; a conflict names its rule.
ERRORS = {403: "PERMISSION_DENIED", 404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED"}
# What a signature opens, and nothing else does.
SIGNED = "ingest/"
# Opened by a secret of its own, in the place of a token; its tests are with the webhook.
HOOKS = "webhooks/"
# The back office's own door, which a cookie opens and a token does not.
DOOR = "/admin/login/"
# Pages of the back office that neither show nor change anything.
HARMLESS = {"admin/login/": {200}, "admin/logout/": {200, 302}}
KEPT = ("Content-Type", "Cache-Control", "Vary", "Allow", "WWW-Authenticate", "Content-Length")


def named(row):
    method, path, _ = row
    return f"{method} {path}"


def answers(world, method, path, names=None):
    """Ask as everybody, each on the untouched world."""
    found = {}
    for principal in PRINCIPALS:
        with atomic():
            answer = found[principal] = world.ask(principal, method, path, names=names)
            # Now: a stream reads the database while it is read.
            answer.read = answer.getvalue()
            set_rollback(True)
    return found


def by_principal(columns):
    return {name: columns[column] for column, names in COLUMNS.items() for name in names}


@pytest.mark.parametrize("row", ROWS, ids=named)
def test_everybody_gets_the_answer_of_the_table(world, row):
    method, path, columns = row

    given = answers(world, method, path)

    assert {name: answer.status_code for name, answer in given.items()} == by_principal(columns)
    for name, answer in given.items():
        if answer.status_code == 401:
            signed = path.startswith(SIGNED)
            wrong = name != "anonymous" if signed else name in COLUMNS["dead"]
            if path.startswith(HOOKS):
                wrong = name not in {*COLUMNS["anonymous"], *COLUMNS["provider"]}
            assert answer.json()["error"] == (
                "AUTHENTICATION_FAILED" if wrong else "NOT_AUTHENTICATED"
            )
            assert answer["WWW-Authenticate"] == ("Dayrade-Signature" if signed else "Bearer")
        elif answer.status_code in ERRORS:
            assert answer.json()["error"] == ERRORS[answer.status_code]


def test_every_route_is_in_the_table():
    """Fails for a new route until somebody has said who may do what with it."""
    asked = {shape(full(path)) for _, path, _ in ROWS}

    served = {route.shape for route in OF_API + OTHERS}
    assert asked == served | {shape(full(DOOR))}


@pytest.mark.parametrize("route", OF_API, ids=lambda route: route.path)
def test_every_method_of_a_route_is_in_the_table(route):
    assert listed(route) == route.methods


@pytest.mark.parametrize("route", OF_API + OTHERS, ids=lambda route: route.path)
def test_what_is_not_in_the_table_is_refused(world, route):
    path = example(route)

    for method in set(METHODS) - listed(route):
        for name, answer in answers(world, method, path).items():
            assert answer.status_code in {401, 403, 404, 405}, (method, name)
            if path.startswith(HOOKS):
                assert answer.status_code in {401, 405}, method
            elif name == ("provider" if path.startswith(SIGNED) else "admin"):
                assert answer.status_code == (404 if path == NOWHERE else 405), method


@pytest.mark.parametrize("route", OF_API, ids=lambda route: route.path)
def test_head_and_options_tell_no_more_than_the_rest(world, route):
    path = example(route)

    if "get" in listed(route):
        gets = {name: answer.status_code for name, answer in answers(world, "get", path).items()}
        heads = answers(world, "head", path)
        assert {name: answer.status_code for name, answer in heads.items()} == gets
        assert {answer.read for answer in heads.values()} == {b""}
    for answer in answers(world, "options", path).values():
        assert answer.status_code in {200, 401, 403}
        assert answer.status_code != 200 or list(answer.json()) == ["methods"]


@pytest.mark.parametrize("row", OF_OBJECTS, ids=named)
def test_what_is_hidden_answers_as_what_is_missing(world, row):
    method, path, columns = row
    hidden = [name for name, status in by_principal(columns).items() if status in {401, 403, 404}]
    last = path.rpartition("{")[2].partition("}")[0]
    nowhere = {name: missing(name) for name in world.names}

    there = answers(world, method, path)
    gone = answers(world, method, path, world.names | {last: missing(last)})
    nothing = answers(world, method, path, nowhere)

    assert [name for name in hidden if seen(there[name]) != seen(gone[name])] == []
    assert [name for name in hidden if seen(there[name]) != seen(nothing[name])] == []
    assert min(answer.status_code for answer in nothing.values()) >= 400


def test_no_token_opens_the_back_office(world):
    """A cookie does; which pages it opens to whom stands in accounts.backends."""
    let_in = [
        (method, route.path, name, answer.status_code)
        for route in OF_ADMIN
        for method in ("get", "post")
        for name, answer in answers(world, method, example(route)).items()
        if not turned_away(answer) and answer.status_code not in HARMLESS.get(route.path, ())
    ]

    assert let_in == []


def turned_away(answer):
    if answer.status_code == 302:
        return answer["Location"].startswith(DOOR)
    return answer.status_code in {403, 404, 405}


def seen(answer):
    """Return all that a caller can tell two answers apart by."""
    return answer.status_code, answer.read, [answer.get(name) for name in KEPT]


def full(path):
    return path.removeprefix("/") if path.startswith("/") else API + path


def listed(route):
    if route.callback is on_unknown_route:
        return set()
    return {method for method, path, _ in ROWS if shape(full(path)) == route.shape}


def example(route):
    """Return the path of the table for a route, or one with nothing behind it."""
    if route.callback is on_unknown_route:
        return NOWHERE
    for _, path, _ in ROWS:
        if shape(full(path)) == route.shape:
            return path
    return "/" + route.shape.replace("*", missing("")).replace("^", "").replace("$", "")
