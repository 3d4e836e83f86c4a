"""The desks of staff where the tables are large: moderators who poll, and exports."""

import asyncio
import time
from dataclasses import dataclass

import httpx

from tests.benchmarks.hammer import Hammer, since
from tests.benchmarks.load import steadily
from tests.benchmarks.report import Row
from tests.benchmarks.volume import FIRST

MODERATORS, SECONDS, WITHIN_MS = 50, 15, 300
NEWS = "/admin/moderation/news/"
EXPORT = f"/admin/tournaments/{FIRST}/export/"
LOOK_BYTES = 20_000_000
GROWTH_MB = 15


@dataclass
class File:
    """What was seen of a download: its seconds, its rows, and the worker's megabytes meanwhile."""

    first: float
    took: float
    rows: int
    memory: list[float]

    @property
    def growth(self):
        """Return how much more the worker held than soon after the beginning."""
        return max(self.memory) - self.memory[0]


def measure(live, connection, staff):
    """Poll as fifty moderators do, and take a million trades out."""
    yield moderators(live, connection, staff)
    for written_as in ("csv", "json"):
        yield exporting(live, connection, staff, written_as)


def moderators(live, connection, staff):
    """Ask for the news of the moderation desk once a second for each moderator."""
    queue = staff.ask("GET", "/admin/moderation/queue/?view=newest").json()
    newest = queue["newest"][0]
    asked = {"view": "newest", "since": queue["at"], "at": newest["at"], "id": newest["id"]}
    hammer = Hammer(None, live, connection)
    asyncio.run(poll(live, staff, asked, MODERATORS))
    before, began = hammer.spent(), time.perf_counter()
    outcome = asyncio.run(poll(live, staff, asked, MODERATORS * SECONDS))
    carried = len(outcome.seconds) / (time.perf_counter() - began)
    spent = [
        since(*each) / len(outcome.seconds) * 1000
        for each in zip(before, hammer.spent(), strict=True)
    ]
    p50, p99 = outcome.percentile(50), outcome.percentile(99)
    return Row(
        f"{MODERATORS} moderators who ask for the news of their desk each second,"
        f" {dict(outcome.statuses)}",
        f"p99 at most {WITHIN_MS} ms",
        f"{carried:.0f}/s, p50 {p50:.0f} ms, p99 {p99:.0f} ms;"
        f" CPU of one: application {spent[0]:.1f} ms, database {spent[1]:.1f} ms",
        p99 <= WITHIN_MS and set(outcome.statuses) == {200},
    )


async def poll(live, staff, asked, number):
    """Send so many requests at the moderators' rate."""
    async with httpx.AsyncClient(
        base_url=live.url, trust_env=False, timeout=30, headers={"Cookie": staff.sent()}
    ) as client:
        requests = [client.build_request("GET", NEWS, params=asked) for _ in range(number)]
        return await steadily(client, requests, per_second=MODERATORS)


def exporting(live, connection, staff, written_as):
    """Take all trades of the first tournament out as a file."""
    hammer = Hammer(None, live, connection)
    before = hammer.spent()
    file = download(hammer, staff, written_as)
    spent = [since(*each) for each in zip(before, hammer.spent(), strict=True)]
    return Row(
        f"export of {file.rows:,} trades as {written_as.upper()}",
        f"memory of the worker grows by at most {GROWTH_MB} MB",
        f"{file.growth:.0f} MB more than the {file.memory[0]:.0f} MB at first; first bytes after"
        f" {file.first * 1000:.0f} ms, all after {file.took:.0f} s;"
        f" CPU: application {spent[0]:.0f} s, database {spent[1]:.0f} s",
        file.growth <= GROWTH_MB,
    )


def download(hammer, staff, written_as):
    """Read a file, and look at the largest worker's memory now and then."""
    asked = {"what": "trades", "written_as": written_as, "reason": "For the benchmark"}
    form = staff.filled(EXPORT, asked)
    began = time.perf_counter()
    first, size, lines, memory = None, 0, 0, []
    with staff.client.stream("POST", EXPORT, data=form, headers={"Cookie": staff.sent()}) as answer:
        assert answer.status_code == 200, answer.status_code
        for part in answer.iter_raw():
            first = first or time.perf_counter() - began
            size += len(part)
            lines += part.count(b"\n")
            if size > len(memory) * LOOK_BYTES:
                memory.append(hammer.memory())
    # Without the line of the names, or those of both brackets.
    rows = lines - (1 if written_as == "csv" else 2)
    return File(first, time.perf_counter() - began, rows, memory)
