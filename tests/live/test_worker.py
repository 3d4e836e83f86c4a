"""The worker: real jobs from a real queue, in a process of its own."""

import os
import signal
import threading
from pathlib import Path

import psycopg
import pytest

from dayrade.postgres import Cluster
from tests.comms.brevo import KEY, Brevo, serving
from tests.live.server import (
    database,
    manage,
    migrate,
    passable_folder,
    production,
    wait_until,
    working,
)

ASK = """
from accounts.models import User
from comms.services.notifications import notify
user = User.objects.create_superuser("ada@example.com", "a long enough password")
notify(user=user, type="test.told", title="Told", message="You are told.")
"""
TIME_PASSES = """
from comms.models import Delivery
from comms.tasks import deliver_due
from dayrade.db.functions import Now
Delivery.objects.waiting().update(next_attempt_at=Now())
deliver_due(0)
"""


@pytest.fixture(scope="module")
def variables(tmp_path_factory):
    """Return the environment of an installation whose e-mail goes into a folder."""
    with database(os.environ["DATABASE_URL"], f"dayrade_worker_{os.getpid()}") as url:
        made = production(url, MAIL_FOLDER=str(tmp_path_factory.mktemp("mails")))
        migrate(made)
        yield made


def mails(variables):
    """Return what was sent; a file is there a moment before its content."""
    found = [path.read_text() for path in Path(variables["MAIL_FOLDER"]).glob("*")]
    return [mail for mail in found if mail]


def test_worker_sends_what_waits_and_stops_when_asked(variables, tmp_path):
    log = tmp_path / "log"
    manage(variables, "shell", "-c", ASK)

    with working(variables, log) as process:
        (sent,) = wait_until(lambda: mails(variables))
        stored = wait_until(lambda: rows(variables, "SELECT 1 FROM notifications WHERE email_sent"))
        process.send_signal(signal.SIGTERM)
        status = process.wait(20)

    assert "To: ada@example.com" in sent
    assert "You are told." in sent
    assert stored == [(1,)]
    assert status == 0
    assert "ada@example.com" not in log.read_text()


def test_worker_outlives_its_database(tmp_path):
    log = tmp_path / "log"
    with passable_folder() as folder:
        cluster = Cluster(folder)
        cluster.start()
        variables = production(cluster.url(), MAIL_FOLDER=str(tmp_path / "mails"))
        migrate(variables)

        with working(variables, log) as process:
            wait_until(lambda: "Starting worker" in log.read_text())
            cluster.stop("immediate")
            cluster.start()
            manage(variables, "shell", "-c", ASK)
            # What it was about when the connections broke decides how soon it notices.
            (sent,) = wait_until(lambda: mails(variables), 60)
            process.send_signal(signal.SIGTERM)
            status = process.wait(20)
        cluster.stop("immediate")

    assert "To: ada@example.com" in sent
    assert status == 0
    assert "ada@example.com" not in log.read_text()


class Holding(Brevo):
    """Takes an e-mail, and does not answer before it is let."""

    def __init__(self):
        super().__init__()
        self.let = threading.Event()

    def mail(self, body):
        taken = super().mail(body)
        self.let.wait(30)
        return taken


def test_mail_of_a_killed_worker_is_stamped_and_not_sent_twice(variables, tmp_path):
    query = "SELECT status, attempts FROM dayrade_deliveries d JOIN users u ON u.id = user_id"
    of_grace = f"{query} WHERE u.email = 'grace@example.com'"
    with serving(Holding()) as brevo:
        sending = variables | {"BREVO_API_KEY": KEY, "BREVO_URL": brevo.url}
        manage(sending, "shell", "-c", ASK.replace("ada@", "grace@"))

        with working(sending, tmp_path / "first") as process:
            wait_until(lambda: brevo.mails)
            process.kill()
            process.wait()
        left = rows(variables, of_grace)
        brevo.let.set()
        manage(sending, "shell", "-c", TIME_PASSES)
        with working(sending, tmp_path / "second"):
            wait_until(lambda: rows(variables, f"{of_grace} AND status = 'sent'"), 90)

    assert left == [("waiting", 1)]
    assert rows(variables, of_grace) == [("sent", 2)]
    assert (brevo.asked, len(brevo.mails)) == (2, 1)


def test_killed_worker_loses_and_doubles_nothing(variables, tmp_path):
    patient = variables | {"DATABASE_LOCK_TIMEOUT": "60s"}
    manage(variables, "shell", "-c", ASK.replace("ada@", "eve@"))
    with psycopg.connect(variables["DATABASE_URL"]) as holding:
        # Whoever begins with the delivery waits here, until nobody is left who waits.
        holding.execute("LOCK TABLE dayrade_deliveries IN ACCESS EXCLUSIVE MODE")
        with working(patient, tmp_path / "first") as process:
            wait_until(lambda: rows(variables, f"{JOBS} AND status = 'doing'"))
            process.kill()
            process.wait()
        ended = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted"
        rows(variables, ended)
    assert rows(variables, f"{JOBS} AND status = 'doing'")
    # As if half a minute had passed.
    with psycopg.connect(variables["DATABASE_URL"]) as connection:
        connection.execute(
            "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1h'"
        )

    with working(patient, tmp_path / "second"), working(patient, tmp_path / "third"):
        manage(variables, "shell", "-c", "from dayrade import stalled; stalled.hand_on()")
        wait_until(lambda: not rows(variables, JOBS))
        # A double would be sent by now.
        manage(variables, "shell", "-c", "from dayrade import stalled; stalled.hand_on()")
        sent = [mail for mail in mails(variables) if "To: eve@example.com" in mail]

    assert len(sent) == 1


def test_worker_finishes_what_it_has_begun(variables, tmp_path):
    manage(variables, "shell", "-c", ASK.replace("ada@", "kim@"))
    with psycopg.connect(variables["DATABASE_URL"]) as holding:
        holding.execute("LOCK TABLE dayrade_deliveries IN ACCESS EXCLUSIVE MODE")
        with working(variables, tmp_path / "log") as process:
            wait_until(lambda: rows(variables, f"{JOBS} AND status = 'doing'"))
            process.send_signal(signal.SIGTERM)
            wait_until(lambda: "Stop requested" in (tmp_path / "log").read_text())
            holding.rollback()
            status = process.wait(20)

    assert status == 0
    assert rows(variables, JOBS) == []
    assert len([mail for mail in mails(variables) if "To: kim@example.com" in mail]) == 1


JOBS = "SELECT id FROM procrastinate_jobs WHERE task_name = 'comms.deliver'"


def rows(variables, query):
    with psycopg.connect(variables["DATABASE_URL"]) as connection:
        return connection.execute(query).fetchall()
