"""`manage.py serve`: a database that is up to date, the demo, and gunicorn."""

import http.client
import io
import signal
import subprocess
import sys
import time
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection

from dayrade import development
from dayrade.environment import BASE_DIR

POLL_SECONDS = 0.1
STOP_SECONDS = 30
OK = 200


class Command(BaseCommand):
    """Migrates, loads the demo into an empty development database, and serves until stopped."""

    help = "Migrate, load the demo once, and serve with gunicorn."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve until a signal or gunicorn ends it."""
        call_command("migrate", interactive=False, verbosity=0)
        if settings.DEVELOPMENT:
            # The demo comes with known passwords: never into a production database.
            from dayrade import demo  # noqa: PLC0415

            if demo.is_empty():
                # The banner names the sign-ins.
                call_command("demo", stdout=io.StringIO())
        else:
            call_command("collectstatic", interactive=False, verbosity=0)
        connection.close()
        serving = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "-c", "python:dayrade.server"],
            cwd=BASE_DIR,
            # A Ctrl-C reaches this process alone, which then stops gunicorn in order.
            start_new_session=True,
        )
        try:
            if wait_until_ready(serving):
                self.stdout.write(banner())
                self.stdout.flush()
            status = serving.wait()
        finally:
            stop(serving)
        sys.exit(status if status >= 0 else 128 - status)


def wait_until_ready(serving: "subprocess.Popen[bytes]") -> bool:
    """Wait for /readyz; False when gunicorn ends first."""
    host, port = development.address()
    local = {"0.0.0.0": "127.0.0.1", "[::]": "[::1]"}.get(host, host)  # noqa: S104  # compared
    allowed = settings.ALLOWED_HOSTS[0].lstrip(".")
    headers = {} if allowed == "*" else {"Host": allowed}
    while serving.poll() is None:
        client = http.client.HTTPConnection(local, port, timeout=5)
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


def banner() -> str:
    """Write where everything is, and who may sign in."""
    host, port = development.address()
    base = f"http://{host}:{port}"
    lines = [
        "",
        "Dayrade is ready.",
        f"  API docs    {base}/api/v1/docs",
        f"  Back office {base}/admin/",
    ]
    if settings.DEVELOPMENT:
        from dayrade.demo import SIGN_INS  # noqa: PLC0415

        lines += ["", "Sign-ins of the demo:"]
        lines += [f"  {who.role:<11} {who.email}  {who.password}" for who in SIGN_INS]
    return "\n".join([*lines, "", "Ctrl-C stops everything.", ""])


def stop(serving: "subprocess.Popen[bytes]") -> None:
    """Stop gunicorn; impatient signals no longer interrupt the tidying up."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    if serving.poll() is None:
        serving.terminate()
        try:
            serving.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            serving.kill()
            serving.wait()
