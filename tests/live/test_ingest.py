"""Signed deliveries through a live server."""

import json
import time

import pytest

from tests.live.conftest import INGEST_SECRETS
from tests.live.provider import signature
from tests.live.test_bodies import chunk, exchange, request_head

PATH = "/api/v1/ingest/prices"
BODY = json.dumps({"prices": [{"symbol": "AAPL"}]}).encode()
NAME = "X-Dayrade-Signature"
HEX = "a" * 64


def padded(size):
    return BODY + b" " * (size - len(BODY))


def deliver(live, body, *lines, parts=None):
    """Send a delivery as these bytes; `lines` are further headers."""
    head = request_head(f"Content-Length: {len(body)}", *lines, path=PATH)
    return exchange(live, head, *(parts or [body]))


def signed(body, secret=INGEST_SECRETS[0]):
    return f"{NAME}: {signature(body, secret)}"


@pytest.mark.parametrize("secret", INGEST_SECRETS, ids=("older", "newer"))
def test_signed_delivery_is_taken(live, secret):
    status, _, answer = deliver(live, BODY, signed(BODY, secret))

    assert (status, answer["rejected"]) == (200, 1)


def test_delivery_in_chunks_is_taken(live):
    body = padded(3_000_000)
    head = request_head("Transfer-Encoding: chunked", signed(body), path=PATH)

    status, _, answer = exchange(live, head, chunk(body[:7]), chunk(body[7:]), chunk(b""))

    assert (status, answer["rejected"]) == (200, 1)


def test_large_delivery_is_taken(live):
    body = padded(8_000_000)

    assert deliver(live, body, signed(body))[0] == 200


def test_larger_delivery_is_not_read(live):
    lines = [f"Content-Length: {8_000_001}", f"{NAME}: t={int(time.time())},v1={HEX}"]

    status, _, answer = exchange(live, request_head(*lines, path=PATH))

    assert (status, answer["error"]) == (413, "PAYLOAD_TOO_LARGE")


def test_larger_delivery_in_chunks_is_too_large(live):
    body = padded(8_000_001)
    head = request_head("Transfer-Encoding: chunked", signed(body), path=PATH)

    status, _, answer = exchange(live, head, chunk(body), chunk(b""))

    assert (status, answer["error"]) == (413, "PAYLOAD_TOO_LARGE")


@pytest.mark.parametrize(
    ("lines", "error"),
    [
        ([], "NOT_AUTHENTICATED"),
        (["Authorization: Bearer abc"], "AUTHENTICATION_FAILED"),
        ([f"{NAME}:"], "AUTHENTICATION_FAILED"),
        ([f"{NAME}: t=1,v1={HEX}"], "AUTHENTICATION_FAILED"),
        ([f"{NAME}: t=1,v1=\u00e9"], "AUTHENTICATION_FAILED"),
        ([signed(BODY), signed(BODY)], "AUTHENTICATION_FAILED"),
        ([signed(BODY, "not the key")], "AUTHENTICATION_FAILED"),
        # gunicorn drops a name with an underscore, which would else look the same.
        ([signed(BODY).replace("-", "_", 2)], "NOT_AUTHENTICATED"),
    ],
)
def test_everything_else_is_refused(live, lines, error):
    status, head, answer = deliver(live, BODY, *lines)

    assert (status, answer["success"], answer["error"]) == (401, False, error)
    assert head["WWW-Authenticate"].strip() == "Dayrade-Signature"
