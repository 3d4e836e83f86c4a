"""Steps that several tests of notifications take."""

from datetime import timedelta

from django.db.models import F

from comms.models import Delivery
from comms.services import deliveries
from comms.services.notifications import notify


def tell(user, **changes):
    values = {"type": "test.told", "title": "Told", "message": "You are told."}
    return notify(user=user, **values | changes)


def pass_time(minutes):
    """Let time pass for everything that waits."""
    earlier = F("next_attempt_at") - timedelta(minutes=minutes)
    Delivery.objects.waiting().update(next_attempt_at=earlier)


def work():
    """Make an attempt at everything that is due."""
    for key in deliveries.due():
        deliveries.attempt(key=key)


def state(delivery):
    delivery.refresh_from_db()
    return delivery.status, delivery.attempts, delivery.last_error
