"""An export holds everything of one person, nothing of others, and no secret."""

import gc
import json
import tempfile
import threading
import tracemalloc
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from accounts.decisions import OWN
from accounts.services import standing
from administration.models import AuditLog
from dayrade.db.transactions import snapshot
from dayrade.errors import ForbiddenError
from dayrade.privacy import export
from dayrade.privacy.columns import TABLES, Kind
from tests.factories.accounts import UserFactory, UserSessionFactory
from tests.factories.administration import SystemConfigurationFactory
from tests.factories.comms import ChatMessageFactory
from tests.factories.tournaments import ParticipantFactory
from tests.factories.trading import TradeFactory
from tests.instants import z
from tests.privacy.people import VALUES, live
from trading.models import Trade

pytestmark = pytest.mark.django_db

EXPORT = "/api/v1/users/me/export"


def exported(person, actor=None, **arguments):
    with export.export(actor=actor or person, person=person, **arguments) as file:
        return json.loads(file.read())


def test_export_holds_every_row_and_value_of_a_person():
    life = live()

    document = exported(life.user)

    text = json.dumps(document, ensure_ascii=False)
    assert [value for value in VALUES.values() if value not in text] == []
    assert {name: len(rows) for name, rows in document.items() if isinstance(rows, list)} == {
        "users": 1,
        "user_sessions": 1,
        "tournaments.created_by": 1,
        "tournament_participants": 1,
        "dayrade_bookings": 1,
        "trading_performance": 1,
        "trades": 1,
        "positions": 1,
        "chat_messages": 1,
        "chat_messages.moderated_by": 0,
        "dayrade_mutes": 1,
        "dayrade_mutes.lifted_by_id": 0,
        "dayrade_mutes.muted_by_id": 0,
        "dayrade_chat_reports": 1,
        "dayrade_chat_reports.resolved_by_id": 0,
        "commentary": 1,
        "notifications": 1,
        "dayrade_deliveries": 1,
        "dayrade_telling_keys": 1,
        "dayrade_notification_preferences": 1,
        "dayrade_unreachable_addresses": 1,
        "dayrade_push_subscriptions": 1,
        "audit_logs": 1,
        "audit_logs.entity_id": AuditLog.objects.filter(
            entity_id__in=[
                life.user.pk,
                life.seat.pk,
                life.user.chat_messages.get().pk,
                life.user.mutes.get().pk,
                life.user.chat_reports.get().pk,
                life.user.triggered_commentary.get().pk,
            ]
        )
        .exclude(user=life.user)
        .count(),
        "system_configuration.updated_by": 0,
        "dayrade_breaks.resolved_by_id": 0,
        "dayrade_busts.busted_by_id": 0,
        "dayrade_quarantine.resolved_by_id": 0,
        "dayrade_results.published_by_id": 0,
        "dayrade_retractions.retracted_by_id": 0,
        "dayrade_idempotency_keys": 1,
        "dayrade_totp_devices": 1,
        "django_admin_log": 0,
    }


def test_export_leaves_no_column_of_a_person_out():
    document = exported(live().user)

    missing = {
        (name, column)
        for name, table in TABLES.items()
        if document.get(name)
        for column, kind in table.columns.items()
        if kind is not Kind.SECRET and column not in document[name][0]
    }
    assert missing == set()


def test_export_holds_no_secret():
    life = live()
    session = life.user.sessions.get()

    document = exported(life.user)

    shown = [
        (name, column)
        for name, table in TABLES.items()
        for column in table.of_kind(Kind.SECRET)
        if any(column in row for row in document.get(name, []))
    ]
    assert shown == []
    text = json.dumps(document)
    for secret in (life.user.password, session.session_token, session.refresh_token):
        assert secret not in text


def test_export_names_nobody_else():
    life = live()

    text = json.dumps(exported(life.user))

    for trace in (
        str(life.other.pk),
        life.other.email,
        life.other.username,
        "Otherwise",
        "198.51.100.9",
        "Moderatorbrowser",
    ):
        assert trace not in text


def test_what_staff_did_to_others_is_theirs_without_the_others():
    moderator = UserFactory(moderator=True)
    message = ChatMessageFactory(
        hidden=True, message_text="Words of another", moderated_by=moderator
    )
    SystemConfigurationFactory(value="hunter2", updated_by=moderator)
    AuditLog.objects.create(
        user=moderator,
        action="user.suspend",
        entity_type="users",
        entity_id=message.user.pk,
        new_values={"suspension_reason": "Of another"},
        changes={"reason": "Of another"},
        ip_address="192.0.2.4",
        user_agent="Own/1",
    )

    document = exported(moderator)

    (moderated,) = document["chat_messages.moderated_by"]
    assert moderated["id"] == str(message.pk)
    assert (moderated["user_id"], moderated["moderated_by"]) == (None, str(moderator.pk))
    assert document["system_configuration.updated_by"][0]["key"] == "site.name"
    text = json.dumps(document)
    for trace in ("Words of another", "hunter2", "Of another", str(message.user.pk)):
        assert trace not in text
    (act,) = (row for row in document["audit_logs"] if row["action"] == "user.suspend")
    assert (act["ip_address"], act["user_agent"], act["entity_id"]) == ("192.0.2.4", "Own/1", None)


