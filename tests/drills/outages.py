"""An installation with clients of every kind, whose database fails and returns."""

import contextlib
import http.client
import itertools
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import psycopg

from tests.drills.writes import SEATS
from tests.live.server import wait_until
from tests.sizes import sized

PER_SECOND = 20
BEFORE_SECONDS = 1
DURING_SECONDS = sized(4, 12)
AFTER_SECONDS = 1
# What is promised.
ANSWER_SECONDS = 3
RECOVERY_SECONDS = 5
# What is asked in turn, and how it is answered when all is well.
KINDS = {"health": 200, "shared": 200, "read": 200, "write": 201}


@dataclass(frozen=True)
class Answer:
    """What came back, when it was asked for, and how long it took."""

    kind: str
    number: int
    sent: float
    seconds: float
    status: int
    retry_after: str | None
    age: str | None
    body: dict

    @property
    def is_good(self):
        return self.status == KINDS[self.kind]


class Load:
    """Twenty requests a second, whatever becomes of them; remembers every answer."""

    numbers = itertools.count()

    def __init__(self, port, world):
        self.port = port
        self.world = world
        self.answers = []
        self.ended = threading.Event()
        self.sending = threading.Thread(target=self.run)

    def __enter__(self):
        self.sending.start()
        return self

    def __exit__(self, *raised):
        self.ended.set()
        self.sending.join()

    def run(self):
        kinds = itertools.cycle(KINDS)
        with ThreadPoolExecutor(150) as threads:
            sent = []
            while not self.ended.wait(1 / PER_SECOND):
                sent.append(threads.submit(self.ask, next(kinds), next(self.numbers)))
        for one in sent:
            one.result()

    def ask(self, kind, number):
        person = f"field-{number % SEATS + 1}"
        own = {"Authorization": f"Bearer {self.world.token(person)}"}
        method, path, headers, body = {
            "health": ("GET", "/healthz", {}, None),
            "shared": ("GET", "/api/v1/tournaments", {}, None),
            "read": ("GET", "/api/v1/notifications/unread-count", own, None),
            "write": (
                "POST",
                "/api/v1/tournaments/field/chat",
                own | {"Content-Type": "application/json"},
                # Long enough to need another page of the disk soon.
                json.dumps({"message_text": f"Load {number}".ljust(900, ".")}),
            ),
        }[kind]
        started = time.monotonic()
        asking = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        with contextlib.closing(asking):
            asking.request(method, path, body, headers)
            answer = asking.getresponse()
            content = json.loads(answer.read())
        seconds = time.monotonic() - started
        kept = answer.getheader("Retry-After"), answer.getheader("Age")
        self.answers.append(Answer(kind, number, started, seconds, answer.status, *kept, content))

    def since(self, instant, kind=None):
        """Return the answers to what was asked from then on."""
        return [it for it in self.answers if it.sent >= instant and kind in (None, it.kind)]

    def is_well(self, instant):
        """Tell whether the last answer of each kind since then is a good one."""
        found = {it.kind: it.is_good for it in self.since(instant)}
        return len(found) == len(KINDS) and all(found.values())

    def lost(self):
        """Return what was acknowledged and is not there."""
        with psycopg.connect(self.world.url) as connection:
            kept = connection.execute("SELECT message_text FROM chat_messages").fetchall()
        acknowledged = {f"Load {it.number}" for it in self.answers if it.status == 201}
        assert acknowledged
        return acknowledged - {text.rstrip(".") for (text,) in kept}


class Outage:
    """What the clients saw of an outage."""

    def __init__(self, port, world, fault, *, reads_go_on):
        with Load(port, world) as self.load:
            time.sleep(BEFORE_SECONDS)
            self.began = time.monotonic()
            with fault:
                self.under_way = time.monotonic()
                if reads_go_on:
                    wait_until(lambda: self.reads_since(self.under_way), RECOVERY_SECONDS)
                    self.under_way = time.monotonic()
                time.sleep(DURING_SECONDS)
                self.over = time.monotonic()
            self.ended = time.monotonic()
            wait_until(lambda: self.load.is_well(self.ended), 30)
            self.recovered = time.monotonic()
            time.sleep(AFTER_SECONDS)

    def reads_since(self, instant):
        """Tell whether the last read is answered as it should be."""
        found = self.load.since(instant, "read")
        return bool(found) and found[-1].is_good

    def during(self, kind):
        """Return the answers to what was asked while it lasted."""
        return [it for it in self.load.since(self.under_way, kind) if it.sent < self.over]

    def errors(self, kind):
        return {it.body["error"] for it in self.during(kind) if it.status == 503}

    def expect_contract(self):
        """Expect what is promised of every outage."""
        slowest = max(self.load.answers, key=lambda it: it.seconds)
        assert slowest.seconds < ANSWER_SECONDS, slowest
        for it in self.load.answers:
            assert it.is_good or it.status == 503, it
            if not it.is_good:
                assert set(it.body) == {"success", "message", "error"}
                assert int(it.retry_after) <= 30
        assert self.recovered - self.ended < RECOVERY_SECONDS
        assert [it for it in self.load.since(self.recovered) if not it.is_good] == []
        # Whatever the database does, these come from memory.
        for kind in ("health", "shared"):
            assert [it for it in self.load.since(0, kind) if not it.is_good] == []
        assert self.load.lost() == set()

    def figures(self):
        """Say in a line what was seen."""
        slowest = max(it.seconds for it in self.load.answers)
        took = self.recovered - self.ended
        return f"{len(self.load.answers)} answers, slowest {slowest:.2f} s, back after {took:.1f} s"
