"""Statements whose SQL is built once: they answer as their QuerySet does."""

from uuid import UUID

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.forms import model_to_dict

from dayrade.db.statements import Statement
from tests.factories.accounts import UserFactory
from tests.factories.tournaments import ParticipantFactory, TournamentFactory
from tournaments.models import Participant, Tournament

pytestmark = pytest.mark.django_db


def by_slug():
    return Statement(Tournament.objects.exclude(status="draft").filter(slug="?"), "?")


def test_row_is_that_of_the_queryset():
    first = TournamentFactory(rules={"freeze_at": "2030-01-01T00:00:00Z"}, trading_symbols=["IBM"])
    second = TournamentFactory()
    statement = by_slug()

    for tournament in (first, second):
        stored = Tournament.objects.get(pk=tournament.pk)

        assert model_to_dict(statement.first(tournament.slug)) == model_to_dict(stored)


def test_joined_row_costs_no_query_of_its_own(django_assert_num_queries):
    seat = ParticipantFactory()
    seats = Participant.objects.filter(pk=UUID(int=0)).select_related("user", "tournament")
    statement = Statement(seats, UUID(int=0))

    with django_assert_num_queries(1):
        found = statement.get(seat.pk)
        joined = (found.user, found.tournament)

    assert joined == (seat.user, seat.tournament)


def test_column_that_is_left_out_is_read_when_it_is_asked_for():
    tournament = TournamentFactory(description="A cup")
    statement = Statement(Tournament.objects.filter(slug="?").defer("description"), "?")

    found = statement.get(tournament.slug)

    assert found.get_deferred_fields() == {"description"}
    assert found.description == "A cup"


def test_nothing_is_found_where_there_is_nothing():
    TournamentFactory(slug="hidden", status="draft")

    assert by_slug().first("hidden") is None
    with pytest.raises(ObjectDoesNotExist):
        by_slug().get("?")


@pytest.mark.parametrize("staff", [False, True])
@pytest.mark.parametrize("status", ["draft", "active"])
@pytest.mark.parametrize("attribute", ["slug", "pk"])
def test_address_names_what_the_querysets_say(staff, status, attribute):
    viewer = UserFactory(role="moderator" if staff else "user")
    TournamentFactory()
    seat = ParticipantFactory(tournament=TournamentFactory(status=status))
    address = str(getattr(seat.tournament, attribute))

    tournament = Tournament.objects.named(address, viewer)
    found = Participant.objects.named(address, seat.pk, viewer)

    assert tournament == Tournament.objects.visible_to(viewer).addressed(address).first()
    assert (tournament is None) == (status == "draft" and not staff)
    assert found == (seat if tournament else None)


def test_seat_of_another_tournament_is_not_there():
    seat, other = ParticipantFactory(), TournamentFactory(status="active")
    viewer = UserFactory()

    assert Participant.objects.named(other.slug, seat.pk, viewer) is None
