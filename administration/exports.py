"""The audit log as a file: read a page at a time, so that neither memory nor a snapshot grows."""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import orjson
from django.db.models import F, Q, QuerySet, TextField
from django.db.models.functions import Cast

from administration import audit
from administration.models import AuditLog
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
# A spreadsheet takes what begins so for a formula, and would run it.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


@service
def record(*, actor: "User", kind: str, filters: Mapping[str, str]) -> None:
    """Note who takes what out, before it is read."""
    details = {"format": kind, "filters": dict(filters)}
    audit.record(actor, "audit.export", entity_type="audit_logs", details=details)


def as_csv(log: QuerySet[AuditLog]) -> Iterator[str]:
    """Write rows as CSV, the newest first, with instants in UTC and values as JSON."""
    yield line(FIELDS)
    for row in rows(log):
        yield line([None if value is None else safe(str(value)) for value in dated(row).values()])


def as_json(log: QuerySet[AuditLog]) -> Iterator[str]:
    """Write rows as one JSON array, the newest first; figures keep all their digits."""
    separator = "[\n"
    for row in rows(log):
        exact = {name: orjson.Fragment(row[name]) for name in JSON if row[name] is not None}
        yield separator + orjson.dumps(dated(row) | exact).decode()
        separator = ",\n"
    yield "]\n" if separator != "[\n" else "[]\n"


WRITERS = {"csv": (as_csv, "text/csv"), "json": (as_json, "application/json")}


def rows(log: QuerySet[AuditLog]) -> Iterator[dict[str, Any]]:
    """Read rows by key, a page at a time; the values of JSON columns as text."""
    texts = {f"{name}_text": Cast(name, TextField()) for name in JSON}
    plain = [name for name in FIELDS if name not in (*JSON, "username")]
    found = log.order_by("-created_at", "-pk").annotate(username=F("user__username"), **texts)
    page = found
    while some := list(page.values(*plain, "username", *texts)[:PAGE]):
        for row in some:
            yield {name: row[f"{name}_text" if name in JSON else name] for name in FIELDS}
        last = some[-1]
        earlier = Q(created_at__lt=last["created_at"])
        page = found.filter(earlier | Q(created_at=last["created_at"], pk__lt=last["id"]))


def dated(row: dict[str, Any]) -> dict[str, Any]:
    """Write the instant as the API does."""
    return row | {"created_at": row["created_at"].isoformat().replace("+00:00", "Z")}


def safe(text: str) -> str:
    """Keep a text from being a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def line(values: Any) -> str:
    """Write one line of CSV."""
    written = io.StringIO()
    csv.writer(written).writerow(values)
    return written.getvalue()
