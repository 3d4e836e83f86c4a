"""The database backend that settings name as ENGINE.

Django's foreign keys are deferred to COMMIT and carry hashed names. The specification's are
immediate and named by PostgreSQL, so a violation is raised by the statement that commits it and
its name can be told to a person. Two of the hooks overridden here are private to Django 6.1;
the catalogue test is the alarm if a later version moves them.
"""

import logging
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db.backends.postgresql import base, operations, schema

logger = logging.getLogger("dayrade.db")

SQL_SHOWN = 500


def log_slow_query(
    execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    """Run a statement and log it when it took longer than DATABASE_SLOW_QUERY_MS.

    Logged are the duration and the statement's text with its placeholders: never parameters and
    never the error's text, which quotes rows.
    """
    started = time.perf_counter()
    try:
        return execute(sql, params, many, context)
    finally:
        elapsed_ms = (time.perf_counter() - started) * 1000
        if elapsed_ms >= settings.DATABASE_SLOW_QUERY_MS:
            logger.warning("slow query: %.0f ms: %s", elapsed_ms, str(sql)[:SQL_SHOWN])


class DatabaseOperations(operations.DatabaseOperations):
    """Foreign keys are checked at once."""

    def deferrable_sql(self) -> str:
        """Return nothing: constraints are immediate unless a model says otherwise."""
        return ""


class DatabaseSchemaEditor(schema.DatabaseSchemaEditor):
    """Names foreign keys as PostgreSQL does and adds no index that nobody declared."""

    def _fk_constraint_name(self, model: Any, field: Any, suffix: str) -> str:
        return self.quote_name(f"{model._meta.db_table}_{field.column}_fkey")

    def _create_like_index_sql(self, model: Any, field: Any) -> None:
        return None


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection with the above and a log of slow statements."""

    SchemaEditorClass = DatabaseSchemaEditor
    ops_class = DatabaseOperations

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Install the slow-query log on every connection, whatever opens it."""
        super().__init__(*args, **kwargs)
        self.execute_wrappers.append(log_slow_query)
