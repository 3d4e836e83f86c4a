"""Addresses that somebody else gives: none is called, and none is led to."""

import ast
import re
import sys
import threading
from contextlib import contextmanager
from pathlib import Path
from socket import create_server
from urllib.parse import urlsplit

import pytest
import yaml

from accounts.models import User
from comms.models import PushSubscription
from tests.comms.pushing import Browser
from tests.dayrade.routes import ROUTES
from tests.factories.accounts import UserFactory
from tests.factories.tournaments import ParticipantFactory
from tests.live.server import ROOT

pytestmark = pytest.mark.django_db

ME = "/api/v1/users/me"
SUBSCRIPTIONS = "/api/v1/notifications/push-subscriptions"
APPS = ("accounts", "administration", "comms", "dayrade", "market", "tournaments", "trading")
ADDRESSED = re.compile(r"url|uri|endpoint|link|href|address|host|callback|webhook|redirect|next$")
# Hosts that are near, as people, browsers and clients write them; {} is the port of a canary.
NEAR = [
    "http://127.0.0.1:{}/x",
    "http://localhost:{}/x",
    "http://LOCALHOST.:{}/x",
    "http://a.localhost:{}/x",
    "http://2130706433:{}/x",
    "http://0x7f000001:{}/x",
    "http://0x7f.1:{}/x",
    "http://0177.0.0.1:{}/x",
    "http://127.1:{}/x",
    "http://0:{}/x",
    "http://0.0.0.0:{}/x",
    "http://[::1]:{}/x",
    "http://[::ffff:127.0.0.1]:{}/x",
    "http://[0:0:0:0:0:ffff:7f00:1]:{}/x",
    "https://169.254.169.254/latest/meta-data",
    "https://metadata.google.internal/x",
    "https://10.0.0.1/x",
    "https://172.16.0.1/x",
    "https://192.168.0.1/x",
    "https://100.64.0.1/x",
    "https://[fd00::1]/x",
    "https://[fe80::1%25eth0]/x",
    "https://printer.local/x",
    "https://router/x",
    # The same to a browser, which makes ASCII of it.
    "http://\uff11\uff12\uff17.0.0.1:{}/x",
    "http://127\u30020\u30020\u30021:{}/x",
    "http://\u24db\u24de\u24d2\u24d0\u24db\u24d7\u24de\u24e2\u24e3:{}/x",
    "https://ex\u0430mple.com/x",
]
# What is no plain address of the web.
ODD = [
    "//127.0.0.1:{}/x",
    "\\\\127.0.0.1:{}\\x",
    "/\\127.0.0.1:{}/x",
    "http:/127.0.0.1:{}/x",
    "http:127.0.0.1:{}/x",
    "http:\\\\127.0.0.1:{}/x",
    "https://example.com@127.0.0.1:{}/x",
    "https://user:word@example.com/x",
    "https://127.0.0.1:{}\\@example.com/x",
    "https://example.com\\.evil.example.com/x",
    "https://exam\tple.com/x",
    "https://example.com/x\r\nHost: evil.example.com",
    "https://example.com/\x00",
    "\x01javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "blob:https://example.com/x",
    "file:///etc/passwd",
    "gopher://127.0.0.1:{}/x",
    "ftp://127.0.0.1:{}/x",
    "dict://127.0.0.1:{}/x",
    "ldap://127.0.0.1:{}/x",
    "unix:///var/run/x.sock",
    "view-source:https://example.com",
    "https://",
    "https://./x",
    "https://example..com/x",
    "https://example.com:99999/x",
    "https://example.com:x/x",
]
HOSTILE = [*NEAR, *ODD]
connects = []
sys.addaudithook(lambda event, args: event == "socket.connect" and connects.append(args[1]))


@contextmanager
def canary():
    """Listen where the addresses lead, and return what has come."""
    came = []
    with create_server(("127.0.0.1", 0)) as listening:

        def listen():
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with connection:
                    came.append(connection.recv(1000))

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        yield listening.getsockname()[1], came
        # Else it would wait on.
        listening.shutdown(2)
        thread.join()


def elsewhere():
    """Return where this process has connected to, but for its database."""
    return [address for address in connects if not str(address).startswith("/")]


def sources():
    for app in APPS:
        for path in sorted(Path(ROOT, app).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text())


def imports(node):
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []


def test_fields_that_take_an_address_are_these():
    document = yaml.safe_load(Path(ROOT, "docs/openapi.yaml").read_text())
    schemas = document["components"]["schemas"]

    def names(schema, before=""):
        if "$ref" in schema:
            schema = schemas[schema["$ref"].rpartition("/")[2]]
        for part in ("allOf", "anyOf", "oneOf"):
            for inner in schema.get(part, ()):
                yield from names(inner, before)
        if "items" in schema:
            yield from names(schema["items"], before)
        for name, inner in schema.get("properties", {}).items():
            if not inner.get("readOnly"):
                yield before + name, inner.get("format")
                yield from names(inner, f"{before}{name}.")

    found = {
        (method, path, name)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        for content in operation.get("requestBody", {}).get("content", {}).values()
        for name, kind in names(content["schema"])
        if ADDRESSED.search(name) or kind == "uri"
    }
    parameters = {
        parameter["name"]
        for methods in document["paths"].values()
        for operation in methods.values()
        for parameter in operation.get("parameters", ())
        if ADDRESSED.search(parameter["name"])
    }

    assert found == {("patch", ME, "avatar_url"), ("post", SUBSCRIPTIONS, "endpoint")}
    assert parameters == set()


