"""What a PostgreSQL server must be before acknowledged writes are trusted to it."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any, LiteralString

import psycopg
from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004
from django.db import connection
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.module_loading import import_string

MINIMUM_VERSION = 15
# Off, any of them lets a crash take back what was acknowledged.
DURABLE = ("fsync", "full_page_writes", "synchronous_commit")
LOOK: LiteralString = """
    SELECT current_setting('server_version_num')::int / 10000, current_setting('fsync'),
           current_setting('full_page_writes'), current_setting('synchronous_commit')
"""

# Off, a statement or a lock could hold a request for ever.
LIMITS = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
LIMITED: LiteralString = """
    SELECT name FROM unnest(%s::text[]) name WHERE current_setting(name) = '0' ORDER BY name
"""
OWNED: LiteralString = """
    SELECT EXISTS (SELECT FROM pg_class WHERE oid = to_regclass('audit_logs')
                   AND pg_has_role(current_user, relowner, 'USAGE'))
"""


def refusal(version: int, *values: str) -> str | None:
    """Say why a server is refused, in one line, or return None; `values` are those of DURABLE."""
    if version < MINIMUM_VERSION:
        return f"PostgreSQL {MINIMUM_VERSION} or newer is needed, the server is {version}"
    off = [name for name, value in zip(DURABLE, values, strict=True) if value == "off"]
    if off and settings.DATABASE_REQUIRE_DURABLE:
        return (
            f"the database has {', '.join(off)} off and could lose acknowledged writes"
            " (DATABASE_REQUIRE_DURABLE=false accepts that)"
        )
    return None


def looked_at(parameters: Mapping[str, Any]) -> tuple[str | None, list[str]]:
    """Look at the server through a connection of its own, which is closed again.

    Return why it is refused, or None, and which of LIMITS are off.

    Raises:
        psycopg.OperationalError: the server cannot be reached.

    """
    with psycopg.connect(**parameters) as own:
        row = own.execute(LOOK).fetchone()
        off = [name for (name,) in own.execute(LIMITED, [list(LIMITS)])]
    return (refusal(*row) if row else None), off


@register(Tags.database)
def durable(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Be Django's system check, which `migrate` and `check --database default` run."""
    if not databases:
        return []
    with connection.cursor() as cursor:
        cursor.execute(LOOK)
        said = refusal(*cursor.fetchone())
    return [Error(f"Dayrade refuses this database: {said}.", id="dayrade.E001")] if said else []


@register(Tags.database, deploy=True)
def guarded(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Warn where the service could turn off what keeps the audit log as it is."""
    if not databases:
        return []
    with connection.cursor() as cursor:
        cursor.execute(OWNED)
        if not cursor.fetchone()[0]:
            return []
    said = (
        "The role of the service owns audit_logs, or is a superuser: it could change what is there."
    )
    return [Warning(said, hint="docs/operations.md, The audit log", id="dayrade.W005")]


@register(Tags.database, deploy=True)
def readable_configuration(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Warn where a sensitive value cannot be read, or is not encrypted."""
    if not databases:
        return []
    trouble = import_module("administration.configuration").in_trouble()
    hint = "docs/operations.md, The configuration"
    return [
        Warning(f"{name} {said}.", hint=hint, id="dayrade.W006") for name, said in trouble.items()
    ]


@register(Tags.security, deploy=True)
def signed_deliveries(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Warn where no trade can come in."""
    if settings.INGEST_SECRETS:
        return []
    said = "DAYRADE_INGEST_SECRETS is not set: every delivery of the trading provider is refused."
    return [Warning(said, id="dayrade.W001")]


@register(Tags.security, deploy=True)
def protected_forms(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Warn where nobody checks the tokens of forms; Django's check knows only its own class."""
    found = map(import_string, settings.MIDDLEWARE)
    if any(isinstance(one, type) and issubclass(one, CsrfViewMiddleware) for one in found):
        return []
    said = "No middleware checks the tokens of forms."
    return [Warning(said, id="dayrade.W007")]
