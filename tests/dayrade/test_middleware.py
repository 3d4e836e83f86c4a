"""Whose request it is: behind proxies, only what they wrote is believed."""

import pytest

from dayrade.middleware import client_address

PEER = "192.0.2.9"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "198.51.100.1", PEER),
        (1, "198.51.100.1", "198.51.100.1"),
        (1, "203.0.113.5, 198.51.100.1", "198.51.100.1"),
        (2, "203.0.113.5, 198.51.100.1,10.0.0.1", "198.51.100.1"),
        (2, "198.51.100.1", "198.51.100.1"),
        (1, "", PEER),
        (1, "2001:DB8::1", "2001:db8::1"),
        (1, "unknown", ""),
    ],
)
def test_address_is_the_one_that_the_trusted_proxies_saw(rf, settings, proxies, forwarded, address):
    settings.TRUSTED_PROXIES = proxies
    request = rf.get("/", REMOTE_ADDR=PEER, headers={"X-Forwarded-For": forwarded})

    assert client_address(request) == address


def test_without_a_header_it_is_the_peers(rf, settings):
    settings.TRUSTED_PROXIES = 1

    assert client_address(rf.get("/", REMOTE_ADDR=PEER)) == PEER


def test_unix_socket_has_no_address(rf):
    assert client_address(rf.get("/", REMOTE_ADDR="")) == ""
