"""SQL in every parameter and field of the API and the back office, and a canary that lives."""

import json
import re
from urllib.parse import quote

import psycopg
import pytest
from django.contrib import admin
from psycopg.sql import SQL

from tests.drills.attackers import Attacker
from tests.drills.document import chosen, filled, operations, places, planted, roles, sample
from tests.drills.injections import CURSORS, PAYLOADS, SECRET, harm, place_canary
from tests.drills.targets import attacked
from tests.sizes import measured, sized

pytestmark = pytest.mark.django_db

EACH = sized(2, len(PAYLOADS))
OPERATIONS = list(operations())
HEADERS = ("User-Agent", "X-Request-ID", "Idempotency-Key", "X-Forwarded-For", "Referer")
PAGES = (
    "/",
    "/calendar",
    "/tournaments/{slug}",
    "/live/{slug}",
    "/tournaments/{slug}/competitors/{seat}",
)
QUERIES = ("q", "o", "p", "e", "all", "_facets", "_to_field", "_popup", "pk__in", "id__exact")
# By these, what may not be read could be guessed letter by letter.
GUESSES = (
    "password_hash__startswith",
    "password__regex",
    "user__password_hash__startswith",
    "created_by__password_hash__contains",
    "session_token__startswith",
    "user__sessions__refresh_token__startswith",
)


class Injector(Attacker):
    """Sends SQL, and looks for the canary's secret in every answer."""

    def send(self, *args):
        answer = super().send(*args)
        if SECRET in answer.text:
            self.note("the secret is shown", args[1], args[2], answer)
        return answer


@pytest.fixture(scope="module")
def injector(target):
    variables = {
        "DJANGO_SETTINGS_MODULE": "tests.drills.vulnerable_settings",
        # Whoever gets the database to sleep is answered 503.
        "DATABASE_STATEMENT_TIMEOUT": "4s",
    }
    with attacked(target, **variables) as (live, url):
        place_canary(url)
        made = Injector(live, url, target.credentials)
        with made.client:
            yield made
        measured(str(made))


@pytest.fixture
def sane(injector):
    """Expect after the test that nothing of what was sent was run."""
    injector.found.clear()
    yield injector
    assert injector.found == []
    assert harm(injector.url) == []


def payloads(what):
    numbered = {f"{number:02}": text for number, text in enumerate(PAYLOADS)}
    return [numbered[name] for name in chosen(numbered, EACH, what)]


@pytest.mark.parametrize(
    "operation", [found for found in OPERATIONS if found.schema], ids=lambda found: found.name
)
def test_bodies(sane, target, operation):
    base = sample(operation.schema)

    for role, path in roles(operation):
        url = filled(path, target.names)
        for place in places(operation.schema):
            for text in payloads(f"{operation.name} {place}"):
                sane.ask(role, operation.method, url, planted(base, place, json.dumps(text)))


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda found: found.name)
def test_addresses(sane, target, operation):
    body = json.dumps(sample(operation.schema)) if operation.schema else None

    for role, path in roles(operation):
        url = filled(path, target.names)
        for name in operation.named("query"):
            texts = CURSORS if name == "cursor" else ()
            for text in (*texts, *payloads(f"{operation.name} {name}")):
                sane.ask(role, operation.method, f"{url}?{name}={quote(text, safe='')}", body)
        for name in re.findall(r"\{(\w+)\}", path):
            for text in payloads(f"{operation.name} {{{name}}}"):
                url = path.format(**target.names | {name: quote(text, safe="")})
                sane.ask(role, operation.method, url, body)


@pytest.mark.parametrize("header", HEADERS)
def test_headers(sane, header):
    for text in payloads(header):
        extra = {header: text.encode()}
        sane.ask("admin", "post", "/api/v1/tournaments", "{}", **extra)
        sane.ask("admin", "get", "/api/v1/users/me", **extra)


@pytest.mark.parametrize("page", PAGES)
def test_public_pages(sane, target, page):
    for name in ("q", "page", "search", "status", "cursor", "from"):
        for text in payloads(f"{page} {name}"):
            url = filled(page, target.names)
            answer = sane.client.get(f"{url}?{name}={quote(text, safe='')}")

            assert answer.status_code < 500
            assert SECRET not in answer.text


def lists():
    return [model._meta for model in admin.site._registry]  # noqa: SLF001  # all there are


def columns(meta):
    """Return the names of its list's own filters."""
    found = admin.site._registry[meta.model].list_filter  # noqa: SLF001
    names = [each[0] if isinstance(each, tuple) else each for each in found]
    return [each if isinstance(each, str) else each.parameter_name for each in names if each]


@pytest.mark.parametrize("meta", lists(), ids=lambda meta: meta.label_lower)
def test_lists_of_the_back_office(sane, target, meta):
    url = f"/admin/{meta.app_label}/{meta.model_name}/"
    office = {"Cookie": target.credentials.office}
    assert sane.client.get(url, headers=office).status_code == 200

    names = [*QUERIES, *(f"{name}{way}" for name in columns(meta) for way in ("", "__exact"))]
    for name in chosen(names, 3, f"{meta} names"):
        for text in payloads(f"{meta} {name}"):
            answer = sane.client.get(f"{url}?{name}={quote(text, safe='')}", headers=office)

            assert answer.status_code < 500, (name, text)
            assert SECRET not in answer.text, (name, text)
    for text in payloads(f"{meta} object"):
        answer = sane.client.get(f"{url}{quote(text, safe='')}/change/", headers=office)
        assert answer.status_code < 500, text


@pytest.mark.parametrize("meta", lists(), ids=lambda meta: meta.label_lower)
def test_lists_of_the_back_office_answer_no_guess(sane, target, meta):
    url = f"/admin/{meta.app_label}/{meta.model_name}/"
    office = {"Cookie": target.credentials.office}

    for name in chosen(GUESSES, 1, f"{meta} guesses"):
        answer = sane.client.get(f"{url}?{name}={SECRET}", headers=office)

        # Refused, or sent on to the list without it.
        assert answer.status_code in {302, 400}, name


@pytest.mark.parametrize("path", ["/api/v1/careless", "/api/v1/careless-number"])
def test_attack_finds_what_is_there(injector, path):
    found = set()

    for text in PAYLOADS:
        injector.found.clear()
        injector.ask("anonymous", "get", f"{path}?q={quote(text, safe='')}")
        shown = [said for said in injector.found if "the secret is shown" in said]
        slept = [said for said in injector.found if "QUERY_TIMEOUT" in said]
        found |= {"shown"} if shown else set()
        found |= {"slept"} if slept else set()
        found |= set(harm(injector.url))
        restore(injector.url)

    assert found == {
        "shown",
        "slept",
        "the table is gone",
        "a statement was run",
        *({"the row is another"} if path.endswith("careless") else ()),
    }


def restore(url):
    with psycopg.connect(url) as server:
        server.execute("CREATE TABLE IF NOT EXISTS canary (secret text)")
        server.execute("TRUNCATE canary")
        server.execute(SQL("INSERT INTO canary VALUES ({})").format(SECRET))
        server.execute("ALTER SEQUENCE canary_touched RESTART")
