"""Image, compose file and variables say the same."""

import importlib.util
import json
import os
import re
import secrets
import shlex
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
import yaml
from django.core.management import get_commands

from dayrade.postgres import Cluster
from tests.live.server import manage, passable_folder

ROOT = Path(__file__).parents[2]
IMAGE = (ROOT / "Dockerfile").read_text()
EXAMPLE = (ROOT / ".env.example").read_text()
COMPOSE = yaml.safe_load((ROOT / "docs/deployment/compose.yaml").read_text())
SERVICES = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"] == "dayrade"}
# The Compose specification's words, as far as they are used here.
WORDS = set(
    "build cap_drop command depends_on env_file environment healthcheck image init ports profiles"  # noqa: SIM905  # a list would be a page
    " read_only restart security_opt shm_size stop_grace_period tmpfs ulimits volumes".split()
)
CONDITIONS = {"service_healthy", "service_started", "service_completed_successfully"}
SECRET = re.compile(r"PASSWORD|SECRET|KEY|TOKEN|DSN|DATABASE_URL")
by_service = pytest.mark.parametrize("name", SERVICES)
by_our_service = pytest.mark.parametrize("name", OURS)


def seconds(said):
    number, unit = re.fullmatch(r"(\d+)(s|m)", said).groups()
    return int(number) * {"s": 1, "m": 60}[unit]


def variables_of_image():
    return dict(re.findall(r"([A-Z_]+)=(\S+)", re.search(r"^ENV (.+)", IMAGE, re.MULTILINE)[1]))


def command_of(name):
    said = SERVICES[name].get("command")
    return (
        shlex.split(said) if said else json.loads(re.search(r"^CMD (.+)", IMAGE, re.MULTILINE)[1])
    )


@by_service
def test_service_is_written_in_known_words(name):
    service = SERVICES[name]
    named = {volume.partition(":")[0] for volume in service.get("volumes", ())}
    waited = service.get("depends_on", {})

    assert set(service) - WORDS == set()
    assert {volume for volume in named if not volume.startswith(".")} <= set(COMPOSE["volumes"])
    assert set(waited) <= set(SERVICES)
    assert {one["condition"] for one in waited.values()} <= CONDITIONS


@by_service
def test_service_waits_only_for_what_can_come(name):
    for other, how in SERVICES[name].get("depends_on", {}).items():
        if how["condition"] == "service_healthy":
            assert "test" in SERVICES[other]["healthcheck"]
        if how["condition"] == "service_completed_successfully":
            assert SERVICES[other]["restart"] == "no"


@by_service
def test_service_writes_nowhere_and_gains_nothing(name):
    service = SERVICES[name]

    assert service["read_only"] is True
    assert service["security_opt"] == ["no-new-privileges:true"]
    # The database's image gives its folder to its own user when it starts.
    assert service.get("cap_drop") == (None if name == "database" else ["ALL"])


@by_service
def test_image_has_a_version(name):
    assert re.fullmatch(r"dayrade|\w+:\d+\.\d+(\.\d+)?-\w+", SERVICES[name]["image"])


def test_compose_file_has_no_secret():
    literal = {
        variable: value
        for service in SERVICES.values()
        for variable, value in service.get("environment", {}).items()
        if SECRET.search(variable) and not re.search(r"\$\{[A-Z_]+:\?}", value)
    }

    assert literal == {}


@by_our_service
def test_variables_of_the_compose_file_are_described(name):
    described = set(re.findall(r"^#?([A-Z_]+)=", EXAMPLE, re.MULTILINE))

    assert set(SERVICES[name]["environment"]) <= described


@pytest.mark.parametrize(("name", "variable"), [("web", "PORT"), ("stream", "STREAM_PORT")])
def test_port_is_the_image_s(name, variable):
    (published,) = SERVICES[name]["ports"]

    # What can be reached without the proxy would be believed as if it came from there.
    assert published.startswith("127.0.0.1:")
    assert published.rpartition(":")[2] == variables_of_image()[variable]
    assert re.search(rf"^EXPOSE {variables_of_image()[variable]}$", IMAGE, re.MULTILINE)


