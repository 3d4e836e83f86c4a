"""Every periodic job, twice at the same time: what it does is done once."""

import asyncio
import uuid
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.db import connection
from django.utils import timezone

from administration import chain
from administration.models import AuditLog, AuditSeal
from dayrade import jobs
from dayrade.models import Event
from tests.factories.administration import AuditLogFactory
from tests.factories.comms import CommentaryFactory, DeliveryFactory
from tests.factories.tournaments import ParticipantFactory, TournamentFactory
from tests.factories.trading import (
    BreakFactory,
    MarkFactory,
    PerformanceSnapshotFactory,
    PositionFactory,
)
from tests.threads import at_once
from tournaments.models import Tournament
from trading.models import Break, PerformanceSnapshot

pytestmark = pytest.mark.django_db(transaction=True)

JOB = """
    INSERT INTO procrastinate_jobs (queue_name, task_name, status)
    VALUES ('mail', 'accounts.send_link', %s) RETURNING id
"""


def queue(status):
    with connection.cursor() as cursor:
        cursor.execute(JOB, [status])


def queued():
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name, status, attempts FROM procrastinate_jobs ORDER BY id")
        return cursor.fetchall()


def valued():
    tournament = TournamentFactory(active=True)
    MarkFactory(tournament=tournament, price=Decimal("200.0000"))
    for _ in range(2):
        seat = ParticipantFactory(tournament=tournament)
        PositionFactory(participant=seat, quantity=10, cost_basis=1000, average_price=100)


def told():
    return [
        (event.kind, event.data.get("revision"), event.data.get("status"))
        for event in Event.objects.order_by("pk")
    ]


def kept():
    return PerformanceSnapshot.objects.count()


def due():
    now = timezone.now()
    TournamentFactory(
        min_participants=1, current_participants=1, registration_close_date=now - timedelta(1 / 24)
    )


def sold(settings):
    settings.TICKETSOURCE_API_KEY = "key"
    TournamentFactory(ticketsource_event_id="evt-1")


def old_event():
    for position in (1, 2):
        made = Event.objects.create(tournament_id=uuid.uuid4(), kind="chat", position=position)
        Event.objects.filter(pk=made.pk).update(created_at=timezone.now() - timedelta(hours=2))


def old_job():
    queue("todo")
    with connection.cursor() as cursor:
        for status in ("doing", "failed"):
            cursor.execute("UPDATE procrastinate_jobs SET status = %s", [status])
        cursor.execute("UPDATE procrastinate_events SET at = now() - interval '4 days'")


def differing(theirs, *, is_known):
    """Let the provider tell of so many trades, of which there are none."""
    seat = ParticipantFactory(tournament=TournamentFactory(active=True))
    snapshot = PerformanceSnapshotFactory(
        participant=seat, data_source="zimtra", number_of_trades=theirs
    )
    if is_known:
        BreakFactory(participant=seat, snapshot=snapshot, ours=1, theirs=theirs)


def sealed():
    AuditLogFactory()
    chain.seal()


def breaks():
    found = Break.objects.filter(figure="number_of_trades")
    changes = AuditLog.objects.filter(action="break.match").count()
    return [*found.values_list("ours", "theirs", "status"), changes]


# What makes each due, how to see its effect, and the effect of doing it once.
TABLE = {
    "dayrade.retry_stalled": (
        lambda _: queue("doing"), queued, [("accounts.send_link", "todo", 1)]
    ),
    "dayrade.remove_old_jobs": (lambda _: old_job(), queued, []),
    "dayrade.forget_events": (
        lambda _: old_event(), lambda: [event.position for event in Event.objects.all()], [2]
    ),
    "trading.value": (lambda _: valued(), told, [("leaderboard", 1, None)]),
    "trading.snapshot": (lambda _: valued(), kept, 2),
    "trading.recheck": (
        lambda _: differing(0, is_known=True), breaks, [(0, 0, "matched"), 1]
    ),
    "trading.compare": (
        lambda _: differing(3, is_known=False), breaks, [(0, 3, "open"), 0]
    ),
    "tournaments.advance": (
        lambda _: due(), told, [("status", None, "registration_closed")]
    ),
    "tournaments.poll_bookings": (
        sold, queued, [("tournaments.import_bookings", "todo", 0)]
    ),
    "administration.seal": (lambda _: AuditLogFactory(), AuditSeal.objects.count, 1),
    # It reads alone.
    "administration.log_head": (lambda _: sealed(), AuditSeal.objects.count, 1),
    "comms.commentate": (
        lambda _: CommentaryFactory(is_played=False, played_at=None),
        told,
        [("commentary", None, None)],
    ),
    "comms.deliver_due": (lambda _: DeliveryFactory(), queued, [("comms.deliver", "todo", 0)]),
}  # fmt: skip


@pytest.fixture(autouse=True)
def _nothing_waits():
    forget()
    yield
    forget()


def forget():
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


def run(name):
    """Do a job as a worker does."""
    task = jobs.app.tasks[name]
    if not asyncio.iscoroutinefunction(task.func):
        return task.func(timestamp=0)

    async def work():
        app = jobs.app.with_connector(jobs.app.connector.get_worker_connector())
        async with app.open_async():
            await task.func(SimpleNamespace(app=app), timestamp=0)

    return asyncio.run(work())


def test_every_periodic_job_is_in_the_table():
    """Fails for a new one until somebody has said what doing it once is."""
    known = {task.task.name for task in jobs.app.periodic_registry.periodic_tasks.values()}

    assert known == set(TABLE)


@pytest.mark.parametrize("name", TABLE)
def test_periodic_job_done_twice_at_once_is_done_once(name, settings):
    make_due, seen, once = TABLE[name]
    make_due(settings)

    at_once(lambda: run(name), 2)

    assert seen() == once
    assert Tournament.objects.count() <= 1
