"""The API attacked by its own document, as everybody."""

import json
import os
import subprocess
import sys
from collections import Counter

import pytest

from tests.drills.document import DOCUMENT, behind, operations
from tests.drills.targets import ROLES, attacked, found_behind
from tests.live.server import ROOT
from tests.sizes import FULL_SIZE, measured, sized

pytestmark = pytest.mark.django_db

SEED = 20260301
# At full size every phase and operation for every role; else each role takes its share.
PHASES = sized("fuzzing", "examples,coverage,fuzzing,stateful")
EXAMPLES = {"provider": sized(12, 1500)}
EXAMPLES_OF_OTHERS = sized(3, 12)
CASES = sized(40, 5000)
# How many operations answer 2xx at full size: what is behind the addresses was found.
REACHED = {"anonymous": 20, "user": 40, "moderator": 50, "admin": 75, "provider": 4}
# How often a name in a path is that of something real.
REAL = 0.85
INGEST_AND_WEBHOOKS = ("/ingest/", "/webhooks/")


def how_long(*, fixture_name, config):
    """Give each role a server of its own where they leave little standing."""
    return "function" if FULL_SIZE else "module"


@pytest.fixture(scope=how_long)
def ground(target):
    with attacked(target) as found:
        yield found


@pytest.mark.parametrize("role", ROLES)
def test_every_answer_is_within_the_document(target, ground, role, tmp_path):
    live, url = ground

    counted = attack(live, url, role, target.credentials, tmp_path)

    log = live.log.read_text()
    statuses, reached = Counter(), set()
    for name, count in counted.items():
        operation, _, status = name.rpartition(" ")
        statuses[status] += count
        reached |= {operation} if status.startswith("2") else set()
    said = f"seed {SEED}, {role}: {statuses.total()} cases, {len(reached)} operations, {statuses}"
    measured(said)
    assert '"level": "ERROR"' not in log
    assert statuses.total() >= CASES
    assert not FULL_SIZE or len(reached) >= REACHED[role]


def attack(live, url, role, credentials, folder):
    """Run schemathesis as a role; return how often which operation answered what."""
    settings = folder / "schemathesis.toml"
    made = configuration(role, found_behind(url), credentials)
    settings.write_text("\n".join(f"{name} = {as_toml(value)}" for name, value in made.items()))
    counts = folder / "counts.json"
    done = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", f"--config-file={settings}", "run"),
            *(str(DOCUMENT), f"--url={live.url}", "--checks=all", f"--phases={PHASES}"),
            *("--continue-on-failure", "--generation-deterministic", f"--seed={SEED}"),
            *("--suppress-health-check=all", "--warnings=off", "--no-color"),
            *(f"--include-name={name}" for name in of_role(role)),
            # Its probes would be signed as well; tests of deliveries ask without.
            *(["--exclude-checks=ignored_auth"] if role == "provider" else []),
        ],
        cwd=folder,
        env=os.environ
        | {
            "PYTHONPATH": str(ROOT),
            "ATTACK_TOKEN": credentials.tokens.get(role, ""),
            "ATTACK_SECRET": credentials.ingest if role == "provider" else "",
            "ATTACK_DATABASE": url,
            "ATTACK_COUNTS": str(counts),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(counts.read_text())


def as_toml(value):
    """Write a value as TOML, in which texts and numbers are as in JSON."""
    if isinstance(value, dict):
        inner = (f"{json.dumps(name)} = {as_toml(of)}" for name, of in value.items())
        return "{" + ", ".join(inner) + "}"
    if isinstance(value, list):
        return f"[{', '.join(map(as_toml, value))}]"
    return json.dumps(value, ensure_ascii=False)


def of_role(role):
    """Return the operations that a role attacks."""
    every = [f"{found.method.upper()} {found.path}" for found in operations()]
    if role == "provider":
        return [name for name in every if any(part in name for part in INGEST_AND_WEBHOOKS)]
    return every if FULL_SIZE else every[ROLES.index(role) :: len(ROLES) - 1]


def configuration(role, values, credentials):
    """Return the settings of schemathesis: what opens the API, and what stands behind it."""
    made = {
        "hooks": "tests.drills.attacker",
        # What an earlier run has found is not played first: every run is the same.
        "cache": {"enabled": False},
        "generation": {"max-examples": EXAMPLES.get(role, EXAMPLES_OF_OTHERS)},
        # A body may fit the document and break a rule between two of its fields, or one of state.
        "checks": {
            "positive_data_acceptance": {
                "expected-statuses": ["2xx", "3xx", 400, 401, 403, 404, 409, 422]
            }
        },
        "dictionaries": {name: {"values": found} for name, found in values.items()},
        "operations": [
            {"include-name": f"{found.method.upper()} {found.path}", "parameters": real}
            for found in operations()
            if (real := parameters(found))
        ],
    }
    scheme, token = "bearerAuth", credentials.tokens.get(role)
    if role == "provider":
        scheme, token = "brevoWebhook", credentials.brevo
    return made | ({"auth": {"openapi": {scheme: {"bearer": token}}}} if token else {})


def parameters(operation):
    return {
        f"path.{name}": {"dictionary": behind(operation.path, name), "probability": REAL}
        for name in operation.named("path")
    }
