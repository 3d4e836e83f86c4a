"""A Chromium that drives the back office against a live server."""

import logging
import os
import shutil

import pytest
from django.db import connection
from playwright.sync_api import sync_playwright

from tests.staff import sign_in

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="package")
def launch(django_db_setup, django_db_blocker):
    """Return a function that starts a Chromium, which ends with the tests."""
    program = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chrome")
    if program is None:
        pytest.fail("The browser tests need Chromium: install it, or name it in CHROMIUM.")
    # Playwright keeps an event loop in this thread, which Django takes for async code: it has
    # another connection meanwhile, and neither is left open where nobody sees it.
    with django_db_blocker.unblock():
        connection.close()
    with pytest.MonkeyPatch.context() as environment, sync_playwright() as playwright:
        environment.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

        def start(*flags):
            return playwright.chromium.launch(executable_path=program, args=[*FLAGS, *flags])

        yield start
        with django_db_blocker.unblock():
            connection.close()


@pytest.fixture(scope="package")
def chromium(launch):
    browser = launch()
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def plain_chromium(launch):
    """Leave fonts out, for hundreds of pages whose looks are of no matter."""
    browser = launch("--disable-remote-fonts")
    yield browser
    browser.close()


class Browser:
    """A signed-in person's window, and everything that has gone wrong in it."""

    def __init__(self, chromium, url, caplog, **options):
        self.url = url
        self.caplog = caplog
        self.context = chromium.new_context(base_url=url, **options)
        self.page = self.context.new_page()
        self.heard = []
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.heard.append(f"page error: {error}"))
        self.page.on("response", self._response)

    def _console(self, message):
        if message.type in {"error", "warning"}:
            self.heard.append(f"console: {message.text}")

    def _response(self, response):
        if response.status >= 400:
            self.heard.append(f"{response.status} {response.url}")

    @property
    def problems(self):
        logged = [
            record.getMessage()
            for record in self.caplog.records
            if record.levelno >= logging.WARNING
        ]
        return self.heard + logged

    def sign_in(self, person):
        sign_in(self.context, person, self.url)

    def visit(self, path):
        self.page.goto(path, wait_until="load")
        return self.page


@pytest.fixture
def open_browser(chromium, live_server, settings, caplog):
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    # A busy machine's pauses are no problem of a page.
    settings.DATABASE_SLOW_QUERY_MS = 10_000
    # Names that begin with __Host- are for TLS.
    settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME = "sessionid", "csrftoken"
    opened = []

    def of(**options):
        opened.append(Browser(chromium, live_server.url, caplog, **options))
        return opened[-1]

    yield of
    for browser in opened:
        # A page goes on asking until it is closed.
        browser.page.unroute_all(behavior="ignoreErrors")
        browser.context.close()
