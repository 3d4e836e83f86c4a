"""PgBouncer in transaction mode, as docs/deployment has it, before a cluster of a test."""

import configparser
import contextlib
import os
import re
import shutil
import subprocess
from urllib.parse import quote

import psycopg

from dayrade.postgres import SUPERUSER
from tests.live.server import ROOT, free_port, wait_until

PROGRAM = os.environ.get("PGBOUNCER") or shutil.which("pgbouncer") or "/usr/sbin/pgbouncer"
INI = ROOT / "docs" / "deployment" / "pgbouncer.ini"
# The first release that hands prepared statements from one server's connection to another.
PREPARES_FROM = (1, 21)


def version():
    """Return PgBouncer's version, () without one."""
    with contextlib.suppress(OSError):
        said = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True, check=True)
        return tuple(map(int, re.findall(r"\d+", said.stdout.split("\n", 1)[0])))
    return ()


@contextlib.contextmanager
def pooled(cluster, folder, **settings):
    """Run PgBouncer before a cluster until the block ends; yield the URL through it."""
    if cluster.account:
        os.chown(folder, cluster.account.pw_uid, cluster.account.pw_gid)
    port = free_port()
    read = configparser.ConfigParser(interpolation=None, delimiters="=")
    read.read(INI)
    _, limits = read["databases"]["dayrade"].split(" connect_query=")
    database = f"host={cluster.sockets} dbname=postgres user={SUPERUSER} connect_query={limits}"
    read["databases"]["dayrade"] = database
    read["pgbouncer"].update(
        listen_addr="",
        listen_port=str(port),
        unix_socket_dir=str(folder),
        # Whoever reaches the folder.
        auth_type="any",
        auth_file="",
        **settings,
    )
    with (folder / "pgbouncer.ini").open("w") as file:
        read.write(file)
    with (folder / "pgbouncer.log").open("wb") as output:
        process = subprocess.Popen(
            [PROGRAM, str(folder / "pgbouncer.ini")],
            user=cluster.account and cluster.account.pw_uid,
            group=cluster.account and cluster.account.pw_gid,
            extra_groups=cluster.account and [],
            cwd="/",
            stdout=output,
            stderr=output,
        )
    url = f"postgresql://{SUPERUSER}@/dayrade?host={quote(str(folder), safe='')}&port={port}"
    try:
        wait_until(lambda: answers(url))
        yield url
    finally:
        process.kill()
        process.wait()


def answers(url):
    with contextlib.suppress(psycopg.OperationalError), psycopg.connect(url) as connection:
        return connection.execute("SELECT 1").fetchone() == (1,)
    return False
