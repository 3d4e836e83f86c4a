"""What becomes of e-mails after they were handed over, as Brevo tells it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from accounts.models import User
from accounts.services import staff
from administration import audit
from comms.models import (
    Channel,
    Delivery,
    DeliveryStatus,
    Notification,
    Outcome,
    Priority,
    UnreachableAddress,
)
from comms.services import preferences
from comms.services.notifications import notify
from dayrade.db.functions import Now
from dayrade.db.transactions import service

RANKS = {outcome: rank for rank, outcome in enumerate(Outcome)}
#: Brevo has never sent these, whatever it said before.
NEVER_LEFT = (Outcome.BLOCKED, Outcome.FAILED, Outcome.INVALID)
#: After these, nothing more is sent to the address.
UNREACHABLE = (Outcome.INVALID, Outcome.HARD_BOUNCE, Outcome.SPAM)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a message; by `delivery` and `round` it is known before its id."""

    outcome: Outcome
    message_id: str
    address: str
    at: datetime
    delivery: UUID | None = None
    round: int = 0


@service
def take(event: Event) -> bool:
    """Stamp the delivery that an event is about, and tell whether that changed anything.

    An event that comes again, or after one that says more, changes nothing, nor does one about a
    message that is not ours. Locks the delivery.
    """
    of_event = _carried(event) | Q(provider_id=event.message_id)
    found = Delivery.objects.filter(of_event, channel=Channel.EMAIL).order_by("pk")
    delivery = found.select_for_update(no_key=True, of=("self",)).first()
    if delivery is None or not _says_more(event.outcome, delivery.outcome):
        return False
    _stamp(delivery, event)
    user = User.objects.get(pk=delivery.user_id)
    if event.outcome in UNREACHABLE:
        _mark(user, event)
    elif event.outcome == Outcome.UNSUBSCRIBED:
        preferences.refuse_mail(user=user)
    return True


def _carried(event: Event) -> Q:
    """Look by what our own message carried; an earlier round of it is another message."""
    return Q(pk=event.delivery, rounds=event.round) if event.delivery else Q(pk__in=[])


def _says_more(outcome: Outcome, before: str | None) -> bool:
    return before is None or RANKS[outcome] > RANKS[Outcome(before)]


def _stamp(delivery: Delivery, event: Event) -> None:
    sent_at = delivery.sent_at or event.at
    changes = {"outcome": event.outcome, "outcome_at": event.at, "provider_id": event.message_id}
    told = Notification.objects.filter(pk=delivery.notification_id)
    if event.outcome in NEVER_LEFT:
        said = f"Brevo has not sent it: {event.outcome.label.lower()}."
        changes |= {"status": DeliveryStatus.DEAD, "sent_at": None, "last_error": said}
        told.update(email_sent=False, email_sent_at=None)
    else:
        # Whoever sent it may have been killed before the stamp.
        changes |= {"status": DeliveryStatus.SENT, "sent_at": sent_at, "last_error": ""}
        told.filter(email_sent=False).update(email_sent=True, email_sent_at=sent_at)
    Delivery.objects.filter(pk=delivery.pk).update(**changes)


def _mark(user: User, event: Event) -> None:
    """Note that an address takes nothing, unless its owner has another one by now, and say so."""
    if user.email.lower() != event.address.lower():
        return
    marked, created = UnreachableAddress.objects.get_or_create(
        user=user, defaults={"address": user.email, "reason": event.outcome}
    )
    if not created and marked.address.lower() == user.email.lower():
        return
    if not created:
        UnreachableAddress.objects.filter(pk=marked.pk).update(
            address=user.email, reason=event.outcome, created_at=Now()
        )
    notify(
        user=user,
        type="email.unreachable",
        title="Your e-mail address takes no mail of ours",
        message=(
            "It came back, or was reported as spam, so we send nothing more to this address. Tell"
            " an admin of Dayrade, who can enter another one or try this one again."
        ),
        priority=Priority.HIGH,
        channels=[Channel.PUSH],
    )


@service
def lift(*, actor: User, unreachable: UnreachableAddress, reason: str) -> None:
    """Send to an address again; locks every admin.

    Raises:
        ForbiddenError: the actor is no admin any more.
        ValidationError: there is no reason, or it is too long.

    """
    audit.acting(actor, "email_address.lift", reason=staff.reasoned(reason))
    staff.expect_admin(actor)
    UnreachableAddress.objects.filter(pk=unreachable.pk).delete()
