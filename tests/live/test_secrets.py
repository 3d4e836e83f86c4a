"""No secret that is sent or received is in the database or the log, however it is written."""

import base64
import json
import os
import re
from contextlib import contextmanager
from email import message_from_string
from email.policy import default
from pathlib import Path
from urllib.parse import parse_qsl, quote

import psycopg
import pyotp
import pytest
from django.core import signing
from psycopg.sql import SQL, Identifier

from dayrade.privacy.columns import PERSONAL, TABLES, Kind
from tests.live.server import database, manage, migrate, production, running
from tests.live.spellings import found, spellings

PASSWORD = 'Zaun-König & 7 "Füchse" / 100%'
STAFF_PASSWORD = "Hügel+Täler = 12 Räder / Sommer?"
NEXT = "Bücher & 1 Löffel: 'heiß' / kalt"
LAST = "Möwen # 4 Türme ~ Übermut!"
WRONG = "Kürbis \\ Kanne & 33 Gläser"
AGENT = "Quixbrowser/7.3 (Quixphone)"
ADDRESS = "203.0.113.77"
SECRET = re.compile(r"token|password|secret", re.IGNORECASE)
PEOPLE = """
import os
from accounts.models import User
User.objects.create_user(
    "ada@example.net", os.environ["ADA"], username="ada-1815", email_verified=True,
    email_verified_at="1815-12-10T00:00:00Z", first_name="Quixotina", phone_number="+423 555 0199",
)
User.objects.create_superuser("boss@example.net", os.environ["BOSS"], first_name="Zwingli")
"""
SHORTEST = 6
LOGIN = "/api/v1/auth/login"
REFRESH = "/api/v1/auth/refresh"
COOKIE_SALT = "django.contrib.sessions.backends.signed_cookies"


class Wire:
    """Collects every secret that passes, in either direction."""

    def __init__(self):
        self.secrets = set()
        self.logs = []

    def hooks(self):
        return {"request": [self.sent], "response": [self.received]}

    def sent(self, request):
        if bearer := request.headers.get("Authorization", "").removeprefix("Bearer "):
            self.secrets.add(("bearer", bearer))
        body = request.content.decode()
        if request.headers.get("Content-Type", "").startswith("application/json"):
            self.collect(json.loads(body))
        else:
            self.collect(dict(parse_qsl(body)))

    def received(self, response):
        response.read()
        if "json" in response.headers.get("Content-Type", ""):
            self.collect(response.json())
        for name, value in response.cookies.items():
            if name != "messages":
                self.secrets.add((f"cookie {name}", value))

    def collect(self, body, name=""):
        if isinstance(body, dict):
            for key, value in body.items():
                self.collect(value, key)
        elif isinstance(body, str) and SECRET.search(name) and len(body) >= SHORTEST:
            self.secrets.add((name, body))


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    with database(os.environ["DATABASE_URL"], f"dayrade_secrets_{os.getpid()}") as url:
        made = production(
            url,
            DJANGO_SETTINGS_MODULE="tests.live.unbuilt",
            MAIL_FOLDER=str(tmp_path_factory.mktemp("mails")),
            DATABASE_SLOW_QUERY_MS="0",
            TRUSTED_PROXIES="1",
            LOG_LEVEL="DEBUG",
            PYTHONIOENCODING="utf-8",
        )
        migrate(made)
        manage(made | {"ADA": PASSWORD, "BOSS": STAFF_PASSWORD}, "shell", "-c", PEOPLE)
        yield made


@pytest.fixture(scope="module")
def story(environment, tmp_path_factory):
    """Drive everything that takes or gives a secret; return the secrets and the log."""
    wire = Wire()
    headers = {"User-Agent": AGENT, "X-Forwarded-For": ADDRESS}
    with running(environment, tmp_path_factory.mktemp("secrets") / "log") as live:
        with live.client(event_hooks=wire.hooks(), headers=headers) as client:
            sign_in_and_out(client)
            sign_up_and_reset(client, environment, wire)
            enter_the_back_office(client, environment["SECRET_KEY"], wire)
        wire.logs.append(live.log.read_text())
    return wire.secrets, "\n".join(wire.logs)


