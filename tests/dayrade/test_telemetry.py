"""What operators see: figures of the database, alerts, and what is told to Sentry."""

import json
import logging
import re
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.db import DataError, connection
from prometheus_client.metrics import MetricWrapperBase

from dayrade.logs import Formatter, JsonFormatter
from dayrade.telemetry import figures, questions
from dayrade.telemetry.errors import scrubbed
from tests.factories.tournaments import BoardFactory, TournamentFactory

MONITORING = Path(settings.BASE_DIR) / "docs" / "monitoring"
NAME = re.compile(r"\bdayrade_[a-z_]+")
SUFFIXES = re.compile("_(total|bucket|count|sum)$")
# Of an active tournament and of a queue: the tests before have them.
ELSEWHERE = {
    "dayrade_board_age_seconds",
    "dayrade_board_pass_seconds",
    "dayrade_jobs_waiting",
    "dayrade_jobs_oldest_seconds",
}
HOSTILE = "a\nb\x1b[31m\u2028c\u202e"


def asked():
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for metric in questions.ask()
        for sample in metric.samples
    }


@pytest.mark.django_db
def test_database_tells_of_a_board_that_is_late():
    board = BoardFactory(tournament=TournamentFactory(active=True, slug="spring-cup"))
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE dayrade_boards SET computed_at = now() - interval '90 s', took_ms = 1500"
        )

    told = asked()

    assert told["dayrade_board_age_seconds", ("tournament", "spring-cup")] >= 90
    assert told["dayrade_board_pass_seconds", ("tournament", "spring-cup")] == 1.5
    assert told["dayrade_tournaments", ("status", "active")] == 1
    assert board.tournament.slug == "spring-cup"


@pytest.mark.django_db
def test_database_tells_of_jobs_that_wait():
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, status, scheduled_at) VALUES"
            " ('mail', 'a', 'todo', now() - interval '5 minutes'),"
            " ('mail', 'b', 'todo', now() + interval '5 minutes'),"
            " ('mail', 'c', 'failed', now())"
        )

    told = asked()

    assert told["dayrade_jobs_waiting", ("queue", "mail")] == 1
    assert 300 <= told["dayrade_jobs_oldest_seconds", ("queue", "mail")] < 400
    assert (told["dayrade_jobs_failed",], told["dayrade_workers",]) == (1, 0)


@pytest.mark.django_db
@pytest.mark.usefixtures("world")
def test_database_tells_of_everything_in_a_world():
    told = {name for name, *_ in asked()}

    assert (
        told
        >= {
            questions.PREFIX + name for question in questions.QUESTIONS for name in question.figures
        }
        - ELSEWHERE
    )


def known():
    """Return the names of all figures that there are."""
    counted = {
        metric.name
        for collector in vars(figures).values()
        if isinstance(collector, MetricWrapperBase)
        for metric in collector.describe()
    }
    told = {
        questions.PREFIX + name for question in questions.QUESTIONS for name in question.figures
    }
    stream = {f"dayrade_stream_{name}" for name in ("readers", "position", "is_current")}
    return counted | told | stream | {questions.PREFIX + questions.UP[0]}


@pytest.mark.parametrize("name", ["alerts.yaml", "dashboard.json"])
def test_what_watches_names_figures_that_there_are(name):
    text = (MONITORING / name).read_text()

    named = {SUFFIXES.sub("", found) for found in NAME.findall(text)}

    assert named - known() == set()
    assert len(named) > 10


def test_operations_say_what_to_do_about_each_alert():
    rules = yaml.safe_load((MONITORING / "alerts.yaml").read_text())["groups"][0]["rules"]
    handbook = (Path(settings.BASE_DIR) / "docs" / "operations.md").read_text()

    assert [rule["alert"] for rule in rules if f"`{rule['alert']}`" not in handbook] == []
    assert {rule["labels"]["severity"] for rule in rules} == {"critical", "warning"}


def test_dashboard_is_json_with_a_place_for_each_panel():
    panels = json.loads((MONITORING / "dashboard.json").read_text())["panels"]

    places = {(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels}

    assert len(places) == len(panels)


def record(message, *arguments, **extra):
    made = logging.LogRecord("dayrade", logging.INFO, "", 0, message, arguments, None)
    vars(made).update(extra)
    return made


def test_line_of_json_is_one_line_whatever_is_in_it():
    line = JsonFormatter().format(record("said %s", HOSTILE, fields={"route": HOSTILE}))

    told = json.loads(line)
    assert line.isprintable()
    assert (told["message"], told["route"]) == (f"said {HOSTILE}", HOSTILE)


def test_line_for_people_is_one_line_whatever_is_in_it():
    line = Formatter("%(levelname)s %(message)s").format(record("said %s", HOSTILE))

    assert line == r"INFO said a\nb\x1b[31m\u2028c\u202e"


@pytest.mark.django_db
def test_sentry_is_told_neither_rows_nor_people():
    with pytest.raises(DataError) as caught, connection.cursor() as cursor:
        cursor.execute("SELECT %s::uuid", ["hunter2"])
    error = caught.value
    event = {
        "exception": {"values": [{"module": "django.db.utils", "value": str(error)}]},
        "request": {"url": "/x", "data": "hunter2", "headers": {"Cookie": "hunter2"}},
    }

    told = scrubbed(event, {"exc_info": (type(error), error, None)})

    assert "hunter2" in str(error)
    assert "hunter2" not in str(told)
    assert told["exception"]["values"][0]["value"] == "SQLSTATE 22P02"
    assert told["request"] == {"url": "/x"}
