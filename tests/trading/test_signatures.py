"""The signature under a delivery."""

import json
import time

import pytest
from django.conf import settings
from django.core.management import call_command

from administration.models import AuditLog
from tests.factories.tournaments import TournamentFactory
from tests.live.provider import signature
from tests.live.server import manage, production
from trading.api import signatures

pytestmark = pytest.mark.django_db

PATH = "/api/v1/ingest/prices"
BODY = json.dumps({"prices": [{}]}).encode()
MALFORMED = "Send X-Dayrade-Signature: t=<unix seconds>,v1=<hex>."
OLD = "The signature is too old, or from the future."
WRONG = "The signature is wrong."
HEX = "a" * 64


def send(client, header=None, *, body=BODY, content_type="application/json", **headers):
    if header is not None:
        headers["X-Dayrade-Signature"] = header
    return client.generic("POST", PATH, body, content_type=content_type, headers=headers)


def signed(client, secret, *, at=None, body=BODY, **options):
    return send(client, signature(body, secret, at), body=body, **options)


def refusal(said, code="AUTHENTICATION_FAILED"):
    return 401, {"success": False, "message": said, "error": code}


def told(response):
    return response.status_code, response.json()


@pytest.mark.parametrize("place", [0, 1])
def test_each_secret_is_valid(anonymous, place):
    response = signed(anonymous, settings.INGEST_SECRETS[place])

    assert response.status_code == 200


def test_secret_that_was_taken_out_is_not(anonymous, settings):
    old, settings.INGEST_SECRETS = settings.INGEST_SECRETS[0], settings.INGEST_SECRETS[1:]

    assert told(signed(anonymous, old)) == refusal(WRONG)


@pytest.mark.parametrize(
    "header",
    [
        "",
        " ",
        ",",
        "t",
        "t=",
        "t=1",
        "t=,v1=",
        f"v1={HEX}",
        f"t=,v1={HEX}",
        f"t=-1,v1={HEX}",
        f"t=1.5,v1={HEX}",
        f"t=1e9,v1={HEX}",
        f"t=0x1,v1={HEX}",
        f"t=\u00b2,v1={HEX}",
        f"t=1_0,v1={HEX}",
        f"t={'1' * 13},v1={HEX}",
        f"t=1,v1={HEX[1:]}",
        f"t=1,v1={HEX}a",
        f"t=1,v1={HEX[1:]}g",
        f"t=1,v1={HEX[1:]}\u00e9",
        f"t=1,v1={HEX},",
        f"t=1, v1={HEX}",
        f"t=1,v0={HEX}",
        f"t=1,v1={HEX},v2={HEX}",
        f"t=1,t=1,v1={HEX}",
        f"t=1,v1={HEX},x=1",
        f"T=1,V1={HEX}",
        f"t=1;v1={HEX}",
        f"t=1,v1={HEX}" + f",v1={HEX}" * 7,
        "t=1," * 10_000,
    ],
)
def test_malformed_header_is_refused(anonymous, header):
    response = send(anonymous, header)

    assert told(response) == refusal(MALFORMED)
    assert response["WWW-Authenticate"] == "Dayrade-Signature"


def test_no_header_is_no_credentials(anonymous):
    said = "Authentication credentials were not provided."

    assert told(send(anonymous)) == refusal(said, "NOT_AUTHENTICATED")


@pytest.mark.parametrize("token", ["Bearer abc", "Basic YTpi", ""])
def test_token_is_refused(anonymous, token):
    said = "Sign the delivery with X-Dayrade-Signature; no token is taken."

    assert told(send(anonymous, Authorization=token)) == refusal(said)


@pytest.mark.parametrize(("age", "status"), [(290, 200), (-290, 200), (310, 401), (-310, 401)])
def test_signature_is_good_for_a_while(anonymous, age, status):
    response = signed(anonymous, settings.INGEST_SECRETS[0], at=int(time.time()) - age)

    assert response.status_code == status
    assert status == 200 or response.json()["message"] == OLD


def test_instant_is_signed_too(anonymous):
    at = int(time.time())
    _, _, digest = signature(BODY, settings.INGEST_SECRETS[0], at).partition(",")

    assert told(send(anonymous, f"t={at - 1},{digest}")) == refusal(WRONG)


def test_every_byte_of_the_body_is_signed(anonymous):
    header = signature(BODY, settings.INGEST_SECRETS[0])

    assert told(send(anonymous, header, body=BODY + b" ")) == refusal(WRONG)
    assert send(anonymous, header).status_code == 200


