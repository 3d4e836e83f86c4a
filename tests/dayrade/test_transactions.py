"""Services: one transaction each, done again where PostgreSQL asks for it."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import IntegrityError, OperationalError, connection

from dayrade.db.transactions import service, sqlstate
from dayrade.models import RateLimit
from market.models import EconomicEvent
from tests.factories.market import EconomicEventFactory

pytestmark = pytest.mark.django_db(transaction=True)


def raise_sqlstate(state):
    with connection.cursor() as cursor:
        cursor.execute(f"DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '{state}'; END $$")


def failing(times, state="40001"):
    """Return a service that fails so often before it succeeds, and the list of its attempts."""
    attempts = []

    @service
    def work():
        attempts.append(len(attempts))
        EconomicEventFactory(name=f"Attempt {len(attempts)}")
        if len(attempts) <= times:
            raise_sqlstate(state)
        return len(attempts)

    return work, attempts


@pytest.mark.parametrize("state", ["40001", "40P01"])
def test_service_is_done_again(state):
    work, _ = failing(2, state)

    result = work()

    assert result == 3
    assert list(EconomicEvent.objects.values_list("name", flat=True)) == ["Attempt 3"]


def test_service_gives_up_after_three_attempts():
    work, attempts = failing(3)

    with pytest.raises(OperationalError, check=lambda it: sqlstate(it) == "40001"):
        work()

    assert len(attempts) == 3
    assert EconomicEvent.objects.count() == 0


def test_other_errors_are_not_tried_again():
    work, attempts = failing(3, "23505")

    with pytest.raises(IntegrityError):
        work()

    assert len(attempts) == 1
    assert EconomicEvent.objects.count() == 0


def test_only_the_outermost_service_is_done_again():
    inner, attempts = failing(1)
    outer_attempts = []

    @service
    def outer():
        outer_attempts.append(1)
        return inner()

    result = outer()

    assert (result, len(attempts), len(outer_attempts)) == (2, 2, 2)


def test_failed_inner_service_is_undone_alone():
    inner, _ = failing(1, "23505")

    @service
    def outer():
        EconomicEventFactory(name="Outer")
        with pytest.raises(IntegrityError):
            inner()

    outer()

    assert [event.name for event in EconomicEvent.objects.all()] == ["Outer"]


def test_racing_services_lose_no_update():
    """Two read the same figure in REPEATABLE READ; one is refused at its write and done again."""
    RateLimit.objects.create(key="race", window_ends_at="2030-01-01T00:00Z", count=0)
    together = Barrier(2, timeout=5)
    attempts = []

    @service
    def increment():
        attempts.append(1)
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        row = RateLimit.objects.get(key="race")
        if len(attempts) <= 2:
            together.wait()
        RateLimit.objects.filter(key="race").update(count=row.count + 1)

    def race(_):
        try:
            increment()
        finally:
            connection.close()

    with ThreadPoolExecutor() as threads:
        list(threads.map(race, range(2)))

    assert RateLimit.objects.get(key="race").count == 2
    assert len(attempts) == 3
