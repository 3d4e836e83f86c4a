"""The configuration is read from memory, and every process sees a change within two seconds."""

import os
import subprocess
import sys
import threading
import time

import pytest
from django.db import connection

from administration import configuration
from dayrade.db.transactions import service, snapshot
from tests.factories.accounts import UserFactory
from tests.live.server import ROOT, database, manage, production
from tests.threads import closing

NAME = configuration.REGISTRY["site.name"]
WATCH = """
import time
from administration import configuration
print(configuration.value("site.name"), flush=True)
while configuration.value("site.name") != "Arena":
    time.sleep(0.005)
print(time.monotonic(), flush=True)
"""
SET = """
import time
from accounts.models import User
from administration import configuration
admin = User.objects.create_superuser("boss@example.net", None)
configuration.set_value(actor=admin, key=configuration.REGISTRY["site.name"], value="Arena")
print(time.monotonic())
"""


@pytest.fixture(autouse=True)
def _kept(settings):
    """Keep it for so long that no test sees the end."""
    settings.CONFIGURATION_READ_SECONDS = 60
    configuration.memory.forget()
    yield
    configuration.memory.forget()


@pytest.fixture
def admin():
    return UserFactory(admin=True)


def name_it(admin, name):
    configuration.set_value(actor=admin, key=NAME, value=name)


@pytest.mark.django_db
def test_steady_state_asks_nothing(django_assert_num_queries):
    with django_assert_num_queries(1):
        configuration.value("site.name")

    with django_assert_num_queries(0):
        configuration.value("registration.enabled")
        configuration.current()
        configuration.values("chat")
        configuration.public()


@pytest.mark.django_db
def test_memory_of_no_seconds_keeps_nothing(settings, django_assert_num_queries):
    settings.CONFIGURATION_READ_SECONDS = 0

    with django_assert_num_queries(2):
        configuration.value("site.name")
        configuration.value("site.name")


@pytest.mark.django_db(transaction=True)
def test_what_is_set_is_seen_at_once_where_it_was_set(admin):
    before = configuration.value("site.name")
    name_it(admin, "Arena")

    assert (before, configuration.value("site.name")) == ("Dayrade", "Arena")
    configuration.reset(actor=admin, key=NAME)
    assert configuration.value("site.name") == "Dayrade"


@pytest.mark.django_db(transaction=True)
def test_what_is_taken_back_was_never_in_memory(admin):
    @service
    def fail():
        name_it(admin, "Arena")
        seen.append(configuration.value("site.name"))
        raise RuntimeError

    seen = []
    with pytest.raises(RuntimeError):
        fail()

    assert (seen, configuration.value("site.name")) == (["Arena"], "Dayrade")


@pytest.mark.django_db(transaction=True)
def test_snapshot_of_before_is_not_kept(admin):
    @snapshot
    def look():
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM system_configuration")
        other = threading.Thread(target=closing(lambda: name_it(admin, "Arena")))
        other.start()
        other.join()
        return configuration.value("site.name")

    assert (look(), configuration.value("site.name")) == ("Dayrade", "Arena")


@pytest.mark.django_db(transaction=True)
def test_what_was_read_before_it_was_forgotten_is_not_kept(admin, monkeypatch):
    fetched_one = configuration.fetched_one

    def slow(query):
        found = fetched_one(query)
        monkeypatch.undo()
        name_it(admin, "Arena")
        return found

    monkeypatch.setattr(configuration, "fetched_one", slow)
    configuration.memory.good_until = 0

    read = configuration.value("site.name")

    assert (read, configuration.value("site.name")) == ("Dayrade", "Arena")


def test_other_processes_see_a_change_within_two_seconds():
    with database(os.environ["DATABASE_URL"], f"dayrade_memory_{os.getpid()}") as url:
        environment = production(url, CONFIGURATION_READ_SECONDS="1")
        manage(environment, "migrate", "-v0")
        watching = subprocess.Popen(
            [sys.executable, "manage.py", "shell", "-v0", "-c", WATCH],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        with watching:
            before = watching.stdout.readline().strip()
            # Its memory is as new as can be: the change has to wait for it.
            set_at = float(manage(environment, "shell", "-v0", "-c", SET).stdout)
            seen_at = float(watching.stdout.readline())

    assert before == "Dayrade"
    assert seen_at - set_at < 2


def test_memory_ends_by_the_clock(monkeypatch, settings):
    now = [100.0]
    answers = iter([('{"site.name": [false, "A"]}', True), ('{"site.name": [false, "B"]}', True)])
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    monkeypatch.setattr(configuration, "fetched_one", lambda _: next(answers))
    settings.CONFIGURATION_READ_SECONDS = 1

    seen = [configuration.value("site.name")]
    now[0] += 0.9
    seen.append(configuration.value("site.name"))
    now[0] += 0.1
    seen.append(configuration.value("site.name"))

    assert seen == ["A", "A", "B"]
