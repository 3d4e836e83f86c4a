"""ETag, 304, and who may store an answer."""

import pytest

from tests.factories.accounts import UserFactory
from tests.factories.tournaments import TournamentFactory

pytestmark = pytest.mark.django_db

TOURNAMENTS = "/api/v1/tournaments"


@pytest.mark.parametrize("path", ["tournaments", "economic-events", "config", "schema"])
def test_shared_read_can_be_asked_for_again(anonymous, path):
    first = anonymous.get(f"/api/v1/{path}")

    again = anonymous.get(f"/api/v1/{path}", headers={"If-None-Match": first["ETag"]})

    assert first["Cache-Control"] == "no-cache"
    assert "Authorization" in first["Vary"]
    assert (again.status_code, again.content) == (304, b"")
    kept = ("ETag", "Cache-Control", "Vary")
    assert [again[name] for name in kept] == [first[name] for name in kept]
    assert "X-Request-ID" in again


@pytest.mark.parametrize("sent", ["W/{}", '"other", {}', "*"])
def test_etag_is_found_in_any_form(anonymous, sent):
    etag = anonymous.get(TOURNAMENTS)["ETag"]

    answer = anonymous.get(TOURNAMENTS, headers={"If-None-Match": sent.format(etag)})

    assert answer.status_code == 304


@pytest.mark.parametrize("sent", ["", '"other"', "nonsense", '"', "\x00"])
def test_other_etags_get_the_answer(anonymous, sent):
    answer = anonymous.get(TOURNAMENTS, headers={"If-None-Match": sent})

    assert answer.status_code == 200


def test_etag_changes_with_the_answer(anonymous):
    before = anonymous.get(TOURNAMENTS)["ETag"]
    TournamentFactory()

    answer = anonymous.get(TOURNAMENTS, headers={"If-None-Match": before})

    assert answer.status_code == 200
    assert answer["ETag"] != before


def test_signed_in_read_of_shared_data_is_private(client_of):
    answer = client_of(UserFactory()).get(TOURNAMENTS)

    assert answer["Cache-Control"] == "private, no-cache"
    assert "ETag" in answer


def test_staff_see_more_under_another_etag(anonymous, client_of):
    TournamentFactory(draft=True)
    staff = client_of(UserFactory(moderator=True))

    assert staff.get(TOURNAMENTS)["ETag"] != anonymous.get(TOURNAMENTS)["ETag"]


@pytest.mark.parametrize("path", ["users/me", "auth/sessions", "notifications"])
def test_what_is_personal_is_never_stored(client_of, path):
    answer = client_of(UserFactory()).get(f"/api/v1/{path}")

    assert answer["Cache-Control"] == "no-store"
    assert "ETag" not in answer


@pytest.mark.parametrize("path", ["nowhere", "tournaments/nowhere", "users/me", "tournaments?x=1"])
def test_failures_are_never_stored(anonymous, path):
    answer = anonymous.get(f"/api/v1/{path}", headers={"If-None-Match": "*"})

    assert answer.status_code >= 400
    assert answer["Cache-Control"] == "no-store"
    assert "ETag" not in answer


def test_head_is_get_without_a_body(anonymous):
    got = anonymous.get(TOURNAMENTS)

    head = anonymous.head(TOURNAMENTS)

    assert head.content == b""
    names = ("ETag", "Content-Type", "Content-Length", "Cache-Control", "Vary")
    assert [head[name] for name in names] == [got[name] for name in names]


def test_back_office_is_left_alone(anonymous):
    answer = anonymous.get("/admin/login/")

    assert "Authorization" not in answer.get("Vary", "")
