"""Whether what runs by itself does: the worker, its jobs, and the seals of the audit log."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.db.models import Count, Max, Min, OuterRef, QuerySet, Subquery
from django.urls import reverse
from procrastinate.contrib.django.models import (
    ProcrastinateEvent,
    ProcrastinateJob,
    ProcrastinateWorker,
)

from administration.models import AuditLog, AuditSeal
from dayrade.admin.columns import address
from dayrade.backoffice.words import counted

#: A worker tells every ten seconds that it lives, and seals every five.
SEEN_WITHIN = timedelta(seconds=30)
SEALED_WITHIN = timedelta(minutes=1)
LOOKED_AT_WITHIN = timedelta(hours=4)
MOST = 100

type Trouble = tuple[str, str, timedelta, str, datetime | None]


def troubles(at: datetime) -> Iterable[Trouble]:
    """Say what does not run: title, page, patience, how much, and since when if that is known."""
    jobs = reverse("admin:jobs")
    seen = ProcrastinateWorker.objects.aggregate(last=Max("last_heartbeat"))["last"]
    if seen is None or seen < at - SEEN_WITHIN:
        yield "No worker is seen: nothing happens by itself", jobs, SEEN_WITHIN, "", seen
    found = given_up()[: MOST + 1].aggregate(number=Count("pk"), oldest=Min("failed_at"))
    if found["number"]:
        count = counted(found["number"], MOST)
        yield "Jobs given up", f"{jobs}#given-up", LOOKED_AT_WITHIN, count, found["oldest"] or at
    late = unsealed(at)[: MOST + 1].aggregate(number=Count("pk"), oldest=Min("created_at"))
    if late["number"]:
        log = address(AuditLog, "changelist")
        url = f"{log}?{urlencode({'since': f'{late["oldest"]:%Y-%m-%dT%H:%M:%S}'})}"
        count = counted(late["number"], MOST)
        yield "Audit log not sealed", url, SEALED_WITHIN, count, late["oldest"]


def given_up() -> "QuerySet[ProcrastinateJob]":
    """Return the jobs that failed for good, with the instant of it."""
    ends = ProcrastinateEvent.objects.filter(job=OuterRef("pk"), type="failed").order_by("-at")
    failed = ProcrastinateJob.objects.filter(status="failed")
    dated: QuerySet[ProcrastinateJob] = failed.annotate(failed_at=Subquery(ends.values("at")[:1]))
    return dated


def unsealed(at: datetime) -> QuerySet[AuditLog]:
    """Return what the log has got since the last seal, and could be sealed long since."""
    rows = AuditLog.objects.filter(created_at__lt=at - SEALED_WITHIN)
    head = AuditSeal.objects.order_by("-position").values_list("reached_at", flat=True).first()
    return rows.filter(created_at__gt=head) if head else rows
