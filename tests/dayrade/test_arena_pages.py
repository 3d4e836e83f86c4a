"""What holds for every page of the arena: addresses, caches, failures."""

import psycopg
import pytest
from django.db import OperationalError, connection

from comms.services import moderation
from dayrade.api.shared_reads import SharedReads
from dayrade.arena.reading import ApiError, read
from dayrade.wsgi import get_wsgi_application
from tests.dayrade.pages import Page
from tests.dayrade.test_shared_reads import ask
from tests.factories.accounts import UserFactory
from tests.factories.comms import ChatMessageFactory
from tests.factories.tournaments import TournamentFactory

BROWSER = {"Accept": "text/html,application/xhtml+xml"}


@pytest.mark.django_db
def test_unknown_parameter_leads_to_the_address_without_it(anonymous):
    answer = anonymous.get("/?utm_source=x&search=cup&page=1")

    assert (answer.status_code, answer["Location"]) == (302, "/?search=cup&page=1")


@pytest.mark.django_db
def test_page_is_asked_for_again_and_not_sent(anonymous):
    TournamentFactory(active=True, slug="cup")
    first = anonymous.get("/calendar")

    again = anonymous.get("/calendar", headers={"If-None-Match": first["ETag"]})

    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.django_db
def test_page_comes_from_memory_for_a_moment(django_assert_num_queries):
    kept = SharedReads(get_wsgi_application(), seconds=1000)
    TournamentFactory(active=True, slug="cup")
    paths = ("/", "/?search=c", "/calendar")
    first = [ask(kept, path)[2] for path in paths]

    with django_assert_num_queries(0):
        again = [ask(kept, path)[2] for path in paths]

    assert again == first


@pytest.mark.django_db(transaction=True)
def test_hidden_message_is_in_no_page_from_memory():
    kept = SharedReads(get_wsgi_application(), seconds=1000)
    tournament = TournamentFactory(active=True, slug="cup")
    message = ChatMessageFactory(tournament=tournament, message_text="An insult")
    before = ask(kept, "/tournaments/cup")[2]

    moderation.hide(actor=UserFactory(moderator=True), message=message, reason="Abuse")

    after = ask(kept, "/tournaments/cup")[2]
    kept.line.connection.close()
    assert [b"An insult" in each for each in (before, after)] == [True, False]


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/nowhere", "/tournaments/nowhere", "/calendar/x"])
def test_what_is_nowhere_is_a_page_with_a_way_back(anonymous, path):
    answer = anonymous.get(path, headers=BROWSER)

    page = Page(answer)
    assert (answer.status_code, page.has("Not found", "To the tournaments")) == (404, [True, True])
    assert "/" in page.links


@pytest.mark.django_db
def test_way_back_in_the_back_office_leads_there(anonymous):
    answer = anonymous.get("/admin/search/", headers=BROWSER)

    assert answer.status_code == 404
    assert Page(answer).has("Home of the back office", "To the tournaments") == [True, False]


@pytest.mark.django_db
def test_program_is_told_in_json(anonymous):
    answer = anonymous.get("/tournaments/nowhere", headers={"Accept": "application/json"})

    assert (answer.status_code, answer.json()["error"]) == (404, "NOT_FOUND")


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/calendar", "/tournaments/cup"])
def test_database_that_is_away_is_a_page_that_says_when(anonymous, path):
    def away(*arguments):
        raise OperationalError from psycopg.errors.CannotConnectNow("secret")

    with connection.execute_wrapper(away):
        answer = anonymous.get(path, headers=BROWSER)

    assert (answer.status_code, answer["Retry-After"]) == (503, "2")
    assert Page(answer).has("Nothing is lost", "Try again in 2 seconds.", "secret") == [
        True,
        True,
        False,
    ]


@pytest.mark.django_db
def test_refusal_says_when_to_come_back(rf):
    def away(*arguments):
        raise OperationalError from psycopg.errors.CannotConnectNow("secret")

    with connection.execute_wrapper(away), pytest.raises(ApiError) as caught:
        read(rf.get("/"), "/tournaments")

    assert (caught.value.status, caught.value.retry_after) == (503, 2)


def test_icon_is_found_by_its_old_name(anonymous):
    answer = anonymous.get("/favicon.ico")

    assert (answer.status_code, answer["Location"]) == (302, "/static/dayrade/favicon.svg")


def test_robots_are_kept_from_what_is_not_for_readers(anonymous):
    answer = anonymous.get("/robots.txt")

    assert answer["Content-Type"] == "text/plain"
    assert answer.content.decode().splitlines() == [
        "User-agent: *",
        "Disallow: /admin/",
        "Disallow: /api/",
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/sign-in", "/api/v1/tournaments"])
def test_what_has_not_changed_keeps_its_policy(anonymous, path):
    whole = anonymous.get(path)

    unchanged = anonymous.get(path, headers={"If-None-Match": whole["ETag"]})

    assert (whole.status_code, unchanged.status_code) == (200, 304)
    policy = "Content-Security-Policy"
    assert unchanged[policy] == whole[policy]
