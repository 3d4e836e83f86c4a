"""What staff do with the economic calendar."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from administration import audit
from dayrade.db import rows
from dayrade.db.transactions import service
from market.models import EconomicEvent

if TYPE_CHECKING:
    from accounts.models import User


@service
def create_event(*, actor: "User", fields: Mapping[str, Any]) -> EconomicEvent:
    """Enter an event into the calendar.

    Raises:
        ValidationError: a value is not allowed.
        IntegrityError: that source's event is in the calendar (SQLSTATE 23505).

    """
    audit.acting(actor, "economic_event.create")
    return rows.insert(EconomicEvent(**fields))


@service
def update_event(
    *, actor: "User", event: EconomicEvent, changes: Mapping[str, Any]
) -> EconomicEvent:
    """Change an event and return it as stored; locks it.

    Raises:
        ValidationError: a value is not allowed.
        IntegrityError: that source's event is in the calendar (SQLSTATE 23505).

    """
    audit.acting(actor, "economic_event.update")
    return rows.change(rows.locked(event), changes)


@service
def delete_event(*, actor: "User", event: EconomicEvent) -> None:
    """Take an event out of the calendar; the audit log keeps it."""
    audit.acting(actor, "economic_event.delete")
    EconomicEvent.objects.filter(pk=event.pk).delete()
