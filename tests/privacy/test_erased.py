"""Whom a restored backup brings back is erased again."""

import io
import uuid

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from accounts.models import User
from administration.models import AuditLog
from dayrade.logs import Formatter, JsonFormatter
from dayrade.privacy import erasure
from tests.audit import forget_audit
from tests.factories.accounts import UserFactory
from tests.factories.tournaments import ParticipantFactory, TournamentFactory
from tournaments.models import TournamentStatus

pytestmark = pytest.mark.django_db

LINE = settings.LOGGING["formatters"]["line"]["format"]


def erased(**options):
    out = io.StringIO()
    call_command("erased", stdout=out, **options)
    return out.getvalue()


def erase(person):
    erasure.erase(actor=person, person=person, reason="They asked for it")
    return person


def test_list_has_a_line_for_each_with_nothing_but_the_id():
    first, second = erase(UserFactory()), erase(UserFactory())
    UserFactory()

    lines = erased().splitlines()

    rows = AuditLog.objects.filter(
        action="user.erase", entity_type="users", changes__operation="update"
    ).order_by("created_at", "pk")
    assert lines == [f"erased {row.entity_id} at {row.created_at.isoformat()}" for row in rows]
    assert {row.entity_id for row in rows} == {first.pk, second.pk}


def test_file_is_only_added_to(tmp_path):
    file = tmp_path / "erased"
    before = erase(UserFactory())
    erased(file=file)
    # Another database, that of an older backup, knows less than the file.
    forget_audit()
    after = erase(UserFactory())

    said = [erased(file=file), erased(file=file)]

    assert said == ["", ""]
    assert len(file.read_text().splitlines()) == 2
    assert erasure.named(file.read_text().splitlines()) == [before.pk, after.pk]


def test_whom_a_file_names_is_erased_again(tmp_path):
    back, gone, other = UserFactory(), erase(UserFactory()), UserFactory()
    file = tmp_path / "erased"
    names = (back.pk, gone.pk, uuid.uuid4(), back.pk)
    file.write_text("".join(f"erased {name} at 2027-01-31T18:30:00+00:00\n" for name in names))

    said = erased(again=file)

    assert said == "Erased 1 of 3: the others are erased, or not here.\n"
    assert erasure.is_erased(User.objects.get(pk=back.pk))
    assert User.objects.get(pk=other.pk).email == other.email
    row = AuditLog.objects.get(action="user.erase", entity_type="users", entity_id=back.pk)
    assert (row.user_id, row.changes["reason"]) == (None, erasure.AGAIN)


def test_who_has_a_seat_again_is_named_and_the_others_are_erased(tmp_path):
    seat = ParticipantFactory(tournament=TournamentFactory(status=TournamentStatus.ACTIVE))
    back = UserFactory()
    file = tmp_path / "erased"
    file.write_text(f"erased {seat.user_id} at -\nerased {back.pk} at -\n")
    out = io.StringIO()

    with pytest.raises(CommandError, match="again when these tournaments are over"):
        call_command("erased", again=file, stdout=out)

    assert out.getvalue().splitlines()[1:] == [
        f"{seat.user_id} has a seat in a tournament that is not over."
    ]
    assert not erasure.is_erased(User.objects.get(pk=seat.user_id))
    assert erasure.is_erased(User.objects.get(pk=back.pk))


@pytest.mark.parametrize("formatter", [JsonFormatter(), Formatter(LINE)])
def test_log_names_whom_it_was_told(caplog, django_capture_on_commit_callbacks, formatter):
    person = UserFactory()

    caplog.set_level("INFO", "dayrade.privacy")
    with django_capture_on_commit_callbacks(execute=True):
        erase(person)

    (record,) = [each for each in caplog.records if each.name == "dayrade.privacy"]
    record.request_id = "-"
    assert erasure.named([formatter.format(record)]) == [person.pk]


@pytest.mark.parametrize(
    "line",
    [
        "erased nobody",
        'somebody wrote "erased 6a2f41a3-c54c-fce8-32d2-0324e1c32e22"',
        '{"logger": "x", "message": "said: erased 6a2f41a3-c54c-fce8-32d2-0324e1c32e22"}',
        "erased 6a2f41a3-c54c-fce8-32d2-0324e1c32e220",
    ],
)
def test_nobody_is_named_by_what_others_get_into_the_log(line):
    assert erasure.named([line]) == []


@pytest.mark.parametrize("option", ["again", "file"])
def test_file_that_cannot_be_read_is_named(tmp_path, option):
    with pytest.raises(CommandError, match=str(tmp_path)):
        erased(**{option: tmp_path})
