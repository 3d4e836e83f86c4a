"""Every change leaves a row that says who, what and why."""

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from administration import audit
from administration.models import AuditLog
from comms.models import ChatMessage
from dayrade.context import Origin, origin
from tests.audit import forget_audit
from tests.factories.accounts import UserFactory
from tests.factories.administration import SystemConfigurationFactory
from tests.factories.comms import ChatMessageFactory
from tests.factories.market import EconomicEventFactory
from tests.factories.tournaments import ParticipantFactory, TournamentFactory
from tournaments.models import Participant, Tournament

pytestmark = pytest.mark.django_db


def entries(row):
    return AuditLog.objects.filter(entity_id=row.pk)


def test_change_names_actor_action_reason_and_fields():
    admin = UserFactory(admin=True)
    tournament = TournamentFactory(name="Spring Cup")
    forget_audit()

    audit.acting(admin, "tournament.rename", reason="Sponsor")
    Tournament.objects.filter(pk=tournament.pk).update(name="Summer Cup")

    entry = AuditLog.objects.get()
    assert (entry.user, entry.action, entry.entity_type, entry.entity_id) == (
        admin,
        "tournament.rename",
        "tournaments",
        tournament.pk,
    )
    assert entry.old_values == {"name": "Spring Cup"}
    assert entry.new_values == {"name": "Summer Cup"}
    assert entry.changes == {"operation": "update", "fields": ["name"], "reason": "Sponsor"}


def test_change_carries_the_origin_of_the_request():
    event = EconomicEventFactory()
    forget_audit()
    token = origin.set(Origin("request-0001", "192.0.2.7", "Browser/1.0"))

    audit.acting(None, "economic_event.update")
    type(event).objects.update(country="Canada")
    origin.reset(token)

    entry = AuditLog.objects.get()
    assert (entry.request_id, entry.ip_address, entry.user_agent) == (
        "request-0001",
        "192.0.2.7",
        "Browser/1.0",
    )


def test_change_that_nobody_named_is_recorded_all_the_same():
    tournament = TournamentFactory()

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM tournaments WHERE id = %s", [tournament.pk])

    entry = entries(tournament).get(action="tournaments.delete")
    assert entry.user is None
    assert entry.old_values["slug"] == tournament.slug
    assert entry.new_values is None


def test_update_that_changes_nothing_is_not_recorded():
    tournament = TournamentFactory()
    forget_audit()

    Tournament.objects.update(name=tournament.name)

    assert not AuditLog.objects.exists()


def test_what_is_personal_or_secret_stays_out():
    user = UserFactory(first_name="Ada", phone_number="+44 20 7946 0000")
    user.set_password("another long secret")
    user.email = "new@example.com"
    user.save()

    texts = str(list(entries(user).values()))

    assert [entry.action for entry in entries(user).order_by("action")] == [
        "users.insert",
        "users.update",
    ]
    for secret in ("Ada", "7946", "new@example.com", user.password):
        assert secret not in texts
    assert entries(user).get(action="users.update").new_values == {
        "email": "[redacted]",
        "password_hash": "[redacted]",
    }


def test_sign_in_does_not_count_as_a_change_of_the_account():
    user = UserFactory()
    forget_audit()

    User.objects.filter(pk=user.pk).update(last_login=user.created_at)

    assert not AuditLog.objects.exists()


def test_sensitive_configuration_stays_out():
    row = SystemConfigurationFactory(
        key="zimtra.secret", value={"encrypted": "a"}, is_sensitive=True
    )
    type(row).objects.update(value={"encrypted": "b"})

    found = [entry.new_values["value"] for entry in entries(row).order_by("action")]

    assert found == ["[redacted]", "[redacted]"]


def test_figures_are_not_audited_but_disqualification_is():
    seat = ParticipantFactory()
    forget_audit()

    Participant.objects.update(total_trades=1, winning_trades=1)
    Participant.objects.update(disqualified=True, disqualification_reason="Two accounts")

    entry = AuditLog.objects.get()
    assert (entry.entity_id, entry.changes["fields"]) == (
        seat.pk,
        ["disqualification_reason", "disqualified"],
    )


def test_chat_is_audited_when_it_is_moderated_not_when_it_is_said():
    message = ChatMessageFactory()
    said = entries(message).count()
    ChatMessage.objects.update(
        is_moderated=True, moderation_reason="Abuse", moderated_at=message.created_at
    )

    assert said == 0
    assert entries(message).get().action == "chat_messages.update"


def test_acting_ends_with_the_transaction():
    admin = UserFactory(admin=True)

    with transaction.atomic():
        audit.acting(admin, "tournament.create")
        first = TournamentFactory()
        transaction.set_rollback(True)

    assert not entries(first).exists()


@pytest.mark.django_db(transaction=True)
def test_acting_is_forgotten_by_the_next_transaction():
    admin = UserFactory(admin=True)
    with transaction.atomic():
        audit.acting(admin, "tournament.create")
        named = TournamentFactory()
    unnamed = TournamentFactory()

    assert entries(named).get().action == "tournament.create"
    assert entries(unnamed).get().user is None


@pytest.mark.django_db(transaction=True)
def test_acting_needs_a_transaction():
    with pytest.raises(RuntimeError):
        audit.acting(None, "tournament.create")


def test_change_and_its_row_are_rolled_back_together():
    TournamentFactory()
    forget_audit()

    @transaction.atomic
    def rename_and_fail():
        Tournament.objects.update(name="Renamed")
        Tournament.objects.update(current_participants=-1)

    with pytest.raises(IntegrityError):
        rename_and_fail()

    assert not AuditLog.objects.exists()


def test_record_writes_an_event_that_changes_no_row():
    user = UserFactory()

    audit.record(user, "session.denied", entity_type="users", entity_id=user.pk, details={"n": 5})

    entry = entries(user).get(action="session.denied")
    assert (entry.user, entry.changes) == (user, {"n": 5})


def test_amount_keeps_its_digits():
    tournament = TournamentFactory(entry_fee="25.00")

    Tournament.objects.update(entry_fee="5.50")

    entry = entries(tournament).get(action="tournaments.update")
    assert (str(entry.old_values["entry_fee"]), str(entry.new_values["entry_fee"])) == (
        "25.00",
        "5.50",
    )
