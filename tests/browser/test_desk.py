"""The tournament desk in a browser: a life's end, its board, many refused trades, a file."""

import csv
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.factories.accounts import UserFactory
from tests.factories.tournaments import BookingFactory, TournamentFactory
from tests.factories.trading import PerformanceSnapshotFactory, QuarantinedTradeFactory
from tests.trading import boards
from tournaments.models import Participant, Result, Tournament
from tournaments.services import lifecycle, ranking
from trading.models import QuarantinedTrade

both_sizes = pytest.mark.parametrize(
    "options",
    [
        {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"},
        {"viewport": {"width": 1440, "height": 900}},
    ],
    ids=["phone", "desk"],
)


@pytest.fixture
def tournament():
    """Return a running tournament with a board of three."""
    running = TournamentFactory(active=True, name="Spring Cup", slug="spring-cup")
    for n in (30, 20, 10):
        boards.seat(running, f"seat{n}", total=f"{n}.00")
    ranking.refresh(tournament=running)
    return running


@pytest.fixture
def desk(open_browser, options):
    """Return an admin's browser."""
    browser = open_browser(**options)
    browser.sign_in(UserFactory(admin=True))
    return browser


def change(browser, tournament, *names):
    """Go from a tournament's page to what its buttons lead to."""
    page = browser.visit(reverse("admin:tournaments_tournament_change", args=[tournament.pk]))
    if page.viewport_size["width"] < 1024:
        page.click("text=more_horiz")
    for name in names:
        said = re.compile(rf"^\s*{name}(\s|chevron_right)*$")
        page.locator("a:visible", has_text=said).first.click()
    return page


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def decide(page, reason):
    page.fill("[name=reason]", reason)
    page.click("#decision_form button[type=submit]")


@both_sizes
def test_admin_completes_once_nothing_is_in_the_way(desk, tournament):
    QuarantinedTradeFactory.create_batch(60, tournament=tournament)
    page = change(desk, tournament, "Complete")
    page.wait_for_url("**/complete/")
    blocked = (fits(page), page.locator("#decision_form button[type=submit]").count())

    page.click("#blocks a")
    page.wait_for_url("**/quarantinedtrade/?**")
    page.check("thead input[type=checkbox]")
    page.click(".question a:visible")
    page.select_option("select[name=action]", "dismiss_all")
    page.click("button[name=index]")
    page.wait_for_selector("#decision_form")
    all_fit = fits(page)
    decide(page, "Sent again after the end")
    page.wait_for_selector("text=60 refused trades are dismissed.")
    page = change(desk, tournament, "Complete")
    page.wait_for_url("**/complete/")
    decide(page, "All traders agree")
    page.wait_for_selector("text=Spring Cup is over, and its result is published.")

    assert (blocked, all_fit) == ((True, 0), True)
    assert set(QuarantinedTrade.objects.values_list("status", flat=True)) == {"dismissed"}
    assert Result.objects.get().standings.count() == 3
    assert desk.problems == []


@both_sizes
def test_admin_corrects_a_result_after_a_look(desk, tournament):
    boss = UserFactory(admin=True)
    lifecycle.transition(actor=boss, tournament=tournament, to="completed", reason="Over")
    page = change(desk, tournament, "More", "Correct the result")
    page.wait_for_url("**/correct/")

    page.fill("[name=disqualify]", "seat30")
    decide(page, "Two accounts")
    page.wait_for_selector("#changes")
    shown, looked_fits = page.locator("#changes tbody tr").count(), fits(page)
    page.click("text=Publish the correction")
    page.wait_for_selector("text=The correction is published.")

    assert (shown, looked_fits, Result.objects.count()) == (3, True, 2)
    assert Participant.objects.get(user__username="seat30").final_rank is None
    assert desk.problems == []


@both_sizes
def test_board_shows_the_leaders_curves(desk, tournament):
    first = tournament.participants.get(user__username="seat30")
    for minutes in (20, 10, 0):
        at = timezone.now() - timedelta(minutes=minutes)
        PerformanceSnapshotFactory(participant=first, recorded_at=at, data_source="dayrade")

    page = change(desk, tournament, "Board")
    page.wait_for_url("**/board/")

    assert page.locator("#curves polyline").count() == 1
    assert page.locator("#board tbody tr").count() == 3
    assert fits(page)
    assert desk.problems == []


@both_sizes
def test_admin_sets_a_freeze_in_the_picker(desk, tournament):
    at = (timezone.now() + timedelta(days=1)).replace(second=0, microsecond=0)
    page = change(desk, tournament, "More", "Freeze")
    page.wait_for_url("**/freeze/")

    page.fill("[name=freeze_at]", f"{at:%Y-%m-%dT%H:%M}")
    decide(page, "As announced")
    page.wait_for_selector("text=The freeze is set.")

    tournament.refresh_from_db()
    assert tournament.rules == {"freeze_at": f"{at:%Y-%m-%dT%H:%M:%SZ}"}
    assert desk.problems == []


@both_sizes
def test_admin_downloads_the_board(desk, tournament):
    page = change(desk, tournament, "More", "Export")
    page.wait_for_url("**/export/")
    page.select_option("[name=what]", "board")
    page.fill("[name=reason]", "For the prizes")

    with page.expect_download() as started:
        page.click("#decision_form button[type=submit]")
    download = started.value

    lines = list(csv.DictReader(Path(download.path()).read_text().splitlines()))
    assert download.suggested_filename.startswith("spring-cup-board-")
    assert [(line["rank"], line["username"]) for line in lines] == [
        ("1", "seat30"),
        ("2", "seat20"),
        ("3", "seat10"),
    ]
    assert (fits(page), desk.problems) == (True, [])


@both_sizes
def test_admin_closes_registration_and_announces_it_from_the_desk(desk):
    tournament = TournamentFactory(name="Summer Cup", min_participants=1)
    seats = [boards.seat(tournament, f"seat{n}") for n in (2, 1)]
    Tournament.objects.filter(pk=tournament.pk).update(current_participants=len(seats))
    page = desk.visit(reverse("admin:tournament_desk", args=[tournament.pk]))
    fit = [fits(page)]

    page.click("#steps a:has-text('Close registration')")
    page.wait_for_url("**/close_registration/")
    decide(page, "Every place is spoken for")
    page.wait_for_url("**/desk/")
    page.click("#pages a:has-text('Announce')")
    page.wait_for_url("**/announcement/")
    page.fill("[name=text]", "Trading starts at nine.")
    decide(page, "So that everybody is there")
    page.wait_for_selector("#changes >> text=2 people get this")
    fit.append(fits(page))
    page.click("#decision_form button[type=submit]")
    page.wait_for_selector("text=It is announced.")

    tournament.refresh_from_db()
    said = tournament.chat_messages.filter(message_type="announcement")
    assert tournament.status == "registration_closed"
    assert [message.message_text for message in said] == ["Trading starts at nine."]
    assert (fit, desk.problems) == ([True, True], [])


@both_sizes
def test_admin_finds_and_disqualifies_somebody_from_the_desk(desk, tournament):
    page = desk.visit(reverse("admin:tournament_desk", args=[tournament.pk]))
    shown = page.locator("#board tbody tr").count()

    page.fill("#find_seat", "seat30")
    page.press("#find_seat", "Enter")
    page.wait_for_url("**/participant/?**")
    page.click("#result_list a:has-text('seat30')")
    page.wait_for_url("**/change/**")
    if page.viewport_size["width"] < 1024:
        page.click("text=more_horiz")
    page.click("a:text-is('Disqualify')")
    page.wait_for_url("**/disqualify/")
    moves = page.locator("#changes tbody tr").count()
    decide(page, "Two accounts")
    page.wait_for_selector("text=The seat is disqualified.")

    ranks = tournament.participants.order_by("current_rank").values_list(
        "user__username", "current_rank"
    )
    assert (shown, moves) == (3, 3)
    assert list(ranks) == [("seat20", 1), ("seat10", 2), ("seat30", None)]
    assert desk.problems == []


@both_sizes
def test_staff_try_unfit_bookings_again(desk):
    cup = TournamentFactory(name="Autumn Cup", ticketsource_event_id="evt-1")
    person = UserFactory(approved=True)
    BookingFactory(tournament=cup, email=person.email, mismatch="kyc_required")
    BookingFactory(tournament=cup, email="nobody@example.com", mismatch="no_account")
    page = desk.visit(reverse("admin:tournament_desk", args=[cup.pk]))

    page.click("#attention a:has-text('2 bookings do not fit')")
    page.wait_for_url("**/mismatches/")
    fit = fits(page)
    page.click("text=Try all of them again")
    page.wait_for_selector("text=1 of 2 bookings fit now.")

    assert cup.participants.get().user == person
    assert page.locator("table").count() == 1
    assert (fit, desk.problems) == (True, [])
