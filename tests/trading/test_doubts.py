"""What staff settle before a result is final."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from accounts.models import Role
from administration.models import AuditLog
from dayrade.errors import ForbiddenError
from tests.factories.accounts import UserFactory
from tests.factories.tournaments import ParticipantFactory, TournamentFactory
from tests.factories.trading import (
    BreakFactory,
    PerformanceSnapshotFactory,
    QuarantinedTradeFactory,
)
from tests.trading.ledgers import item
from tournaments.models import TournamentStatus
from tournaments.services import lifecycle, results
from trading.models import Break, QuarantinedTrade
from trading.services import doubts, ingest, verify

pytestmark = pytest.mark.django_db


@pytest.fixture
def moderator():
    return UserFactory(moderator=True)


def refuse(seat, **changes):
    """Deliver a trade that is refused, and return what is kept of it."""
    sent = item("T1", seat, "buy", 10, "100") | changes
    (verdict,) = ingest.take(tournament=seat.tournament, items=[sent])
    assert verdict.status == "rejected"
    return QuarantinedTrade.objects.get()


def settled(row):
    row.refresh_from_db()
    return row.status, row.resolved_by, row.reason, row.resolved_at is not None


def audited(action):
    return [(row.user, row.changes["reason"]) for row in AuditLog.objects.filter(action=action)]


def test_refusal_is_dismissed_with_a_reason(moderator):
    refused = QuarantinedTradeFactory()

    doubts.dismiss(actor=moderator, refused=refused, reason=" A test account ")

    assert settled(refused) == ("dismissed", moderator, "A test account", True)
    assert audited("refused_trade.dismiss") == [(moderator, "A test account")]


def test_difference_is_accepted_with_a_reason(moderator):
    difference = BreakFactory()

    doubts.accept(actor=moderator, difference=difference, reason="They round")

    assert settled(difference) == ("accepted", moderator, "They round", True)
    assert audited("break.accept") == [(moderator, "They round")]


@pytest.mark.parametrize("reason", ["", " ", "x" * 1001])
def test_decision_needs_a_reason(moderator, reason):
    with pytest.raises(ValidationError):
        doubts.dismiss(actor=moderator, refused=QuarantinedTradeFactory(), reason=reason)
    with pytest.raises(ValidationError):
        doubts.accept(actor=moderator, difference=BreakFactory(), reason=reason)


@pytest.mark.parametrize(
    "changes",
    [{"role": Role.USER}, {"is_suspended": True, "suspension_reason": "x"}, {"is_active": False}],
)
def test_only_staff_decide(moderator, changes):
    refused, difference = QuarantinedTradeFactory(), BreakFactory()
    moderator.__class__.objects.filter(pk=moderator.pk).update(**changes)

    for act in (
        lambda: doubts.dismiss(actor=moderator, refused=refused, reason="x"),
        lambda: doubts.retry(actor=moderator, refused=refused),
        lambda: doubts.accept(actor=moderator, difference=difference, reason="x"),
    ):
        with pytest.raises(ForbiddenError, match="Only staff may do this"):
            act()


def test_nobody_decides_about_their_own_trades(moderator):
    seat = ParticipantFactory(user=moderator)
    refused = refuse(seat, symbol="MSFT")
    difference = BreakFactory(participant=seat)

    for act in (
        lambda: doubts.dismiss(actor=moderator, refused=refused, reason="x"),
        lambda: doubts.retry(actor=moderator, refused=refused),
        lambda: doubts.accept(actor=moderator, difference=difference, reason="x"),
    ):
        with pytest.raises(ForbiddenError, match="Nobody decides about themselves"):
            act()


def test_what_is_settled_stays_so(moderator):
    refused, difference = QuarantinedTradeFactory(), BreakFactory()
    doubts.dismiss(actor=moderator, refused=refused, reason="first")
    doubts.accept(actor=moderator, difference=difference, reason="first")

    for act in (
        lambda: doubts.dismiss(actor=moderator, refused=refused, reason="x"),
        lambda: doubts.retry(actor=moderator, refused=refused),
        lambda: doubts.accept(actor=moderator, difference=difference, reason="x"),
    ):
        with pytest.raises(doubts.DecidedError):
            act()
    assert settled(refused)[2] == settled(difference)[2] == "first"


def test_refused_trade_is_booked_once_nothing_stands_in_its_way(moderator):
    seat = ParticipantFactory(tournament__trading_symbols=["IBM"])
    refused = refuse(seat)
    tournament = seat.tournament
    tournament.trading_symbols = ["AAPL", "IBM"]
    tournament.save(update_fields=["trading_symbols", "updated_at"])

    doubts.retry(actor=moderator, refused=refused, reason="The list was wrong")

    assert settled(refused) == ("booked", moderator, "The list was wrong", True)
    assert seat.trades.get().zimtra_trade_id == "T1"
    seat.refresh_from_db()
    assert seat.total_trades == 1


def test_retry_that_is_refused_changes_nothing(moderator):
    seat = ParticipantFactory()
    refused = refuse(seat, symbol="MSFT")

    with pytest.raises(doubts.RefusedAgainError, match="MSFT is not traded in this tournament"):
        doubts.retry(actor=moderator, refused=refused)

    assert settled(refused) == ("open", None, None, False)
    assert QuarantinedTrade.objects.count() == 1


def test_late_trade_of_a_completed_tournament_shows_by_a_correction(moderator):
    admin = UserFactory(admin=True)
    seat = ParticipantFactory()
    ingest.take(
        tournament=seat.tournament, items=[item("T0", seat, "buy", 10, "90.0000", minutes=1)]
    )
    lifecycle.transition(
        actor=admin, tournament=seat.tournament, to=TournamentStatus.COMPLETED, reason="The end"
    )
    refused = refuse(seat, side="sell", executed_at=seat.tournament.start_date.isoformat())
    with pytest.raises(doubts.RefusedAgainError, match="result stands"):
        doubts.retry(actor=moderator, refused=refused)

    doubts.retry(actor=admin, refused=refused)

    seat.refresh_from_db()
    assert (seat.realized_pnl, seat.final_pnl) == (Decimal("98.00"), Decimal("-1.00"))
    results.correct(actor=admin, tournament=seat.tournament, reason="A late trade")
    seat.refresh_from_db()
    assert seat.final_pnl == Decimal("98.00")
    assert verify.differences(tournament=seat.tournament) == []


def test_cancelled_tournament_takes_no_trade_from_anybody():
    admin = UserFactory(admin=True)
    seat = ParticipantFactory(tournament__status=TournamentStatus.CANCELLED)
    refused = refuse(seat)

    with pytest.raises(doubts.RefusedAgainError):
        doubts.retry(actor=admin, refused=refused)


def test_trade_that_came_in_another_way_is_booked(moderator):
    seat = ParticipantFactory()
    refused = refuse(seat, symbol="MSFT")
    ingest.take(tournament=seat.tournament, items=[item("T1", seat, "buy", 10, "100")])

    assert settled(refused)[0] == "booked"


def test_open_doubts_stand_in_the_way_of_a_result():
    tournament = TournamentFactory(active=True)
    other = TournamentFactory(active=True)
    seat = ParticipantFactory(tournament=tournament)

    found = [results.blocks(tournament)]
    QuarantinedTradeFactory(tournament=tournament)
    BreakFactory(participant=seat, snapshot__number_of_trades=3)
    found.append(results.blocks(tournament))
    QuarantinedTradeFactory(tournament=tournament)
    BreakFactory(
        participant=seat, figure="total_shares_traded", snapshot__total_shares_traded=9, theirs=9
    )
    found.append(results.blocks(tournament))

    assert found == [
        [],
        [
            "1 refused trade waits for a decision.",
            "1 figure of the provider differs from ours: accept what cannot be settled.",
        ],
        [
            "2 refused trades wait for a decision.",
            "2 figures of the provider differ from ours: accept what cannot be settled.",
        ],
    ]
    assert results.blocks(other) == []


def test_settled_doubts_stand_in_nobodys_way(moderator):
    tournament = TournamentFactory(active=True)
    seat = ParticipantFactory(tournament=tournament)
    refused = QuarantinedTradeFactory(tournament=tournament)
    difference = BreakFactory(participant=seat, snapshot__number_of_trades=3, ours=0)
    doubts.dismiss(actor=moderator, refused=refused, reason="x")
    doubts.accept(actor=moderator, difference=difference, reason="x")

    assert results.blocks(tournament) == []


def test_what_a_late_trade_has_settled_stands_in_nobodys_way():
    difference = BreakFactory(ours=1, theirs=0)

    assert results.blocks(difference.tournament) == []

    difference.refresh_from_db()
    assert (difference.status, difference.ours) == ("matched", 0)


def test_latest_figures_are_looked_at_before_a_result():
    snapshot = PerformanceSnapshotFactory(number_of_trades=5)

    assert results.blocks(snapshot.tournament) == [
        "1 figure of the provider differs from ours: accept what cannot be settled."
    ]
    assert Break.objects.get().snapshot == snapshot


def test_look_before_a_result_is_in_the_name_of_whoever_completes():
    admin = UserFactory(admin=True)
    difference = BreakFactory(ours=1, theirs=0)

    lifecycle.transition(
        actor=admin, tournament=difference.tournament, to="completed", reason="Early"
    )

    row = AuditLog.objects.get(entity_id=difference.pk)
    assert (row.action, row.user) == ("tournament.transition", admin)
    changed = AuditLog.objects.get(entity_id=difference.tournament.pk, action=row.action)
    assert changed.user == admin


def looked(tournament):
    """Look without writing, and return what was said and the differences that are stored."""
    before = list(Break.objects.order_by("pk").values())
    said = doubts.differences(tournament, settle=False)
    assert list(Break.objects.order_by("pk").values()) == before
    return said


ONE_DIFFERS = ["1 figure of the provider differs from ours: accept what cannot be settled."]


def test_look_without_writing_says_what_settling_would():
    seat = ParticipantFactory(tournament__active=True)
    explained = BreakFactory(participant=seat, ours=2, theirs=0)
    other = ParticipantFactory(tournament=seat.tournament)

    none = looked(seat.tournament)
    found = [BreakFactory(participant=other, ours=0, theirs=3, snapshot__number_of_trades=3)]
    one = looked(seat.tournament)

    assert (none, one) == ([], ONE_DIFFERS)
    assert doubts.differences(seat.tournament) == ONE_DIFFERS
    assert Break.objects.get(pk=explained.pk).status == "matched"
    assert Break.objects.get(status="open") == found[0]


def test_look_without_writing_looks_at_the_latest_figures_too(moderator):
    seat = ParticipantFactory(tournament__active=True)
    PerformanceSnapshotFactory(participant=seat, number_of_trades=7)

    before = looked(seat.tournament)
    assert doubts.differences(seat.tournament) == before == ONE_DIFFERS

    doubts.accept(actor=moderator, difference=Break.objects.get(), reason="They round")
    assert looked(seat.tournament) == doubts.differences(seat.tournament) == []
