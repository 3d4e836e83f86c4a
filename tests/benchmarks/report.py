"""The table that a run of the benchmarks leaves behind."""

import os
import platform
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "benchmarks.md"
DASH = "\N{EN DASH}"
HEAD = """\
# Benchmarks

`make bench` writes this page: one run, on one machine, with nothing else to do. {machine}

| work | target | measured | reached |
| --- | --- | --- | --- |
"""


@dataclass(frozen=True)
class Row:
    """One line: what was done, what was wanted, what came out, and whether that is enough.

    A figure that nobody set a target for has a dash for a target and nothing to reach.
    """

    work: str
    target: str
    measured: str
    reached: bool | None = None

    def __str__(self):
        reached = {True: "yes", False: "no", None: DASH}[self.reached]
        return f"| {self.work} | {self.target} | {self.measured} | {reached} |"


def machine(server):
    """Say what it ran on."""
    cpu = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    parts = [
        f"{datetime.now(UTC):%Y-%m-%d}",
        f"{os.cpu_count()} cores ({cpu[1] if cpu else platform.machine()})",
        f"Python {platform.python_version()}",
        server,
    ]
    return f"Last run: {'; '.join(parts)}."


def write(rows, server):
    """Write the page anew."""
    lines = "".join(f"{row}\n" for row in rows)
    PAGE.write_text(HEAD.format(machine=machine(server)) + lines)
