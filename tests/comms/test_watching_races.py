"""Many workers look at once, while the ledger is written."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from comms.models import Commentary, CommentaryFact, CommentaryState, Retraction
from comms.services import commentary, watching
from dayrade.db.transactions import service
from dayrade.models import Event
from tests.comms.ledgers import arena, bust, earn, look, seated, trip
from tests.factories.accounts import UserFactory
from tests.threads import at_once, closing, until, while_uncommitted
from trading.services import ingest

pytestmark = pytest.mark.django_db(transaction=True)


def test_many_workers_tell_a_fact_once():
    tournament = arena()
    for number in range(4):
        earn(seated(tournament, f"ada{number}"), 2000 + number)

    made = at_once(watching.watch_due, 6)

    assert sum(made) == Commentary.objects.count() == CommentaryFact.objects.count() == 4


def test_first_look_is_taken_by_one_of_many():
    tournament = arena()
    earn(seated(tournament, "ada"), 2000)
    CommentaryState.objects.all().delete()

    made = at_once(watching.watch_due, 6)

    assert (sum(made), Commentary.objects.count()) == (1, 1)


def test_delivery_that_began_before_a_look_and_ends_after_it_is_told():
    tournament = arena()
    seat = seated(tournament, "ada")

    with ThreadPoolExecutor(1) as pool:

        @service
        def deliver_slowly():
            ingest.take(tournament=tournament, items=trip(seat, 2000))
            began = timezone.now()
            # Longer than the moment that a look leaves anyway.
            until(lambda: timezone.now() > began + timedelta(seconds=1.3))
            return pool.submit(closing(lambda: look(tournament))).result(30)

        during = deliver_slowly()

    assert during == []
    assert look(tournament) == [("big_win", "ada")]


def test_looks_do_not_hold_up_deliveries():
    tournament = arena()
    seat = seated(tournament, "ada")
    earn(seat, 2000)

    with ThreadPoolExecutor(1) as pool:

        @service
        def look_slowly():
            made = watching.watch(tournament=tournament)
            pool.submit(closing(lambda: earn(seat, 3000, minutes=30))).result(30)
            return made

        assert look_slowly() == 1

    assert look(tournament) == [("big_win", "ada")]


def test_tournament_that_somebody_looks_at_is_left_to_them():
    tournament = arena()
    earn(seated(tournament, "ada"), 2000)

    made = while_uncommitted(watching.watch_due, watching.watch_due)

    assert made == (1, 0, False)


def test_line_is_taken_back_once_by_many():
    tournament = arena()
    earn(seated(tournament, "ada"), 2000, name="wrong")
    look(tournament)
    Commentary.objects.update(is_played=True, played_at=timezone.now())
    bust("wrong-out", UserFactory(moderator=True))
    (line,) = Commentary.objects.all()
    moderators = UserFactory.create_batch(2, moderator=True)

    def retract():
        moderator = moderators.pop()
        try:
            commentary.retract(actor=moderator, line=line, reason="A slip")
        except commentary.RetractedError:
            return "refused"
        return "done"

    def work():
        watching.watch_due()
        return retract() if moderators else ""

    at_once(work, 2)

    assert Retraction.objects.count() == 1
    assert Event.objects.filter(kind="commentary").count() == 1
    assert Commentary.objects.filter(trigger_event="correction").count() == 1


def test_arrivals_are_found_by_their_index():
    tournament = arena()
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT * FROM trades WHERE created_at >= %s AND tournament_id::text = %s",
            [timezone.now(), str(tournament.pk)],
        )
        plan = "\n".join(line for (line,) in cursor.fetchall())
        cursor.execute("RESET enable_seqscan")

    assert "dayrade_trades_arrival" in plan