@by_our_service
def test_command_exists(name):
    program, *rest = command_of(name)

    if program == "gunicorn":
        flag, module = rest
        assert (flag, module.partition(":")[0]) == ("-c", "python")
        assert importlib.util.find_spec(module.partition(":")[2])
    else:
        assert [program, rest[0]] == ["python", "manage.py"]
        assert rest[1] in get_commands()


def test_who_serves_tells_its_health():
    disabled = {name for name in OURS if SERVICES[name].get("healthcheck") == {"disable": True}}

    assert disabled == {"migrate", "worker"}
    assert re.search(r"^HEALTHCHECK ", IMAGE, re.MULTILINE)


@pytest.mark.parametrize(
    ("name", "module"), [("web", "dayrade/server.py"), ("stream", "dayrade/stream/server.py")]
)
def test_end_is_given_its_time(name, module):
    drain = int(re.search(r"^DRAIN_SECONDS=(\d+)", EXAMPLE, re.MULTILINE)[1])
    graceful = re.search(r"^graceful_timeout = (\d+)", (ROOT / module).read_text(), re.MULTILINE)

    assert seconds(SERVICES[name]["stop_grace_period"]) >= drain + int(graceful[1]) + 3


def test_worker_is_given_its_time():
    code = (ROOT / "dayrade/management/commands/worker.py").read_text()
    graceful = re.search(r"^STOP_SECONDS = (\d+)", code, re.MULTILINE)

    assert seconds(SERVICES["worker"]["stop_grace_period"]) >= int(graceful[1]) + 3


def test_image_runs_as_nobody_and_holds_no_secret():
    assert re.findall(r"^USER (.+)", IMAGE, re.MULTILINE) == ["10001:10001"]
    assert (ROOT / ".dockerignore").read_text().splitlines()[1:3] == [".*", "!.env.example"]


@pytest.fixture(scope="module")
def production():
    """The environment that .env.example and the compose file give, on a database made by them."""
    said = dict(re.findall(r"^([A-Z_]+)=(.*)$", EXAMPLE, re.MULTILINE))
    said |= SERVICES["web"]["environment"] | {
        "PATH": os.environ["PATH"],
        "SECRET_KEY": secrets.token_urlsafe(50),
        "DAYRADE_INGEST_SECRETS": secrets.token_urlsafe(32),
    }
    with passable_folder() as folder:
        # What has to be durable for the check need not be while it is made.
        quick = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        made, cluster = (Cluster(folder / "postgresql", how) for how in (quick, None))
        made.start()
        made.create_database("dayrade")
        owner = {"DATABASE_URL": made.url("dayrade"), "DATABASE_REQUIRE_DURABLE": "false"}
        try:
            manage(said | owner, "migrate", "-v0")
            for _ in range(2):
                grant(made)
            made.stop()
            cluster.start()
            url = owner["DATABASE_URL"].replace("//dayrade@", "//dayrade_service:x@")
            yield said | {"DATABASE_URL": url}
        finally:
            cluster.stop("immediate")


def grant(cluster):
    command = ["--set=ON_ERROR_STOP=1", "--set=password=x", "--quiet"]
    subprocess.run(
        [
            cluster.programs / "psql",
            *command,
            f"--file={ROOT / 'docs/deployment/roles.sql'}",
            cluster.url("dayrade"),
        ],
        check=True,
    )


def test_check_of_a_deployment_finds_nothing(production):
    options = ("--deploy", "--fail-level", "WARNING", "--database", "default")

    done = manage(production, "check", *options, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    assert "no issues" in done.stdout


@pytest.mark.parametrize("module", ["dayrade.server", "dayrade.stream.server"])
def test_server_starts_with_it(production, module):
    done = subprocess.run(
        [sys.executable, "-m", "gunicorn", "-c", f"python:{module}", "--check-config"],
        cwd=ROOT,
        env=production,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr


def test_role_that_serves_cannot_change_the_audit_log(production):
    with psycopg.connect(production["DATABASE_URL"]) as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("DELETE FROM audit_logs")
        connection.rollback()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("ALTER TABLE audit_logs DISABLE TRIGGER USER")
