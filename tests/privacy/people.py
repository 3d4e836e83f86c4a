"""A person about whom every table holds something, each value told from all others."""

from dataclasses import dataclass
from datetime import date

from django.db import connection

from accounts.models import User
from administration import audit
from dayrade.context import Origin, origin
from dayrade.models import IdempotencyKey
from dayrade.privacy.columns import PERSONAL, TABLES
from tests.factories.accounts import TotpDeviceFactory, UserFactory, UserSessionFactory
from tests.factories.comms import (
    ChatMessageFactory,
    ChatReportFactory,
    CommentaryFactory,
    DeliveryFactory,
    MuteFactory,
    NotificationFactory,
    PreferenceFactory,
    PushSubscriptionFactory,
    TellingKeyFactory,
    UnreachableAddressFactory,
)
from tests.factories.tournaments import BookingFactory, ParticipantFactory, TournamentFactory
from tests.factories.trading import PerformanceSnapshotFactory, PositionFactory, TradeFactory
from tournaments.models import TournamentStatus

# Every personal column that erasure reaches, and what stands in it; a birthday as it is printed.
VALUES = {
    ("users", "email"): "Quixote.Lovelace@example.net",
    ("users", "first_name"): "Quixotina",
    ("users", "last_name"): "Zwingli-Byron",
    ("users", "username"): "qzb-1815",
    ("users", "avatar_url"): "https://pictures.example.net/qzb.png",
    ("users", "country"): "Liechtenstein",
    ("users", "timezone"): "Europe/Vaduz",
    ("users", "phone_number"): "+423 555 0199",
    ("users", "zimtra_id"): "ZID-998877",
    ("users", "zimtra_username"): "zim-quixote",
    ("users", "date_of_birth"): "1815-12-10",
    ("user_sessions", "ip_address"): "203.0.113.77",
    ("user_sessions", "user_agent"): "Quixbrowser/7.3",
    ("user_sessions", "device_info"): "Quixphone 12",
    ("notifications", "title"): "Dear Quixotina, title",
    ("notifications", "message"): "Dear Quixotina, message",
    ("notifications", "action_url"): "/people/qzb-action",
    ("notifications", "action_label"): "Quixotic label",
    ("dayrade_unreachable_addresses", "address"): "Quixotic.Bouncer@example.net",
    ("dayrade_bookings", "email"): "Quixotic.Booker@example.net",
    ("dayrade_bookings", "name"): "Quixotina the Booker",
    ("dayrade_chat_reports", "comment"): "he threatened Quixotina",
    ("commentary", "commentary_text"): "qzb-1815 takes the lead!",
    ("commentary", "trigger_data"): "facts of qzb-1815",
    ("commentary", "audio_url"): "https://audio.example.net/qzb.mp3",
    ("dayrade_idempotency_keys", "key"): "quix-key-1",
    ("dayrade_idempotency_keys", "headers"): "/api/v1/quix-location",
    ("dayrade_idempotency_keys", "body"): "quix-body",
}


def of(table):
    return {column: value for (name, column), value in VALUES.items() if name == table}


@dataclass
class Life:
    """A person, and whatever stands around them."""

    user: User
    seat: object
    other: User


def live(**user):
    """Make the person, their traces in every table, and audit rows of all their changes."""
    account = of("users") | {"date_of_birth": date(1815, 12, 10)}
    person = UserFactory(**account | user)
    other = UserFactory(moderator=True, username="somebody-else", first_name="Otherwise")
    # A change and its return put every value into the log, were it not redacted.
    before = User.objects.filter(pk=person.pk)
    for name in ("country", "timezone", "avatar_url", "zimtra_username", "first_name"):
        before.update(**{name: None})
    before.update(**{name: value for name, value in account.items() if name != "email"})
    done = TournamentFactory(status=TournamentStatus.COMPLETED, created_by=person)
    seat = ParticipantFactory(user=person, tournament=done)
    BookingFactory(user=person, participant=seat, tournament=done, **of("dayrade_bookings"))
    trade = TradeFactory(participant=seat)
    PositionFactory(participant=seat)
    PerformanceSnapshotFactory(participant=seat)
    UserSessionFactory(
        user=person, **of("user_sessions") | {"device_info": {"name": "Quixphone 12"}}
    )
    TotpDeviceFactory(user=person)
    notice = NotificationFactory(user=person, trade=trade, **of("notifications"))
    DeliveryFactory(notification=notice)
    UnreachableAddressFactory(user=person, **of("dayrade_unreachable_addresses"))
    PushSubscriptionFactory(user=person)
    PreferenceFactory(user=person)
    TellingKeyFactory(user=person)
    said = of("commentary") | {"trigger_data": {"who": "facts of qzb-1815"}}
    line = CommentaryFactory(trigger_user=person, audio_generated=True, **said)
    type(line).objects.filter(pk=line.pk).update(is_played=False, played_at=None)
    type(line).objects.filter(pk=line.pk).update(commentary_text="x")
    type(line).objects.filter(pk=line.pk).update(commentary_text=said["commentary_text"])
    message = ChatMessageFactory(user=person, message_text="What was said in public")
    type(message).objects.filter(pk=message.pk).update(
        is_moderated=True,
        moderation_reason="Off topic",
        moderated_by=other,
        moderated_at=person.created_at,
    )
    MuteFactory(user=person, muted_by=other)
    report = ChatReportFactory(user=person, **of("dayrade_chat_reports"))
    type(report).objects.filter(pk=report.pk).update(
        status="dismissed", resolved_at=person.created_at, resolved_by=other
    )
    kept = of("dayrade_idempotency_keys")
    IdempotencyKey.objects.create(
        principal=str(person.pk),
        request_hash="0" * 64,
        status_code=201,
        key=kept["key"],
        headers={"Location": kept["headers"]},
        body=kept["body"],
    )
    token = origin.set(Origin("request-0001", "198.51.100.9", "Moderatorbrowser/1.0"))
    audit.record(other, "user.noted", entity_type="users", entity_id=person.pk)
    origin.reset(token)
    person.refresh_from_db()
    return Life(person, seat, other)


def dumped():
    """Return every table as COPY prints it, by name."""
    tables = {}
    with connection.cursor() as cursor:
        for name in connection.introspection.table_names(cursor):
            with cursor.copy(f"COPY {name} TO STDOUT") as copy:
                tables[name] = b"".join(map(bytes, copy)).decode()
    return tables


def reached():
    """Return the personal columns that erasure reaches, as the registry says."""
    return {
        (name, column)
        for name, table in TABLES.items()
        if table.owner and name != "django_admin_log"
        for column in table.of_kind(*PERSONAL)
        if table.forgotten or column in table.erased
    }
