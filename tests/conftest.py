"""The suite's PostgreSQL, and the fixtures that two apps or more share."""

import atexit
import base64
import json
import os
import secrets
import tempfile
from pathlib import Path

import django
import pytest
from psycopg.errors import DeadlockDetected

from dayrade.postgres import Cluster
from tests.sizes import MEASURED

os.environ["DJANGO_SETTINGS_MODULE"] = "dayrade.settings"
# The suite runs as production does, but for what a test server cannot have.
os.environ |= {
    "DEBUG": "false",
    "SECRET_KEY": secrets.token_urlsafe(50),
    "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
    "SECURE_SSL_REDIRECT": "false",
    # Its own tests turn it on.
    "STAFF_TWO_STEP": "false",
    "DATABASE_REQUIRE_DURABLE": "false",
    # Its own tests turn it on.
    "SHARED_READ_SECONDS": "0",
    "CONFIGURATION_READ_SECONDS": "0",
    "CONFIGURATION_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
    "DAYRADE_INGEST_SECRETS": f"{secrets.token_urlsafe(32)},{secrets.token_urlsafe(32)}",
}

cluster = None
if not os.environ.get("DATABASE_URL"):
    # Nothing in it outlives the run, so nothing needs to reach the disk.
    folder = tempfile.TemporaryDirectory(prefix="dayrade-tests-")
    cluster = Cluster(
        Path(folder.name),
        {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"},
        programs=Path(programs) if (programs := os.environ.get("POSTGRES_PROGRAMS")) else None,
    )
    cluster.start()
    atexit.register(folder.cleanup)
    atexit.register(cluster.stop, "immediate")
    os.environ["DATABASE_URL"] = cluster.url()

django.setup()
# Fast, for fixtures of the whole session too: ours gives way to whatever else is going on, and
# turns people away on a busy machine.
django.conf.settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# How often the tables are emptied where somebody is at work on them still.
FLUSHES = 5
# The framework empties no table that it does not manage.
NO_JOBS = "TRUNCATE procrastinate_jobs, procrastinate_workers CASCADE"
# Static files are not collected; a live server reads this before any test begins.
django.conf.settings.WHITENOISE_AUTOREFRESH = True


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes():
    """Leave each of several processes to start a PostgreSQL of its own."""
    if cluster:
        cluster.stop("immediate")
        # They would load the settings before this file has told them of it.
        del os.environ["DATABASE_URL"], os.environ["DJANGO_SETTINGS_MODULE"]


def pytest_terminal_summary(terminalreporter):
    """Say what was measured."""
    for text in MEASURED:
        terminalreporter.write_line(text)


@pytest.fixture(autouse=True)
def _plain_settings(settings):
    """Serve static files without collecting them."""
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture(autouse=True, scope="session")
def _emptied_behind_the_triggers():
    """Let a test that commits empty the tables after it, the audit log and the queue too."""
    from django.db import OperationalError  # noqa: PLC0415  # after django.setup()
    from django.db.backends.postgresql.operations import DatabaseOperations  # noqa: PLC0415

    flush = DatabaseOperations.execute_sql_flush

    def emptied(operations, statements):
        behind = ["SET LOCAL session_replication_role = replica", *statements, NO_JOBS]
        for left in reversed(range(FLUSHES)):
            try:
                flush(operations, behind)
            except OperationalError as error:
                # Such as a request that a browser has left behind.
                if not left or error.__cause__.sqlstate != DeadlockDetected.sqlstate:
                    raise
            else:
                return

    DatabaseOperations.execute_sql_flush = emptied
    yield
    DatabaseOperations.execute_sql_flush = flush


@pytest.fixture
def mailbox(mailoutbox):
    """Return a function that does the queued jobs and returns the e-mails sent so far."""
    from django.db import connection  # noqa: PLC0415  # after django.setup()

    from dayrade.jobs import app  # noqa: PLC0415

    def work():
        with connection.cursor() as cursor:
            cursor.execute(
                "WITH done AS (DELETE FROM procrastinate_jobs WHERE status = 'todo'"
                " RETURNING id, task_name, args) SELECT task_name, args::text FROM done ORDER BY id"
            )
            waiting = cursor.fetchall()
        for name, arguments in waiting:
            app.tasks[name](**json.loads(arguments))
        return mailoutbox

    return work


@pytest.fixture
def anonymous():
    """Return a client of the API that has not signed in."""
    return api_client()


@pytest.fixture
def client_of():
    """Return a function that signs a person in and returns their client of the API."""
    from tests.factories.accounts import UserSessionFactory  # noqa: PLC0415  # after django.setup()

    def sign_in(user):
        token = secrets.token_urlsafe(32)
        UserSessionFactory(user=user, token=token)
        return api_client(headers={"Authorization": f"Bearer {token}"})

    return sign_in


@pytest.fixture
def client():
    """Return a browser for the back office."""
    from tests.staff import StaffClient  # noqa: PLC0415  # after django.setup()

    return StaffClient()


def api_client(**kwargs):
    from rest_framework.test import APIClient  # noqa: PLC0415  # after django.setup()

    made = APIClient(raise_request_exception=False, **kwargs)
    made.default_format = "json"
    return made
