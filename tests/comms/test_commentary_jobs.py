"""The jobs that look, speak, and ask the providers."""

import pytest

from comms.models import Commentary
from comms.tasks import commentate
from dayrade import jobs
from tests.comms.ledgers import arena, earn, seated

pytestmark = pytest.mark.django_db


def test_one_job_looks_and_speaks():
    tournament = arena()
    earn(seated(tournament, "ada"), 2000)

    commentate(timestamp=0)

    line = Commentary.objects.get()
    assert (line.trigger_event, line.is_played) == ("big_win", True)


def test_job_runs_every_two_seconds_and_waits_at_most_once():
    periodic = {
        task.task.name: task.cron for task in jobs.app.periodic_registry.periodic_tasks.values()
    }

    assert periodic["comms.commentate"] == "* * * * * */2"
    assert commentate.queueing_lock == "comms.commentate"
