"""Each constraint refuses what it is there for, and each has a test here that shows it."""

import re
from pathlib import Path

import pytest
from django.db import IntegrityError, connection

from tests.factories.accounts import TotpDeviceFactory, UserFactory, UserSessionFactory
from tests.factories.administration import SystemConfigurationFactory
from tests.factories.comms import (
    ChatMessageFactory,
    ChatReportFactory,
    CommentaryFactory,
    EmailTemplateFactory,
    MuteFactory,
    NotificationFactory,
)
from tests.factories.market import EconomicEventFactory
from tests.factories.tournaments import BookingFactory, ParticipantFactory, TournamentFactory
from tests.factories.trading import PerformanceSnapshotFactory, PositionFactory, TradeFactory

DECLARATION = Path(__file__).with_name("catalogue.txt").read_text()

FACTORIES = {
    factory._meta.model._meta.db_table: factory
    for factory in (
        UserFactory,
        UserSessionFactory,
        TotpDeviceFactory,
        TournamentFactory,
        ParticipantFactory,
        BookingFactory,
        PerformanceSnapshotFactory,
        TradeFactory,
        PositionFactory,
        ChatMessageFactory,
        ChatReportFactory,
        MuteFactory,
        CommentaryFactory,
        NotificationFactory,
        EmailTemplateFactory,
        EconomicEventFactory,
        SystemConfigurationFactory,
    )
}

# What breaks a check: the SET clause of an UPDATE of one valid row.
BREAKING = {
    "chat_messages_text_length": "message_text = repeat('a', 1001)",
    "dayrade_bookings_amount_range": "amount = 'NaN'",
    "dayrade_bookings_currency_format": "currency = 'usd'",
    "dayrade_chat_messages_is_moderated_stamped": "is_moderated = true",
    "dayrade_chat_messages_text_present": "message_text = '   '",
    "dayrade_chat_reports_resolved": "status = 'upheld'",
    "dayrade_commentary_audio_generated_stamped": "audio_generated = true",
    "dayrade_commentary_is_played_stamped": "played_at = NULL",
    "dayrade_email_templates_variables_listed": """variables = '{"a": 1}'""",
    "dayrade_mutes_ends_later": "ends_at = muted_at",
    "dayrade_mutes_lifted": "lifted_at = now()",
    "dayrade_notifications_channels_known": "channels = ARRAY['pigeon']",
    "dayrade_notifications_email_sent_stamped": "email_sent = true",
    "dayrade_notifications_is_read_stamped": "read_at = now()",
    "dayrade_notifications_push_sent_stamped": "push_sent = true",
    "dayrade_positions_open_or_closed": "quantity = 0",
    "dayrade_system_configuration_key_format": "key = 'Site Name'",
    "dayrade_system_configuration_sensitive_encrypted": "is_sensitive = true",
    "dayrade_totp_devices_confirmed_stamped": "confirmed_at = NULL",
    "dayrade_totp_devices_seeded": "seed = NULL, confirmed_at = NULL, last_used_step = NULL",
    "dayrade_tournament_participants_balance_adds_up": "current_balance = 1",
    "dayrade_tournament_participants_disqualified_with_reason": "disqualified = true",
    "dayrade_tournament_participants_pnl_adds_up": "total_pnl = 1",
    "dayrade_tournament_participants_ranks_positive": "current_rank = 0",
    "dayrade_tournament_participants_trades_add_up": "winning_trades = 1",
    "dayrade_tournaments_currency_format": "currency = 'usd'",
    "dayrade_tournaments_min_within_max": "min_participants = 101",
    "dayrade_tournaments_registration_before_start": "registration_close_date = end_date",
    "dayrade_tournaments_slug_format": "slug = gen_random_uuid()::text",
    "dayrade_trades_pnl_of_closing": "pnl = 1",
    "dayrade_trades_value_adds_up": "trade_value = 1",
    "dayrade_trading_performance_counts": "position_count = 1",
    "dayrade_trading_performance_pnl_adds_up": "total_pnl = 1",
    "dayrade_user_sessions_expires_after_creation": "expires_at = created_at - interval '1 s'",
    "dayrade_user_sessions_hashed": "session_token = 'a token as it was sent'",
    "dayrade_users_email_verified_stamped": "email_verified_at = NULL",
    "dayrade_users_kyc_approved_stamped": "kyc_status = 'approved'",
    "dayrade_users_suspended_with_reason": "is_suspended = true, suspension_reason = ''",
    "dayrade_users_username_format": "username = 'a b'",
    "tournaments_dates_valid": "end_date = start_date",
    "tournaments_participants_valid": "current_participants = 101",
    "tournaments_registration_valid": "registration_close_date = registration_open_date",
    "users_email_format": "email = 'nobody'",
}

