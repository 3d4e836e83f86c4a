"""Proving and mending: each derived value is spoilt once, found, and put right."""

from datetime import timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from administration.models import AuditLog
from tests.factories.tournaments import ParticipantFactory, TournamentFactory
from tests.trading.ledgers import item, state
from tournaments.models import Participant
from trading.models import Mark, Position, Risk, Tally, Trade
from trading.services import ingest, snapshots, valuation, verify

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def tournament():
    tournament = TournamentFactory(active=True, slug="spring-cup")
    now = timezone.now()
    Mark.objects.create(
        tournament=tournament,
        symbol="AAPL",
        price=D("14.0000"),
        as_of=now,
        valued_price=D("14.0000"),
        valued_as_of=now,
    )
    first, second = ParticipantFactory.create_batch(2, tournament=tournament)
    ParticipantFactory(tournament=tournament)
    ingest.take(
        tournament=tournament,
        items=[
            item("T1", first, "buy", 100, "10.0000", minutes=1),
            item("T2", first, "sell", 40, "12.0000", minutes=2),
            item("T3", first, "buy", 10, "99.0000", minutes=3, symbol="IBM"),
            item("T4", first, "sell", 10, "98.0000", minutes=4, symbol="IBM"),
            item("T5", second, "sell", 5, "13.0000", minutes=5),
        ],
    )
    valuation.refresh(tournament=tournament)
    for _ in range(2):
        snapshots.take(tournament=tournament, source=snapshots.OWN)
    return tournament


def verified(*arguments):
    out = StringIO()
    call_command("verify_standings", "spring-cup", *arguments, stdout=out)
    return out.getvalue()


def test_right_ledger_is_silent(tournament):
    assert verified() == ""


def test_unknown_tournament_is_an_error():
    with pytest.raises(CommandError, match="no such tournament"):
        call_command("verify_standings", "nowhere")


SPOILT = [
    *(
        (Trade, {"zimtra_trade_id": "T2"}, changes)
        for changes in (
            {"position_type": "close"},
            {"pnl": D("81.00")},
            {"pnl_percentage": D("1.0000")},
            {"related_trade_id": None},
            {"position_type": None, "pnl": None, "pnl_percentage": None},
        )
    ),
    *(
        (Position, {"symbol": "AAPL", "side": "long"}, changes)
        for changes in (
            {"quantity": 61},
            {"average_price": D("10.0001")},
            {"current_price": None},
            {"current_price": D("14.0001")},
            {"market_value": D("840.01")},
            {"cost_basis": D("600.01")},
            {"unrealized_pnl": D("240.01")},
            {"unrealized_pnl_percentage": D("40.0001")},
            {"side": "short"},
            {"opened_at": timezone.now()},
            {"status": "closed", "quantity": 0, "closed_at": timezone.now()},
        )
    ),
    (Position, {"symbol": "IBM"}, {"closed_at": timezone.now()}),
    (Position, {"symbol": "IBM"}, {"symbol": "TSLA"}),
    *(
        (Participant, {"total_trades": 4}, changes)
        for changes in (
            {"realized_pnl": D("1.00"), "total_pnl": D("241.00"), "current_balance": D("100241")},
            {"unrealized_pnl": D("1.00"), "total_pnl": D("67.00"), "current_balance": D("100067")},
            {"total_trades": 5},
            {"winning_trades": 2},
            {"losing_trades": 2},
            {"total_volume": D("1.00")},
            {"current_rank": 3},
            {"current_rank": None},
            {"best_rank": 2},
        )
    ),
    *(
        (Tally, {"stocks_traded": 2}, changes)
        for changes in (
            {"shares_traded": 161},
            {"stocks_traded": 3},
            {"best_trade": D("80.01")},
            {"worst_trade": None},
        )
    ),
    *(
        (Risk, {"participant__total_trades": 4}, changes)
        for changes in (
            {"last_balance": D("1.00")},
            {"peak_balance": D("999999.00")},
            {"max_drawdown": D("1.00")},
            {"returns": 7},
            {"returns_sum": D("0.5")},
            {"returns_square_sum": D("0.5")},
            {"broken": True},
        )
    ),
]


@pytest.mark.parametrize(
    ("model", "row", "changes"),
    SPOILT,
    ids=[f"{model.__name__}.{'+'.join(changes)}" for model, _, changes in SPOILT],
)
def test_spoilt_value_is_found_and_mended(tournament, model, row, changes):
    right = state(tournament)
    assert model.objects.filter(**row).update(**changes) == 1

    found = verify.differences(tournament=tournament)

    named = {difference.column for difference in found if difference.table == model._meta.db_table}
    assert (set(changes) - {"closed_at"} <= named) or "id" in named
    with pytest.raises(CommandError, match="difference"):
        verified()
    assert verified("--repair").endswith(
        f"Repaired: {len(found)} difference{'s' * (len(found) > 1)}.\n"
    )
    assert state(tournament) == right


@pytest.mark.parametrize("model", [Position, Tally, Risk])
def test_lost_rows_are_found_and_mended(tournament, model):
    right = state(tournament)
    model.objects.all().delete()

    with pytest.raises(CommandError, match="difference"):
        verified()
    verified("--repair")

    assert state(tournament) == right


def test_stray_position_is_found_and_taken_away(tournament):
    right = state(tournament)
    position = Position.objects.get(side="short")
    position.pk, position.symbol, position.opened_at = None, "TSLA", timezone.now()
    position.opened_at -= timedelta(hours=1)
    position.save(force_insert=True)

    assert "positions" in {one.table for one in verify.differences(tournament=tournament)}
    verified("--repair")

    assert state(tournament) == right


def test_repair_is_audited(tournament):
    Tally.objects.update(shares_traded=1)

    verified("--repair")

    logged = AuditLog.objects.get(action="ledger.repair")
    assert (logged.entity_id, logged.changes["differences"]) == (tournament.pk, 2)
