"""The demo's world: complete, consistent to the cent, and the same for the same seed."""

import re
from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection

from accounts import devices
from accounts.models import KycStatus, User, UserSession
from administration import configuration
from administration.models import AuditLog, SystemConfiguration
from comms.models import (
    ChatMessage,
    ChatReport,
    Commentary,
    EmailTemplate,
    Mute,
    Notification,
    Personality,
)
from dayrade import demo
from market.models import EconomicEvent
from tests.dayrade.worlds import AT, COMPETITORS, books, last_marks, load, specified, truncate
from tournaments.models import (
    Division,
    Participant,
    Tournament,
    TournamentStatus,
    TournamentType,
)
from trading import risk
from trading.models import PerformanceSnapshot, Position, Trade
from trading.services import snapshots, valuation, verify


@pytest.fixture(scope="module")
def _world(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        load()
        yield
        truncate()


@pytest.fixture
def world(_world, db):
    """Read, and change only what the end of the test undoes."""


def test_every_table_has_rows(world):
    with connection.cursor() as cursor:
        empty = [
            name
            for name in specified()
            if not cursor.execute(f"SELECT 1 FROM {name} LIMIT 1").fetchone()
        ]

    assert empty == []


def test_every_state_division_and_type_is_there(world):
    stored = Tournament.objects.values_list("status", "division", "tournament_type")

    assert {status for status, _, _ in stored} == set(TournamentStatus.values)
    assert {division for _, division, _ in stored} == set(Division.values)
    assert {kind for _, _, kind in stored} == set(TournamentType.values)
    assert set(User.objects.values_list("kyc_status", flat=True)) == set(KycStatus.values)
    assert User.objects.filter(is_suspended=True).count() == 3


def test_active_tournament_has_the_seats_asked_for(world):
    active = Tournament.objects.get(status=TournamentStatus.ACTIVE)

    seats = Participant.objects.filter(tournament=active)
    assert seats.count() == COMPETITORS
    assert seats.filter(is_active=False).count() == 1
    assert seats.filter(disqualified=True).count() == 1
    assert active.start_date < AT < active.end_date


def test_places_taken_are_the_seats_that_compete(world):
    stored = {
        tournament.slug: tournament.current_participants for tournament in Tournament.objects.all()
    }

    assert stored == {
        tournament.slug: tournament.participants.filter(is_active=True).count()
        for tournament in Tournament.objects.all()
    }


def test_figures_are_those_of_the_ledger(world):
    marks = {slug: last_marks(slug) for slug in ("crusader-championship", "elevator-sprint")}

    for seat, book in books().items():
        figures = book.figures(marks.get(seat.tournament.slug, {}), seat.starting_balance)
        for name in (
            "total_pnl",
            "realized_pnl",
            "unrealized_pnl",
            "current_balance",
            "total_trades",
            "winning_trades",
            "losing_trades",
            "total_volume",
        ):
            assert getattr(seat, name) == getattr(figures, name), (seat.pk, name)


def test_trades_tell_what_they_did(world):
    for seat, book in books().items():
        stored = {
            row[0]: row[1:]
            for row in Trade.objects.filter(participant=seat).values_list(
                "id", "position_type", "pnl", "pnl_percentage", "related_trade_id"
            )
        }
        assert stored == {
            entry.fill.id: (
                entry.position_type,
                entry.pnl,
                entry.pnl_percentage,
                entry.related_trade_id,
            )
            for entry in book.entries
        }


def test_positions_are_those_of_the_ledger(world):
    for seat, book in books().items():
        positions = {one.symbol: one for one in Position.objects.filter(participant=seat)}
        assert set(positions) == set(book.holdings)
        for symbol, holding in book.holdings.items():
            stored = positions[symbol]
            mark = stored.current_price or Decimal(0)
            assert (stored.current_price is None) == (holding.quantity == 0)
            assert (stored.side, stored.quantity) == (holding.side, abs(holding.quantity))
            assert (stored.average_price, stored.cost_basis, stored.market_value) == (
                holding.average_price,
                holding.cost_basis,
                holding.market_value(mark),
            )
            assert stored.unrealized_pnl == holding.unrealized_pnl(mark)
            assert stored.unrealized_pnl_percentage == (
                holding.unrealized_pnl_percentage(mark) if holding.quantity else None
            )
            assert (stored.opened_at, stored.closed_at) == (holding.opened_at, holding.closed_at)


def test_snapshots_end_on_the_figures_and_measure_the_way_there(world):
    for seat in Participant.objects.filter(is_active=True, snapshots__isnull=False).distinct():
        series = list(PerformanceSnapshot.objects.filter(participant=seat).order_by("recorded_at"))
        balances = [shot.usd_balance for shot in series]
        measured = risk.of_balances(balances)
        last = series[-1]
        assert balances[0] == seat.starting_balance
        assert (last.total_pnl, last.usd_balance) == (seat.total_pnl, seat.current_balance)
        assert last.number_of_trades == seat.total_trades
        assert last.max_drawdown == measured.max_drawdown
        assert (last.volatility, last.sharpe_ratio) == (measured.volatility, measured.sharpe_ratio)
        assert sum(Decimal(one["unrealized_pnl"]) for one in last.current_positions) == (
            seat.unrealized_pnl
        )


def test_ranks_are_those_of_a_sort(world):
    for tournament in Tournament.objects.filter(status__in=["active", "completed"]):
        seats = Participant.objects.filter(tournament=tournament)
        keys = sorted(
            (-seat.total_pnl, -seat.realized_pnl, seat.total_trades) for seat in seats.competing()
        )
        for seat in seats:
            competes = seat.is_active and not seat.disqualified
            key = (-seat.total_pnl, -seat.realized_pnl, seat.total_trades)
            assert seat.current_rank == (keys.index(key) + 1 if competes else None)


def test_best_rank_is_that_of_a_day_or_of_now(world):
    for tournament in Tournament.objects.filter(status__in=["active", "completed"]):
        seats = Participant.objects.filter(tournament=tournament)
        boards = defaultdict(list)
        for shot in PerformanceSnapshot.objects.filter(tournament=tournament, recorded_at__hour=21):
            key = (-shot.total_pnl, -shot.realized_pnl, shot.number_of_trades)
            boards[shot.recorded_at].append((key, shot.participant_id))
        for seat in seats:
            held = [
                1 + sum(other < key for other, _ in board)
                for board in boards.values()
                for key, holder in board
                if holder == seat.pk
            ]
            if seat.current_rank:
                held.append(seat.current_rank)
            assert seat.best_rank == min(held, default=None)


def test_pass_finds_every_position_valued(world):
    before = list(Position.objects.order_by("pk").values_list("current_price", "unrealized_pnl"))

    for tournament in Tournament.objects.filter(status__in=["active", "completed"]):
        assert valuation.refresh(tournament=tournament, whole=True) == 0

    assert before == list(
        Position.objects.order_by("pk").values_list("current_price", "unrealized_pnl")
    )


def test_what_is_stored_follows_from_the_ledger(world):
    for tournament in Tournament.objects.all():
        assert verify.differences(tournament=tournament) == []


def test_next_snapshot_measures_the_whole_way(world):
    tournament = Tournament.objects.get(status="active")
    seat = tournament.participants.competing().order_by("total_pnl", "pk").first()
    balances = list(seat.snapshots.order_by("recorded_at").values_list("usd_balance", flat=True))

    snapshots.take(tournament=tournament, source=snapshots.OWN)

    last = seat.snapshots.latest("recorded_at")
    measured = risk.of_balances([*balances, seat.current_balance])
    assert last.max_drawdown == measured.max_drawdown > 0
    assert (last.volatility, last.sharpe_ratio) == (measured.volatility, measured.sharpe_ratio)


def test_snapshot_of_now_counts_what_was_traded(world):
    tournament = Tournament.objects.get(status="active")

    taken = snapshots.take(tournament=tournament, source=snapshots.ON_DEMAND)

    shot = {one.participant_id: one for one in tournament.snapshots.filter(data_source="on_demand")}
    competing = Participant.objects.competing().filter(tournament=tournament)
    assert taken.count == len(shot) == competing.count()
    for seat, book in books().items():
        if found := shot.get(seat.pk):
            assert found.total_shares_traded == book.shares
            assert found.number_of_stocks_traded == len(book.holdings)
            assert (found.best_trade, found.worst_trade) == (book.best or 0, book.worst or 0)


def test_final_result_is_that_of_the_completed_tournament(world):
    seats = Participant.objects.exclude(final_rank=None)

    assert {seat.tournament.status for seat in seats} == {"completed"}
    assert [(seat.final_rank, seat.final_pnl) for seat in seats] == [
        (seat.current_rank, seat.total_pnl) for seat in seats
    ]
    assert (
        seats.count()
        == Participant.objects.competing().filter(tournament__status="completed").count()
    )


def test_trades_keep_to_the_window_the_symbols_and_the_past(world):
    for trade in Trade.objects.select_related("tournament"):
        tournament = trade.tournament
        assert tournament.start_date <= trade.executed_at <= min(tournament.end_date, AT)
        assert trade.symbol in tournament.trading_symbols


def test_commentary_says_only_what_its_facts_hold(world):
    lines = Commentary.objects.all()

    assert {line.personality for line in lines} == set(Personality.values)
    for line in lines:
        facts = " ".join(str(fact) for key, fact in line.trigger_data.items() if key != "trade_id")
        number = re.compile(r"\d+(?:\.\d+)?")
        assert set(number.findall(line.commentary_text)) <= set(number.findall(facts))


def test_commentary_of_trades_tells_the_ledgers_figures(world):
    lines = Commentary.objects.filter(trigger_event__in=["big_win", "big_loss"])

    for line in lines:
        trade = Trade.objects.get(pk=line.trigger_data["trade_id"])
        assert line.trigger_user_id == trade.user_id
        assert line.trigger_data["pnl"] == str(trade.pnl)
        assert line.trigger_data["symbol"] == trade.symbol
        assert line.created_at > trade.executed_at


def test_nothing_has_happened_after_now(world):
    instants = [
        *Trade.objects.values_list("executed_at", flat=True),
        *PerformanceSnapshot.objects.values_list("recorded_at", flat=True),
        *ChatMessage.objects.values_list("created_at", flat=True),
        *ChatMessage.objects.exclude(moderated_at=None).values_list("moderated_at", flat=True),
        *Commentary.objects.exclude(played_at=None).values_list("played_at", flat=True),
        *Notification.objects.values_list("created_at", flat=True),
        *Notification.objects.exclude(read_at=None).values_list("read_at", flat=True),
        *EconomicEvent.objects.exclude(actual_value=None).values_list("event_time", flat=True),
        *Participant.objects.values_list("registered_at", flat=True),
        *UserSession.objects.values_list("last_accessed_at", flat=True),
        *User.objects.values_list("created_at", flat=True),
    ]

    assert [at for at in instants if at > AT] == []


def test_seats_are_taken_while_registration_is_open_by_people_who_may(world):
    for seat in Participant.objects.select_related("tournament", "user"):
        tournament = seat.tournament
        assert tournament.registration_open_date <= seat.registered_at
        assert seat.registered_at <= tournament.registration_close_date
        assert seat.user.kyc_approved_at < seat.registered_at
        assert seat.user.email_verified_at < seat.registered_at


def test_talk_has_its_variety(world):
    hidden = ChatMessage.objects.filter(is_moderated=True)

    assert {message.moderated_by.username for message in hidden} == {"noor_mod"}
    assert ChatMessage.objects.filter(message_type="announcement").count() == 2
    assert ChatReport.objects.filter(status="open", message__is_moderated=False).count() == 6
    assert {mute.muted_by.username for mute in Mute.objects.all()} == {"noor_mod"}
    assert Commentary.objects.filter(is_played=False, scheduled_at__gt=AT).count() == 2
    assert set(Notification.objects.values_list("is_read", flat=True)) == {True, False}
    assert Notification.objects.values("type").distinct().count() >= 6


def test_notifications_tell_the_stored_result(world):
    notes = Notification.objects.filter(type="tournament.completed").select_related("tournament")

    for note in notes:
        seat = Participant.objects.get(tournament=note.tournament, user=note.user_id)
        sign = "-" if seat.final_pnl < 0 else ""
        assert note.message == (
            f"You finished on rank {seat.final_rank} with a P&L of"
            f" {sign}${abs(seat.final_pnl):,.2f}."
        )
    assert notes.count() == Participant.objects.exclude(final_rank=None).count()


def test_templates_declare_every_variable_they_use(world):
    for template in EmailTemplate.objects.all():
        used = set(re.findall(r"{{ (\w+) }}", template.subject + template.content))
        assert used == set(template.variables)


def test_configuration_is_overridden_through_its_service(world):
    stored = dict(SystemConfiguration.objects.values_list("key", "value"))

    assert {key: value == configuration.REGISTRY[key].default for key, value in stored.items()} == {
        "site.announcement": False,
        "leaderboard.page_size": False,
    }


def test_audit_names_who_did_what_and_why(world):
    ban = AuditLog.objects.filter(action="participant.disqualify").first()

    assert ban.user.username == "noor_mod"
    assert (
        ban.changes["reason"] == Participant.objects.get(pk=ban.entity_id).disqualification_reason
    )
    assert AuditLog.objects.filter(action="demo.load", user=None).exists()


def test_everybody_shown_may_sign_in(world):
    accounts = {one.role: User.objects.get(email=one.email) for one in demo.SIGN_INS}

    assert {name: user.role for name, user in accounts.items()} == {
        "admin": "admin",
        "moderator": "moderator",
        "competitor": "user",
    }
    for one in demo.SIGN_INS:
        assert accounts[one.role].check_password(one.password)
    assert (
        User.objects.able_to_sign_in().filter(pk__in=[u.pk for u in accounts.values()]).count() == 3
    )


def test_suspended_people_have_no_live_session(world):
    assert not UserSession.objects.filter(user__is_suspended=True, is_active=True).exists()


def test_sessions_are_in_every_state(world):
    stored = UserSession.objects.select_related("user")

    for session in stored:
        end = session.refresh_expires_at
        assert session.created_at <= session.last_accessed_at <= session.expires_at <= end
        assert session.expires_at - session.last_accessed_at <= timedelta(minutes=15)
        assert session.device in session_devices(session.user_agent)
    assert {state(session) for session in stored} == {"live", "open", "signed out", "ended"}


def state(session):
    if not session.is_active:
        return "signed out"
    if session.refresh_expires_at <= AT:
        return "ended"
    return "live" if session.expires_at > AT else "open"


def session_devices(agent):
    found = devices.described(agent)
    return {devices.label(found), devices.label(found | {"name": "My phone"})}