def test_reasons_that_staff_gave_are_the_persons_to_read():
    admin, person = UserFactory(admin=True), UserFactory(suspended=True)
    standing.lift_suspension(actor=admin, user=person, reason="Mistaken for another")
    UserSessionFactory(user=person)
    standing.end_sessions(actor=admin, user=person, reason="Lost laptop")

    text = json.dumps(exported(person))

    assert [said for said in ("Mistaken for another", "Lost laptop") if said not in text] == []
    assert "an export of their data holds it" in OWN


def test_figures_are_strings_and_instants_end_in_z():
    trade = TradeFactory(
        price=Decimal("0.1000"), executed_at=datetime(2026, 3, 4, 5, 6, 7, 89, tzinfo=UTC), pnl=None
    )
    trade.refresh_from_db()

    document = exported(trade.user)

    (row,) = document["trades"]
    assert (row["price"], row["pnl"], row["quantity"]) == ("0.1000", None, 100)
    assert row["executed_at"] == "2026-03-04T05:06:07.000089Z"
    assert row["created_at"] == z(trade.created_at)
    assert document["exported_at"].endswith("Z")


def test_export_is_recorded_before_it_is_read():
    admin, person = UserFactory(admin=True), UserFactory()

    document = exported(person, admin, reason="Letter of 3 May")

    row = AuditLog.objects.get(action="user.export")
    assert (row.user, row.entity_id, row.changes) == (
        admin,
        person.pk,
        {"reason": "Letter of 3 May"},
    )
    assert "user.export" in {entry["action"] for entry in document["audit_logs.entity_id"]}


def test_others_are_exported_by_admins_alone():
    person = UserFactory()

    with pytest.raises(ForbiddenError):
        export.export(actor=UserFactory(moderator=True), person=person, reason="Curious")

    assert not AuditLog.objects.filter(action="user.export").exists()


def test_admin_gives_a_reason():
    with pytest.raises(ValidationError):
        export.export(actor=UserFactory(admin=True), person=UserFactory(), reason=" ")


@pytest.mark.django_db(transaction=True)
def test_export_is_of_one_instant(monkeypatch):
    seat = ParticipantFactory()
    TradeFactory(participant=seat)
    seen = []
    read = export.rows

    def others_trade(query, person):
        # A trade that arrives while the export is being written.
        if not seen:
            other = threading.Thread(target=arrive, args=[seat])
            other.start()
            other.join()
        seen.append(query)
        return read(query, person)

    def arrive(seat):
        TradeFactory(participant=seat)
        connection.close()

    monkeypatch.setattr(export, "rows", others_trade)

    document = exported(seat.user)

    assert Trade.objects.count() == 2
    assert len(document["trades"]) == 1


@pytest.mark.django_db(transaction=True)
def test_snapshot_only_reads():
    levels = []

    @snapshot
    def look():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT current_setting('transaction_isolation'),"
                " current_setting('transaction_read_only')"
            )
            levels.append(cursor.fetchone())

    look()

    assert levels == [("repeatable read", "on")]


def test_memory_does_not_grow_with_the_ledger():
    seat = ParticipantFactory()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO trades (tournament_id, user_id, participant_id, symbol, side, quantity,"
            " price, executed_at, trade_value, commission, net_amount)"
            " SELECT %s, %s, %s, 'AAPL', 'buy', 1, 1, now(), 1, 0, 1"
            " FROM generate_series(1, 100000)",
            [seat.tournament_id, seat.user_id, seat.pk],
        )

    tracemalloc.start()
    try:
        with export.export(actor=seat.user, person=seat.user) as file:
            _, peak = tracemalloc.get_traced_memory()
            lines = sum(b'"symbol":"AAPL"' in line for line in file)
            size = file.tell()
    finally:
        tracemalloc.stop()

    assert lines == 100_000
    assert size > 40_000_000
    assert peak < 10_000_000


def test_rows_come_through_a_cursor_of_the_server():
    person = UserFactory()
    (query,) = (query for name, query in export.queries() if name == "users")
    reading = export.rows(query, person)

    row = json.loads(next(reading))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_cursors")
        (cursors,) = cursor.fetchone()
    reading.close()

    assert row["id"] == str(person.pk)
    assert cursors == 1


def test_export_that_fails_leaves_no_file_open(monkeypatch):
    opened = []

    def failing(query, person):
        opened.extend(
            each
            for each in gc.get_objects()
            # By its type: a proxy of something that is gone would be asked for its class.
            if issubclass(type(each), tempfile.SpooledTemporaryFile) and not each.closed
        )
        raise RuntimeError("lost")

    monkeypatch.setattr(export, "rows", failing)
    person = UserFactory()

    with pytest.raises(RuntimeError):
        export.export(actor=person, person=person)

    assert [file.closed for file in opened] == [True]


def test_owner_gets_a_file_that_nobody_keeps(client_of):
    person = UserFactory(first_name="Ada")

    answer = client_of(person).get(EXPORT)

    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"
    assert answer["Cache-Control"] == "no-store"
    assert answer["Content-Disposition"] == (
        f'attachment; filename="dayrade-export-{timezone.now():%Y-%m-%d}.json"'
    )
    document = json.loads(b"".join(answer.streaming_content))
    assert document["person"] == str(person.pk)
    assert document["users"][0]["first_name"] == "Ada"
    assert AuditLog.objects.filter(action="user.export", user=person).count() == 1


def test_exports_are_counted(client_of, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"export": (1, 3600)}
    client, other = client_of(UserFactory()), client_of(UserFactory())

    answers = [each.get(EXPORT) for each in (client, client, other)]
    for answer in answers:
        answer.close()

    assert [answer.status_code for answer in answers] == [200, 429, 200]
