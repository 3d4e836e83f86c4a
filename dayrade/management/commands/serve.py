"""`manage.py serve`: a current database, the demo, the web service, the stream and a worker."""

import http.client
import io
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection

from dayrade import development
from dayrade.environment import BASE_DIR
from tournaments.models import Tournament, TournamentStatus

POLL_SECONDS = 0.1
STOP_SECONDS = 30
OK = 200


class Command(BaseCommand):
    """Migrates, loads the demo into an empty development database, and serves until stopped."""

    help = "Migrate, load the demo once, serve web and stream with gunicorn, and do the jobs."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve until a signal ends it, or one of the parts ends."""
        call_command("migrate", interactive=False, verbosity=0)
        if settings.DEVELOPMENT:
            # The demo comes with known passwords: never into a production database.
            from dayrade import demo  # noqa: PLC0415

            if demo.is_empty():
                # The banner names the sign-ins.
                call_command("demo", stdout=io.StringIO())
        else:
            call_command("collectstatic", interactive=False, verbosity=0)
        watched = watched_page()
        connection.close()
        started: list[subprocess.Popen[bytes]] = []
        try:
            started.append(start("-m", "gunicorn", "-c", "python:dayrade.server"))
            started.append(start("-m", "gunicorn", "-c", "python:dayrade.stream.server"))
            started.append(start("manage.py", "worker"))
            addresses = (development.address(), development.stream_address())
            if all(map(wait_until_ready, started, addresses)):
                self.stdout.write(banner(watched))
                self.stdout.flush()
            status = wait_for_any(started)
        finally:
            stop(started)
        sys.exit(status if status >= 0 else 128 - status)


def start(*arguments: str) -> "subprocess.Popen[bytes]":
    """Start a part of the service.

    A Ctrl-C reaches this process alone, which then stops the parts in order.
    """
    command = [sys.executable, *arguments]
    return subprocess.Popen(command, cwd=BASE_DIR, start_new_session=True)


def wait_for_any(started: Sequence["subprocess.Popen[bytes]"]) -> int:
    """Return the status of the part that ends first: half a service would look whole."""
    while True:
        for part in started:
            if (status := part.poll()) is not None:
                return status
        time.sleep(POLL_SECONDS)


def wait_until_ready(serving: "subprocess.Popen[bytes]", address: tuple[str, int]) -> bool:
    """Wait for /readyz; False when gunicorn ends first."""
    allowed = settings.ALLOWED_HOSTS[0].lstrip(".")
    headers = {} if allowed == "*" else {"Host": allowed}
    while serving.poll() is None:
        client = http.client.HTTPConnection(development.reachable(address), timeout=5)
        try:
            client.request("GET", "/readyz", headers=headers)
            if client.getresponse().status == OK:
                return True
        except (OSError, http.client.HTTPException):
            pass
        finally:
            client.close()
        time.sleep(POLL_SECONDS)
    return False


def watched_page() -> str:
    """Return the path where a tournament that is under way can be watched, "" without any."""
    active = Tournament.objects.filter(status=TournamentStatus.ACTIVE).order_by("start_date")
    slug = active.values_list("slug", flat=True).first()
    return f"/tournaments/{slug}" if slug else ""


def banner(watched: str) -> str:
    """Write where everything is, and who may sign in; `watched` is the path of a tournament."""
    host, port = development.address()
    base = f"http://{host}:{port}"
    lines = [
        "",
        "Dayrade is ready.",
        f"  Arena       {base}/",
        f"  Back office {base}/admin/",
        f"  API docs    {base}/api/v1/docs",
    ]
    if watched:
        lines.insert(3, f"  Live now    {base}{watched}")
    if settings.DEVELOPMENT:
        from dayrade.demo import SIGN_INS  # noqa: PLC0415

        lines += ["", "Sign-ins of the demo:"]
        lines += [f"  {who.role:<11} {who.email}  {who.password}" for who in SIGN_INS]
    return "\n".join([*lines, "", "Ctrl-C stops everything.", ""])


def stop(started: Sequence["subprocess.Popen[bytes]"]) -> None:
    """Stop every part; impatient signals no longer interrupt the tidying up."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    for part in started:
        part.terminate()
    for part in started:
        try:
            part.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            part.kill()
            part.wait()
