"""Erasure takes the person and leaves the record."""

import hashlib
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from accounts.models import TotpDevice, User, UserSession
from accounts.services.people import OwnAccessError
from administration.models import AuditLog
from dayrade.errors import ForbiddenError
from dayrade.models import IdempotencyKey
from dayrade.privacy import erasure
from dayrade.privacy.columns import ADDRESS_SUFFIX
from tests.audit import forget_audit
from tests.factories.accounts import PASSWORD, UserFactory, UserSessionFactory
from tests.factories.comms import CommentaryFactory, NotificationFactory
from tests.factories.tournaments import ParticipantFactory, TournamentFactory
from tests.privacy.people import VALUES, dumped, live, reached
from tournaments.models import TournamentStatus

pytestmark = pytest.mark.django_db

ERASURE = "/api/v1/users/me/erasure"
RECORDS = (
    "tournaments",
    "tournament_participants",
    "trades",
    "positions",
    "trading_performance",
    "chat_messages",
)


def erase(person, actor=None, reason="They asked for it"):
    erasure.erase(actor=actor or person, person=person, reason=reason)


def digests():
    found = {}
    with connection.cursor() as cursor:
        for name in RECORDS:
            cursor.execute(f"SELECT t::text FROM {name} t ORDER BY id")
            found[name] = hashlib.sha256(str(cursor.fetchall()).encode()).hexdigest()
    return found


def log():
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM audit_logs t")
        return {row for (row,) in cursor.fetchall()}


def found_in(tables):
    return {
        (column, table)
        for column, value in VALUES.items()
        for table, text in tables.items()
        if value.lower() in text.lower()
    }


def test_every_personal_column_has_a_value_to_look_for():
    assert set(VALUES) == reached()


def test_dump_holds_nothing_personal_after_an_erasure():
    person = live().user
    before = found_in(dumped())

    erase(person)

    # The search finds each of them where it stood.
    assert {column for column, _ in before} == set(VALUES)
    assert {table for _, table in before} == {table for table, _ in VALUES}
    assert found_in(dumped()) == set()


def test_records_and_the_log_stay_byte_for_byte():
    person = live().user
    records, rows = digests(), log()

    erase(person)

    assert digests() == records
    assert rows < log()


def test_account_is_closed_and_nameless():
    life = live()
    other = UserSessionFactory()

    erase(life.user)

    user = User.objects.get(pk=life.user.pk)
    assert (user.is_active, user.email_verified, user.has_usable_password()) == (False,) * 3
    assert user.email.startswith("erased-")
    assert user.email.endswith(ADDRESS_SUFFIX)
    assert user.username is None
    assert not UserSession.objects.filter(user=user, is_active=True).exists()
    assert UserSession.objects.filter(user=user).count() == 1
    assert not IdempotencyKey.objects.filter(principal=str(user.pk)).exists()
    assert not TotpDevice.objects.filter(user=user).exists()
    assert list(UserSession.objects.live()) == [other]
    assert erasure.is_erased(user)


@pytest.mark.parametrize(
    ("status", "left"),
    [("in_review", "pending"), ("requires_action", "pending"), ("rejected", "rejected")],
)
def test_nobody_waits_for_a_decision_any_more(status, left):
    person = UserFactory(kyc_status=status)

    erase(person)

    assert User.objects.get(pk=person.pk).kyc_status == left


def test_approval_stands():
    person = UserFactory(approved=True)

    erase(person)

    erased = User.objects.get(pk=person.pk)
    assert (erased.kyc_status, erased.kyc_approved_at) == ("approved", person.kyc_approved_at)


def test_nobody_else_is_touched():
    stays = UserFactory(first_name="Bystander", country="Iceland")
    notice = NotificationFactory(user=stays)
    line = CommentaryFactory(trigger_user=stays)
    UserSessionFactory(user=stays, user_agent="Browser/1")
    life = live()
    before = User.objects.filter(pk=stays.pk).values().get()

    erase(life.user)

    assert User.objects.filter(pk=stays.pk).values().get() == before
    assert stays.sessions.get().user_agent == "Browser/1"
    assert stays.notifications.get().title == notice.title
    assert stays.triggered_commentary.get().commentary_text == line.commentary_text


def test_erasure_is_one_audit_row_of_the_account():
    admin = UserFactory(admin=True)
    person = UserFactory(first_name="Ada")
    forget_audit()

    erase(person, admin, reason=" Letter of 3 May ")

    row = AuditLog.objects.get()
    assert (row.user, row.action, row.entity_id) == (admin, "user.erase", person.pk)
    assert row.changes["reason"] == "Letter of 3 May"
    assert row.old_values["first_name"] == "[redacted]"
    assert row.old_values["is_active"] is True


@pytest.mark.parametrize(
    ("status", "is_active", "refused"),
    [
        (TournamentStatus.REGISTRATION_OPEN, True, True),
        (TournamentStatus.ACTIVE, True, True),
        (TournamentStatus.ACTIVE, False, False),
        (TournamentStatus.COMPLETED, True, False),
        (TournamentStatus.CANCELLED, True, False),
    ],
)
def test_who_competes_is_not_erased(status, is_active, refused):
    person = UserFactory()
    ParticipantFactory(
        user=person, tournament=TournamentFactory(status=status), is_active=is_active
    )

    if refused:
        with pytest.raises(erasure.InTournamentError):
            erase(person)
    else:
        erase(person)

    assert User.objects.get(pk=person.pk).is_active is refused