def test_one_of_several_signatures_is_enough(anonymous):
    at, _, good = signature(BODY, settings.INGEST_SECRETS[1]).partition(",")

    assert send(anonymous, f"{at},v1={HEX},{good}").status_code == 200
    assert send(anonymous, f"v1={HEX},{good.upper().replace('V1', 'v1')},{at}").status_code == 200
    assert told(send(anonymous, f"{at},v1={HEX},v1={HEX}")) == refusal(WRONG)


def test_without_a_secret_nothing_is_taken(anonymous, settings):
    settings.INGEST_SECRETS = []

    assert told(signed(anonymous, "")) == refusal("Deliveries are not taken here.")


def test_signature_elsewhere_is_ignored(anonymous):
    TournamentFactory(draft=True, slug="a-draft")
    header = {"X-Dayrade-Signature": signature(b"", settings.INGEST_SECRETS[0])}

    answers = [
        anonymous.get(f"/api/v1/{path}", headers=header).status_code
        for path in ("tournaments", "tournaments/a-draft", "users/me")
    ]

    assert answers == [200, 404, 401]


def test_signed_body_has_to_be_json(anonymous):
    secret = settings.INGEST_SECRETS[0]

    answers = [
        signed(anonymous, secret, body=b"{").json()["error"],
        signed(anonymous, secret, body=b"\xff").json()["error"],
        signed(anonymous, secret, body=b"").json()["error"],
        signed(anonymous, secret, content_type="text/plain").json()["error"],
    ]

    assert answers == [
        "MALFORMED_JSON",
        "MALFORMED_JSON",
        "VALIDATION_ERROR",
        "UNSUPPORTED_MEDIA_TYPE",
    ]


def test_body_may_be_large_but_not_too_large(anonymous):
    secret = settings.INGEST_SECRETS[0]
    frame = b'{"prices": [{"symbol": "%s"}]}'

    at_limit = signed(anonymous, secret, body=frame % (b"x" * (8_000_000 - len(frame) + 2)))
    beyond = send(anonymous, f"t={int(time.time())},v1={HEX}", body=b" " * 8_000_001)

    assert at_limit.status_code == 200
    assert (beyond.status_code, beyond.json()["error"]) == (413, "PAYLOAD_TOO_LARGE")


def test_denials_are_logged_and_audited_so_often(anonymous, caplog):
    for _ in range(12):
        send(anonymous, "t=1")

    assert [record.getMessage() for record in caplog.records if "delivery" in record.msg] == [
        "delivery refused: signature malformed"
    ] * 12
    rows = AuditLog.objects.filter(action="ingest.denied")
    assert [row.changes for row in rows] == [{"why": "malformed"}] * 10


def test_denials_of_all_addresses_are_bounded(anonymous, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"ingest_denials": (2, 900)}

    for last in range(4):
        anonymous.generic(
            "POST", PATH, b"", headers={"X-Dayrade-Signature": "?"}, REMOTE_ADDR=f"192.0.2.{last}"
        )

    assert AuditLog.objects.filter(action="ingest.denied").count() == 2


def test_all_secrets_are_compared_whichever_matches(settings, monkeypatch):
    """A comparison that stops at the first match would tell which secret it was."""
    asked = []
    compare = signatures.hmac.compare_digest
    monkeypatch.setattr(
        signatures.hmac, "compare_digest", lambda a, b: asked.append(1) or compare(a, b)
    )
    good = signatures.signature(settings.INGEST_SECRETS[0], "1", BODY)

    assert signatures.verified("1", [good, HEX], BODY)
    assert len(asked) == 4


@pytest.mark.parametrize("secrets", ["short", "x" * 31, f"{'x' * 32},short"])
def test_short_secret_ends_the_start(secrets):
    done = manage(
        production("postgresql:///unused", DAYRADE_INGEST_SECRETS=secrets), "check", check=False
    )

    said = "DAYRADE_INGEST_SECRETS is not a list of texts of 32 characters or more"
    assert (done.returncode, done.stderr) == (
        1,
        f"Dayrade cannot start: {said} (see .env.example).\n",
    )


def test_missing_secret_is_warned_of(settings, capsys):
    settings.INGEST_SECRETS = []

    call_command("check", "--deploy", "--tag", "security")

    assert "(dayrade.W001) DAYRADE_INGEST_SECRETS is not set" in capsys.readouterr().err
