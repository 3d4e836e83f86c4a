"""A flood of sign-ins beside requests that only read."""

import asyncio
import multiprocessing
import secrets
import time
from concurrent.futures import ProcessPoolExecutor

import httpx

from tests.benchmarks.load import Outcome, steadily
from tests.benchmarks.report import Row

SECONDS = 10
ROUNDS = 3
READS = 40
SIGN_INS = 50
WITHIN = 2
PATHS = {"/healthz": "liveness", "/api/v1/tournaments": "the list of tournaments"}
VARIABLES = {"TRUSTED_PROXIES": "1"}


def sign_in(client):
    """Ask for somebody's session from somewhere else each time, as a flood would."""
    address = ".".join(str(secrets.randbelow(254) + 1) for _ in range(4))
    return client.build_request(
        "POST",
        "/api/v1/auth/login",
        json={"email": f"{secrets.token_hex(8)}@example.com", "password": secrets.token_hex(8)},
        headers={"X-Forwarded-For": address},
    )


async def read(client):
    """Read each path at its rate and return the outcomes by path."""
    outcomes = await asyncio.gather(
        *(
            steadily(
                client,
                [client.build_request("GET", path) for _ in range(READS * SECONDS)],
                per_second=READS,
            )
            for path in PATHS
        )
    )
    return dict(zip(PATHS, outcomes, strict=True))


def client(url):
    # Everybody comes anew, as visitors do: a kept connection would keep its worker, too.
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
    return httpx.AsyncClient(base_url=url, trust_env=False, timeout=30, limits=limits)


async def reading(url):
    async with client(url) as reader:
        return await read(reader)


async def flooding(url):
    async with client(url) as crowd:
        sign_ins = [sign_in(crowd) for _ in range(SIGN_INS * SECONDS)]
        return await steadily(crowd, sign_ins, per_second=SIGN_INS)


def flood(url):
    """Sign in from a process of its own: that of the readers shall only read."""
    return asyncio.run(flooding(url))


def run(url):
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as elsewhere:
        # Warm both sides.
        asyncio.run(reading(url))
        elsewhere.submit(time.time).result()
        idle, flooded = {path: Outcome() for path in PATHS}, {path: Outcome() for path in PATHS}
        sign_ins = Outcome()
        # In turns, as a machine is not the same from one minute to the next.
        for _ in range(ROUNDS):
            add(idle, asyncio.run(reading(url)))
            crowd = elsewhere.submit(flood, url)
            add(flooded, asyncio.run(reading(url)))
            sign_ins.add(crowd.result())
        return idle, flooded, sign_ins


def add(totals, outcomes):
    for path, outcome in outcomes.items():
        totals[path].add(outcome)


def measure(live, database):
    """Compare the reads with and without the flood."""
    idle, flooded, outcome = run(live.url)
    answered = ", ".join(
        f"{count} of {status}" for status, count in sorted(outcome.statuses.items())
    )
    rows = []
    for path, name in PATHS.items():
        assert set(flooded[path].statuses) == {200}, flooded[path].statuses
        before, during = idle[path].percentile(99), flooded[path].percentile(99)
        rows.append(
            Row(
                f"{name} at {READS}/s during {SIGN_INS} sign-ins/s for {SECONDS} s, {ROUNDS} times",
                f"p99 at most {WITHIN} times that of an idle machine",
                f"{during:.1f} ms against {before:.1f} ms ({during / before:.2f} times); sign-ins:"
                f" {answered}",
                during <= WITHIN * before,
            )
        )
    return rows
