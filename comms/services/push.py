"""The browsers that take push messages."""

import base64
import binascii
import functools

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.core.exceptions import ValidationError

from accounts.models import User
from comms import push_services
from comms.models import PushSubscription
from dayrade.db import rows
from dayrade.db.transactions import service
from dayrade.errors import ConflictError

#: Browsers of one person; the one that came first makes room.
KEPT = 10
AUTH_BYTES = 16
POINT_BYTES = 65


class PushOffError(ConflictError):
    """Nobody has set push messages up here."""

    code = "PUSH_OFF"


@functools.cache
def public_key(private: str) -> str:
    """Return the key that browsers subscribe with, in base64url."""
    number = int.from_bytes(_decoded(private) or b"")
    public = ec.derive_private_key(number, ec.SECP256R1()).public_key()
    point = public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(point).rstrip(b"=").decode()


def application_key() -> str | None:
    """Return the key that browsers subscribe with, None where push is off."""
    private: str = settings.VAPID_PRIVATE_KEY
    return public_key(private) if private else None


@service
def subscribe(*, user: User, endpoint: str, p256dh: str, auth: str) -> PushSubscription:
    """Take a browser's subscription, or take it over from whoever used the browser before.

    Locks the account.

    Raises:
        PushOffError: there is no key to sign with.
        ValidationError: the address is none of a known push service, or a key is none.

    """
    if not settings.VAPID_PRIVATE_KEY:
        raise PushOffError("Push messages are not set up here.")
    refused = {}
    if not push_services.is_known(endpoint):
        refused["endpoint"] = "This is no address of a push service that we know."
    if not _is_point(_decoded(p256dh) or b""):
        refused["p256dh"] = "Must be a key as a browser gives it."
    if len(_decoded(auth) or b"") != AUTH_BYTES:
        refused["auth"] = "Must be a secret as a browser gives it."
    if refused:
        raise ValidationError(refused)
    owner = rows.locked(user)
    stored, _ = PushSubscription.objects.update_or_create(
        endpoint=endpoint, defaults={"user": owner, "p256dh": p256dh, "auth": auth}
    )
    newest = PushSubscription.objects.filter(user=owner).order_by("-created_at", "-pk")
    kept = list(newest.exclude(pk=stored.pk).values_list("pk", flat=True)[: KEPT - 1])
    newest.exclude(pk__in=[*kept, stored.pk]).delete()
    return stored


@service
def forget(*, subscription: PushSubscription) -> None:
    """Forget a browser, as its owner wants or its push service says."""
    PushSubscription.objects.filter(pk=subscription.pk).delete()


def _is_point(key: bytes) -> bool:
    """Tell whether a key is an uncompressed point of the curve: with any other none can encrypt."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key)
    except ValueError:
        return False
    return len(key) == POINT_BYTES


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