# What breaks a unique key: the columns that a second row takes from a first one.
TWINS = {
    "dayrade_bookings_reference_key": {"reference": "b1"},
    "dayrade_chat_messages_getstream_message_id_key": {"getstream_message_id": "m1"},
    "dayrade_economic_events_external_id_key": {"external_event_id": "e1"},
    "dayrade_trades_zimtra_trade_id_key": {"zimtra_trade_id": "t1"},
    "dayrade_tournament_participants_booking_key": {"ticketsource_booking_id": "b1"},
    "dayrade_tournament_participants_zimtra_account_key": {"zimtra_account_id": "a1"},
    "dayrade_tournaments_zimtra_tournament_id_key": {"zimtra_tournament_id": "z1"},
    "dayrade_users_email_lower": {"email": "ADA@example.com"},
    "dayrade_users_username_lower": {"username": "ADA"},
    "email_templates_name_key": {"name": "welcome"},
    "system_configuration_key_key": {"key": "site.name"},
    "tournaments_slug_key": {"slug": "spring-cup"},
    "user_sessions_refresh_token_key": {"refresh_token": "a" * 64},
    "user_sessions_session_token_key": {"session_token": "a" * 64},
    "users_email_key": {"email": "ada@example.com"},
    "users_username_key": {"username": "ada"},
    "users_zimtra_id_key": {"zimtra_id": "z1"},
}

pytestmark = pytest.mark.django_db


def declared(pattern):
    """Return (table, constraint) of the lines that match, for the tables that have a factory."""
    found, table = [], ""
    for line in DECLARATION.splitlines():
        if "TABLE " in line and not line.startswith(" "):
            table = line.rpartition(" ")[2]
        elif table in FACTORIES and (match := re.search(pattern, line)):
            found.append((table, match[1]))
    return found


CHECKS = declared(r"^    CONSTRAINT (\w+) CHECK")
UNIQUE = declared(r"^    CREATE UNIQUE INDEX (\w+) ")


def breaking(table, constraint):
    """Return the SET clause that breaks a check; for a range and a choice it is derived."""
    if constraint in BREAKING:
        return BREAKING[constraint]
    if match := re.fullmatch(rf"dayrade_{table}_(\w+)_range", constraint):
        column = match[1]
        numeric = re.search(rf"TABLE {table}\n(?:    .*\n)*?    {column} numeric", DECLARATION)
        return f"{column} = {"'NaN'" if numeric else '-1'}"
    column = re.fullmatch(rf"{table}_(\w+)_check", constraint)[1]
    return f"{column} = '?'"


def refusal(action):
    """Return the SQLSTATE and the constraint by which PostgreSQL refuses."""
    with pytest.raises(IntegrityError) as refused:
        action()
    cause = refused.value.__cause__
    return cause.sqlstate, cause.diag.constraint_name


@pytest.mark.parametrize(("table", "constraint"), CHECKS, ids=[name for _, name in CHECKS])
def test_check_refuses(table, constraint):
    FACTORIES[table]()
    clause = breaking(table, constraint)

    def update():
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE {table} SET {clause}")

    # Alone, so that no other check of the table refuses in its stead.
    with connection.cursor() as cursor:
        for other in (name for of, name in CHECKS if (of, name) != (table, constraint)):
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {other}")

    assert refusal(update) == ("23514", constraint)


@pytest.mark.parametrize(
    ("table", "constraint"),
    [(table, name) for table, name in UNIQUE if name in TWINS],
    ids=[name for _, name in UNIQUE if name in TWINS],
)
def test_unique_key_refuses_a_twin(table, constraint):
    twin = TWINS[constraint]
    first = {field: value.lower() for field, value in twin.items()}
    if table in ("trades", "tournament_participants"):
        of_one = {"tournament": TournamentFactory(active=True)}
        if table == "trades":
            of_one = {"participant": ParticipantFactory()}
        twin, first = twin | of_one, first | of_one
    FACTORIES[table](**first)

    assert refusal(lambda: FACTORIES[table](**twin)) == ("23505", constraint)


