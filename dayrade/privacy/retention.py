"""How long what is held about people is kept, and the deletion of what has had its time.

What is not listed here is kept for good: the ledger, results, talk, and the audit log with its
chain. Jobs that have failed for good go after three days (dayrade.tasks).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import STAFF_ROLES, Role, UserSession, session_lifetime
from comms.models import Delivery
from dayrade.db.functions import Now
from dayrade.db.transactions import service
from dayrade.models import Event, IdempotencyKey, RateLimit

# Long enough to look into what somebody did with a stolen one.
ENDED_SESSIONS_KEPT_FOR = timedelta(days=30)
# A batch holds its locks for some hundredths of a second.
BATCH = 1000


@dataclass(frozen=True, slots=True)
class Rule:
    """What is deleted; `over` finds what has had its time, by the database's clock."""

    name: str
    over: Callable[[], QuerySet[Any]]


def sessions_over() -> QuerySet[UserSession]:
    """Find sessions that nothing can bring back, and ended ones that nobody has used for long."""
    long_ago = Now() - ENDED_SESSIONS_KEPT_FOR
    of_staff = Q(user__role__in=STAFF_ROLES, created_at__lte=Now() - session_lifetime(Role.ADMIN))
    of_others = Q(user__role=Role.USER, created_at__lte=Now() - session_lifetime(Role.USER))
    ended = Q(is_active=False, last_accessed_at__lte=long_ago)
    return UserSession.objects.filter(of_staff | of_others | ended)


# A worker deletes these by itself, besides.
LIVE_EVENTS = Rule("live events", Event.objects.over)
RULES = (
    Rule("idempotency keys", IdempotencyKey.objects.expired),
    Rule("rate limits", RateLimit.objects.ended),
    Rule("sessions", sessions_over),
    LIVE_EVENTS,
    Rule("deliveries", Delivery.objects.over),
)


def purge(rule: Rule) -> int:
    """Delete what is over, a batch at a time, and return how much there was.

    Any number may run at once: each takes what no other has locked.
    """
    total = 0
    while deleted := _batch(rule):
        total += deleted
    return total


@service
def _batch(rule: Rule) -> int:
    over = rule.over().order_by("pk").select_for_update(skip_locked=True, of=("self",))
    keys = list(over.values_list("pk", flat=True)[:BATCH])
    deleted: int = over.model._default_manager.filter(pk__in=keys).delete()[0]
    return deleted