def test_admin_is_erased_by_another_admin_alone():
    admin, colleague = UserFactory(admin=True), UserFactory(admin=True)

    with pytest.raises(OwnAccessError):
        erase(admin)
    erase(admin, colleague)
    with pytest.raises(ForbiddenError):
        erase(colleague, admin)

    assert [user.is_active for user in (admin, colleague) if user.refresh_from_db() is None] == [
        False,
        True,
    ]


@pytest.mark.parametrize("traits", [{}, {"moderator": True}, {"admin": True, "suspended": True}])
def test_others_are_erased_by_admins_alone(traits):
    person = UserFactory()

    with pytest.raises(ForbiddenError):
        erase(person, UserFactory(**traits))

    person.refresh_from_db()
    assert person.is_active


def test_second_erasure_is_refused():
    person = UserFactory()
    erase(person)

    with pytest.raises(erasure.ErasedError):
        erase(person, UserFactory(admin=True))


def test_closed_account_is_erased():
    person = UserFactory(is_active=False, first_name="Ada")

    erase(person, UserFactory(admin=True))

    person.refresh_from_db()
    assert person.first_name is None


@pytest.mark.parametrize("reason", ["", "  ", "x" * 1001])
def test_erasure_needs_a_reason(reason):
    person = UserFactory()

    with pytest.raises(ValidationError):
        erase(person, reason=reason)

    person.refresh_from_db()
    assert person.is_active


@pytest.mark.parametrize("confirm", ["Ada-1815", "ADA@example.com"])
def test_owner_erases_themselves(client_of, confirm):
    person = UserFactory(username="ada-1815", email="ada@example.com")
    client = client_of(person)

    answer = client.post(ERASURE, {"password": PASSWORD, "confirm": confirm})

    assert (answer.status_code, answer.content) == (204, b"")
    assert client.get("/api/v1/users/me").status_code == 401
    assert erasure.is_erased(User.objects.get(pk=person.pk))


@pytest.mark.parametrize(
    ("change", "field"),
    [({"password": "wrong"}, "password"), ({"confirm": "bob"}, "confirm")],
)
def test_owner_is_asked_for_password_and_name(client_of, change, field):
    person = UserFactory()
    body = {"password": PASSWORD, "confirm": person.username} | change

    answer = client_of(person).post(ERASURE, body)

    assert answer.status_code == 400
    assert list(answer.json()["details"]) == [field]
    person.refresh_from_db()
    assert person.is_active


def test_wrong_password_is_recorded(client_of):
    person = UserFactory()
    client = client_of(person)
    forget_audit()

    client.post(ERASURE, {"password": "wrong", "confirm": person.username})

    row = AuditLog.objects.get()
    assert (row.user, row.action, row.entity_id) == (person, "password.denied", person.pk)


def test_guesses_count_with_those_of_a_change(client_of, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"password_check": (2, 900)}
    person = UserFactory()
    client = client_of(person)
    body = {"password": "wrong", "confirm": person.username}
    change = {"current_password": PASSWORD, "new_password": "another long secret"}

    answers = [client.post(ERASURE, body).status_code for _ in range(3)]

    assert answers == [400, 400, 429]
    assert client.post("/api/v1/auth/password/change", change).status_code == 429


def test_owner_is_told_why_not(client_of):
    person = ParticipantFactory().user

    answer = client_of(person).post(ERASURE, {"password": PASSWORD, "confirm": person.email})

    assert (answer.status_code, answer.json()["error"]) == (409, "IN_TOURNAMENT")


def at_once(*erasures):
    """Begin the erasures together, each in a thread of its own, and return what came of each."""
    ready = threading.Barrier(len(erasures))

    def run(erasure_):
        person, actor = erasure_
        ready.wait()
        try:
            erase(person, actor)
        except (erasure.ErasedError, ForbiddenError) as error:
            return type(error).__name__
        finally:
            connection.close()
        return "erased"

    with ThreadPoolExecutor(max_workers=len(erasures)) as pool:
        return sorted(pool.map(run, erasures))


@pytest.mark.django_db(transaction=True)
def test_of_several_at_once_one_erases():
    person = UserFactory()
    admin = UserFactory(admin=True)

    outcomes = at_once((person, person), (person, admin), (person, admin), (person, person))

    assert outcomes == ["ErasedError"] * 3 + ["erased"]
    assert AuditLog.objects.filter(action="user.erase").count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(3))
def test_of_two_admins_who_erase_each_other_one_remains(attempt):
    one, other = UserFactory(admin=True), UserFactory(admin=True)

    outcomes = at_once((one, other), (other, one))

    assert outcomes == ["ForbiddenError", "erased"]
    assert User.objects.filter(role="admin", is_active=True).count() == 1
