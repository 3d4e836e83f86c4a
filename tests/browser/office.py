"""Every address of the back office, taken from its URLconf, and an admin who opens them."""

import re
from contextlib import contextmanager

from django.contrib import admin
from django.db import connection
from django.test import override_settings
from django.urls import reverse
from pytest_django.live_server_helper import LiveServer

from administration.configuration import REGISTRY
from dayrade.admin.bulk import BulkDecidingAdmin
from tests.browser import hostile
from tests.browser.watching import Watch
from tests.dayrade.routes import OF_ADMIN
from tests.dayrade.worlds import truncate
from tests.staff import StaffClient, sign_in

OBJECT = "<path:object_id>/"
#: What shows no page of its own, and why.
NO_PAGES = {
    "admin/search/": "there is no such address",
    "admin/login/": "for those who have not signed in",
    "admin/logout/": "signs out",
    "admin/autocomplete/": "JSON for a field of a form, where it is tried",
    "admin/jsi18n/": "a script",
    "admin/r/<path:content_type_id>/<path:object_id>/": "leads to the site, which has no page",
    "admin/password_change/done/": "the framework's, after its own form",
    "admin/comms/emailtemplate/live/": "JSON for the form of a template",
    "admin/moderation/acts/": "JSON for the moderation desk",
    "admin/moderation/news/": "JSON for the moderation desk",
    "admin/moderation/queue/": "JSON for the moderation desk",
    "admin/market/economicevent/to_calendar/": "leads to the calendar",
    "admin/market/economicevent/to_import/": "leads to the import",
    "admin/market/economicevent/<path:object_id>/to_impact/": "leads to the page of the impact",
    "admin/administration/systemconfiguration/<path:object_id>/go_on/": "leads to the form",
    "admin/tournaments/tournament/<path:object_id>/desk/": "leads to the desk",
}
#: The pages that every model has; what else stands behind the key of a row is an action.
OF_EACH = ("", "add/", OBJECT, f"{OBJECT}history/", f"{OBJECT}delete/", f"{OBJECT}change/")


def split(path):
    """Return the model that an address is of, if it is of one, and what stands behind it."""
    parts = path.removeprefix("admin/").split("/", 2)
    return ".".join(parts[:2]), parts[-1]


LABELS = sorted(
    split(route.path)[0]
    for route in OF_ADMIN
    if split(route.path)[1] == OBJECT and route.path not in NO_PAGES
)
ACTIONS = {
    label: [
        rest.removeprefix(OBJECT)
        for found, rest in (split(route.path) for route in OF_ADMIN if route.path not in NO_PAGES)
        if found == label and rest.startswith(OBJECT) and rest not in OF_EACH
    ]
    for label in LABELS
}
OTHERS = sorted(
    {
        route.path
        for route in OF_ADMIN
        if route.path not in NO_PAGES
        and not route.path.endswith("$")
        and (split(route.path)[0] not in LABELS or OBJECT not in route.path)
        and not (split(route.path)[0] in LABELS and split(route.path)[1] in OF_EACH)
    }
)
#: What stands in addresses, beside the keys of rows, by its kind.
VALUES = {"str": "json", "key": next(iter(REGISTRY))}
OK = 200
APPS = sorted({label.split(".")[0] for label in LABELS})
#: Lists about many of whose rows staff decide at once.
BULK = sorted(
    model._meta.label_lower
    for model, found in admin.site._registry.items()  # noqa: SLF001  # there is no other way
    if isinstance(found, BulkDecidingAdmin)
)
SERVER = {
    "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
    "SESSION_COOKIE_SECURE": False,
    "CSRF_COOKIE_SECURE": False,
    "SESSION_COOKIE_NAME": "sessionid",
    "CSRF_COOKIE_NAME": "csrftoken",
    "DATABASE_SLOW_QUERY_MS": 10_000,
    "STORAGES": {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    },
}
# A browser that has gone may have left connections open.
OTHERS_END = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


def address(label, page, *key):
    return reverse(f"admin:{label.replace('.', '_')}_{page}", args=key)


def is_page(answer):
    return answer.status_code == OK and answer["Content-Type"].startswith("text/html")


class Desk:
    """An admin's window."""

    def __init__(self, page, url, rows):
        self.page = page
        self.watch = Watch(page, url)
        self.tabs = [self.watch]
        self.rows = rows
        self.client = StaffClient()
        self.client.force_login(self.rows.admin)

    def sign_in(self, person):
        sign_in(self.page.context, person, self.watch.own)

    def visit(self, path):
        """Open a page and return the text that it shows."""
        self.page.goto(path, wait_until="load")
        return self.watch.look()

    def visit_all(self, paths):
        """Open pages beside each other and return the texts that they show."""
        for _ in paths[len(self.tabs) :]:
            page = self.page.context.new_page()
            self.tabs.append(Watch(page, self.watch.own, self.watch.heard))
        opened = self.tabs[: len(paths)]
        for tab, path in zip(opened, paths, strict=True):
            # While the browser shows this one, the server answers the next.
            tab.page.goto(path, wait_until="commit")
        for tab in opened:
            tab.page.wait_for_load_state("load")
        return [tab.look() for tab in opened]

    def other(self, route):
        """Return where something is that is of no model, and what answers there."""
        fixed = re.sub(r"<(?!uuid:)(\w+):[^>]+>", lambda found: VALUES[found[1]], route)
        for key in [rows[0].pk for rows in self.rows.rows.values()]:
            path = f"/{re.sub('<[^>]+>', str(key), fixed)}"
            answer = self.client.get(path)
            if answer.status_code == OK:
                return path, answer
        raise AssertionError(f"Nothing of this world is at {route}.")

    def found(self, candidates):
        """Return the first of the addresses that shows a page."""
        return next((path for path in candidates if is_page(self.client.get(path))), None)

    def of_rows(self, label, name):
        """Return where a page is, for the rows in the order in which they are tried."""
        rows = self.rows.rows.get(label, [])
        start = address(label, "changelist")
        tried = [*rows[-len(hostile.STATES) :], *rows[: hostile.PACKED + 1]]
        return [f"{start}{row.pk}/{name}" for row in tried]

    def heard(self):
        """Return what was heard since it was asked last."""
        heard, self.watch.heard[:] = list(self.watch.heard), []
        return heard


@contextmanager
def opened(chromium, texts, number=hostile.ROWS, **options):
    """Open the back office to an admin, with so many rows of each model."""
    with override_settings(**SERVER):
        server = LiveServer("localhost")
        context = chromium.new_context(
            base_url=server.url, viewport={"width": 1440, "height": 900}, **options
        )
        made = Desk(context.new_page(), server.url, hostile.Office(texts, number))
        made.sign_in(made.rows.admin)
        yield made
        context.close()
        server.stop()
        with connection.cursor() as cursor:
            cursor.execute(OTHERS_END)
        truncate()
