"""The connections of a pool: what stays prepared, and when one is asked whether it lives."""

import psycopg
import pytest
from django.db import connection as djangos

from dayrade.db.backend.connection import Connection

STATEMENT = "SELECT count(*) FROM users WHERE username = %s"
PREPARED = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%FROM users WHERE%'"
LAST = "SELECT query FROM pg_stat_activity WHERE pid = %s"

pytestmark = pytest.mark.django_db


@pytest.fixture
def connection():
    parameters = djangos.get_connection_params() | {"prepare_threshold": 1}
    with Connection.connect(**parameters, autocommit=True) as opened:
        yield opened


def prepare(connection):
    for _ in range(2):
        connection.execute(STATEMENT, ["somebody"])


def prepared(connection):
    return connection.execute(PREPARED).fetchone()[0]


def test_statements_stay_prepared_over_a_rollback(connection):
    prepare(connection)

    connection.execute("BEGIN")
    connection.execute("ROLLBACK")
    connection.autocommit = False
    connection.execute(STATEMENT, ["somebody"])
    connection.rollback()

    assert prepared(connection) == 1


def test_quiet_connection_is_handed_out_unasked(connection):
    connection.execute("SELECT 'the last'")

    Connection.check(connection)

    with djangos.cursor() as cursor:
        cursor.execute(LAST, [connection.info.backend_pid])
        assert cursor.fetchone() == ("SELECT 'the last'",)


def test_connection_that_the_server_has_ended_is_found_out(connection):
    with djangos.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [connection.info.backend_pid])

    with pytest.raises(psycopg.OperationalError):
        Connection.check(connection)
