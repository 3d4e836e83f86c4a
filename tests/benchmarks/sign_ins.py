"""A flood of sign-ins beside requests that only read."""

import asyncio
import secrets

import httpx

from tests.benchmarks.load import steadily
from tests.benchmarks.report import Row

SECONDS = 10
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


async def run(url):
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=20)
    options = {"base_url": url, "trust_env": False, "timeout": 30, "limits": limits}
    async with httpx.AsyncClient(**options) as client, httpx.AsyncClient(**options) as flooding:
        await read(client)
        idle = await read(client)
        sign_ins = [sign_in(flooding) for _ in range(SIGN_INS * SECONDS)]
        flooded, outcome = await asyncio.gather(
            read(client), steadily(flooding, sign_ins, per_second=SIGN_INS)
        )
    return idle, flooded, outcome


def measure(url):
    """Compare the reads with and without the flood."""
    idle, flooded, outcome = asyncio.run(run(url))
    answered = ", ".join(
        f"{count} of {status}" for status, count in sorted(outcome.statuses.items())
    )
    rows = []
    for path, name in PATHS.items():
        assert set(flooded[path].statuses) == {200}, flooded[path].statuses
        before, during = idle[path].percentile(99), flooded[path].percentile(99)
        rows.append(
            Row(
                f"{name} at {READS}/s during {SIGN_INS} sign-ins/s for {SECONDS} s",
                f"p99 at most {WITHIN} times that of an idle machine",
                f"{during:.1f} ms against {before:.1f} ms ({during / before:.2f} times); sign-ins:"
                f" {answered}",
                during <= WITHIN * before,
            )
        )
    return rows
