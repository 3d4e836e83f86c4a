"""When a request is whole, however its bytes come."""

import pytest
from gunicorn.config import Config

from dayrade.framing import HEAD_MAX, Incoming

POST = b"POST /api/v1/echo HTTP/1.1\r\nHost: localhost\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
LIMIT = 2_500_000
INGEST_LIMIT = 8_000_000


def short(value):
    return repr(value)[-60:]


def incoming(sent=b""):
    return Incoming(Config(), ("127.0.0.1", 1), sent)


def looks(sent):
    """Send byte after byte, and return what is told after each."""
    request = incoming()
    told = []
    for place in range(len(sent)):
        request.data += sent[place : place + 1]
        told.append(int(request.look()))
    return told


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"\r\nGET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        POST + b"Content-Length: 0\r\n\r\n",
        POST + b"content-length:5\r\n\r\n12345",
        POST + b"Content-Length: 4\r\n\r\n\r\n\r\n",
        CHUNKED + b"0\r\n\r\n",
        CHUNKED + b"2\r\n{}\r\n0\r\n\r\n",
        CHUNKED + b"2 ; a=b\r\n\r\n\r\n00a;x\r\n0123456789\r\n000\r\nX: y\r\n\r\n",
    ],
    ids=short,
)
def test_request_is_whole_with_its_last_byte(sent):
    told = looks(sent)

    assert (set(told[:-1]), told[-1]) == ({100}, 200)


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\n",
        b"GET /\r\n",
        b"GET / HTTP/2\r\n",
        b"\x16\x03\x01 a\n",
        b"GET /" + b"x" * 9000,
        POST + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\n",
        POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        POST + b"Content-Length: x\r\n\r\n",
        POST + b"Content-Length : 5\r\n\r\n",
        POST + b"Transfer-Encoding: unknown\r\n\r\n",
        CHUNKED + b"x\r\n",
        CHUNKED + b"-1\r\n",
        CHUNKED + b"2\r\n{}XX",
        CHUNKED + b"0\r\nX: y\n",
        CHUNKED + b"1;" + b"x" * 9000,
    ],
    ids=short,
)
def test_what_is_refused_whatever_follows_is_not_waited_for(sent):
    assert incoming(sent).look() == 200


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (POST + b"X: y\r\n" * (HEAD_MAX // 6), 431),
        (CHUNKED + b"0\r\n" + b"X: y\r\n" * (HEAD_MAX // 6 + 1), 431),
        (POST + b"Content-Length: %d\r\n\r\n" % (INGEST_LIMIT + 1), 413),
        (POST + b"Content-Length: %d\r\n\r\n" % INGEST_LIMIT, 100),
        (CHUNKED + b"%x\r\n" % (LIMIT + 1), 413),
        (CHUNKED + b"%x\r\n" % LIMIT, 100),
        (CHUNKED + b"f" * 17 + b"\r\n", 413),
        (CHUNKED.replace(b"/echo", b"/ingest/trades") + b"%x\r\n" % INGEST_LIMIT, 100),
        (CHUNKED.replace(b"/echo", b"/ingest/trades") + b"%x\r\n" % (INGEST_LIMIT + 1), 413),
        # Of which hardly anything is content.
        (CHUNKED + (b"1;%s\r\nx\r\n" % (b"y" * 8000)) * 640, 413),
    ],
    ids=short,
)
def test_what_is_too_large_is_refused_before_it_is_there(sent, status):
    assert incoming(sent).look() == status


def test_client_that_waits_to_be_told_is_noticed():
    request = incoming(POST + b"Expect: 100-Continue\r\nContent-Length: 5\r\n\r\n")

    assert (request.look(), request.expects) == (100, True)


def test_what_follows_is_left():
    assert incoming(POST + b"Content-Length: 2\r\n\r\n{}GET / HT").look() == 200
