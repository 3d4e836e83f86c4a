"""Events get their places in the order in which they are committed."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from dayrade import events
from dayrade.db.transactions import service
from dayrade.models import Event
from dayrade.stream import placer
from tests.factories.tournaments import TournamentFactory
from tests.threads import at_once, closing, until

pytestmark = pytest.mark.django_db(transaction=True)


def published(name, tournament):
    events.publish(tournament.pk, "status", status=name, at="2026-11-23T00:00:00Z")


def order():
    placed = Event.objects.placed_after(0)
    return [(event.position, event.data["status"]) for event in placed]


def test_first_to_commit_comes_first_whichever_number_it_has():
    tournament = TournamentFactory()
    is_written, may_commit = threading.Event(), threading.Event()

    @service
    def slow():
        published("slow", tournament)
        is_written.set()
        assert may_commit.wait(10)

    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(closing(slow))
        assert is_written.wait(10)
        service(published)("fast", tournament)
        first = placer.place()
        may_commit.set()
        future.result(10)
    second = placer.place()

    numbers = list(Event.objects.order_by("pk").values_list("data__status", flat=True))
    assert numbers == ["slow", "fast"]
    assert (first, second) == (1, 2)
    assert order() == [(1, "fast"), (2, "slow")]


def test_nothing_is_placed_twice():
    tournament = TournamentFactory()
    published("one", tournament)

    counts = [placer.place(), placer.place()]

    assert counts == [1, None]


def test_what_was_rolled_back_takes_no_place():
    tournament = TournamentFactory()

    @service
    def fail():
        published("never", tournament)
        raise LookupError

    with pytest.raises(LookupError):
        fail()
    published("real", tournament)
    placer.place()

    assert order() == [(1, "real")]


def test_one_places_at_a_time():
    """Whoever comes second goes away without a place to give, rather than wait."""
    tournament = TournamentFactory()
    published("one", tournament)

    @service
    def at_work():
        placer.place()
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(closing(placer.place)).result(10)

    assert at_work() is None
    assert order() == [(1, "one")]


def test_many_placers_and_publishers_leave_one_order():
    tournament = TournamentFactory()
    done = threading.Event()
    number = iter(range(200))
    lock = threading.Lock()

    def publish():
        while True:
            with lock:
                mine = next(number, None)
            if mine is None:
                return
            service(published)(str(mine), tournament)

    def place():
        while not done.is_set():
            placer.place()

    with ThreadPoolExecutor(3) as pool:
        placing = [pool.submit(closing(place)) for _ in range(3)]
        at_once(publish, 4)
        assert until(lambda: not Event.objects.filter(position=None).exists(), 20)
        done.set()
        for future in placing:
            future.result(20)

    assert [position for position, _ in order()] == list(range(1, 201))


@pytest.fixture
def running():
    """A placer at work, and what it announces."""
    told = []
    made = placer.Placer(told.append)
    made.start()
    yield made, told
    made.stop()
    made.join(10)


def test_placer_announces_what_it_has_placed(running):
    _, told = running

    published("one", TournamentFactory())

    assert until(lambda: told == [1])


def test_placer_outlives_its_connection(running):
    _, told = running
    published("one", TournamentFactory())
    assert until(lambda: told == [1])
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND datname = current_database()"
        )

    published("two", TournamentFactory())

    assert until(lambda: told == [1, 2], 10)
