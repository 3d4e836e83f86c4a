"""Notifications as push messages to browsers (RFC 8030, signed as RFC 8292 says)."""

import json
from email.utils import parseaddr
from http import HTTPStatus
from typing import Any, override

import requests
from django.conf import settings
from pywebpush import WebPushException, webpush

from comms import push_services
from comms.models import Delivery, Notification, PushSubscription
from comms.senders import NoWayError
from comms.services import push
from dayrade.mail import TIMEOUT, SendingError

#: Seconds for which a service keeps a message for a browser that is off: a day.
KEPT_SECONDS = 86_400
#: Services take 4,096 bytes, of which the encryption uses some.
TEXT_MAX = 700
URGENCY = {"low": "low", "medium": "normal", "high": "high", "urgent": "high"}


class Straight(requests.Session):
    """Goes where it is told to and no further."""

    @override
    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        """Follow nothing."""
        return super().request(*args, **kwargs | {"allow_redirects": False})


class PushSender:
    """Sends to every browser of a person; one that takes it is enough."""

    def send(self, delivery: Delivery) -> str:
        """Send, and forget browsers that are gone.

        Raises:
            NoWayError: the account is closed, or no browser is left.
            SendingError: no service took it.

        """
        if not delivery.user.is_active:
            raise NoWayError("The account is closed.")
        known = list(PushSubscription.objects.filter(user=delivery.user).order_by("pk"))
        answers = [self.answer(each, delivery.notification) for each in known]
        if not any(answer != HTTPStatus.GONE for answer in answers):
            raise NoWayError("No browser takes push messages.")
        if not any(HTTPStatus.OK <= answer < HTTPStatus.MULTIPLE_CHOICES for answer in answers):
            shown = ", ".join(str(answer or "nothing") for answer in answers)
            raise SendingError(f"The push services answered {shown}.")
        return ""

    def answer(self, subscription: PushSubscription, notification: Notification) -> int:
        """Send to one browser and return the status, 410 where it is gone, 0 without an answer."""
        if not push_services.is_known(subscription.endpoint):
            push.forget(subscription=subscription)
            return HTTPStatus.GONE
        status = 0
        for key in (settings.VAPID_PRIVATE_KEY, *settings.VAPID_FALLBACKS):
            status = self.answer_to(key, subscription, notification)
            # The browser may have subscribed with the key before.
            if status not in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
                break
        if status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
            push.forget(subscription=subscription)
            return HTTPStatus.GONE
        return status

    def answer_to(
        self, key: str, subscription: PushSubscription, notification: Notification
    ) -> int:
        """Send, signed by a key, and return the status, 0 without an answer."""
        try:
            answer: Any = webpush(
                subscription.as_known_to_browsers(),
                data=payload(notification),
                vapid_private_key=key,
                vapid_claims={"sub": f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}"},
                ttl=KEPT_SECONDS,
                timeout=TIMEOUT,
                headers={"Urgency": URGENCY[notification.priority]},
                requests_session=Straight(),
            )
        except WebPushException as error:
            return int(getattr(error.response, "status_code", 0))
        except requests.RequestException:
            return 0
        return int(answer.status_code)


def payload(notification: Notification) -> str:
    """Write what the page's service worker shows."""
    shown = {
        "id": str(notification.pk),
        "type": notification.type,
        "title": notification.title,
        "message": notification.message[:TEXT_MAX],
        "action_url": notification.action_url,
    }
    return json.dumps(shown, ensure_ascii=False)
