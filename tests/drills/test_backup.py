"""A dump under way of writes is restored elsewhere, and an instant before a mistake is recovered.

The commands are those of docs/operations.md.
"""

import os
import secrets
import subprocess
import threading
from itertools import batched

import httpx
import psycopg
import pytest
from cryptography.fernet import Fernet
from psycopg.sql import SQL, Identifier

from dayrade.demo import SIGN_INS
from dayrade.postgres import Cluster, binaries
from tests.drills.documented import block, shell
from tests.drills.world import TOKEN
from tests.live import provider
from tests.live.server import manage, passable_folder, production, running, wait_until
from tests.live.spellings import found
from tests.sizes import sized

COMPETITORS = sized(12, 200)
# The framework's, which nothing here writes.
EMPTY = {"auth_group", "auth_group_permissions", "django_admin_log"}
DEMO = "crusader-championship"
FILL = "from tests.drills.world import fill; fill()"
ERASE = """
from accounts.models import User
from dayrade.privacy import erasure
person = User.objects.get(email="nobody@example.net")
erasure.erase(actor=person, person=person, reason="They asked for it")
"""
NAMES = """
    SELECT relname FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY relname
"""
SEQUENCES = """
    SELECT owner.relname, attname, sequence.relname
    FROM pg_depend JOIN pg_class sequence ON sequence.oid = objid AND sequence.relkind = 'S'
    JOIN pg_class owner ON owner.oid = refobjid
    JOIN pg_attribute ON attrelid = refobjid AND attnum = refobjsubid
    WHERE deptype IN ('a', 'i') AND owner.relnamespace = 'public'::regnamespace
"""
BEHIND = SQL("""
    SELECT last_value < most OR (most > 0 AND NOT is_called)
    FROM (SELECT coalesce(max({}), 0) FROM {}) of_rows (most), {}
""")


def settings(folder):
    """Return the settings that the page gives to a server that archives."""
    lines = block("Going back in time", "wal_level").splitlines()
    given = dict(line.split(" = ", 1) for line in lines)
    return {
        name: value.strip("'").replace("/backups", f"{folder}/backups")
        for name, value in given.items()
    }


def service(url):
    """Return the URL by which the service connects, which owns nothing."""
    return url.replace("//dayrade@", "//dayrade_service@")


def rows(url, query, parameters=None):
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(query, parameters).fetchall()


def run(url, *statements):
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def sign_in(live):
    """Sign in over HTTP and return the tokens; a busy machine asks to try again."""
    body = {"email": SIGN_INS[2].email, "password": SIGN_INS[2].password}

    def answered():
        answer = client.post("/api/v1/auth/login", json=body)
        return answer if answer.status_code != 503 else None

    with live.client() as client:
        answer = wait_until(answered)
    assert answer.status_code == 200, answer.text
    return {answer.json()[name] for name in ("session_token", "refresh_token")}


@pytest.fixture(scope="module")
def folder():
    """A folder with /backups, where PostgreSQL may write."""
    with passable_folder() as made:
        (made / "backups" / "wal").mkdir(parents=True)
        if account := Cluster(made).account:
            for path in (made, made / "backups", made / "backups" / "wal"):
                os.chown(path, account.pw_uid, account.pw_gid)
        yield made


@pytest.fixture(scope="module")
def source(folder):
    """A server that archives, with something in every table of its database."""
    cluster = Cluster(folder / "source", settings(folder) | {"fsync": "off"})
    cluster.start()
    try:
        cluster.create_database("dayrade")
        yield cluster
    finally:
        cluster.stop("immediate")


@pytest.fixture(scope="module")
def environment(source):
    """What all commands and servers have; the secrets in it are looked for in the dump."""
    made = production(
        source.url("dayrade"),
        CONFIGURATION_KEYS=Fernet.generate_key().decode(),
        DAYRADE_INGEST_SECRETS=secrets.token_urlsafe(32),
        AUDIT_HEAD_KEYS=secrets.token_urlsafe(32),
        METRICS_TOKEN=secrets.token_urlsafe(32),
        BREVO_WEBHOOK_SECRET=secrets.token_urlsafe(32),
        STAFF_TWO_STEP="false",
        PLAIN=secrets.token_urlsafe(32),
        TOURNAMENT=provider.SLUG,
    )
    manage(made, "migrate", "-v0")
    manage(made, "demo", "--force", "--competitors", str(COMPETITORS), "-v0")
    done = manage(made, "shell", "-v0", "-c", FILL, check=False)
    assert done.returncode == 0, done.stderr
    provider.field(made["DATABASE_URL"], 50)
    run(
        made["DATABASE_URL"],
        block("The audit log", "CREATE ROLE"),
        "INSERT INTO users (email, password_hash) VALUES ('nobody@example.net', '!')",
    )
    return made


