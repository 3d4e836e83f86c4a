"""What the database refuses, whoever asks."""

from decimal import Decimal

import pytest
from django.db import DataError, IntegrityError, connection

from accounts.models import User
from tests.factories.accounts import UserFactory
from tests.factories.tournaments import ParticipantFactory, TournamentFactory
from tests.factories.trading import PositionFactory, TradeFactory
from tournaments.models import Participant, Tournament

pytestmark = pytest.mark.django_db


def refused(sqlstate, constraint):
    """Expect PostgreSQL to refuse by that SQLSTATE and that constraint."""

    def by_both(error):
        return (error.__cause__.sqlstate, error.__cause__.diag.constraint_name) == (
            sqlstate,
            constraint,
        )

    return pytest.raises(IntegrityError, check=by_both)


def test_email_is_unique():
    UserFactory(email="test@example.com")

    with refused("23505", "users_email_key"):
        UserFactory(email="test@example.com")


def test_email_is_unique_regardless_of_case():
    UserFactory(email="test@example.com")

    with refused("23505", "dayrade_users_email_lower"):
        UserFactory(email="Test@Example.com")


def test_person_takes_one_seat_of_a_tournament():
    seat = ParticipantFactory()

    with refused("23505", "tournament_participants_tournament_id_user_id_key"):
        ParticipantFactory(tournament=seat.tournament, user=seat.user)


@pytest.mark.parametrize(
    ("table", "column", "value", "constraint"),
    [
        ("tournaments", "entry_fee", "'NaN'", "dayrade_tournaments_entry_fee_range"),
        ("tournaments", "entry_fee", "-0.01", "dayrade_tournaments_entry_fee_range"),
        ("tournaments", "prize_pool", "'NaN'", "dayrade_tournaments_prize_pool_range"),
        (
            "tournaments",
            "current_participants",
            "-1",
            "dayrade_tournaments_current_participants_range",
        ),
        ("tournaments", "current_participants", "101", "tournaments_participants_valid"),
        ("tournaments", "slug", "'Not A Slug'", "dayrade_tournaments_slug_format"),
        ("tournaments", "slug", "gen_random_uuid()::text", "dayrade_tournaments_slug_format"),
    ],
)
def test_tournament_refuses(table, column, value, constraint):
    tournament = TournamentFactory()

    with refused("23514", constraint), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {column} = {value} WHERE id = %s", [tournament.pk])


def test_trade_belongs_to_its_participants_person():
    trade = TradeFactory()

    with refused("23503", "dayrade_trades_participant_fkey"):
        type(trade).objects.filter(pk=trade.pk).update(user=UserFactory())


def test_balance_is_what_the_figures_add_up_to():
    seat = ParticipantFactory()

    with refused("23514", "dayrade_tournament_participants_balance_adds_up"):
        Participant.objects.filter(pk=seat.pk).update(
            total_pnl=Decimal("10.00"), realized_pnl=Decimal("10.00")
        )


def test_position_is_one_row_of_participant_and_symbol():
    position = PositionFactory()

    with refused("23505", "dayrade_positions_participant_symbol_key"):
        PositionFactory(
            participant=position.participant,
            status="closed",
            quantity=0,
            closed_at=position.opened_at,
        )


def test_update_stamps_updated_at_on_every_path():
    with connection.cursor() as cursor:
        cursor.execute("SELECT NOW()")
        (now,) = cursor.fetchone()
    tournament = TournamentFactory()
    Tournament.objects.filter(pk=tournament.pk).update(name="Renamed")

    tournament.refresh_from_db()

    assert tournament.updated_at == now


def test_save_reads_updated_at_back():
    user = UserFactory()
    user.first_name = "Ada"

    user.save(update_fields=["first_name", "updated_at"])

    assert user.updated_at == User.objects.get(pk=user.pk).updated_at


def test_text_with_nul_is_refused_before_it_is_stored():
    with pytest.raises(DataError):
        UserFactory(first_name="a\x00b")
