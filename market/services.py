"""What staff do with the economic calendar."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from administration import audit
from dayrade.db import rows
from dayrade.db.queries import executed
from dayrade.db.transactions import service, snapshot
from dayrade.errors import ConflictError
from market.calendar_file import Line
from market.models import EconomicEvent

if TYPE_CHECKING:
    from accounts.models import User

TURN = "SELECT pg_advisory_xact_lock(hashtextextended('dayrade calendar import', 0))"
AT_ONCE = 500


class CalendarChangedError(ConflictError):
    """An import would do something else than what was looked at."""

    code = "CALENDAR_CHANGED"


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


@dataclass(frozen=True, slots=True)
class Plan:
    """What a file would do to the calendar.

    A change has its line, the event, and by field what it was and would be.
    """

    added: list[Line]
    changed: list[tuple[Line, EconomicEvent, dict[str, tuple[Any, Any]]]]
    unchanged: int
    refused: list[Line]

    @property
    def digest(self) -> str:
        """Return what tells one plan from another."""
        said = [
            [(line.number, sorted(line.fields.items())) for line in self.added],
            [
                (line.number, str(event.pk), sorted(differing.items()))
                for line, event, differing in self.changed
            ],
            [(line.number, line.wrong) for line in self.refused],
        ]
        return hashlib.sha256(repr(said).encode()).hexdigest()


@snapshot
def plan_import(*, lines: Sequence[Line]) -> Plan:
    """Return what `import_events` would do now."""
    return _planned(lines)


@service
def import_events(*, actor: "User", lines: Sequence[Line], seen: str, reason: str) -> Plan:
    """Enter a file's events, and change those that differ; refused lines are left out.

    The whole of it or nothing; the same file again changes nothing. One import at a time, so that
    two of the same file cannot both add. `seen` is the digest of the plan that was looked at.

    Raises:
        CalendarChangedError: it would do something else by now.

    """
    audit.acting(actor, "economic_event.import", reason=reason)
    executed(TURN)
    plan = _planned(lines, lock=True)
    if plan.digest != seen:
        raise CalendarChangedError("The calendar has changed meanwhile: look at it again.")
    new = [EconomicEvent(**line.fields) for line in plan.added]
    changed = [event for _, event, _ in plan.changed]
    for _, event, differing in plan.changed:
        for name, (_, value) in differing.items():
            setattr(event, name, value)
    for event in (*new, *changed):
        event.full_clean(validate_unique=False, validate_constraints=False)
    EconomicEvent.objects.bulk_create(new)
    if fields := sorted({name for _, _, differing in plan.changed for name in differing}):
        EconomicEvent.objects.bulk_update(changed, fields, batch_size=AT_ONCE)
    return plan


def _planned(lines: Sequence[Line], *, lock: bool = False) -> Plan:
    """Compare lines to the events that they name: two questions for any number."""
    plan = Plan(added=[], changed=[], unchanged=0, refused=[line for line in lines if line.wrong])
    sound = [line for line in lines if not line.wrong]
    stored = _stored(sound, lock=lock)
    unchanged = 0
    for line in sound:
        event = stored.get(line.identity)
        if event is None:
            plan.added.append(line)
            continue
        differing = {
            name: (getattr(event, name), value)
            for name, value in line.fields.items()
            if getattr(event, name) != value
        }
        if differing:
            plan.changed.append((line, event, differing))
        else:
            unchanged += 1
    return replace(plan, unchanged=unchanged)


def _stored(lines: Sequence[Line], *, lock: bool) -> dict[tuple[Any, ...], EconomicEvent]:
    """Return the events that the lines are about, by what makes them the same."""
    events = EconomicEvent.objects.order_by("pk")
    if lock:
        events = events.select_for_update(no_key=True)
    keys = [
        line.fields["external_event_id"] for line in lines if "external_event_id" in line.fields
    ]
    times = [line.fields["event_time"] for line in lines if "external_event_id" not in line.fields]
    found: dict[tuple[Any, ...], EconomicEvent] = {}
    for event in events.filter(event_time__in=times) if times else ():
        found[event.data_source, event.name, event.country, event.event_time] = event
    for event in events.filter(external_event_id__in=keys) if keys else ():
        found[event.data_source, event.external_event_id] = event
    return found