class Deliveries:
    """Trades that a provider delivers until it is told to stop; knows which were acknowledged."""

    def __init__(self, live, secret):
        self.live, self.secret = live, secret
        self.acknowledged, self.sent = set(), set()
        self.enough = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def run(self):
        with provider.client(self.live.url) as connection:
            for batch in batched(provider.trades(100_000, 50), 10):
                if self.enough.is_set():
                    return
                names = {trade["zimtra_trade_id"] for trade in batch}
                self.sent |= names
                answer = provider.deliver(connection, provider.body(batch), self.secret)
                assert answer.status_code == 200, answer.text
                self.acknowledged |= names

    def wait_for_more(self):
        before = len(self.acknowledged)
        wait_until(lambda: len(self.acknowledged) > before + 20)

    def __enter__(self):
        self.thread.start()
        self.wait_for_more()
        return self

    def __exit__(self, *raised):
        self.enough.set()
        self.thread.join()


@pytest.fixture(scope="module")
def dumped(environment, folder, tmp_path_factory):
    """Dump while trades come in; return the secrets, and the trades before, during and after."""
    log = tmp_path_factory.mktemp("source") / "log"
    url = environment["DATABASE_URL"]
    with running(environment | {"DATABASE_URL": service(url)}, log) as live:
        tokens = sign_in(live)
        with Deliveries(live, environment["DAYRADE_INGEST_SECRETS"]) as deliveries:
            before = set(deliveries.acknowledged)
            done = shell(block("Backing up", "rm -f"), environment, folder=folder)
            assert done.returncode == 0, done.stderr
            during = set(deliveries.sent)
            deliveries.wait_for_more()
        after = deliveries.acknowledged - during
    manage(environment, "shell", "-v0", "-c", ERASE)
    done = shell(block("Backing up", "python"), environment, folder=folder)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    return tokens, before, during, after


@pytest.fixture(scope="module")
def restored(dumped, environment, folder):
    """Restore into another server, and return its environment; the comparison says nothing."""
    cluster = Cluster(folder / "target", {"fsync": "off"})
    cluster.start()
    try:
        run(cluster.url(), "CREATE ROLE dayrade_service LOGIN")
        made = environment | {
            "SERVER_URL": cluster.url(),
            "RESTORED_URL": cluster.url("dayrade"),
            "DATABASE_URL": cluster.url("dayrade"),
        }
        done = shell(block("Restoring", "createdb"), made, folder=folder)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        yield made
    finally:
        cluster.stop("immediate")


def copied(url, table):
    """Return a table's rows as COPY writes them, in an order of their own."""
    copying = SQL("COPY {} TO STDOUT").format(Identifier(table))
    with psycopg.connect(url) as connection, connection.cursor().copy(copying) as copy:
        return sorted(b"".join(map(bytes, copy)).splitlines())


def test_every_table_has_rows_and_all_of_them_are_restored(environment, restored):
    old, new = environment["DATABASE_URL"], restored["DATABASE_URL"]
    written = {"users", "trades", "positions", "tournament_participants", "user_sessions"}

    tables = [name for (name,) in rows(old, NAMES)]

    copies = {name: copied(new, name) for name in tables}
    assert [name for name, copy in copies.items() if not copy] == sorted(EMPTY)
    assert [name for (name,) in rows(new, NAMES)] == tables
    # Beside the fingerprints: what nobody has written to since is the same, row by row.
    still = {name for name in tables if copies[name] == copied(old, name)}
    assert len(still) > len(tables) / 2
    assert still & written <= {"user_sessions"}


def test_dump_is_of_one_instant_amid_writes(dumped, restored):
    _, before, during, after = dumped
    booked = rows(restored["DATABASE_URL"], "SELECT zimtra_trade_id FROM trades")

    kept = {name for (name,) in booked}

    assert before <= kept
    assert after
    assert kept & after == set()
    assert before < during


