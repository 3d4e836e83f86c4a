"""What a moderator does at the desk, each act by the service that owns it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist

from accounts.models import User
from accounts.services import staff, standing
from comms.desk import queue
from comms.models import ChatMessage, Mute
from comms.services import mutes, reviewing
from comms.services.reviewing import Seen
from dayrade.api import errors
from dayrade.db.sqlstates import Answer
from dayrade.errors import DomainError

#: More than these nobody has looked at.
AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be done about one message, with the reason, as it was seen."""

    actor: User
    message: ChatMessage
    reason: str
    seen: Seen
    minutes: int
    everywhere: bool


def _hide(order: Order) -> None:
    reviewing.hide(actor=order.actor, message=order.message, reason=order.reason, seen=order.seen)


def _restore(order: Order) -> None:
    reviewing.restore(
        actor=order.actor, message=order.message, reason=order.reason, seen=order.seen
    )


def _dismiss(order: Order) -> None:
    reviewing.dismiss(
        actor=order.actor, message=order.message, reason=order.reason, seen=order.seen
    )


def _mute(order: Order) -> None:
    mutes.mute(
        actor=order.actor,
        user=order.message.user,
        minutes=order.minutes,
        reason=order.reason,
        tournament=None if order.everywhere else order.message.tournament,
    )


def _unmute(order: Order) -> None:
    """Lift the mute that keeps the author longest from this chat."""
    found = Mute.objects.in_force().filter(user=order.message.user_id)
    here = found.filter(tournament=None) | found.filter(tournament=order.message.tournament_id)
    mute = here.select_related("user").order_by("-ends_at", "pk").first()
    if mute is None:
        raise mutes.NotMutedError("This person is not muted.")
    mutes.lift(actor=order.actor, mute=mute, reason=order.reason)


def _suspend(order: Order) -> None:
    standing.suspend(actor=order.actor, user=order.message.user, reason=order.reason)


ACTS: Mapping[str, Callable[[Order], None]] = {
    "hide": _hide,
    "restore": _restore,
    "dismiss": _dismiss,
    "mute": _mute,
    "unmute": _unmute,
    "suspend": _suspend,
}
#: What is done to a person is done to one at a time.
OF_MANY = ("hide", "restore", "dismiss")


def act(
    actor: User, name: str, seen: Mapping[UUID, Seen], asked: Mapping[str, Any]
) -> tuple[list[dict[str, Any]], Answer | None]:
    """Do something about each of these messages, and return what became of each.

    Each is a transaction of its own: what is refused keeps nothing else back. With them comes the
    first refusal, if nothing was done at all. Doing the same once more does no harm.

    Raises:
        ValidationError: there is no reason, it is too long, or the time of a mute is none.

    """
    reason = staff.reasoned(asked["reason"])
    found = ChatMessage.objects.select_related("user", "tournament").in_bulk(seen)
    refused: dict[UUID, Answer] = {}
    for key in seen:
        if key not in found:
            refused[key] = errors.NOT_FOUND
            continue
        order = Order(actor, found[key], reason, seen[key], asked["minutes"], asked["everywhere"])
        try:
            ACTS[name](order)
        except (DomainError, ObjectDoesNotExist) as error:
            refused[key], _ = errors.classify(error)
    rows = {row.id: queue.shown(actor, row) for row in queue.named(actor, list(seen))}
    results = [
        {
            "id": str(key),
            "error": refused[key].error if key in refused else None,
            "message": refused[key].message if key in refused else None,
            "row": rows.get(key),
        }
        for key in seen
    ]
    return results, next(iter(refused.values())) if len(refused) == len(seen) else None
