"""Hostile values in everything that the API reads, as everybody who may send it."""

import contextlib
import json
import re
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from urllib.parse import quote

import httpx
import psycopg
import pytest

from tests.drills.attackers import Attacker
from tests.drills.document import API, chosen, filled, operations, places, planted, roles, sample
from tests.drills.hostile import ESCAPES, MARK, SHORT, TEXTS, VALUES, as_marked
from tests.drills.targets import attacked
from tests.sizes import measured, sized

pytestmark = pytest.mark.django_db

# Values of each field, each parameter and each header; at full size, all of them.
EACH = sized(2, len(VALUES))
MARKED = re.compile(rf"{MARK}\d{{6}}{MARK}")
# Texts by which somebody is denied or refused stand in these, as they should.
TELLING = ("audit_logs", "dayrade_quarantine")
READ_HEADERS = (
    "Accept",
    "Accept-Language",
    "Authorization",
    "Content-Type",
    "Cookie",
    "Host",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "Last-Event-ID",
    "Origin",
    "Range",
    "Referer",
    "User-Agent",
    "X-CSRFToken",
    "X-Dayrade-Signature",
    "X-Forwarded-For",
    "X-Forwarded-Proto",
    "X-HTTP-Method-Override",
    "X-Request-ID",
    "X-Signature",
)
# What is taken and what is shown by that name are two things.
TWO_MEANINGS = {"post /api/v1/chat-reports/{id}/decision": ("reason",)}
COOKIES = ("__Host-sessionid", "__Host-csrftoken", "sessionid", "csrftoken", "messages")
HEADED = (("get", "tournaments"), ("get", "users/me"), ("post", "tournaments"))
OTHERS = ("/", "/admin/", "/admin/login/", "/calendar", "/sign-in", "/healthz", "/api/v1/docs")
EVENT = {
    "type": "message.new",
    "channel_id": "00000000-0000-4000-8000-000000000000",
    "channel_type": "messaging",
    "message": {"id": "some-id", "text": "Hello", "user": {"id": "nobody"}},
}
EVENT_PLACES = (
    *((name,) for name in (*EVENT, "created_at")),
    *(("message", name) for name in ("id", "text", "user")),
    ("message", "user", "id"),
)

OPERATIONS = list(operations())


@pytest.fixture(scope="module")
def attacker(target):
    with attacked(target) as (live, url):
        made = Attacker(live, url, target.credentials)
        with made.client:
            yield made
        measured(str(made))


def same(sent, shown):
    """Tell whether what is shown is what was sent: trimmed, and a figure however it is written."""
    if isinstance(sent, str) and isinstance(shown, str):
        plain = sent.replace("\r\n", "\n").strip()
        return plain == shown or as_figure(plain) == as_figure(shown)
    if isinstance(sent, bool) or isinstance(shown, bool):
        return sent is shown
    if isinstance(sent, (int, float)) and isinstance(shown, (int, float, str)):
        return as_figure(str(sent)) == as_figure(str(shown))
    return sent == shown


def as_figure(text):
    with contextlib.suppress(InvalidOperation):
        return Decimal(text)
    with contextlib.suppress(ValueError):
        return datetime.fromisoformat(text)
    return text.lower() if "@" in text else text


def echo(answer, place, raw):
    """Say what an answer shows in the place of what was sent, where that is something else."""
    if answer.status_code not in {200, 201} or len(place) != 1:
        return ""
    shown = answer.json()
    if not isinstance(shown, dict) or place[0] not in shown:
        return ""
    sent, shown = json.loads(raw), shown[place[0]]
    return "" if same(sent, shown) else f"{place[0]} came back as {shown!a}"[:300]


@pytest.mark.parametrize(
    "operation", [found for found in OPERATIONS if found.schema], ids=lambda found: found.name
)
def test_bodies(attacker, target, operation):
    attacker.found.clear()
    base = sample(operation.schema)
    refused = set()

    for role, path in roles(operation):
        url = filled(path, target.names)
        for place in places(operation.schema):
            for name in chosen(VALUES, EACH, f"{operation.name} {place}"):
                mark = f"{MARK}{attacker.sent:06d}{MARK}"
                raw = as_marked(VALUES[name], mark)
                body = planted(base, place, raw)
                answer = attacker.ask(role, operation.method, url, body)
                if answer.status_code >= 400:
                    refused.add(mark)
                elif place == TWO_MEANINGS.get(operation.name):
                    continue
                elif said := echo(answer, place, raw):
                    attacker.note(f"{role} {operation.name} {name}", body, said, answer)

    assert attacker.found == []
    assert stored(attacker.url) & refused == set()