def test_sequences_go_on_behind_their_rows(restored):
    url = restored["DATABASE_URL"]
    owned = rows(url, SEQUENCES)

    behind = [
        sequence
        for table, column, sequence in owned
        for (is_behind,) in rows(url, BEHIND.format(*map(Identifier, (column, table, sequence))))
        if is_behind
    ]

    assert len(owned) >= 10
    assert behind == []


def test_restored_database_is_proven(restored, folder):
    done = shell(block("Restoring", "export"), restored, folder=folder)
    other = manage(restored, "verify_standings", DEMO)

    assert (done.returncode, done.stdout, other.stdout) == (0, "", "")


def test_service_starts_from_it(restored, tmp_path):
    own = restored | {"DATABASE_URL": service(restored["DATABASE_URL"])}

    with running(own, tmp_path / "log") as live:
        tokens = sign_in(live)
        board = httpx.get(
            f"{live.url}/api/v1/tournaments/{provider.SLUG}/leaderboard", trust_env=False
        )

    assert len(tokens) == 2
    assert (board.status_code, len(board.json()["results"])) == (200, 50)


def test_dump_has_no_secret(dumped, environment, folder):
    tokens = dumped[0]
    given = {name: environment[name] for name in environment if name.endswith(("KEY", "KEYS"))}
    given |= {name: environment[name] for name in environment if "SECRET" in name}
    given |= {name: environment[name] for name in ("METRICS_TOKEN", "PLAIN")}
    looked_for = {*given.items(), *(("token", token) for token in tokens)}
    looked_for.add(("password", SIGN_INS[2].password))
    command = [binaries() / "pg_restore", "--file=-", folder / "backups" / "dayrade.dump"]

    text = subprocess.run(command, capture_output=True, check=True, text=True).stdout

    assert len(looked_for) == 10
    assert found({("address", SIGN_INS[2].email)}, {"dump": text}) != []
    assert found(looked_for, {"dump": text}) == []


def test_configuration_is_unreadable_without_its_key(restored):
    unreadable = f"{TOKEN} cannot be read"

    def check(**variables):
        arguments = ("check", "--deploy", "--database", "default")
        return manage(restored | variables, *arguments).stderr

    assert unreadable not in check()
    assert unreadable in check(CONFIGURATION_KEYS=Fernet.generate_key().decode())


def test_erasure_since_the_dump_is_done_again(restored, folder):
    people = "SELECT email, is_active FROM users WHERE email LIKE 'nobody@%%' OR NOT is_active"
    before = rows(restored["DATABASE_URL"], people)

    done = shell(block("Restoring", 'DATABASE_URL="$RESTORED_URL" python'), restored, folder=folder)

    after = rows(restored["DATABASE_URL"], people)
    assert (done.returncode, done.stdout) == (
        0,
        "Erased 1 of 1: the others are erased, or not here.\n",
    )
    assert ("nobody@example.net", True) in before
    assert "nobody@example.net" not in {email for email, _ in after}
    assert len(after) == len(before)


@pytest.mark.parametrize("program", ["pg_dump", "python"])
def test_backup_that_fails_leaves_the_one_before(dumped, environment, folder, tmp_path, program):
    kept = {path: path.stat().st_mtime_ns for path in (folder / "backups").glob("dayrade.*")}
    (tmp_path / program).write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / program).chmod(0o755)

    done = shell(block("Backing up", "rm -f"), environment, folder=folder, first=tmp_path)

    assert done.returncode == 1
    assert len(kept) == 2
    assert {path: path.stat().st_mtime_ns for path in kept} == kept


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("DELETE FROM trades WHERE zimtra_trade_id = 'T1-0'", "trades"),
        ("UPDATE users SET phone_number = '+423 555 0199' WHERE email LIKE 'admin@%'", "users"),
    ],
)
def test_comparison_names_a_table_that_is_not_whole(restored, folder, statement, named):
    compare = block("Restoring", "createdb").splitlines()[-1]
    before = shell(compare, restored, folder=folder).stdout
    with psycopg.connect(restored["DATABASE_URL"]) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(statement)

    done = shell(compare, restored, folder=folder)

    told = set(done.stdout.splitlines()) - set(before.splitlines())
    assert done.returncode == 1
    assert named in {line.split()[1] for line in told if line[0] == ">"}
