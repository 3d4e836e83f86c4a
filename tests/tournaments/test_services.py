"""What staff may do with a tournament, and when."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils import timezone

from administration.models import AuditLog
from tests.factories.accounts import UserFactory
from tests.factories.tournaments import ParticipantFactory, TournamentFactory
from tests.threads import while_uncommitted
from tournaments.models import Tournament, TournamentStatus
from tournaments.services import drafts, ledger_lock

pytestmark = pytest.mark.django_db


def fields(**changes):
    built = TournamentFactory.build(draft=True)
    names = (
        "name",
        "slug",
        "division",
        "registration_open_date",
        "registration_close_date",
        "start_date",
        "end_date",
    )
    return {name: getattr(built, name) for name in names} | changes


def test_create_drafts_a_tournament_in_the_name_of_its_author():
    admin = UserFactory(admin=True)

    tournament = drafts.create(actor=admin, fields=fields(slug="spring-cup"))

    assert Tournament.objects.values_list("slug", "status", "created_by").get() == (
        "spring-cup",
        "draft",
        admin.pk,
    )
    assert AuditLog.objects.get(entity_id=tournament.pk).action == "tournament.create"


def test_create_refuses_a_taken_slug():
    TournamentFactory(slug="spring-cup")

    with pytest.raises(IntegrityError):
        drafts.create(actor=UserFactory(admin=True), fields=fields(slug="spring-cup"))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"slug": "Spring Cup"}, "slug"),
        ({"slug": "spring--cup"}, "__all__"),
        ({"division": "unknown"}, "division"),
        ({"end_date": timezone.now()}, "__all__"),
        ({"min_participants": 200}, "__all__"),
        ({"entry_fee": "-1.00"}, "__all__"),
        ({"currency": "usd"}, "__all__"),
    ],
)
def test_create_says_what_is_wrong(changes, field):
    with pytest.raises(ValidationError) as refusal:
        drafts.create(actor=UserFactory(admin=True), fields=fields(**changes))

    assert list(refusal.value.message_dict) == [field]
    assert not Tournament.objects.exists()


@pytest.mark.parametrize("status", drafts.CHANGEABLE)
def test_update_changes_what_has_not_begun(status):
    admin = UserFactory(admin=True)
    tournament = TournamentFactory(status=status)

    updated = drafts.update(actor=admin, tournament=tournament, changes={"name": "Autumn Cup"})

    stored = Tournament.objects.get()
    assert (stored.name, stored.updated_at) == ("Autumn Cup", updated.updated_at)
    assert AuditLog.objects.get(action="tournament.update").user == admin


@pytest.mark.parametrize("status", sorted(set(TournamentStatus) - set(drafts.CHANGEABLE)))
def test_update_refuses_what_has_begun(status):
    tournament = TournamentFactory(active=True, status=status, name="Spring Cup")

    with pytest.raises(drafts.FrozenError):
        drafts.update(
            actor=UserFactory(admin=True), tournament=tournament, changes={"name": "Renamed"}
        )

    assert Tournament.objects.get().name == "Spring Cup"


@pytest.mark.django_db(transaction=True)
def test_new_starting_balance_waits_for_deliveries():
    seat = ParticipantFactory()
    admin = UserFactory(admin=True)

    _, _, waited = while_uncommitted(
        lambda: ledger_lock.share(seat.tournament_id),
        lambda: drafts.update(
            actor=admin,
            tournament=seat.tournament,
            changes={"starting_balance": "5000.00"},
            reason="As announced",
        ),
    )

    seat.refresh_from_db()
    assert waited
    assert (str(seat.starting_balance), str(seat.current_balance)) == ("5000.00", "5000.00")