def sign_in_and_out(client):
    post(client, LOGIN, 401, email="ada@example.net", password=WRONG)
    post(client, LOGIN, 401, email="nobody@example.net", password=WRONG)
    opened = post(client, LOGIN, 200, email="ada@example.net", password=PASSWORD)
    bearer = {"Authorization": f"Bearer {opened['session_token']}"}
    assert client.get("/api/v1/auth/sessions", headers=bearer).status_code == 200
    assert client.get("/api/v1/users/me/export", headers=bearer).status_code == 200
    renewed = post(client, REFRESH, 200, refresh_token=opened["refresh_token"])
    bearer = {"Authorization": f"Bearer {renewed['session_token']}"}
    erasure = {"password": WRONG, "confirm": "ada-1815"}
    post(client, "/api/v1/users/me/erasure", 400, headers=bearer, **erasure)
    assert client.post("/api/v1/auth/logout", headers=bearer).status_code == 204
    assert client.get("/api/v1/auth/sessions", headers=bearer).status_code == 401

    again = post(client, LOGIN, 200, email="ada@example.net", password=PASSWORD)
    post(client, REFRESH, 200, refresh_token=again["refresh_token"])
    # One that was used before.
    post(client, REFRESH, 401, refresh_token=again["refresh_token"])


def sign_up_and_reset(client, environment, wire):
    """Follow the links of the e-mails, and change the password on the way."""
    person = {"email": "eve@example.net"}
    post(client, "/api/v1/auth/register", 202, password=PASSWORD, **person)
    post(client, "/api/v1/auth/email/verify/resend", 202, **person)
    token, _ = links(environment, wire)
    post(client, "/api/v1/auth/email/verify", 204, token=token)
    post(client, "/api/v1/auth/email/verify", 400, token=token)
    bearer = post(client, LOGIN, 200, password=PASSWORD, **person)["session_token"]
    headers = {"Authorization": f"Bearer {bearer}"}
    change = {"current_password": WRONG, "new_password": NEXT}
    post(client, "/api/v1/auth/password/change", 400, headers=headers, **change)
    change["current_password"] = PASSWORD
    post(client, "/api/v1/auth/password/change", 204, headers=headers, **change)
    post(client, "/api/v1/auth/password/reset", 202, **person)
    (token,) = links(environment, wire)
    post(client, "/api/v1/auth/password/reset/confirm", 400, token="x" + token, new_password=LAST)
    post(client, "/api/v1/auth/password/reset/confirm", 204, token=token, new_password=LAST)
    post(client, LOGIN, 200, password=LAST, **person)


def links(environment, wire):
    """Send what is queued, and return the tokens of the links in it."""
    done = manage(environment, "procrastinate", "worker", "--one-shot")
    wire.logs += [done.stdout, done.stderr]
    tokens = []
    for path in sorted(Path(environment["MAIL_FOLDER"]).iterdir()):
        text = message_from_string(path.read_text(), policy=default).get_body().get_content()
        tokens += re.findall("#token=(\\S+)", text)
        path.unlink()
    wire.secrets |= {("link", token) for token in tokens}
    return tokens


def enter_the_back_office(client, key, wire):
    """Sign in with a cookie, and set up the second step."""
    browser = Browser(client)
    browser.submit("/admin/login/", username="boss@example.net", password=WRONG)
    browser.submit("/admin/login/", username="boss@example.net", password=STAFF_PASSWORD)
    cookie = signing.loads(browser.cookies["__Host-sessionid"], key=key, salt=COOKIE_SALT)
    wire.collect(cookie)
    browser.submit("/admin/two_step/", password=WRONG)
    page = browser.submit("/admin/two_step/", password=STAFF_PASSWORD)
    secret = re.search('name="secret" value="([^"]+)"', page)[1]
    browser.submit("/admin/two_step/", secret=secret, code=pyotp.TOTP(secret).now())
    assert browser.get("/admin/").status_code == 200
    browser.submit("/admin/logout/")
    assert browser.get("/admin/").status_code == 302


