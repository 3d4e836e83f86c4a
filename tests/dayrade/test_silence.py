"""Who answers slowly is waited for, who answers nobody is not."""

import socket
import threading
from types import SimpleNamespace

import psycopg
import pytest
from django.db import connection as djangos

from dayrade.db.backend import silence
from dayrade.db.backend.connection import NOT_LIBPQ, Connection, silence_of
from dayrade.db.line import Line
from tests.live.server import wait_until

pytestmark = pytest.mark.django_db


@pytest.fixture
def parameters():
    return djangos.get_connection_params()


@pytest.fixture
def address(parameters):
    kept = {name: value for name, value in parameters.items() if name not in NOT_LIBPQ}
    return psycopg.conninfo.make_conninfo(**kept)


@pytest.fixture
def connection(parameters, address):
    """A connection to a server of which nothing is known yet."""
    with Connection.connect(**parameters, autocommit=True) as opened:
        opened.server = silence.Silence(address)
        yield opened


@pytest.fixture
def dumb():
    """The address of a server for which the kernel takes connections, and nobody else."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"host=127.0.0.1 port={listening.getsockname()[1]} dbname=dayrade"


def test_slow_statement_is_waited_for(connection):
    found = connection.execute("SELECT pg_sleep(1.5), 42").fetchone()

    assert found[1] == 42
    # Somebody has knocked.
    assert connection.server.answered_at > 0
    assert connection.server.is_known is False


def test_quick_statement_has_nobody_knock(connection):
    connection.execute("SELECT pg_sleep(0.2)")

    assert connection.server.watcher is None


def test_statement_of_a_silent_server_is_given_up(connection):
    connection.server.is_known = True

    with pytest.raises(psycopg.OperationalError, match=silence.SAID):
        connection.execute("SELECT pg_sleep(3)")

    assert connection.closed


def test_nobody_connects_to_a_silent_server(parameters, monkeypatch):
    monkeypatch.setattr(silence_of(parameters), "is_known", True)
    line = Line()

    with pytest.raises(psycopg.OperationalError, match=silence.SAID):
        Connection.connect(**parameters)
    with pytest.raises(psycopg.OperationalError, match=silence.SAID):
        line.ask("SELECT 1", {})


def test_server_that_answers_nobody_is_silent_until_somebody_does(dumb, address):
    known = silence.Silence(address)
    ended = threading.Event()
    known.on_end = ended.set
    info = SimpleNamespace(
        get_parameters=lambda: psycopg.conninfo.conninfo_to_dict(dumb),
        host="127.0.0.1",
        hostaddr="",
        port=psycopg.conninfo.conninfo_to_dict(dumb)["port"],
        password="",
    )

    known.suspect(SimpleNamespace(info=info))
    wait_until(lambda: known.is_known)
    # Behind its name there is somebody.
    wait_until(ended.is_set)

    assert known.is_known is False


def test_refusal_is_an_answer(address, dumb):
    assert silence.answers(psycopg.conninfo.make_conninfo(address, dbname="nothing there"))
    assert silence.answers("host=127.0.0.1 port=1 dbname=nobody")
    assert not silence.answers(dumb)
