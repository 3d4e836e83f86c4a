"""Purging deletes what has had its time, and nothing else."""

import io
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from accounts.models import UserSession
from dayrade.models import Event, IdempotencyKey, RateLimit
from dayrade.privacy import retention
from tests.factories.accounts import UserFactory, UserSessionFactory

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LIFETIME = timedelta(days=settings.API_REFRESH_DAYS)
STAFF_LIFETIME = timedelta(hours=settings.STAFF_SESSION_HOURS)


def purged():
    out = io.StringIO()
    call_command("purge", stdout=out)
    return out.getvalue()


def session(name, *, age, unused=HOUR, is_active=True, user=None):
    """Make a session that began `age` ago, and was last used `unused` ago."""
    now = timezone.now()
    made = UserSessionFactory(
        user=user or UserFactory(), user_agent=name, is_active=is_active, expires_at=now + HOUR
    )
    UserSession.objects.filter(pk=made.pk).update(
        created_at=now - age, last_accessed_at=now - unused
    )


def left():
    return set(UserSession.objects.values_list("user_agent", flat=True))


def keys(number):
    IdempotencyKey.objects.bulk_create(
        IdempotencyKey(principal="x", key=str(n), request_hash="0" * 64, status_code=201)
        for n in range(number)
    )
    IdempotencyKey.objects.update(created_at=timezone.now() - 25 * HOUR)


def test_purge_deletes_what_has_expired():
    now = timezone.now()
    for name, age in (("old", 25 * HOUR), ("young", 23 * HOUR)):
        key = IdempotencyKey.objects.create(
            principal="somebody", key=name, request_hash="0" * 64, status_code=201
        )
        IdempotencyKey.objects.filter(pk=key.pk).update(created_at=now - age)
        RateLimit.objects.create(key=name, count=1, window_ends_at=now + 24 * HOUR - age)

    said = purged()

    assert said.splitlines()[:2] == ["Deleted 1 idempotency keys.", "Deleted 1 rate limits."]
    assert [key.key for key in IdempotencyKey.objects.all()] == ["young"]
    assert [limit.key for limit in RateLimit.objects.all()] == ["young"]


def test_sessions_go_when_nothing_can_bring_them_back():
    staff = UserFactory(moderator=True)
    session("past its end", age=LIFETIME + HOUR)
    session("not quite", age=LIFETIME - HOUR)
    session("ended lately", age=LIFETIME - HOUR, is_active=False)
    session("of staff, past its end", age=STAFF_LIFETIME + HOUR, user=staff)
    session("of staff, not quite", age=STAFF_LIFETIME - HOUR, user=staff)

    said = purged()

    assert said.splitlines()[2] == "Deleted 2 sessions."
    assert left() == {"not quite", "ended lately", "of staff, not quite"}


def event(position, *, age):
    made = Event.objects.create(tournament_id=uuid.uuid4(), kind="chat", position=position)
    Event.objects.filter(pk=made.pk).update(created_at=timezone.now() - age)


def test_live_events_go_after_an_hour_but_for_the_last_that_was_placed():
    for position, age in ((1, 3 * HOUR), (2, HOUR / 2), (None, 3 * HOUR), (3, 2 * HOUR)):
        event(position, age=age)

    purged()

    assert list(Event.objects.order_by("pk").values_list("position", flat=True)) == [2, 3]


def test_live_events_go_where_nobody_gives_places():
    event(None, age=2 * HOUR)

    purged()

    assert not Event.objects.exists()


def test_ended_sessions_go_after_a_while(settings):
    settings.API_REFRESH_DAYS = 90
    session("ended long ago", age=40 * DAY, unused=31 * DAY, is_active=False)
    session("ended", age=40 * DAY, unused=29 * DAY, is_active=False)
    session("idle", age=40 * DAY, unused=31 * DAY)

    purged()

    assert left() == {"ended", "idle"}


def test_open_session_is_never_purged():
    for user in (UserFactory(), UserFactory(admin=True)):
        session("new", age=timedelta(), unused=timedelta(), user=user)
    live = set(UserSession.objects.open())

    purged()

    assert set(UserSession.objects.all()) == live != set()


def test_purge_goes_by_batches(monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(retention, "BATCH", 2)
    keys(5)
    (rule,) = (rule for rule in retention.RULES if rule.name == "idempotency keys")

    # Three batches and the look that finds nothing, each in a savepoint of its own.
    with django_assert_num_queries(3 * 4 + 3):
        deleted = retention.purge(rule)

    assert deleted == 5


@pytest.mark.django_db(transaction=True)
def test_two_at_once_share_the_work(monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 7)
    keys(100)
    (rule,) = (rule for rule in retention.RULES if rule.name == "idempotency keys")

    def run(_):
        try:
            return retention.purge(rule)
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=2) as pool:
        deleted = list(pool.map(run, range(2)))

    assert sum(deleted) == 100
    assert not IdempotencyKey.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_purge_waits_for_no_lock():
    keys(2)
    (rule,) = (rule for rule in retention.RULES if rule.name == "idempotency keys")
    with psycopg.connect(**connection.get_connection_params()) as other:
        other.execute("SELECT 1 FROM dayrade_idempotency_keys WHERE key = '0' FOR UPDATE")

        deleted = retention.purge(rule)

    assert deleted == 1
    assert IdempotencyKey.objects.get().key == "0"
