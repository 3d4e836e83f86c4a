"""The audit log as a file: read a page at a time, so that neither memory nor a snapshot grows."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import orjson
from django.db.models import F, Q, QuerySet, TextField
from django.db.models.functions import Cast

from administration import audit
from administration.models import AuditLog
from dayrade import files
from dayrade.db.queries import fetched
from dayrade.db.transactions import service

if TYPE_CHECKING:
    from accounts.models import User

PAGE = 2000
JSON = ("old_values", "new_values", "changes")
FIELDS = (
    "id",
    "created_at",
    "user_id",
    "username",
    "action",
    "entity_type",
    "entity_id",
    *JSON,
    "ip_address",
    "user_agent",
    "request_id",
)
# DISTINCT would read every row.
ACTIONS = """
    WITH RECURSIVE known (action) AS (
        (SELECT action FROM audit_logs ORDER BY action LIMIT 1)
        UNION ALL
        SELECT (SELECT log.action FROM audit_logs log WHERE log.action > known.action
                ORDER BY log.action LIMIT 1)
        FROM known WHERE known.action IS NOT NULL
    )
    SELECT action FROM known WHERE action IS NOT NULL
"""


@service
def record(*, actor: "User", kind: str, filters: Mapping[str, str], reason: str) -> None:
    """Note who takes what out, and why, before it is read."""
    details = {"format": kind, "filters": dict(filters), "reason": reason}
    audit.record(actor, "audit.export", entity_type="audit_logs", details=details)


def as_csv(log: QuerySet[AuditLog]) -> Iterator[bytes]:
    """Write rows as CSV, the newest first, with values as JSON."""
    return files.as_csv(FIELDS, rows(log))


def as_json(log: QuerySet[AuditLog]) -> Iterator[bytes]:
    """Write rows as one JSON array, the newest first; figures keep all their digits."""
    return files.as_json(FIELDS, map(exact, rows(log)))


def actions() -> list[str]:
    """Return every action that there is, by going along their index from one to the next."""
    return [action for (action,) in fetched(ACTIONS)]


WRITERS = {"csv": (as_csv, "text/csv"), "json": (as_json, "application/json")}


def rows(log: QuerySet[AuditLog]) -> Iterator[tuple[Any, ...]]:
    """Read rows by key, a page at a time; the values of JSON columns as text."""
    texts = {f"{name}_text": Cast(name, TextField()) for name in JSON}
    columns = [f"{name}_text" if name in JSON else name for name in FIELDS]
    found = log.order_by("-created_at", "-pk").annotate(username=F("user__username"), **texts)
    page = found
    while some := list(page.values_list(*columns)[:PAGE]):
        yield from some
        key, created_at = some[-1][:2]
        # The first bound is the index's: by the second alone every page would begin at the newest.
        later = Q(created_at=created_at, pk__gte=key)
        page = found.filter(created_at__lte=created_at).exclude(later)


def exact(row: tuple[Any, ...]) -> list[Any]:
    """Put the texts of JSON columns in as they are."""
    return [
        orjson.Fragment(value) if name in JSON and value is not None else value
        for name, value in zip(FIELDS, row, strict=True)
    ]
