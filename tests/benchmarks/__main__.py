"""Run the benchmarks that are named, or all of them, and write the page."""

import sys

import psycopg

from dayrade.postgres import Cluster
from tests.benchmarks import board, registrations, report, sign_ins
from tests.live.server import manage, passable_folder, production, running

BENCHMARKS = {"sign_ins": sign_ins, "registrations": registrations, "board": board}


def main(names):
    rows = []
    with passable_folder() as folder:
        cluster = Cluster(folder / "postgresql")
        cluster.start()
        try:
            cluster.create_database("bench")
            url = cluster.url("bench")
            environment = production(
                url,
                DATABASE_REQUIRE_DURABLE="true",
                LOG_LEVEL="WARNING",
                SHARED_READ_SECONDS="1",
            )
            manage(environment, "migrate", "-v0")
            manage(environment, "demo", "--force")
            for name in names or BENCHMARKS:
                benchmark = BENCHMARKS[name]
                with running(environment | benchmark.VARIABLES, folder / f"{name}.log") as live:
                    for row in benchmark.measure(live, url):
                        sys.stderr.write(f"{row}\n")
                        rows.append(row)
            with psycopg.connect(url) as connection:
                version = connection.info.parameter_status("server_version")
        finally:
            cluster.stop("immediate")
    if not names:
        report.write(rows, f"PostgreSQL {version.split()[0]}, durable, on the same machine")


if __name__ == "__main__":
    main(sys.argv[1:])