def test_unique_keys_are_all_tested():
    elsewhere = {
        "positions_tournament_id_user_id_symbol_status_key",
        "dayrade_positions_participant_symbol_key",
        "tournament_participants_tournament_id_user_id_key",
        "dayrade_totp_devices_user_key",
        "dayrade_chat_reports_once",
        # Only there for composite foreign keys to point at: the id alone is unique.
        "dayrade_tournament_participants_identity",
    }

    assert {name for _, name in UNIQUE if not name.endswith("_pkey")} == set(TWINS) | elsewhere


def test_person_has_one_authenticator():
    device = TotpDeviceFactory()

    found = refusal(lambda: TotpDeviceFactory(user=device.user))

    assert found == ("23505", "dayrade_totp_devices_user_key")


def test_person_reports_a_message_once():
    report = ChatReportFactory()

    found = refusal(lambda: ChatReportFactory(message=report.message, user=report.user))

    assert found == ("23505", "dayrade_chat_reports_once")


def test_person_takes_one_seat_of_a_tournament():
    seat = ParticipantFactory()

    assert refusal(lambda: ParticipantFactory(tournament=seat.tournament, user=seat.user)) == (
        "23505",
        "tournament_participants_tournament_id_user_id_key",
    )


def test_same_zimtra_trade_id_may_stand_in_two_tournaments():
    TradeFactory(zimtra_trade_id="t1")
    TradeFactory(zimtra_trade_id="t1")

    assert TradeFactory._meta.model.objects.count() == 2


def test_position_is_one_row_of_participant_and_symbol():
    position = PositionFactory()

    assert refusal(
        lambda: PositionFactory(
            participant=position.participant,
            status="closed",
            quantity=0,
            closed_at=position.opened_at,
        )
    ) == ("23505", "dayrade_positions_participant_symbol_key")


def test_deferred_key_of_positions_refuses_when_it_is_checked():
    position = PositionFactory()

    def insert_twin():
        with connection.cursor() as cursor:
            cursor.execute(
                "ALTER TABLE positions DROP CONSTRAINT dayrade_positions_participant_symbol_key"
            )
            PositionFactory(participant=position.participant)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    assert refusal(insert_twin) == (
        "23505",
        "positions_tournament_id_user_id_symbol_status_key",
    )


@pytest.mark.parametrize("factory", [TradeFactory, PositionFactory, PerformanceSnapshotFactory])
def test_row_belongs_to_its_participants_person(factory):
    row = factory()
    model, other = type(row), UserFactory()

    assert refusal(lambda: model.objects.update(user=other)) == (
        "23503",
        f"dayrade_{model._meta.db_table}_participant_fkey",
    )


def test_foreign_key_is_checked_by_its_statement():
    tournament = TournamentFactory()
    nobody = UserFactory.build()

    assert refusal(lambda: type(tournament).objects.update(created_by_id=nobody.pk)) == (
        "23503",
        "tournaments_created_by_fkey",
    )


def test_deleting_a_tournament_takes_along_what_belongs_to_it():
    trade = TradeFactory()
    position = PositionFactory(participant=trade.participant)

    trade.tournament.delete()

    assert not type(trade).objects.exists()
    assert not type(position).objects.exists()


def test_update_stamps_updated_at_on_every_path():
    tournament = TournamentFactory()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE tournaments DISABLE TRIGGER update_tournaments_updated_at")
        cursor.execute("UPDATE tournaments SET updated_at = '2000-01-01'")
        cursor.execute("ALTER TABLE tournaments ENABLE TRIGGER update_tournaments_updated_at")
        cursor.execute("SELECT NOW()")
        (now,) = cursor.fetchone()

    type(tournament).objects.update(name="Renamed")

    tournament.refresh_from_db()
    assert tournament.updated_at == now


def test_save_reads_updated_at_back():
    user = UserFactory()
    user.first_name = "Ada"

    user.save(update_fields=["first_name", "updated_at"])

    assert user.updated_at == type(user).objects.get(pk=user.pk).updated_at
