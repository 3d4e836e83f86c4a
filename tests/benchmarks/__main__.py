"""Run the benchmarks that are named, or all of them, and write the page."""

import sys

import psycopg

from dayrade.postgres import Cluster
from tests.benchmarks import (
    audit,
    back_office,
    board,
    chat,
    ingest,
    passes,
    reads,
    registrations,
    report,
    sign_ins,
    stream,
)
from tests.live.server import manage, passable_folder, production, running

BENCHMARKS = {
    "sign_ins": sign_ins,
    "registrations": registrations,
    "ingest": ingest,
    "passes": passes,
    "board": board,
    "reads": reads,
    "chat": chat,
    "stream": stream,
    "back_office": back_office,
    "audit": audit,
}


def measured(cluster, name, folder):
    """Run one benchmark on a server and a copy of the demo of its own."""
    with psycopg.connect(cluster.url("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template")
    benchmark, url = BENCHMARKS[name], cluster.url(name)
    environment = production(
        url, DATABASE_REQUIRE_DURABLE="true", LOG_LEVEL="WARNING", SHARED_READ_SECONDS="1"
    )
    rows = []
    with running(environment | benchmark.VARIABLES, folder / f"{name}.log") as live:
        for row in benchmark.measure(live, url):
            sys.stderr.write(f"{row}\n")
            rows.append(row)
    return rows


def main(names):
    rows = []
    with passable_folder() as folder:
        cluster = Cluster(folder / "postgresql")
        cluster.start()
        try:
            cluster.create_database("template")
            manage(production(cluster.url("template")), "migrate", "-v0")
            manage(production(cluster.url("template")), "demo", "--force")
            manage(production(cluster.url("template")), "collectstatic", "--no-input", "-v0")
            for name in names or BENCHMARKS:
                rows += measured(cluster, name, folder)
            with psycopg.connect(cluster.url("postgres")) as connection:
                version = connection.info.parameter_status("server_version")
        finally:
            cluster.stop("immediate")
    if not names:
        report.write(rows, f"PostgreSQL {version.split()[0]}, durable, on the same machine")


if __name__ == "__main__":
    main(sys.argv[1:])