def test_events_of_getstream(attacker):
    """Its body is no part of the document: it is read from the bytes that are signed."""
    attacker.found.clear()

    for place in EVENT_PLACES:
        for name in chosen(VALUES, EACH, f"getstream {place}"):
            event = EVENT | {"created_at": datetime.now(UTC).isoformat()}
            body = planted(event, place, VALUES[name])
            attacker.ask("provider", "post", f"{API}webhooks/getstream", body)

    assert attacker.found == []


def stored(url):
    """Return the marks of what the database holds."""
    found = set()
    with psycopg.connect(url) as server:
        tables = server.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r'"
            " AND relnamespace = 'public'::regnamespace AND relname <> ALL(%s)",
            [list(TELLING)],
        ).fetchall()
        for (table,) in tables:
            rows = server.execute(
                f'SELECT t::text FROM "{table}" t WHERE t::text LIKE %s', [f"%{MARK}%"]
            )
            for (row,) in rows:
                found |= set(MARKED.findall(row))
    return found


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda found: found.name)
def test_queries(attacker, target, operation):
    attacker.found.clear()
    names = operation.named("query")
    body = json.dumps(sample(operation.schema)) if operation.schema else None

    for role, path in roles(operation):
        url = filled(path, target.names)
        for parameter in [*names, "no such parameter"]:
            for name in chosen(TEXTS | ESCAPES, EACH, f"{operation.name} {parameter}"):
                asked = f"{url}?{quote(parameter)}={in_address(name)}"
                attacker.ask(role, operation.method, asked, body)

    assert attacker.found == []


@pytest.mark.parametrize(
    "operation",
    [found for found in OPERATIONS if found.named("path")],
    ids=lambda found: found.name,
)
def test_paths(attacker, target, operation):
    attacker.found.clear()
    body = json.dumps(sample(operation.schema)) if operation.schema else None

    for role, path in roles(operation):
        for number in range(path.count("{")):
            for name in chosen(TEXTS | ESCAPES, EACH, f"{operation.name} {number}"):
                parts = re.split(r"\{\w+\}", path)
                values = [str(target.names[key]) for key in re.findall(r"\{(\w+)\}", path)]
                values[number] = in_address(name)
                asked = "".join(map("".join, zip(parts, [*values, ""], strict=True)))
                attacker.ask(role, operation.method, asked, body)

    assert attacker.found == []


def in_address(name):
    """Return a value as it stands in an address."""
    return ESCAPES[name] if name in ESCAPES else quote(TEXTS[name][:SHORT], safe="")[:SHORT]


def as_header(text):
    """Return what of a value a header can hold, as bytes."""
    kept = text.encode("utf-8")[:SHORT]
    return bytes(byte for byte in kept if byte not in b"\r\n\0").strip()


@pytest.mark.parametrize("header", READ_HEADERS)
def test_headers(attacker, header):
    attacker.found.clear()

    for method, path in HEADED:
        for name in chosen(TEXTS, EACH, f"{path} {header}"):
            body = "{}" if method == "post" else None
            extra = {header: as_header(TEXTS[name])}
            with contextlib.suppress(httpx.LocalProtocolError, httpx.RemoteProtocolError):
                attacker.ask("admin", method, API + path, body, **extra)

    assert attacker.found == []


@pytest.mark.parametrize("cookie", COOKIES)
def test_cookies(attacker, cookie):
    failures = []

    for path in OTHERS:
        for name in chosen(TEXTS, EACH, f"{path} {cookie}"):
            headers = {"Cookie": cookie.encode() + b"=" + as_header(TEXTS[name])}
            with contextlib.suppress(httpx.LocalProtocolError):
                answer = attacker.client.get(path, headers=headers)
                if answer.status_code >= 500:
                    failures.append((path, name, answer.status_code))

    assert failures == []
