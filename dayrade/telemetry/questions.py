"""What the database tells of the service: asked when the figures are read.

Each statement goes by an index or over a table that stays small.
"""

import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import Error as DatabaseError
from django.db import connection
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from dayrade.api import errors
from dayrade.db import sqlstates
from dayrade.db.queries import fetched
from dayrade.db.transactions import service

KEPT_SECONDS = 5.0
STATEMENT_TIMEOUT = "1s"
PREFIX = "dayrade_"


@dataclass(frozen=True, slots=True)
class Question:
    """A statement whose rows are label values and then a figure for each name."""

    sql: str
    labels: tuple[str, ...]
    figures: Mapping[str, str]


QUESTIONS = (
    Question(
        """
        SELECT queue_name, count(*),
               coalesce(extract(epoch FROM clock_timestamp() - min(coalesce(scheduled_at, (
                   SELECT min(at) FROM procrastinate_events WHERE job_id = procrastinate_jobs.id
               )))), 0)
        FROM procrastinate_jobs
        WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= clock_timestamp())
        GROUP BY queue_name""",
        ("queue",),
        {
            "jobs_waiting": "Jobs that are due and wait for a worker.",
            "jobs_oldest_seconds": "How long the oldest of them has been due.",
        },
    ),
    Question(
        "SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'",
        (),
        {"jobs_failed": "Jobs that have failed for good, of the last three days."},
    ),
    Question(
        "SELECT count(*) FROM procrastinate_workers"
        " WHERE last_heartbeat > clock_timestamp() - interval '30 seconds'",
        (),
        {"workers": "Workers that have told in the last 30 seconds that they live."},
    ),
    Question(
        """
        SELECT coalesce(extract(epoch FROM clock_timestamp() - max(executed_at)), 0),
               coalesce(extract(epoch FROM max(created_at - executed_at)), 0)
        FROM (SELECT executed_at, created_at FROM trades ORDER BY executed_at DESC LIMIT 100) t""",
        (),
        {
            "ingest_silence_seconds": "How long ago the latest trade was executed.",
            "ingest_lag_seconds": "The longest way of the latest 100 trades to the ledger.",
        },
    ),
    Question(
        """
        SELECT slug, extract(epoch FROM clock_timestamp() - computed_at), took_ms / 1000.0
        FROM dayrade_boards JOIN tournaments ON tournaments.id = tournament_id
        WHERE status = 'active'""",
        ("tournament",),
        {
            "board_age_seconds": "How old an active tournament's ranks are.",
            "board_pass_seconds": "How long the last pass over its field took.",
        },
    ),
    Question(
        "SELECT status, count(*) FROM tournaments GROUP BY status",
        ("status",),
        {"tournaments": "Tournaments in each status."},
    ),
    Question(
        """
        SELECT count(*),
               coalesce(extract(epoch FROM clock_timestamp() - min(next_attempt_at)), 0)
        FROM dayrade_deliveries WHERE status = 'waiting' AND next_attempt_at <= clock_timestamp()
        """,
        (),
        {
            "deliveries_due": "Notifications that are due to be sent.",
            "deliveries_oldest_seconds": "How long the oldest of them has been due.",
        },
    ),
    Question(
        "SELECT count(*) FROM dayrade_deliveries WHERE status = 'dead'",
        (),
        {"deliveries_dead": "Notifications that were given up."},
    ),
    Question(
        """
        SELECT count(*), coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)
        FROM (SELECT created_at FROM dayrade_events WHERE position IS NULL LIMIT 10000) e""",
        (),
        {
            "events_unplaced": "Events that wait to be told to whoever watches.",
            "events_oldest_seconds": "How long the oldest of them waits.",
        },
    ),
    Question(
        """
        SELECT count(*), coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)
        FROM (
            SELECT created_at FROM audit_logs
            WHERE created_at > coalesce((
                SELECT reached_at FROM dayrade_audit_chain ORDER BY position DESC LIMIT 1
            ), '-infinity') ORDER BY created_at LIMIT 10000
        ) log""",
        (),
        {
            "audit_unsealed": "Rows of the audit log after the end of its chain.",
            "audit_oldest_seconds": "How long the oldest of them waits for its place.",
        },
    ),
    Question(
        """
        SELECT kind, count(*) FROM (
            (SELECT 'refused_trades' AS kind FROM dayrade_quarantine
             WHERE status = 'open' LIMIT 10000)
            UNION ALL
            (SELECT 'differences' FROM dayrade_breaks
             WHERE tournament_id IN (SELECT id FROM tournaments) AND status = 'open' LIMIT 10000)
            UNION ALL
            (SELECT 'reports' FROM dayrade_chat_reports WHERE status = 'open' LIMIT 10000)
            UNION ALL
            (SELECT 'kyc' FROM users WHERE kyc_status = 'in_review' LIMIT 10000)
        ) open GROUP BY kind""",
        ("kind",),
        {"waiting_for_staff": "What staff have to settle, 10,000 of a kind at most."},
    ),
)
UP = ("database_up", "Whether the database has answered.")


class Answers(Collector):
    """The answers, at most KEPT_SECONDS old: whoever reads often does not ask often."""

    def __init__(self) -> None:
        """Begin with none."""
        self.lock = threading.Lock()
        self.until = 0.0
        self.kept: list[Metric] = []

    def collect(self) -> Iterable[Metric]:
        """Return a family for each figure; without a database, that alone."""
        with self.lock:
            if time.monotonic() >= self.until:
                try:
                    self.kept = [family(*UP, 1), *ask()]
                except DatabaseError as error:
                    errors.report(error, sqlstates.answer(error))
                    self.kept = [family(*UP, 0)]
                self.until = time.monotonic() + KEPT_SECONDS
            return self.kept


@service
def ask() -> list[Metric]:
    """Ask all questions, each within a second.

    Raises:
        django.db.Error: the database does not answer.

    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [STATEMENT_TIMEOUT])
    return [metric for question in QUESTIONS for metric in answered(question)]


def answered(question: Question) -> list[Metric]:
    """Ask one question."""
    families = [
        GaugeMetricFamily(PREFIX + name, said, labels=question.labels)
        for name, said in question.figures.items()
    ]
    for row in fetched(question.sql):
        labels = [str(value) for value in row[: len(question.labels)]]
        for each, value in zip(families, row[len(question.labels) :], strict=True):
            each.add_metric(labels, float(value))
    return list(families)


def family(name: str, said: str, value: Any) -> Metric:
    """Make a family of one figure."""
    return GaugeMetricFamily(PREFIX + name, said, value=value)
