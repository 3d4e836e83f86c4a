"""Hostile bodies, sent as they are through a live server."""

import json
import socket

import pytest

from tests.live.contract import assert_answer

LIMIT = 2_500_000
# What tells a browser to take an answer for nothing but what it says it is.
RULES = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains; preload",
}


def send(client, body):
    return client.post("/api/v1/echo", content=body, headers={"Content-Type": "application/json"})


def exchange(live, *parts):
    """Send bytes through a socket; return the status, the head and the JSON of the answer."""
    with socket.create_connection(("127.0.0.1", live.port), timeout=10) as connection:
        for part in parts:
            connection.sendall(part)
        reader = connection.makefile("rb")
        status = int(reader.readline().split()[1])
        head = dict(line.decode().split(": ", 1) for line in iter(reader.readline, b"\r\n"))
        return status, head, json.loads(reader.read(int(head["Content-Length"])))


def request_head(*lines, path="/api/v1/echo"):
    head = [f"POST {path} HTTP/1.1", "Host: localhost", "Content-Type: application/json", *lines]
    return "\r\n".join([*head, "", ""]).encode()


def chunk(content):
    return b"%x\r\n%s\r\n" % (len(content), content)


CHUNKED = request_head("Transfer-Encoding: chunked")


def refusal(error, message, field=None, said=None):
    content = {"success": False, "message": message, "error": error}
    return content | {"details": {field: [said]}} if field else content


CHARACTER = ("INVALID_CHARACTER", "A text has a character that cannot be stored")
UNSTORABLE = "Null characters and unpaired surrogates are not allowed."
NUMBER = ("NUMERIC_OUT_OF_RANGE", "A number is out of range")
RANGE = "This number is out of range."
INVALID = ("VALIDATION_ERROR", "Data validation failed")
DEEP = ("PAYLOAD_TOO_COMPLEX", "The data is too complex")
LEVELS = "At most 64 levels are accepted."


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        (rb'{"name": "a\u0000b"}', refusal(*CHARACTER, "name", UNSTORABLE)),
        (rb'{"name": "\ud800"}', refusal(*CHARACTER, "name", UNSTORABLE)),
        (rb'{"a": [1, {"b": "\uDFff"}]}', refusal(*CHARACTER, "a.1.b", UNSTORABLE)),
        (
            rb'{"a\u0000b": 1}',
            refusal(*CHARACTER, "a\ufffdb", "This name has a forbidden character."),
        ),
        (b'{"price": NaN}', refusal(*NUMBER, "price", RANGE)),
        (b'{"price": -Infinity}', refusal(*NUMBER, "price", RANGE)),
        (b'{"price": 1e400}', refusal(*NUMBER, "price", RANGE)),
        (b'{"price": 1e99999999999999999999}', refusal(*NUMBER, "price", RANGE)),
        (b'{"price": 1e-999999999}', refusal(*NUMBER, "price", RANGE)),
        (b'{"price": 0.%s}' % (b"1" * 1000), refusal(*NUMBER, "price", RANGE)),
        (b'{"price": %s}' % (b"9" * 5000), refusal(*NUMBER, "price", RANGE)),
        (
            b'{"a": {"price": 1, "price": 2}}',
            refusal(*INVALID, "price", "This field is given twice."),
        ),
        (
            b'{"b": 1, "a": %s%s}' % (b"[" * 20_000, b"]" * 20_000),
            refusal(*DEEP, "a", LEVELS),
        ),
        (
            b'{"x": "[[{", "a": {}, "b\\"": %s1%s}' % (b'{"y":' * 64, b"}" * 64),
            refusal(*DEEP, 'b"', LEVELS),
        ),
        (b"[" * 20_000 + b"]" * 20_000, refusal(*DEEP, "non_field_errors", LEVELS)),
        (b"[1]", refusal(*INVALID, "non_field_errors", "Send a JSON object.")),
        (b"null", refusal(*INVALID, "non_field_errors", "Send a JSON object.")),
        (rb'"\ud800"', refusal(*CHARACTER, "non_field_errors", UNSTORABLE)),
        (b'{"a": "\xff"}', refusal("MALFORMED_JSON", "The body is not UTF-8")),
        (b'{"a": "\xed\xa0\x80"}', refusal("MALFORMED_JSON", "The body is not UTF-8")),
        (
            b'{"a": }',
            refusal("MALFORMED_JSON", "Malformed JSON at line 1, column 7: Expecting value"),
        ),
        (
            b"[" * 20_000,
            refusal(*DEEP, "non_field_errors", LEVELS),
        ),
    ],
)
def test_body_is_refused(client, body, answer):
    response = send(client, body)

    assert (response.status_code, response.json()) == (400, answer)


