"""The arena's list of tournaments."""

import re
from datetime import UTC, datetime

import pytest
from django.utils.html import escape

from administration.models import SystemConfiguration
from dayrade.arena import tournaments as views
from tests.dayrade.pages import Page
from tests.factories.tournaments import TournamentFactory
from tests.trading.boards import passed, seat

pytestmark = pytest.mark.django_db


def headings(answer):
    found = re.findall(r"<h2[^>]*>(.*?)</h2>", answer.content.decode())
    return [re.sub(r"<[^>]+>", "", each) for each in found]


def names(answer):
    return re.findall(r"<h3><a [^>]*>(.*?)</a></h3>", answer.content.decode())


def test_groups_come_by_what_a_visitor_can_do(anonymous):
    for status in ("cancelled", "completed", "registration_closed", "registration_open"):
        TournamentFactory(status=status)
    TournamentFactory(active=True)
    TournamentFactory(draft=True)

    answer = anonymous.get("/")

    assert headings(answer) == [
        "Trading now",
        "Registration open",
        "Starting soon",
        "Finished",
        "Cancelled",
    ]


def test_card_says_what_decides(anonymous):
    TournamentFactory(
        open=True,
        name="Spring Cup",
        slug="spring-cup",
        division="raider",
        tournament_type="championship",
        prize_pool="12500.00",
        entry_fee="25.00",
        max_participants=50,
        current_participants=12,
    )

    page = Page(anonymous.get("/"))

    assert (
        page.has(
            "Spring Cup",
            "Raider · Championship",
            "12,500.00 USD",
            "25.00 USD",
            "Places left 38 of 50",
            "Registration closes",
        )
        == [True] * 6
    )
    assert "/tournaments/spring-cup" in page.links


def test_card_says_that_a_tournament_is_free_and_full(anonymous):
    TournamentFactory(open=True, max_participants=20, current_participants=20, entry_fee="0.00")

    assert Page(anonymous.get("/")).has("Entry fee Free", "Full (20)") == [True, True]


def test_card_says_who_leads(anonymous):
    tournament = TournamentFactory(active=True)
    for name, total in (("ada", "30.00"), ("bob", "20.00"), ("cyd", "-1.00"), ("dan", "-2.00")):
        seat(tournament, name, total)
    passed(tournament, every=10)

    page = Page(anonymous.get("/"))

    assert "1 ada +30.00 2 bob +20.00 3 cyd \N{MINUS SIGN}1.00" in page.text
    assert "dan" not in page.text


def test_card_says_who_has_won(anonymous):
    seat(TournamentFactory(status="completed"), "ada", "30.00", final_rank=1, final_pnl="30.00")

    assert Page(anonymous.get("/")).has("ada +30.00") == [True]


def test_card_shows_no_more_than_the_freeze(anonymous):
    tournament = TournamentFactory(active=True, rules={"freeze_at": "2020-01-01T00:00:00Z"})
    seat(tournament, "ada", "30.00")
    passed(tournament, every=10)

    assert Page(anonymous.get("/")).has("ada") == [False]


