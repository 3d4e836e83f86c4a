"""The lists of the back office where their tables have a million rows."""

import os
import re
import statistics
import time
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import psycopg

from tests.benchmarks import desks, volume
from tests.benchmarks.report import DASH, Row

# An account of the demo.
EMAIL, PASSWORD = "admin@dayrade.example", "trading-for-show-only"
VARIABLES = {"STAFF_TWO_STEP": "false", "WEB_CONCURRENCY": "2"}
WITHIN_MS = 300
FILL_SECONDS = 240
#: A page that takes longer than it may is to be told, not to end the measuring.
PATIENCE_SECONDS = 60
#: How often a page is asked for that took longer than it may; others once.
TIMES = 3
WORST = 5
# Somebody who is in every table.
PERSON = f"person{1 + 7919:07}"
COMPLETE = f"/admin/tournaments/tournament/{volume.FIRST}/complete/"
#: The last page that a list of more than it counts has.
FAR, MORE = 20, "1,000+"

LIST = re.compile(r'href="(/admin/\w+/\w+/)"')
SORT = re.compile(r'href="\?([^"#]*\bo=-?\d[^"#]*)"')
FILTER = re.compile(r'href="\?([^"#]*)"')
OTHER = re.compile(r"(^|&)(o|p|q|e|all)=")
CHANGE = re.compile(r"/([0-9a-f-]{36})/change/")
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@dataclass(frozen=True)
class Page:
    """A page of a list: the milliseconds that it took, and those that the server computed."""

    took: float
    computed: float
    name: str

    def __str__(self):
        return f"{self.name} {self.took:.0f} ms ({self.computed:.0f} computing)"


class Staff:
    """An admin's browser, which keeps its cookies without TLS, too."""

    def __init__(self, client):
        self.client = client
        self.cookies = {}

    def ask(self, method, path, **options):
        answer = self.client.request(method, path, headers={"Cookie": self.sent()}, **options)
        for header in answer.headers.get_list("set-cookie"):
            name, _, value = header.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer

    def sent(self):
        """Return the cookies as a header."""
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def filled(self, path, values):
        """Return what a page's form sends."""
        return {"csrfmiddlewaretoken": TOKEN.search(self.ask("GET", path).text)[1]} | values

    def sign_in(self):
        path = "/admin/login/"
        form = self.filled(path, {"username": EMAIL, "password": PASSWORD})
        answer = self.ask("POST", path, data=form)
        assert answer.status_code == 302, answer.status_code

    def read(self, path):
        answer = self.ask("GET", path)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.text


def addresses(text):
    """Return what a list offers to ask of it, each by a name: filters, sortings, pages, words."""
    found = {"first page": ""}
    for query in dict.fromkeys(unescape(each) for each in SORT.findall(text)):
        column = re.search(r"\bo=(-?\d+)", query)[1]
        found[f"sorted by column {column}"] = query
        found[f"sorted by column {-int(column)}"] = f"o={-int(column)}"
    chosen = dict.fromkeys(unescape(each) for each in FILTER.findall(text))
    found |= {query: query for query in chosen if query and not OTHER.search(query)}
    if MORE in text:
        found[f"page {FAR}"] = f"p={FAR}"
    if 'name="q"' in text:
        found |= {"search for nobody": "q=nobody-of-this-name", "search for a word": "q=surname42"}
        found["search for a person"] = f"q={PERSON}"
        found["search for an address"] = f"q={PERSON}@example.com"
        if key := CHANGE.search(text):
            found["search for an ID"] = f"q={key[1]}"
    return found


class Clock:
    """What requests cost: the time until the answer, and that of the processors beside it."""

    def __init__(self, live, connection):
        self.group = os.getpgid(live.process.pid)
        self.connection = connection

    def computed(self):
        """Return the processor seconds so far of the server and of PostgreSQL's connections."""
        found = self.connection.execute("SELECT pid FROM pg_stat_activity").fetchall()
        backends, ticks = {pid for (pid,) in found}, 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[2]) == self.group or int(stat.parent.name) in backends:
                ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def asked(self, staff, path, name, query=""):
        """Ask for a page, a few times if it is late, and return what it took in the middle."""
        took, before = [], self.computed()
        while not took or (took[0] > WITHIN_MS and len(took) < TIMES):
            began = time.perf_counter()
            staff.read(f"{path}?{query}")
            took.append((time.perf_counter() - began) * 1000)
        used = (self.computed() - before) / len(took) * 1000
        label = path.removeprefix("/admin/").strip("/").replace("/", " ")
        return Page(statistics.median(took), used, f"{label}, {name}:")


def measure(live, url):
    """Fill the tables, sign in, open everything that every list offers, and work at the desks."""
    filled = volume.fill(url)
    yield Row(
        f"filling {len(volume.TABLES)} tables, most of them with {volume.ROWS:,} rows",
        f"at most {FILL_SECONDS} s",
        f"{filled:.0f} s",
        filled <= FILL_SECONDS,
    )
    with psycopg.connect(url, autocommit=True) as connection, live.client() as client:
        client.timeout = PATIENCE_SECONDS
        clock, staff = Clock(live, connection), Staff(client)
        staff.sign_in()
        yield from lists(clock, staff)
        completing = clock.asked(staff, COMPLETE, "20,000 seats, 1,000,000 trades")
        yield Row(
            "what keeps the result of a tournament back, on the page that completes it",
            f"at most {WITHIN_MS} ms",
            str(completing),
            completing.took <= WITHIN_MS,
        )
        yield from desks.measure(live, connection, staff)


def lists(clock, staff):
    """Open everything that every list offers."""
    pages = []
    for path in sorted(set(LIST.findall(staff.read("/admin/password_change/")))):
        offered = addresses(staff.read(path))
        pages += [clock.asked(staff, path, *one) for one in offered.items()]
    pages.sort(key=lambda page: -page.took)
    late = sum(page.took > WITHIN_MS for page in pages)
    yield Row(
        f"slowest list page of the back office, of {len(pages)} at {volume.ROWS:,} rows"
        f" ({volume.NUMBERS['dayrade_breaks']:,} differences, {volume.BUSTS:,} busts)",
        f"at most {WITHIN_MS} ms",
        f"{pages[0]} {late} take longer",
        not late,
    )
    yield Row("the next slowest", DASH, "; ".join(map(str, pages[1:WORST])))
