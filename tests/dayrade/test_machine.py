"""What control groups allow, and how many workers that carries."""

import pytest

from dayrade.machine import MB, Machine, allowed

GB = 1024 * MB
TOTAL = {"proc/meminfo": f"MemTotal:       {8 * GB // 1024} kB\nMemFree: 1 kB\n"}


@pytest.fixture
def files(tmp_path):
    """Return a function that writes files below a root."""

    def write(**said):
        for path, text in (TOTAL | said).items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text)
        return tmp_path

    return write


@pytest.mark.parametrize(
    ("said", "machine"),
    [
        ({}, Machine(4, 8 * GB)),
        # A container of its own: the group is the root that it sees.
        (
            {
                "proc/self/cgroup": "0::/\n",
                "sys/fs/cgroup/cpu.max": "150000 100000\n",
                "sys/fs/cgroup/memory.max": f"{GB}\n",
            },
            Machine(1.5, GB),
        ),
        (
            {
                "proc/self/cgroup": "0::/\n",
                "sys/fs/cgroup/cpu.max": "max 100000\n",
                "sys/fs/cgroup/memory.max": "max\n",
            },
            Machine(4, 8 * GB),
        ),
        # A group inside others: the narrowest of them counts, whichever that is.
        (
            {
                "proc/self/cgroup": "0::/system.slice/dayrade.service\n",
                "sys/fs/cgroup/system.slice/dayrade.service/cpu.max": "300000 100000\n",
                "sys/fs/cgroup/system.slice/dayrade.service/memory.max": f"{GB}\n",
                "sys/fs/cgroup/system.slice/cpu.max": "200000 100000\n",
                "sys/fs/cgroup/system.slice/memory.max": f"{2 * GB}\n",
            },
            Machine(2, GB),
        ),
        # A quota beyond the cores that there are grants none.
        (
            {"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "900000 100000\n"},
            Machine(4, 8 * GB),
        ),
        # Version 1 has a folder for each controller; a container sees its own as their root.
        (
            {
                "proc/self/cgroup": "5:cpu,cpuacct:/docker/abc\n4:memory:/docker/abc\n",
                "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "50000\n",
                "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
                "sys/fs/cgroup/memory/memory.limit_in_bytes": f"{GB // 2}\n",
            },
            Machine(0.5, GB // 2),
        ),
        (
            {
                "proc/self/cgroup": "5:cpu,cpuacct:/\n4:memory:/\n",
                "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n",
                "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
                "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
            },
            Machine(4, 8 * GB),
        ),
    ],
)
def test_machine_is_what_its_groups_leave(files, said, machine):
    assert allowed(files(**said), cores=4) == machine


def test_machine_without_linux_files_has_its_cores(tmp_path):
    assert allowed(tmp_path, cores=3) == Machine(3, 3 * GB)


@pytest.mark.parametrize(
    ("cores", "memory", "workers"),
    [
        (1, 8 * GB, 2),
        (0.5, 8 * GB, 2),
        (2.9, 8 * GB, 2),
        (4, 8 * GB, 4),
        # 20 connections have to do for all.
        (64, 256 * GB, 10),
        (8, 700 * MB, 4),
        (8, 512 * MB, 2),
        (8, 256 * MB, 1),
        (8, 64 * MB, 1),
    ],
)
def test_workers_suit_cores_and_memory(cores, memory, workers):
    assert Machine(cores, memory).workers == workers


@pytest.mark.parametrize(
    ("memory", "workers", "readers"),
    [(8 * GB, 1, 5000), (512 * MB, 1, 4512), (512 * MB, 2, 1056), (128 * MB, 1, 1)],
)
def test_readers_suit_memory(memory, workers, readers):
    assert Machine(2, memory).readers(workers) == readers
