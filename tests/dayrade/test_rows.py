"""Locks on rows: who comes second waits, and who only points at the row does not."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError, connection

from dayrade.db import rows
from dayrade.db.transactions import service, sqlstate
from tests.factories.accounts import UserFactory
from tests.factories.tournaments import ParticipantFactory, TournamentFactory
from tournaments.models import Participant

pytestmark = pytest.mark.django_db(transaction=True)


@service
def beside(tournament, work):
    """Hold the tournament's lock while somebody else works, who has no time to wait."""
    rows.locked(tournament)

    @service
    def impatient():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '100ms'")
        return work()

    def run():
        try:
            return impatient()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result()


def test_locked_row_is_locked():
    tournament = TournamentFactory()

    with pytest.raises(OperationalError) as refused:
        beside(tournament, lambda: rows.locked(tournament))

    assert sqlstate(refused.value) == "55P03"


def test_rows_that_point_at_a_locked_one_are_written():
    tournament, user = TournamentFactory(), UserFactory()

    seat = beside(tournament, lambda: ParticipantFactory(tournament=tournament, user=user))

    assert list(Participant.objects.all()) == [seat]
