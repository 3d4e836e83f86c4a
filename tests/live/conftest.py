"""One live server for the tests that can share it."""

import os
import secrets

import httpx
import psycopg
import pytest

from tests.live.server import database, migrate, production, running, wait_until

INGEST_SECRETS = (secrets.token_urlsafe(32), secrets.token_urlsafe(32))
SCHEMA = """
    CREATE TABLE live_people (
        id int PRIMARY KEY,
        name varchar(10) CONSTRAINT live_people_name_key UNIQUE,
        balance numeric(6, 2) CONSTRAINT live_people_balance_check CHECK (balance >= 0),
        friend int CONSTRAINT live_people_friend_fkey REFERENCES live_people,
        secret text NOT NULL DEFAULT '',
        identity uuid,
        document jsonb,
        rank int CONSTRAINT live_people_rank_key UNIQUE DEFERRABLE INITIALLY DEFERRED
    );
    CREATE SEQUENCE live_attempts;
    CREATE TABLE live_at_commit (statement text);
    CREATE FUNCTION live_execute() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN EXECUTE NEW.statement; RETURN NULL; END';
    CREATE CONSTRAINT TRIGGER live_at_commit AFTER INSERT ON live_at_commit
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION live_execute();
"""


@pytest.fixture(scope="session")
def live_environment():
    """The environment of the shared server, on a database of its own that is migrated."""
    with database(os.environ["DATABASE_URL"], f"dayrade_live_{os.getpid()}") as url:
        environment = production(
            url,
            DJANGO_SETTINGS_MODULE="tests.live.settings",
            DATABASE_POOL_SIZE="4",
            DATABASE_LOCK_TIMEOUT="400ms",
            DATABASE_STATEMENT_TIMEOUT="4s",
            DATABASE_IDLE_TIMEOUT="30s",
            DATABASE_SLOW_QUERY_MS="300",
            DAYRADE_INGEST_SECRETS=",".join(INGEST_SECRETS),
        )
        migrate(environment)
        yield environment


@pytest.fixture(scope="session")
def live(live_environment, tmp_path_factory):
    """The shared server."""
    with psycopg.connect(live_environment["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(SCHEMA)
    with running(live_environment, tmp_path_factory.mktemp("live") / "log") as server:
        yield server


@pytest.fixture(scope="module")
def _stream(django_db_setup, django_db_blocker):
    from tests.live.streaming import started  # noqa: PLC0415  # after django.setup()

    with django_db_blocker.unblock(), started() as live:
        yield live


@pytest.fixture
def stream(transactional_db, _stream):
    """One process of the event stream, which has noticed that there are no events."""
    path = _stream.url + "/healthz"
    wait_until(lambda: httpx.get(path, trust_env=False).json()["position"] == 0)
    return _stream


@pytest.fixture
def client(live):
    with live.client() as client:
        yield client


@pytest.fixture
def observer(live, live_environment):
    """A connection beside the server, with empty tables."""
    with psycopg.connect(live_environment["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("TRUNCATE live_people, live_at_commit")
        connection.execute("INSERT INTO live_people (id, name, rank) VALUES (1, 'Ada', 1)")
        yield connection
