"""Signing up, verifying an address, and answers that do not tell who is known."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import links
from accounts.links import Kind
from accounts.models import KycStatus, Role, User
from accounts.services import passwords, sign_up
from administration.models import AuditLog
from tests.audit import forget_audit, unguarded
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db

REGISTER = "/api/v1/auth/register"
RESEND = "/api/v1/auth/email/verify/resend"
VERIFY = "/api/v1/auth/email/verify"
RESET = "/api/v1/auth/password/reset"
LOGIN = "/api/v1/auth/login"
SENDING = [REGISTER, RESEND, RESET]
UNVERIFIED = {"email_verified": False, "email_verified_at": None}
# What an address may be to us; each but the first has an account.
STANDINGS = {
    "unknown": None,
    "verified": {},
    "unverified": UNVERIFIED,
    "closed": {"is_active": False},
    "suspended": {"suspended": True},
    "staff": {"admin": True},
    "without password": {"password": None},
}
# What differs from one statement to the next of its kind: values, and the names of savepoints.
VALUE = re.compile(r"'[^']*'(::\w+)?|NULL|\"s\d+_x\d+\"")
NEW = {"email": "ada@example.com", "password": "battery staple horse"}
ACCEPTED = {"message": "If the address can take part, an e-mail is on its way to it."}


def ask(client, path, email="ada@example.com", **kwargs):
    body = {"email": email} | ({"password": NEW["password"]} if path == REGISTER else {})
    return client.post(path, body, **kwargs)


def token_in(message):
    (found,) = re.findall(r"#token=(\S+)", message.body)
    return found


def jobs():
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name, queue_name, args::text FROM procrastinate_jobs")
        return cursor.fetchall()


def test_registration_makes_an_account_that_can_do_nothing_yet(anonymous):
    profile = {
        "first_name": "Ada",
        "last_name": "Lovelace",
        "country": "United Kingdom",
        "timezone": "Europe/London",
    }

    answer = anonymous.post(REGISTER, NEW | {"email": " Ada@EXAMPLE.com "} | profile)

    user = User.objects.get()
    assert (answer.status_code, answer.json()) == (202, ACCEPTED)
    assert user.email == "Ada@example.com"
    assert user.check_password(NEW["password"])
    assert {name: getattr(user, name) for name in profile} == profile
    assert (user.role, user.kyc_status, user.username) == (Role.USER, KycStatus.PENDING, None)
    assert (user.email_verified, user.email_verified_at) == (False, None)


def test_registration_needs_an_address_and_a_password_alone(anonymous):
    assert anonymous.post(REGISTER, NEW).status_code == 202
    assert User.objects.get().first_name is None


@pytest.mark.parametrize("field", ["role", "kyc_status", "email_verified", "username", "id"])
def test_registration_takes_no_other_field(anonymous, field):
    answer = anonymous.post(REGISTER, NEW | {field: "admin"})

    assert answer.status_code == 400
    assert answer.json()["details"] == {field: ["Unknown field."]}
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"email": "no address"}, "email"),
        ({"email": "ada@example.com\r\nBcc: eve@example.com"}, "email"),
        ({"email": "ada@example.com,eve@example.com"}, "email"),
        ({"email": "ada@-.com"}, "email"),
        ({"password": "short"}, "password"),
        ({"password": "ada@example.com"}, "password"),
        ({"first_name": "x" * 101}, "first_name"),
        ({"first_name": "Ada\r\nBcc: eve@example.com"}, "first_name"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
    ],
)
@pytest.mark.parametrize("known", [True, False])
def test_bad_registration_is_refused_alike(anonymous, hashed, sent, field, known):
    if known:
        UserFactory(email=NEW["email"])
    forget_audit()
    hashed.clear()

    answer = anonymous.post(REGISTER, NEW | sent)

    assert answer.status_code == 400
    assert set(answer.json()["details"]) == {field}
    assert (AuditLog.objects.count(), jobs()) == (0, [])
    assert User.objects.count() == known


def test_service_checks_what_the_api_would_let_through():
    with pytest.raises(ValidationError) as caught:
        sign_up.register(email="ada@example", password="battery staple horse")

    assert set(caught.value.message_dict) == {"email"}
    assert not User.objects.exists()


def test_known_account_stays_as_it_is(anonymous):
    user = UserFactory(email="ada@example.com", first_name="Ada", **UNVERIFIED)
    before = User.objects.filter(pk=user.pk).values().get()

    anonymous.post(REGISTER, NEW | {"email": "ADA@example.COM", "first_name": "Eve"})

    assert User.objects.values().get() == before


@pytest.mark.parametrize(
    ("path", "standing", "subjects"),
    [
        (REGISTER, "unknown", ["Confirm your e-mail address"]),
        (REGISTER, "verified", ["You have an account already"]),
        (REGISTER, "unverified", ["Confirm your e-mail address"]),
        (REGISTER, "closed", []),
        (REGISTER, "suspended", []),
        (RESEND, "unknown", []),
        (RESEND, "verified", []),
        (RESEND, "unverified", ["Confirm your e-mail address"]),
        (RESEND, "closed", []),
        (RESEND, "suspended", []),
        (RESET, "unknown", []),
        (RESET, "verified", ["Choose a new password"]),
        (RESET, "unverified", ["Choose a new password"]),
        (RESET, "closed", []),
        (RESET, "suspended", []),
        (RESET, "without password", ["Choose a new password"]),
    ],
)
def test_mail_depends_on_the_account(anonymous, mailbox, path, standing, subjects):
    if (account := STANDINGS[standing]) is not None:
        UserFactory(email="Ada@example.com", **account)

    ask(anonymous, path)

    assert [message.subject for message in mailbox()] == subjects
    sent_to = "ada@example.com" if standing == "unknown" else "Ada@example.com"
    assert all(message.to == [sent_to] for message in mailbox())


def cost(client, path, hashed, standing):
    """Ask for an address and return everything that can be seen or measured of it."""
    email = f"{standing.replace(' ', '-')}@example.com"
    if (account := STANDINGS[standing]) is not None:
        UserFactory(email=email, **account)
    unguarded("TRUNCATE audit_logs, procrastinate_jobs CASCADE")
    hashed.clear()
    with CaptureQueriesContext(connection) as queries:
        answer = ask(client, path, email, headers={"X-Request-ID": "request-1"})
    (audited,) = AuditLog.objects.values_list("entity_type", "ip_address", "request_id")
    return {
        "answer": (answer.status_code, answer.content, dict(answer.headers)),
        "queries": [VALUE.sub("?", query["sql"]) for query in queries],
        "hashed": list(hashed),
        "jobs": [(name, queue) for name, queue, _ in jobs()],
        "audited": audited,
        "again": [ask(client, path, email).status_code for _ in range(2)],
    }


@pytest.mark.parametrize("path", SENDING)
def test_every_address_costs_and_answers_the_same(anonymous, hashed, settings, path):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"mail_account": (2, 900)}

    found = {standing: cost(anonymous, path, hashed, standing) for standing in STANDINGS}

    unknown = found["unknown"]
    assert [standing for standing in found if found[standing] != unknown] == []
    assert (unknown["answer"][0], json.loads(unknown["answer"][1])) == (202, ACCEPTED)
    assert unknown["jobs"] == [("accounts.send_link", "mail")]
    assert unknown["audited"] == ("users", "127.0.0.1", "request-1")
    assert unknown["hashed"] == ([NEW["password"]] if path == REGISTER else [])
    assert unknown["again"] == [202, 429]


@pytest.mark.parametrize(
    ("path", "standing", "action"),
    [
        (REGISTER, "unknown", "user.register"),
        (REGISTER, "verified", "user.register_again"),
        (RESEND, "unknown", "user.request_verification"),
        (RESEND, "verified", "user.request_verification"),
        (RESET, "unknown", "user.request_reset"),
        (RESET, "verified", "user.request_reset"),
    ],
)
def test_request_is_recorded_with_whom_it_is_about(anonymous, path, standing, action):
    if (account := STANDINGS[standing]) is not None:
        UserFactory(email="Ada@example.com", **account)
    forget_audit()

    ask(anonymous, path, headers={"User-Agent": "Firefox", "X-Request-ID": "request-1"})

    row = AuditLog.objects.get()
    about = User.objects.values_list("pk", flat=True).first()
    assert (row.action, row.user, row.entity_type, row.entity_id) == (action, None, "users", about)
    assert (row.ip_address, row.user_agent, row.request_id) == ("127.0.0.1", "Firefox", "request-1")


@pytest.mark.parametrize("path", SENDING)
def test_no_address_token_or_password_waits_in_the_queue(anonymous, path):
    user = UserFactory(email="ada@example.com")

    ask(anonymous, path)

    ((_, _, arguments),) = jobs()
    kinds = {REGISTER: Kind.KNOWN_ADDRESS, RESEND: Kind.VERIFY_EMAIL, RESET: Kind.RESET_PASSWORD}
    assert json.loads(arguments) == {"kind": kinds[path], "user_id": str(user.pk)}


@pytest.mark.parametrize("path", SENDING)
@pytest.mark.parametrize("header", ["Host", "X-Forwarded-Host", "Origin", "Referer"])
def test_no_header_moves_a_link(anonymous, mailbox, settings, path, header):
    settings.ALLOWED_HOSTS = ["*"]
    settings.FRONTEND_URL = "https://play.example.com"
    UserFactory(email="ada@example.com", **UNVERIFIED)

    answer = ask(anonymous, path, headers={header: "evil.example.org"})

    (message,) = mailbox()
    hosts = re.findall(r"https?://([^/\s,:]+)", message.body)
    assert answer.status_code == 202
    assert set(hosts) == {"play.example.com"}


@pytest.mark.parametrize("path", SENDING)
def test_mail_to_one_address_is_limited_wherever_it_is_asked_from(anonymous, settings, path):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"mail_account": (2, 3600)}
    other = SENDING[SENDING.index(path) - 1]

    found = [
        ask(anonymous, path, "Ada@EXAMPLE.com ", REMOTE_ADDR="203.0.113.1").status_code,
        ask(anonymous, other, "ada@example.com", REMOTE_ADDR="203.0.113.2").status_code,
        ask(anonymous, path, "ada@example.com", REMOTE_ADDR="203.0.113.3").status_code,
        ask(anonymous, path, "bob@example.com", REMOTE_ADDR="203.0.113.3").status_code,
    ]

    assert found == [202, 202, 429, 202]


def test_password_that_is_refused_counts_as_no_mail(anonymous, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"mail_account": (1, 3600)}

    found = [
        anonymous.post(REGISTER, NEW | {"password": password}).status_code
        for password in ("short", "password12", "battery staple horse", "battery staple horse")
    ]

    assert found == [400, 400, 202, 429]


@pytest.mark.parametrize("path", SENDING)
def test_mailbox_is_one_however_its_address_is_tagged(anonymous, settings, path):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"mail_account": (2, 3600)}
    emails = ["ada@example.com", "ada+1@example.com", "Ada+2+3@example.com", "ada@example.org"]

    found = [ask(anonymous, path, email).status_code for email in emails]

    assert found == [202, 202, 429, 202]


@pytest.mark.parametrize("path", SENDING)
def test_mail_asked_for_from_one_address_is_limited(anonymous, settings, path):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"mail_address": (2, 3600)}

    answers = [ask(anonymous, path, f"person{n}@example.com") for n in range(3)]

    assert [answer.status_code for answer in answers] == [202, 202, 429]
    assert answers[2].json()["error"] == "RATE_LIMITED"
    assert int(answers[2]["Retry-After"]) > 3500
    assert ask(anonymous, path, REMOTE_ADDR="203.0.113.9").status_code == 202


@pytest.mark.parametrize("path", SENDING)
def test_stale_token_is_no_reason_to_refuse(anonymous, path):
    assert ask(anonymous, path, headers={"Authorization": "Bearer stale"}).status_code == 202


def test_link_verifies_the_address_once(anonymous, mailbox):
    ask(anonymous, REGISTER)
    token = token_in(mailbox()[0])
    forget_audit()

    answer = anonymous.post(VERIFY, {"token": token})

    user = User.objects.get()
    row = AuditLog.objects.get()
    assert (answer.status_code, answer.content) == (204, b"")
    assert user.email_verified
    assert user.email_verified_at is not None
    assert (row.user, row.action, row.entity_id) == (user, "user.verify_email", user.pk)
    assert anonymous.post(VERIFY, {"token": token}).status_code == 400


def test_bad_link_is_refused_and_recorded(anonymous):
    user = UserFactory(**UNVERIFIED)
    token = links.token(Kind.VERIFY_EMAIL, user)
    User.objects.filter(pk=user.pk).update(email="new@example.com")
    forget_audit()

    answers = [anonymous.post(VERIFY, {"token": sent}) for sent in (token, "junk")]

    assert [answer.status_code for answer in answers] == [400, 400]
    assert answers[0].content == answers[1].content
    assert answers[0].json() == {
        "success": False,
        "message": "Data validation failed",
        "error": "VALIDATION_ERROR",
        "details": {"token": ["This link has expired or was used. Ask for a new one."]},
    }
    rows = AuditLog.objects.order_by("created_at").values_list("action", "entity_id", "changes")
    assert sorted(rows, key=str) == sorted(
        [
            ("link.denied", user.pk, {"kind": "verify_email"}),
            ("link.denied", None, {"kind": "verify_email"}),
        ],
        key=str,
    )


def test_links_tried_from_one_address_are_limited(anonymous, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"link_address": (2, 900)}

    found = [anonymous.post(VERIFY, {"token": "junk"}).status_code for _ in range(3)]

    assert found == [400, 400, 429]


def test_newer_link_leaves_the_older_one(anonymous, mailbox):
    ask(anonymous, REGISTER)
    ask(anonymous, RESEND)

    older, newer = mailbox()

    assert anonymous.post(VERIFY, {"token": token_in(older)}).status_code == 204
    assert anonymous.post(VERIFY, {"token": token_in(newer)}).status_code == 400


def test_who_signed_up_may_sign_in(anonymous):
    ask(anonymous, REGISTER)

    answer = anonymous.post(LOGIN, NEW)

    assert answer.status_code == 200
    assert answer.json()["user"]["email_verified"] is False


def test_whoever_took_an_address_first_loses_it_to_its_owner(anonymous, mailbox, client_of):
    """Somebody signs up with the address of another person and waits for them to verify it."""
    anonymous.post(REGISTER, NEW | {"password": "the thief was first"})
    thief = client_of(User.objects.get())
    ask(anonymous, REGISTER)
    anonymous.post(VERIFY, {"token": token_in(mailbox()[-1])})
    ask(anonymous, RESET)

    passwords.reset(token=token_in(mailbox()[-1]), new_password=NEW["password"])

    assert thief.get("/api/v1/users/me").status_code == 401
    assert anonymous.post(LOGIN, NEW | {"password": "the thief was first"}).status_code == 401
    assert anonymous.post(LOGIN, NEW).status_code == 200


def together(work, arguments):
    """Do the work for each argument at the same moment, with real commits."""
    start = Barrier(len(arguments))

    def one(argument):
        start.wait()
        try:
            return work(argument)
        except ValidationError:
            return "refused"
        finally:
            connection.close()

    with ThreadPoolExecutor(len(arguments)) as pool:
        return list(pool.map(one, arguments))


@pytest.mark.django_db(transaction=True)
def test_one_of_those_who_sign_up_at_once_gets_the_account():
    emails = ["ada@example.com", "Ada@example.com", "ADA@example.com", "aDa@example.com"]

    together(lambda email: sign_up.register(email=email, password=NEW["password"]), emails)

    actions = AuditLog.objects.values_list("action", "entity_id")
    user = User.objects.get()
    assert sorted(actions) == [("user.register", user.pk), *[("user.register_again", user.pk)] * 3]
    queued = [json.loads(arguments) for *_, arguments in jobs()]
    kinds = [sent["kind"] for sent in queued if sent.get("user_id") == str(user.pk)]
    assert sorted(kinds) == [
        "known_address",
        "known_address",
        "known_address",
        "verify_email",
    ]


@pytest.mark.django_db(transaction=True)
def test_one_of_two_uses_of_a_link_verifies():
    token = links.token(Kind.VERIFY_EMAIL, UserFactory(**UNVERIFIED))

    outcomes = together(lambda _: sign_up.verify_email(token=token) and "verified", range(4))

    assert sorted(outcomes) == ["refused", "refused", "refused", "verified"]
    assert AuditLog.objects.filter(action="user.verify_email").count() == 1
