"""Bringing notifications to people: one attempt at a time, and what staff do about the rest.

Nothing is locked while a provider is asked. An attempt is counted, and the next one set, before it
is made: whoever is killed in between leaves a delivery that is due again by itself.
"""

import logging
from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.db.models import F

from accounts.models import User
from accounts.services import staff
from administration import audit
from comms import senders
from comms.models import Channel, Delivery, DeliveryStatus, Notification
from comms.models.deliveries import ATTEMPTS, ERROR_MAX, PAUSES
from dayrade import jobs
from dayrade.db.functions import Now
from dayrade.db.transactions import service
from dayrade.errors import ConflictError
from dayrade.mail import SendingError

logger = logging.getLogger(__name__)

#: How many a pass over what is due hands out; the next one is a minute later.
BATCH = 1000
KILLED = "Whoever tried it did not come back."


class NotDeadError(ConflictError):
    """It is on its way, or has arrived."""

    code = "DELIVERY_NOT_DEAD"


def due() -> list[UUID]:
    """Return what should be tried now, the longest due first."""
    waiting = Delivery.objects.due().order_by("next_attempt_at", "pk")
    return list(waiting.values_list("pk", flat=True)[:BATCH])


def attempt(*, key: UUID) -> None:
    """Make one attempt at a delivery that is due; any other is left alone.

    Of workers that come at once, one makes it.

    Raises:
        Exception: whatever a sender does not declare; it counts as a failure all the same.

    """
    delivery = _claimed(key)
    if delivery is None:
        return
    try:
        provider_id = senders.of(delivery.channel).send(delivery)
    except senders.NoWayError as error:
        _skip(delivery, str(error))
    except SendingError as error:
        _fail(delivery, str(error), final=error.final)
    except Exception as error:
        _fail(delivery, type(error).__name__)
        raise
    else:
        _stamp(delivery, provider_id)


@service
def _claimed(key: UUID) -> Delivery | None:
    """Count an attempt, and set the one after it should this one not come back."""
    free = Delivery.objects.due().select_for_update(no_key=True, skip_locked=True)
    delivery = free.filter(pk=key).first()
    if delivery is None:
        return None
    if delivery.attempts >= ATTEMPTS:
        _close(delivery, DeliveryStatus.DEAD, delivery.last_error or KILLED)
        return None
    Delivery.objects.filter(pk=key).update(
        attempts=F("attempts") + 1,
        next_attempt_at=Now() + timedelta(minutes=PAUSES[delivery.attempts]),
    )
    return Delivery.objects.select_related("user", "notification__tournament").get(pk=key)


@service
def _stamp(delivery: Delivery, provider_id: str) -> None:
    """Note what was handed over, unless its round is over or the provider has said more already."""
    round_of = Delivery.objects.filter(pk=delivery.pk, rounds=delivery.rounds)
    sent = round_of.waiting().update(
        status=DeliveryStatus.SENT, sent_at=Now(), provider_id=provider_id, last_error=""
    )
    told = Notification.objects.filter(pk=delivery.notification_id)
    if sent and delivery.channel == Channel.EMAIL:
        told.filter(email_sent=False).update(email_sent=True, email_sent_at=Now())
    if sent and delivery.channel == Channel.PUSH:
        told.filter(push_sent=False).update(push_sent=True, push_sent_at=Now())


@service
def _skip(delivery: Delivery, why: str) -> None:
    _close(delivery, DeliveryStatus.SKIPPED, why)


@service
def _fail(delivery: Delivery, why: str, *, final: bool = False) -> None:
    """Note why an attempt failed; the last one, or one that cannot end otherwise, is the end."""
    logger.warning("delivery %s by %s: %s", delivery.pk, delivery.channel, why)
    if final or delivery.attempts >= ATTEMPTS:
        _close(delivery, DeliveryStatus.DEAD, why)
        return
    own = Delivery.objects.waiting().filter(pk=delivery.pk, rounds=delivery.rounds)
    own.update(last_error=why[:ERROR_MAX])


def _close(delivery: Delivery, status: DeliveryStatus, why: str) -> None:
    own = Delivery.objects.waiting().filter(pk=delivery.pk, rounds=delivery.rounds)
    own.update(status=status, last_error=why[:ERROR_MAX])


@service
def resend(*, actor: User, deliveries: Iterable[UUID], reason: str) -> int:
    """Have sent anew what was given up or skipped, and return how much that was.

    Whatever is on its way or has arrived is left alone. Locks every admin and the deliveries.

    Raises:
        ForbiddenError: the actor is no admin any more.
        NotDeadError: none of them was given up or skipped.
        ValidationError: there is no reason, or it is too long.

    """
    audit.acting(actor, "delivery.resend", reason=staff.reasoned(reason))
    staff.expect_admin(actor)
    ended = Delivery.objects.filter(status__in=[DeliveryStatus.DEAD, DeliveryStatus.SKIPPED])
    found = ended.filter(pk__in=list(deliveries)).order_by("pk").select_for_update(no_key=True)
    keys = list(found.values_list("pk", flat=True))
    if not keys:
        raise NotDeadError("This is on its way, or has arrived.")
    Delivery.objects.filter(pk__in=keys).update(
        status=DeliveryStatus.WAITING,
        attempts=0,
        rounds=F("rounds") + 1,
        next_attempt_at=Now(),
        last_error="",
        provider_id="",
        outcome=None,
        outcome_at=None,
    )
    for key in keys:
        jobs.defer("comms.deliver", delivery_id=str(key))
    return len(keys)