def test_name_enters_as_text(anonymous):
    TournamentFactory(name="<script>alert(1)</script>", slug="cup")

    pages = [anonymous.get(path).content.decode() for path in ("/", "/tournaments/cup")]

    assert [escape("<script>alert(1)</script>") in page for page in pages] == [True, True]
    assert ["<script>alert" in page for page in pages] == [False, False]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("search=SPRING", ["Spring"]),
        ("division=raider", ["Autumn"]),
        ("tournament_type=special", ["Autumn"]),
        ("status=registration_open", ["Autumn", "Spring"]),
        ("starts_from=2027-09-01", ["Autumn"]),
        ("starts_to=2027-03-09", ["Spring"]),
        ("starts_to=2027-03-08", []),
        ("ordering=-prize_pool", ["Spring", "Autumn"]),
        ("search=&status=&division=", ["Spring", "Autumn"]),
    ],
)
def test_filters_are_those_of_the_api(anonymous, asked, found):
    TournamentFactory(
        name="Spring",
        division="elevator",
        prize_pool=20,
        start_date=datetime(2027, 3, 9, 14, 30, tzinfo=UTC),
        end_date=datetime(2028, 3, 12, tzinfo=UTC),
    )
    TournamentFactory(
        name="Autumn",
        division="raider",
        tournament_type="special",
        prize_pool=10,
        start_date=datetime(2027, 9, 1, tzinfo=UTC),
        end_date=datetime(2028, 9, 12, tzinfo=UTC),
    )

    answer = anonymous.get(f"/?{asked}")

    assert answer.status_code == 200
    assert sorted(names(answer)) == sorted(found)
    if "ordering" in asked:
        assert names(answer) == found


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("status=won", "status: Select a valid choice."),
        ("starts_from=yesterday", "starts_from: Write an instant"),
        ("starts_from=9999-12-31&starts_to=9999-12-31", "starts_to: Write an instant"),
        (f"search={'x' * 101}", "search: Ensure this value has at most 100 characters"),
    ],
)
def test_what_the_api_refuses_is_said_above_the_list(anonymous, asked, said):
    answer = anonymous.get(f"/?{asked}")

    assert answer.status_code == 400
    assert Page(answer).has(said) == [True]


def test_list_goes_page_by_page(anonymous):
    TournamentFactory.create_batch(views.PAGE_SIZE + 1, open=True)

    first = anonymous.get("/?status=registration_open")
    second = anonymous.get("/?status=registration_open&page=2")

    assert [len(names(answer)) for answer in (first, second)] == [views.PAGE_SIZE, 1]
    assert "?status=registration_open&page=2" in Page(first).links
    assert "?status=registration_open&page=1" in Page(second).links
    assert set(names(first)).isdisjoint(names(second))


@pytest.mark.parametrize("page", ["0", "-1", "x", "²", "99999999999"])
def test_page_that_is_none_is_not_found(anonymous, page):
    assert anonymous.get(f"/?page={page}").status_code == 404


def test_page_beyond_the_last_is_said_to_be_none(anonymous):
    answer = anonymous.get("/?status=active&page=2")

    assert answer.status_code == 400
    assert Page(answer).has("page: Must be a whole number from 1 to 1.") == [True]


def test_group_leads_to_the_rest_of_it(anonymous):
    TournamentFactory.create_batch(views.OVER_MAX + 1, status="cancelled")

    answer = anonymous.get("/?division=elevator")

    assert len(names(answer)) == views.OVER_MAX
    assert "?division=elevator&status=cancelled" in Page(answer).links


def test_group_that_is_cut_leads_to_the_rest_of_it(anonymous, monkeypatch):
    monkeypatch.setattr(views, "GOING_MAX", 2)
    TournamentFactory.create_batch(3, open=True)

    answer = anonymous.get("/")

    assert len(names(answer)) == 2
    assert "?status=registration_open" in Page(answer).links


def test_leaders_are_asked_for_on_a_few_cards_alone(anonymous, monkeypatch):
    monkeypatch.setattr(views, "LED_MAX", 1)
    for name in ("ada", "bob"):
        seat(TournamentFactory(active=True), name, "1.00")

    page = Page(anonymous.get("/"))

    assert sorted(page.has("ada", "bob")) == [False, True]


@pytest.mark.parametrize(
    ("asked", "said"),
    [("", "No tournament has been announced yet."), ("?search=x", "No tournament fits")],
)
def test_empty_list_says_so(anonymous, asked, said):
    assert Page(anonymous.get(f"/{asked}")).has(said) == [True]


def test_announcement_of_the_site_stands_above(anonymous):
    SystemConfiguration.objects.create(
        key="site.announcement", value="Back on Monday", category="site"
    )

    assert Page(anonymous.get("/")).has("Back on Monday") == [True]
