"""Who acts, and why: what the audit trigger writes beside every change."""

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection

from administration.models import AuditLog
from dayrade.context import origin
from dayrade.limits import address_key, spent

if TYPE_CHECKING:
    from accounts.models import User

logger = logging.getLogger("dayrade.audit")

DETAIL_MAX = 200
SET = """
    SELECT set_config('dayrade.actor', %s, true), set_config('dayrade.action', %s, true),
           set_config('dayrade.reason', %s, true), set_config('dayrade.ip_address', %s, true),
           set_config('dayrade.user_agent', %s, true), set_config('dayrade.request_id', %s, true)
"""


def acting(actor: "User | None", action: str, *, reason: str = "") -> None:
    """Name who does what for the rest of the transaction; None is the platform itself.

    Every row that changes after this carries them in its audit row, written by the table's
    trigger. `action` is `<noun>.<verb>`.

    Raises:
        RuntimeError: there is no transaction to name it for.

    """
    if not connection.in_atomic_block:
        raise RuntimeError("audit.acting() needs the transaction of a service")
    at = origin.get()
    actor_id = str(actor.pk) if actor else ""
    values = [actor_id, action, reason, at.ip_address, at.user_agent, at.request_id]
    with connection.cursor() as cursor:
        cursor.execute(SET, values)


def record(
    actor: "User | None",
    action: str,
    *,
    entity_type: str,
    entity_id: UUID | None = None,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Write an audit row of an event that changes no row, such as a sign-in or a denial."""
    at = origin.get()
    AuditLog.objects.create(
        user=actor,
        action=action,
        entity_type=entity_type,
        entity_id=entity_id,
        changes=dict(details or {}),
        ip_address=at.ip_address or None,
        user_agent=at.user_agent or None,
        request_id=at.request_id or None,
    )


def deny(
    actor: "User | None",
    action: str,
    *,
    entity_type: str,
    entity_id: UUID | None = None,
    details: Mapping[str, str] | None = None,
) -> None:
    """Write an audit row of something that was refused, which anybody can cause: only so often.

    By settings.RATE_LIMITS: `denial` of one person, or of one address where nobody is known, and
    `denials` of all. What is more is in the server's log alone. Long details are cut.
    """
    key = str(actor.pk) if actor else address_key()
    if spent("denial", key) is None and spent("denials", "all") is None:
        cut = {name: value[:DETAIL_MAX] for name, value in (details or {}).items()}
        record(actor, action, entity_type=entity_type, entity_id=entity_id, details=cut)
    else:
        logger.warning("denial left out of the audit log: %s", action)
