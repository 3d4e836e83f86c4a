"""The arena's page of one competitor."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from dayrade.arena import competitor
from tests.dayrade.pages import Page
from tests.factories.tournaments import TournamentFactory
from tests.factories.trading import PerformanceSnapshotFactory, PositionFactory, TradeFactory
from tests.instants import z
from tests.trading.boards import kept, seat

pytestmark = pytest.mark.django_db

NOWHERE = "00000000-0000-4000-8000-000000000000"


def address(one):
    return f"/tournaments/{one.tournament.slug}/competitors/{one.pk}"


def ada(**rules):
    tournament = TournamentFactory(active=True, slug="cup", name="Spring Cup", rules=rules)
    return seat(
        tournament,
        "ada",
        "1234.50",
        realized="1000.00",
        trades=7,
        winning_trades=2,
        losing_trades=1,
        total_volume="9999.00",
        current_rank=3,
        best_rank=1,
        user__country="Ireland",
    )


def test_page_shows_card_and_figures(anonymous):
    one = ada()

    answer = anonymous.get(address(one))

    page = Page(answer)
    assert (
        page.has(
            "ada",
            "Ireland",
            "Rank 3",
            "Best rank held 1",
            "Total P&L +1,234.50",
            "Realized P&L +1,000.00",
            "Unrealized P&L +234.50",
            "Balance 101,234.50",
            "Starting balance 100,000.00",
            "Trades 7",
            "Won 2",
            "Lost 1",
            "Win rate, % 66.67",
            "Volume 9,999.00",
        )
        == [True] * 14
    )
    assert {"/tournaments/cup", "/tournaments/cup?around=ada#board-panel"} <= set(page.links)
    assert '<meta property="og:title" content="ada · Spring Cup">' in answer.content.decode()


def test_curve_is_told_by_its_landmarks(anonymous):
    one = ada()
    for hours, total in ((4, "0.00"), (3, "-50.00"), (2, "80.00"), (1, "10.00")):
        PerformanceSnapshotFactory(
            participant=one,
            data_source="dayrade",
            recorded_at=timezone.now() - timedelta(hours=hours),
            total_pnl=total,
            realized_pnl=total,
            usd_balance=Decimal(100_000) + Decimal(total),
            best_trade="90.00",
        )

    page = Page(anonymous.get(address(one)))

    told = page.text.partition("Balance First ")[2]
    figures = [word for word in told.split() if "." in word][:8]
    assert figures == [
        "0.00",
        "100,000.00",
        "\N{MINUS SIGN}50.00",
        "99,950.00",
        "+80.00",
        "100,080.00",
        "+10.00",
        "100,010.00",
    ]
    assert page.has("Best trade +90.00") == [True]


def test_range_begins_where_it_says(anonymous):
    one = ada()
    for hours, total in ((30, "-50.00"), (2, "80.00")):
        at = timezone.now() - timedelta(hours=hours)
        PerformanceSnapshotFactory(
            participant=one,
            data_source="dayrade",
            recorded_at=at,
            total_pnl=total,
            realized_pnl=total,
        )

    found = {
        name: "\N{MINUS SIGN}50.00" in Page(anonymous.get(f"{address(one)}?range={name}")).text
        for name in competitor.RANGES
    }

    assert found == {"hour": False, "day": False, "week": True, "all": True}
    assert anonymous.get(f"{address(one)}?range=year").status_code == 404


def test_range_of_what_is_over_ends_with_it(anonymous):
    over = timezone.now() - timedelta(days=30)
    tournament = TournamentFactory(
        status="completed", at=over - timedelta(days=20), end_date=over, slug="cup"
    )
    one = seat(tournament, "ada", "5.00")
    kept(tournament, over - timedelta(minutes=10))

    assert Page(anonymous.get(f"{address(one)}?range=hour")).has("+5.00", "No figures") == [
        True,
        False,
    ]


def test_competitor_without_figures_has_a_page(anonymous):
    page = Page(anonymous.get(address(ada())))

    assert page.has("No figures were kept in this range.", "As last kept") == [True, False]


def test_ledger_is_shown_where_the_rules_let_it(anonymous):
    one = ada(trades_public=True)
    TradeFactory(participant=one, symbol="IBM", quantity=100)
    PositionFactory(participant=one, symbol="GOOG")

    page = Page(anonymous.get(address(one)))

    assert page.has("IBM Buy 100 187.2500 18,725.00", "GOOG Long Open") == [True, True]


def test_ledger_is_said_to_be_hidden_elsewhere(anonymous):
    one = ada()
    TradeFactory(participant=one, symbol="IBM")
    PositionFactory(participant=one, symbol="GOOG")

    page = Page(anonymous.get(address(one)))

    assert page.has(
        "trades are seen by their competitor and the staff alone",
        "positions are seen by their competitor and the staff alone",
        "IBM",
        "GOOG",
    ) == [True, True, False, False]


def test_ledger_stops_at_the_freeze(anonymous):
    at = timezone.now() - timedelta(hours=1)
    one = ada(trades_public=True, freeze_at=z(at))
    PositionFactory(participant=one, symbol="GOOG")

    page = Page(anonymous.get(address(one)))

    assert page.has("Positions are not shown while the board is frozen.", "GOOG", "1,234.50") == [
        True,
        False,
        False,
    ]


def test_trades_go_page_by_page(anonymous):
    one = ada(trades_public=True)
    for minutes in range(competitor.TRADES + 1):
        at = timezone.now() - timedelta(minutes=minutes)
        TradeFactory(participant=one, symbol=f"S{minutes}", executed_at=at)

    first = Page(anonymous.get(address(one)))
    (older,) = [link for link in first.links if link.startswith("?cursor=")]
    second = Page(anonymous.get(address(one) + older.partition("#")[0]))

    last = f"S{competitor.TRADES} Buy"
    assert [page.has("S0 Buy", last) for page in (first, second)] == [[True, False], [False, True]]
    assert len([link for link in second.links if link.startswith("?cursor=")]) == 1


def test_cursor_that_is_none_is_refused(anonymous):
    one = ada(trades_public=True)

    answer = anonymous.get(f"{address(one)}?cursor=x", headers={"Accept": "text/html"})

    assert answer.status_code == 400
    assert Page(answer).has("cursor: This is no cursor of this list.") == [True]


def test_final_result_stands_first(anonymous):
    tournament = TournamentFactory(status="completed", slug="cup")
    one = seat(tournament, "ada", "30.00", final_rank=2, final_pnl="30.00", best_rank=1)

    page = Page(anonymous.get(address(one)))

    assert page.has("Result Final rank 2 Final P&L +30.00 Best rank held 1") == [True]


def test_disqualification_is_told_and_its_reason_is_not(anonymous):
    one = seat(
        TournamentFactory(active=True),
        "ada",
        disqualified=True,
        disqualification_reason="Two accounts",
    )

    page = Page(anonymous.get(address(one)))

    assert page.has("Disqualified", "Two accounts", "On the board") == [True, False, False]


def test_withdrawal_is_told(anonymous):
    one = seat(TournamentFactory(active=True), "ada", is_active=False)

    assert Page(anonymous.get(address(one))).has("Withdrawn") == [True]


def test_id_leads_to_the_slug(anonymous):
    one = ada()

    answer = anonymous.get(f"/tournaments/{one.tournament.pk}/competitors/{one.pk}")

    assert (answer.status_code, answer["Location"]) == (302, address(one))


@pytest.mark.parametrize(
    "path", ["cup/competitors/{other}", f"cup/competitors/{NOWHERE}", "no/competitors/{own}"]
)
def test_competitor_of_another_tournament_is_nowhere(anonymous, path):
    own, other = ada(), seat(TournamentFactory(active=True), "bob")

    answer = anonymous.get(f"/tournaments/{path.format(own=own.pk, other=other.pk)}")

    assert answer.status_code == 404
