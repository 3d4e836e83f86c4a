"""Addresses, methods and representations that there are none of."""

import pytest

from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db

JUNK = ["x" * 5000, "%00", "a%00b", "%FF", "..%2f..", "a%20b", "-%0A", "é", "%F0%9F%9A%80"]


@pytest.mark.parametrize("junk", JUNK, ids=range(len(JUNK)))
@pytest.mark.parametrize(
    "path",
    [
        "{}",
        "tournaments/{}",
        "tournaments/{}/participants",
        "tournaments/{}/chat",
        "tournaments/x/participants/{}",
        "tournaments/x/participants/{}/trades",
        "users/{}",
        "economic-events/{}",
        "email-templates/{}",
        "notifications/{}/read",
        "system-configuration/{}",
    ],
)
def test_junk_in_an_address_is_not_found(client_of, path, junk):
    admin = client_of(UserFactory(admin=True))

    answer = admin.get(f"/api/v1/{path.format(junk)}")

    assert answer.status_code == 404
    assert answer.json() == {"success": False, "message": "Not found", "error": "NOT_FOUND"}
    assert "X-Request-ID" in answer


@pytest.mark.parametrize("path", ["tournaments/", "users/me/", "config/", ""])
def test_addresses_have_no_slash_at_the_end(anonymous, path):
    assert anonymous.get(f"/api/v1/{path}").status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("put", "tournaments", "GET, POST, HEAD, OPTIONS"),
        ("delete", "users/me", "GET, PATCH, HEAD, OPTIONS"),
        ("get", "auth/login", "POST, OPTIONS"),
        ("post", "config", "GET, HEAD, OPTIONS"),
        ("trace", "tournaments", "GET, POST, HEAD, OPTIONS"),
    ],
)
def test_wrong_method_is_told_the_right_ones(client_of, method, path, allowed):
    admin = client_of(UserFactory(admin=True))

    answer = getattr(admin, method)(f"/api/v1/{path}")

    assert answer.status_code == 405
    assert answer["Allow"] == allowed
    assert answer.json()["error"] == "METHOD_NOT_ALLOWED"
    assert "X-Request-ID" in answer


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "image/*", "nonsense"])
def test_another_representation_is_refused_in_json(anonymous, accept):
    answer = anonymous.get("/api/v1/tournaments", headers={"Accept": accept})

    assert answer.status_code == 406
    assert answer["Content-Type"] == "application/json"
    assert answer.json()["error"] == "NOT_ACCEPTABLE"
    assert "X-Request-ID" in answer


@pytest.mark.parametrize(
    "accept", ["*/*", "application/json", "text/html,application/xhtml+xml,*/*;q=0.8"]
)
def test_json_is_what_everybody_gets(anonymous, accept):
    answer = anonymous.get("/api/v1/tournaments", headers={"Accept": accept})

    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"],
)
def test_body_that_is_not_json_is_refused(client_of, content_type):
    admin = client_of(UserFactory(admin=True))

    answer = admin.post("/api/v1/tournaments", b"name=x", content_type=content_type)

    assert answer.status_code == 415
    assert answer.json()["error"] == "UNSUPPORTED_MEDIA_TYPE"
    assert "X-Request-ID" in answer


@pytest.mark.parametrize("body", [b"{", b"", b"[", b"{'a': 1}", b"\xff"])
def test_malformed_json_is_refused(client_of, body):
    admin = client_of(UserFactory(admin=True))

    answer = admin.post("/api/v1/tournaments", body, content_type="application/json")

    assert answer.status_code == 400
    assert answer.json()["error"] in {"MALFORMED_JSON", "VALIDATION_ERROR"}


def test_options_names_the_methods(anonymous):
    answer = anonymous.options("/api/v1/tournaments")

    assert answer.status_code == 200
    assert answer["Allow"] == "GET, POST, HEAD, OPTIONS"
    assert answer.json() == {"methods": ["GET", "POST", "HEAD", "OPTIONS"]}


def test_inbound_request_id_is_kept(anonymous):
    answer = anonymous.get("/api/v1/tournaments", headers={"X-Request-ID": "request-1"})

    assert answer["X-Request-ID"] == "request-1"