class Browser:
    """Keeps cookies that are for TLS alone, and sends them all the same."""

    def __init__(self, client):
        self.client = client
        self.cookies = {}

    def get(self, path):
        return self.kept(self.client.get(path, headers=self.headers()))

    def submit(self, path, **fields):
        self.get("/admin/login/")
        fields["csrfmiddlewaretoken"] = self.cookies["__Host-csrftoken"]
        return self.kept(self.client.post(path, data=fields, headers=self.headers())).text

    def headers(self):
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}

    def kept(self, response):
        self.client.cookies.clear()
        self.cookies |= dict(response.cookies)
        assert response.status_code < 400
        return response


def post(client, path, status, headers=None, **body):
    answer = client.post(path, json=body, headers=headers)
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else None


@contextmanager
def dump_of(environment):
    """Return every table as COPY prints it, and take back what the block writes."""
    with psycopg.connect(environment["DATABASE_URL"]) as connection:
        yield connection
        connection.rollback()


def dumped(connection):
    tables = {}
    names = connection.execute(
        "SELECT table_name FROM information_schema.tables"
        " WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
    ).fetchall()
    for (name,) in names:
        copying = SQL("COPY {} TO STDOUT").format(Identifier(name))
        with connection.cursor().copy(copying) as copy:
            # COPY doubles them.
            tables[name] = b"".join(map(bytes, copy)).decode().replace("\\\\", "\\")
    return tables


def values(connection, *kinds):
    """Return what stands in the columns of these kinds and is long enough to be told apart."""
    return {
        (f"{name}.{column}", str(value))
        for name, table in TABLES.items()
        if table.owner
        for column in table.of_kind(*kinds)
        for (value,) in connection.execute(
            SQL("SELECT DISTINCT {} FROM {}").format(Identifier(column), Identifier(name))
        ).fetchall()
        if value is not None and len(str(value)) >= SHORTEST
    }


def test_story_has_passed_every_kind_of_secret(story):
    secrets, _ = story

    assert {name for name, _ in secrets} == {
        "bearer",
        "cookie __Host-csrftoken",
        "cookie __Host-sessionid",
        "csrfmiddlewaretoken",
        "current_password",
        "link",
        "new_password",
        "password",
        "refresh_token",
        "secret",
        "session_token",
        "token",
    }
    passwords = {value for name, value in secrets if name.endswith("password")}
    assert passwords == {PASSWORD, STAFF_PASSWORD, NEXT, LAST, WRONG}


def test_no_secret_is_in_the_database(story, environment):
    secrets, _ = story

    with dump_of(environment) as connection:
        tables = dumped(connection)

    assert "ada@example.net" in tables["users"]
    assert found(secrets, tables) == []


def test_nothing_secret_or_personal_is_in_the_log(story, environment):
    secrets, log = story

    with dump_of(environment) as connection:
        stored = values(connection, Kind.SECRET, *PERSONAL)

    # The log has what it should: statements, without their parameters.
    assert "slow query" in log
    assert "UPDATE" in log
    named = {name for name, _ in stored}
    assert {"users.email", "users.password_hash", "user_sessions.session_token"} <= named
    assert {value for name, value in stored if name == "user_sessions.ip_address"} == {ADDRESS}
    assert {value for name, value in stored if name == "user_sessions.user_agent"} == {AGENT}
    assert found(secrets | stored, {"log": log}) == []


@pytest.mark.parametrize("encoding", sorted(spellings("x")))
def test_search_finds_what_is_planted(story, environment, encoding):
    _, log = story
    secret = {("password", PASSWORD)}
    planted = f"before {spellings(PASSWORD)[encoding]} after"

    with dump_of(environment) as connection:
        connection.execute("UPDATE user_sessions SET user_agent = %s", [planted])
        tables = dumped(connection)

    assert {place for _, place, _ in found(secret, tables)} == {"user_sessions"}
    assert {place for _, place, _ in found(secret, {"log": log + planted})} == {"log"}


@pytest.mark.parametrize("before", ["", "x", "xy", "xyz"])
def test_search_finds_what_is_encoded_along_with_its_neighbours(before):
    text = base64.b64encode(f"{before}{PASSWORD} and more".encode()).decode()

    assert found({("password", PASSWORD)}, {"text": text}) != []
    assert found({("password", PASSWORD)}, {"text": quote(PASSWORD, safe="")}) != []
