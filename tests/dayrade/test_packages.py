"""The audit of packages, against a database that this test keeps."""

import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.live.server import free_port
from tests.packages import KNOWN, ROOT

HOLE = {
    "id": "HOLE-1",
    "modified": "2026-01-01T00:00:00Z",
    "affected": [
        {
            "package": {"name": "jinja2", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "3.0"}]}],
        }
    ],
}


@pytest.fixture
def database():
    """A database of holes; `holed` names the packages with one, `breaks` those it fails for."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            name = asked["package"]["name"]
            found = json.loads(json.dumps(HOLE).replace("jinja2", name))
            answer = json.dumps({"vulns": [found]} if name in server.holed else {}).encode()
            self.send_response(503 if name in server.breaks else 200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.holed, server.breaks = {"jinja2"}, set()
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    yield server
    server.shutdown()
    serving.join()
    server.server_close()


@pytest.fixture
def lock(tmp_path):
    file = tmp_path / "requirements.txt"
    file.write_text("sound==1.0\nholed==2.0\n")
    return file


def audit(port, lock):
    environment = os.environ | {"AUDIT_URL": f"http://127.0.0.1:{port}/v1/query"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.packages", str(lock)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stdout


def test_sound_packages_pass(database, lock):
    status, said = audit(database.server_port, lock)

    assert (status, said) == (0, "No known hole in the locked packages.\n")


def test_package_with_a_hole_fails(database, lock):
    database.holed.add("holed")

    status, said = audit(database.server_port, lock)

    assert (status, said) == (1, "holed 2.0: HOLE-1, mended in 3.0\n")


@pytest.mark.parametrize("reason", ["nobody answers", "it fails", "it knows nothing"])
def test_without_the_database_nothing_is_said_to_be_sound(database, lock, reason):
    database.holed = set() if reason == "it knows nothing" else {"jinja2", "holed"}
    database.breaks = {"jinja2"} if reason == "it fails" else set()
    port = free_port() if reason == "nobody answers" else database.server_port

    status, said = audit(port, lock)

    assert status == 0
    assert said.startswith("WARNING: ")
    assert "NOT audited" in said


def test_database_that_breaks_off_fails(database, lock):
    database.breaks.add("holed")

    status, said = audit(database.server_port, lock)

    assert (status, said.startswith("The database of known holes broke off")) == (2, True)


def test_release_that_has_to_be_found_is_none_of_ours():
    locked = (ROOT / "requirements-dev.txt").read_text().lower()

    assert KNOWN not in locked