@pytest.mark.parametrize(
    ("body", "understood"),
    [
        (b'{"a": 0.1}', "Decimal('0.1')"),
        (b'{"a": 1234567890123456.78}', "Decimal('1234567890123456.78')"),
        (b'{"a": 123456789012345678901234567890}', "123456789012345678901234567890"),
        (rb'{"a": "\ud83d\ude00 \\u0000"}', r"'😀 \\u0000'"),
        ('{"a": "žluť"}'.encode(), "'žluť'"),
        (
            b'{"a": [%s]}' % b",".join([b'[{"b": "["}]'] * 3),
            "[[{'b': '['}], [{'b': '['}], [{'b': '['}]]",
        ),
    ],
)
def test_body_is_understood_exactly(client, body, understood):
    response = send(client, body)

    assert (response.status_code, response.json()) == (200, {"a": understood})


def test_deepest_body_that_is_accepted(client):
    response = send(client, b'{"a": %s%s}' % (b"[" * 63, b"]" * 63))

    assert response.status_code == 200


def test_other_media_are_refused(client):
    response = client.post(
        "/api/v1/echo", content=b'{"a": 1.50}', headers={"Content-Type": "text/plain"}
    )

    assert_answer(
        response, 415, "UNSUPPORTED_MEDIA_TYPE", 'Unsupported media type "text/plain" in request.'
    )


def test_unreadable_media_type_is_none(client):
    headers = {"Content-Type": "application/json; charset*=none''%41"}

    read = client.get("/api/v1/config", headers=headers)
    written = client.post("/api/v1/echo", content=b"{}", headers=headers)

    assert read.status_code == 200
    assert_answer(written, 415, "UNSUPPORTED_MEDIA_TYPE", 'Unsupported media type "" in request.')


@pytest.mark.parametrize("path", ["/healthz", "/readyz/healthz"])
def test_no_header_moves_the_path(client, path):
    plain = client.get(path)

    moved = client.get(path, headers={"SCRIPT_NAME": "/readyz", "PATH_INFO": "/readyz"})

    assert (moved.status_code, moved.json()) == (plain.status_code, plain.json())


def test_body_at_the_limit_is_read(client):
    frame = b'{"a": "%s"}'

    response = send(client, frame % (b"x" * (LIMIT - len(frame) + 2)))

    assert response.status_code == 200


def test_body_beyond_the_limit_is_too_large(client):
    response = send(client, b'{"a": "%s"}' % (b"x" * LIMIT))

    assert_answer(response, 413, "PAYLOAD_TOO_LARGE", "The request is too large")


def test_announced_size_is_refused_before_it_is_sent(live):
    status, _, answer = exchange(live, request_head(f"Content-Length: {10**12}"))

    assert (status, answer["error"]) == (413, "PAYLOAD_TOO_LARGE")


def test_chunked_body_is_read(live):
    status, _, answer = exchange(live, CHUNKED, chunk(b'{"a":'), chunk(b" 1}"), chunk(b""))

    assert (status, answer) == (200, {"a": "1"})


def test_large_chunked_body_is_too_large(live):
    content = b'{"a": "' + b"x" * 3_000_000

    status, _, answer = exchange(live, CHUNKED, chunk(content), chunk(b""))

    assert (status, answer["error"]) == (413, "PAYLOAD_TOO_LARGE")


def test_chunked_body_without_an_end_is_too_large(live):
    part = chunk(b" " * 100_000)

    status, _, answer = exchange(live, CHUNKED, *[part] * (LIMIT // 100_000 + 1))

    assert (status, answer["error"]) == (413, "PAYLOAD_TOO_LARGE")


def test_chunked_form_of_the_back_office_is_bounded(live):
    cookie = f"Cookie: __Host-csrftoken={'c' * 32}"
    head = request_head("Transfer-Encoding: chunked", cookie, path="/admin/login/").replace(
        b"application/json", b"application/x-www-form-urlencoded"
    )

    status, _, answer = exchange(live, head, chunk(b"a=" + b"x" * 3_000_000), chunk(b""))

    assert (status, answer["error"]) == (413, "PAYLOAD_TOO_LARGE")


@pytest.mark.parametrize(
    ("sent", "status", "error"),
    [
        ([b"NOT HTTP\r\n\r\n"], 400, "BAD_REQUEST"),
        ([b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\n\r\n"], 414, "URI_TOO_LONG"),
        (
            [b"GET / HTTP/1.1\r\nX: " + b"x" * 9000 + b"\r\n\r\n"],
            431,
            "REQUEST_HEADER_FIELDS_TOO_LARGE",
        ),
        ([CHUNKED, b"zz\r\n"], 400, "BAD_REQUEST"),
        ([request_head("Transfer-Encoding: unknown")], 501, "NOT_IMPLEMENTED"),
    ],
)
def test_what_is_no_http_gets_the_same_shape(live, sent, status, error):
    found, head, answer = exchange(live, *sent)

    assert (found, answer["success"], answer["error"]) == (status, False, error)
    assert head["Content-Type"].strip() == "application/json"
    assert head["X-Request-ID"].strip() in live.log.read_text()
    assert {name: head.get(name, "").strip() for name in RULES} == RULES
