"""Connections beyond this machine verify the server's certificate."""

import contextlib
import socket
import socketserver
import ssl
import threading

import psycopg
import pytest
import trustme
from django.db.backends.postgresql.base import DatabaseWrapper

from dayrade.db.url import database
from dayrade.postgres import Cluster
from tests.live.server import passable_folder

NAME = "db.example.com"
SSL_REQUEST = b"\0\0\0\x08\x04\xd2\x16\x2f"


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


def carry(source, target):
    """Copy bytes until either end closes."""
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)


class Terminator(socketserver.BaseRequestHandler):
    """Ends TLS in front of a PostgreSQL, which the embedded build cannot do itself."""

    def handle(self):
        self.request.recv(len(SSL_REQUEST))
        self.request.sendall(b"S")
        with contextlib.suppress(ssl.SSLError), contextlib.ExitStack() as stack:
            client = stack.enter_context(
                self.server.tls.wrap_socket(self.request, server_side=True)
            )
            server = stack.enter_context(socket.socket(socket.AF_UNIX))
            server.connect(self.server.upstream)
            back = threading.Thread(target=carry, args=(server, client))
            back.start()
            carry(client, server)
            server.shutdown(socket.SHUT_RDWR)
            back.join()


@pytest.fixture(scope="module")
def port(authority):
    """The port on loopback of a server with a certificate for another machine."""
    with (
        passable_folder() as folder,
        socketserver.ThreadingTCPServer(("127.0.0.1", 0), Terminator) as server,
    ):
        cluster = Cluster(folder, {"fsync": "off"})
        cluster.start()
        server.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(NAME).configure_cert(server.tls)
        server.upstream = str(cluster.sockets / ".s.PGSQL.5432")
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        yield server.server_address[1]
        server.shutdown()
        serving.join()
        cluster.stop("immediate")


@pytest.fixture
def connect(port, tmp_path):
    """Connect as production does to a server of that name, whose authority is trusted."""

    def connect(name, trusted):
        root = tmp_path / "root.pem"
        trusted.cert_pem.write_to_path(root)
        url = f"postgresql://dayrade@{name}:{port}/postgres?hostaddr=127.0.0.1&sslrootcert={root}"
        entry = database(
            url,
            verify_tls=True,
            pool_size=0,
            connect_timeout=2,
            prepare_threshold=0,
            parameters={},
        )
        # Django fills in the rest where it reads settings.
        wrapper = DatabaseWrapper(entry | {"TIME_ZONE": None, "AUTOCOMMIT": True}, "default")
        return psycopg.connect(**wrapper.get_connection_params())

    return connect


def test_known_authority_and_right_name_connect(connect, authority):
    with connect(NAME, authority) as connection:
        answer = connection.execute("SELECT 1").fetchone()

        assert (answer, connection.pgconn.ssl_in_use) == ((1,), True)


def test_unknown_authority_is_refused(connect):
    with pytest.raises(psycopg.OperationalError, match="certificate verify failed"):
        connect(NAME, trustme.CA())


def test_wrong_name_is_refused(connect, authority):
    with pytest.raises(psycopg.OperationalError, match='does not match host name "evil'):
        connect("evil.example.com", authority)