@pytest.mark.parametrize("address", HOSTILE)
def test_no_hostile_address_is_taken_or_called(client_of, settings, address):
    settings.VAPID_PRIVATE_KEY = "B" * 43
    user = UserFactory()
    own = client_of(user)
    before = len(elsewhere())

    with canary() as (port, came):
        hostile = address.replace("{}", str(port))
        picture = own.patch(ME, {"avatar_url": hostile})
        browser = own.post(SUBSCRIPTIONS, {"endpoint": hostile, "keys": Browser().keys})

    assert [answer.status_code for answer in (picture, browser)] == [400, 400]
    assert User.objects.get(pk=user.pk).avatar_url == user.avatar_url
    assert not PushSubscription.objects.exists()
    assert (came, len(elsewhere()) - before) == ([], 0)


def test_address_that_is_taken_is_shown_and_not_called(client_of, anonymous):
    seat = ParticipantFactory(tournament__active=True)
    own = client_of(seat.user)
    before = len(elsewhere())
    # Of a name that leads here today and elsewhere tomorrow nobody here asks.
    address = "https://127.0.0.1.rebinding.example.com/x.png"
    page = f"/tournaments/{seat.tournament.slug}"

    taken = own.patch(ME, {"avatar_url": address})
    shown = [own.get(ME), anonymous.get(page), anonymous.get(f"/api/v1{page}/leaderboard")]

    assert taken.status_code == 200
    assert [answer.status_code for answer in shown] == [200] * 3
    assert len(elsewhere()) == before


def test_clients_of_other_hosts_are_these():
    modules = {"requests", "httpx", "urllib.request", "urllib3", "aiohttp", "pywebpush"}
    modules |= {"getstream", "http.client", "smtplib", "ftplib", "redis", "sentry_sdk", "socket"}
    found = {
        name
        for name, tree in sources()
        for node in ast.walk(tree)
        for imported in imports(node)
        if any(f"{imported}.".startswith(f"{module}.") for module in modules)
    }

    assert found == {
        # By the environment alone is known where these go.
        "comms/gateway.py",
        "comms/providers/posting.py",
        "comms/senders/sms.py",
        "dayrade/stream/bus.py",
        "dayrade/telemetry/errors.py",
        "tournaments/sources/ticketsource.py",
        # To known services alone.
        "comms/senders/push.py",
        # To this machine, or from it.
        "dayrade/clients.py",
        "dayrade/development.py",
        "dayrade/management/commands/serve.py",
        "dayrade/master.py",
        "dayrade/stream/server.py",
    }


def test_no_request_follows_where_it_is_sent_on():
    calls = {
        (name, node.lineno): {
            keyword.arg: ast.unparse(keyword.value)
            for keyword in node.keywords
            if keyword.arg in ("allow_redirects", "timeout")
        }
        for name, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and re.fullmatch(
            r"requests\.(get|post|put|patch|delete|head|request)|self\.session\.\w+",
            ast.unparse(node.func),
        )
        and not ast.unparse(node.func).endswith((".update", ".mount"))
    }

    assert {name for name, _ in calls} == {
        "comms/providers/posting.py",
        "comms/senders/sms.py",
        "tournaments/sources/ticketsource.py",
    }
    assert {call.get("allow_redirects") for call in calls.values()} == {"False"}
    assert None not in {call.get("timeout") for call in calls.values()}


def is_own(location):
    """Tell whether a browser stays here, however it reads an address."""
    plain = re.sub(r"[\x00-\x20]", "", location).replace("\\", "/")
    parts = urlsplit(plain)
    return not plain.startswith("//") and not parts.netloc and not parts.scheme


@pytest.mark.parametrize(
    "address",
    [
        *(one.replace("{}", "80") for one in HOSTILE),
        "https://evil.example.com",
        "///evil.example.com",
        "////evil.example.com",
        "/\t/evil.example.com",
        "/%09/evil.example.com",
        "https:evil.example.com",
        "https://testserver@evil.example.com",
        "https://testserver.evil.example.com",
        ".evil.example.com",
        "@evil.example.com",
    ],
)
@pytest.mark.parametrize("name", ["next", "url", "redirect_to", "return_to"])
def test_sign_in_leads_to_own_pages_alone(client, anonymous, name, address):
    staff = UserFactory(admin=True, password="Zaun-König & 7 Füchse")
    signed_in = type(client)()
    signed_in.force_login(staff)

    known = signed_in.get("/admin/login/", {name: address})
    entering = client.post(
        "/admin/login/",
        {"username": staff.email, "password": "Zaun-König & 7 Füchse", name: address},
        query_params={name: address},
    )
    leaving = signed_in.post("/admin/logout/", {name: address}, query_params={name: address})

    locations = [answer.get("Location") for answer in (known, entering, leaving)]
    assert known.status_code == entering.status_code == 302
    assert [one for one in locations if one is not None and not is_own(one)] == []


@pytest.mark.parametrize("before", ["//evil.example.com/..", "/\\evil.example.com", "/%5cevil.com"])
def test_no_path_leads_away(client, before):
    client.force_login(UserFactory(admin=True))
    paths = {"/" + re.sub(r"<[^>]+>", "x", route.path).rstrip("$") for route in ROUTES}

    locations = {
        answer["Location"]
        for path in sorted(paths)
        for answer in [client.get(before + path, headers={"Referer": "https://evil.example.com"})]
        if answer.has_header("Location")
    }

    assert [one for one in locations if not is_own(one)] == []
