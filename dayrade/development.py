"""A checkout's own database, so that development needs no server of its own."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from environ import Env

from dayrade import postgres

BASE_DIR = Path(__file__).resolve().parent.parent
FOLDER = BASE_DIR / ".dayrade"


@contextlib.contextmanager
def database_of_checkout() -> Iterator[None]:
    """Run the embedded PostgreSQL and name it in DATABASE_URL.

    Does nothing where DATABASE_URL names a database, or in production, which has to name one.
    """
    Env.read_env(BASE_DIR / ".env")
    if os.environ.get("DATABASE_URL") or not Env().bool("DEBUG", False):
        yield
        return
    with postgres.shared(postgres.Cluster(FOLDER / "postgresql")) as cluster:
        cluster.create_database("dayrade")
        os.environ["DATABASE_URL"] = cluster.url("dayrade")
        yield
