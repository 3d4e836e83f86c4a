"""The arena's page of one tournament, as it is before any script runs."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from dayrade.arena import live
from tests.dayrade.pages import Page, rows
from tests.factories.comms import ChatMessageFactory, CommentaryFactory
from tests.factories.market import EconomicEventFactory
from tests.factories.tournaments import ResultFactory, StandingFactory, TournamentFactory
from tests.instants import z
from tests.trading.boards import kept, passed, seat

pytestmark = pytest.mark.django_db

CUP = "/tournaments/cup"


@pytest.fixture
def cup():
    return TournamentFactory(active=True, name="Spring Cup", slug="cup")


def field(tournament, count):
    """Seat so many, each with a dollar less than the one before."""
    seats = [seat(tournament, f"person-{n}", f"{count - n}.00") for n in range(count)]
    for rank, one in enumerate(seats, 1):
        one.current_rank = rank
        one.save(update_fields=["current_rank"])
    passed(tournament, every=100)
    return seats


def test_head_says_what_the_tournament_is(anonymous):
    TournamentFactory(
        active=True,
        slug="cup",
        name="Spring Cup",
        description="Four days.",
        prize_pool="12500.00",
        entry_fee="25.00",
        trading_symbols=["AAPL", "IBM"],
        rules={"trades_public": True, "kyc_required": False, "freeze_at": "2099-01-01T00:00:00Z"},
    )

    answer = anonymous.get(CUP)

    page = Page(answer)
    assert (
        page.has(
            "Spring Cup",
            "Active",
            "Four days.",
            "12,500.00 USD",
            "25.00 USD",
            "Traded are AAPL, IBM.",
            "No identity check is needed.",
            "Everybody sees trades and positions.",
            "stops at 1 Jan 2099, 00:00 UTC",
            "a price older than 120 seconds",
        )
        == [True] * 10
    )
    assert '<meta property="og:title" content="Spring Cup">' in answer.content.decode()


def test_rules_that_nobody_set_are_those_of_all(anonymous, cup):
    page = Page(anonymous.get(CUP))

    assert page.has(
        "Competitors have had their identity checked.",
        "Trades and positions are seen by their competitor and the staff alone.",
        "stops at",
    ) == [True, True, False]


def test_board_is_read_without_a_script(anonymous, cup):
    ada = seat(cup, "ada", "1234.50", trades=3, winning_trades=2, losing_trades=1)
    seat(cup, "bob", "-20.00")
    passed(cup, every=10)

    answer = anonymous.get(CUP)

    assert rows(answer) == [
        "1 ada +1,234.50 101,234.50 3 2 : 1",
        "2 bob \N{MINUS SIGN}20.00 99,980.00 0 0 : 0",
    ]
    assert f"{CUP}/competitors/{ada.pk}" in Page(answer).links


def test_board_says_who_has_moved(anonymous, cup):
    for name, total, before in (("ada", "30.00", 3), ("bob", "20.00", 2), ("cyd", "10.00", 1)):
        seat(cup, name, total, current_rank=before)
    passed(cup, every=10)

    found = rows(anonymous.get(CUP))

    assert [row.partition(" +")[0] for row in found] == [
        "1 \u25b2up 2 ada",
        "2 bob",
        "3 \u25bcdown 2 cyd",
    ]


def test_board_goes_page_by_page(anonymous, cup):
    field(cup, live.ROWS + 1)

    first, second = anonymous.get(CUP), anonymous.get(f"{CUP}?page=2")

    assert [len(rows(answer)) for answer in (first, second)] == [live.ROWS, 1]
    assert rows(second)[0].startswith(f"{live.ROWS + 1} person-{live.ROWS} +1.00")
    assert "?page=2#board-panel" in Page(first).links
    assert anonymous.get(f"{CUP}?page=3").status_code == 404


def test_board_is_shown_around_somebody(anonymous, cup):
    field(cup, 40)

    found = rows(anonymous.get(f"{CUP}?around=person-30"))

    assert found[live.AROUND].startswith("31 person-30")
    assert found[0].startswith(f"{31 - live.AROUND} ")


@pytest.mark.parametrize("around", ["nobody-here", "!", "me"])
def test_nobody_to_stand_around_is_said_above_the_board(anonymous, cup, around):
    seat(cup, "ada", "1.00")

    answer = anonymous.get(CUP, {"around": around})

    said = Page(answer).has(f"Nobody called “{around}” is on this board.")
    assert (answer.status_code, said, len(rows(answer))) == (200, [True], 1)


def test_search_finds_competitors(anonymous, cup):
    ada = seat(cup, "adalovelace", "5.00", current_rank=1)
    seat(cup, "bob", "1.00")

    page = Page(anonymous.get(f"{CUP}?search=LOVE"))

    assert page.has("1 found by “LOVE”", "adalovelace +5.00") == [True, True]
    assert {f"{CUP}/competitors/{ada.pk}", "?around=adalovelace#board-panel"} <= set(page.links)


@pytest.mark.parametrize("text", ["nobody", "x" * 101, "\x00"])
def test_search_that_finds_nobody_says_so(anonymous, cup, text):
    answer = anonymous.get(CUP, {"search": text})

    assert (answer.status_code, Page(answer).has("Nobody is called anything like")) == (200, [True])


def test_search_says_how_many_more_there_are(anonymous, cup):
    field(cup, live.FOUND_MAX + 1)

    page = Page(anonymous.get(f"{CUP}?search=person"))

    assert page.has(f"{live.FOUND_MAX + 1} found by “person”, of whom these are the first") == [
        True
    ]


def test_talk_is_read_without_a_script(anonymous, cup):
    now = timezone.now()
    ChatMessageFactory(tournament=cup, user__username="ada", message_text="Later", created_at=now)
    ChatMessageFactory(
        tournament=cup,
        user__username="bob",
        message_text="<b>Earlier</b>",
        created_at=now - timedelta(minutes=1),
    )
    ChatMessageFactory(tournament=cup, hidden=True, message_text="Hidden")
    CommentaryFactory(
        tournament=cup, commentary_text="Ada leads", audio_url="https://cdn.example.com/1.mp3"
    )

    answer = anonymous.get(CUP)

    page = Page(answer)
    assert page.text.index("<b>Earlier</b>") < page.text.index("Later")
    assert page.has("Hidden", "Bull Ada leads") == [False, True]
    assert 'src="https://cdn.example.com/1.mp3"' in answer.content.decode()


def test_calendar_of_the_day_stands_beside(anonymous, cup):
    now = timezone.now()
    EconomicEventFactory(name="Payrolls", event_time=now, actual_value="2.5000", unit="%")
    EconomicEventFactory(name="Old news", event_time=now - timedelta(days=2))

    page = Page(anonymous.get(CUP))

    assert page.has("Payrolls", "Actual 2.5 ·", "Old news") == [True, True, False]


def test_frozen_board_says_so(anonymous):
    at = timezone.now() - timedelta(hours=1)
    tournament = TournamentFactory(active=True, slug="cup", rules={"freeze_at": z(at)})
    one = seat(tournament, "ada", "10.00")
    kept(tournament, at - timedelta(minutes=1))
    passed(tournament, every=10)
    one.total_pnl = one.realized_pnl = Decimal("99.00")
    one.current_balance = Decimal("100099.00")
    one.save(update_fields=["total_pnl", "realized_pnl", "current_balance"])

    answer = anonymous.get(CUP)

    assert '<p id="frozen" class="notice">' in answer.content.decode()
    assert ["+10.00" in row for row in rows(answer)] == [True]


def test_board_that_is_live_says_nothing_of_a_freeze(anonymous, cup):
    assert '<p id="frozen" class="notice" hidden>' in anonymous.get(CUP).content.decode()


def test_result_and_its_corrections_are_told(anonymous):
    result = ResultFactory(tournament__slug="cup")
    StandingFactory(result=result, participant__user__username="ada", pnl="30.00")
    ResultFactory(tournament=result.tournament, number=2, reason="A trade was busted")

    page = Page(anonymous.get(CUP))

    assert page.has("The result was published", "A trade was busted", "Result") == [True] * 3


def test_cancelled_tournament_says_so(anonymous):
    TournamentFactory(slug="cup", status="cancelled")

    assert Page(anonymous.get(CUP)).has("This tournament has been cancelled.") == [True]


def test_empty_tournament_says_what_is_missing(anonymous, cup):
    page = Page(anonymous.get(CUP))

    assert (
        page.has(
            "Nobody competes yet.",
            "Nobody has said anything yet.",
            "Nothing has been said yet.",
            "Nothing is to be released.",
        )
        == [True] * 4
    )


def test_id_leads_to_the_slug(anonymous, cup):
    answer = anonymous.get(f"/tournaments/{cup.pk}?page=1")

    assert (answer.status_code, answer["Location"]) == (302, f"{CUP}?page=1")


@pytest.mark.parametrize("path", ["/live/cup", "/live/nowhere"])
def test_address_of_before_leads_here_for_good(anonymous, path):
    answer = anonymous.get(path)

    assert (answer.status_code, answer["Location"]) == (301, path.replace("live", "tournaments"))
