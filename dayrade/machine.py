"""What this process may use of the machine, and how many workers that carries."""

import math
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MB = 1024 * 1024
# What the master takes, and the most that a worker does.
MASTER_BYTES = 80 * MB
WORKER_BYTES = 150 * MB
# What a reader of the stream takes, with some events that wait for it.
READER_BYTES = 64 * 1024
MOST_READERS = 5000
#: Connections to the database that all workers of a service share.
SERVICE_CONNECTIONS = 20
# Fewer than two connections each, and a slow statement holds up a whole worker.
MOST_WORKERS = SERVICE_CONNECTIONS // 2


@dataclass(frozen=True)
class Machine:
    """Cores, of which a quota may grant a part, and bytes of memory."""

    cores: float
    memory: int

    def __str__(self) -> str:
        return f"{self.cores:g} cores, {self.memory // MB:,} MB"

    @property
    def workers(self) -> int:
        """How many workers suit it.

        One for each core: Python runs one thread of a worker at a time. Two where memory allows,
        so that one serves while the other is replaced.
        """
        return max(1, min(max(2, int(self.cores)), self.fitting, MOST_WORKERS))

    @property
    def fitting(self) -> int:
        """How many workers the memory has room for."""
        return (self.memory - MASTER_BYTES) // WORKER_BYTES

    def readers(self, workers: int) -> int:
        """How many readers of the stream each of its workers can take."""
        left = self.memory - MASTER_BYTES - workers * WORKER_BYTES
        return max(1, min(MOST_READERS, left // READER_BYTES // workers))


def allowed(root: Path = Path("/"), cores: int | None = None) -> Machine:
    """Return what cgroups, of either version, leave of the machine's `cores` and its memory."""
    present = cores or len(os.sched_getaffinity(0))
    total = re.search(r"MemTotal: +(\d+) kB", _said(root / "proc/meminfo"))
    memory = int(total[1]) * 1024 if total else math.inf
    quota = math.inf
    for folder in _groups(root):
        quota = min(quota, _share(_said(folder / "cpu.max").split()), _old_share(folder))
        for name in ("memory.max", "memory.limit_in_bytes"):
            memory = min(memory, _number(_said(folder / name)))
    most = present * 1024 * MB if memory == math.inf else int(memory)
    return Machine(min(present, quota), most)


def _groups(root: Path) -> Iterator[Path]:
    """Go through the folders of the groups around this process; each of them may limit it."""
    mounts = root / "sys/fs/cgroup"
    for line in _said(root / "proc/self/cgroup").splitlines():
        _, controllers, path = line.split(":", 2)
        for mount in (mounts / name for name in (controllers.split(",") if controllers else [""])):
            inner = mount / path.lstrip("/")
            yield inner
            yield from (above for above in inner.parents if above.is_relative_to(mount))


def _share(said: list[str]) -> float:
    """Read "quota period" in cores; "max" or nothing is no limit."""
    if len(said) != 2 or not said[0].isdecimal():  # noqa: PLR2004  # the pair
        return math.inf
    return int(said[0]) / int(said[1])


def _old_share(folder: Path) -> float:
    return _share([_said(folder / f"cpu.cfs_{name}_us").strip() for name in ("quota", "period")])


def _number(said: str) -> float:
    return int(said) if said.strip().isdecimal() else math.inf


def _said(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
