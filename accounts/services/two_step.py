"""The second step of signing in: one-time codes of an authenticator (TOTP, RFC 6238)."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID, uuid4

import pyotp
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.models import TotpDevice, User, UserSession
from accounts.services import owner, staff
from administration import audit
from dayrade import notices
from dayrade.db import rows
from dayrade.db.functions import Now
from dayrade.db.transactions import service
from dayrade.errors import ConflictError, ForbiddenError, UnauthenticatedError

ISSUER = "Dayrade"
SALT = "dayrade.two_step"
SECRET_BYTES = 20
STEP_SECONDS = 30
#: Steps by which the clocks may differ.
DRIFT = 1


class WrongCodeError(UnauthenticatedError):
    """The password or the code is wrong; which of them is not told."""


class CodeRequiredError(UnauthenticatedError):
    """The password is right, and signing in takes a code as well."""

    code = "TWO_STEP_REQUIRED"


class SetUpRequiredError(UnauthenticatedError):
    """The password is right, and this person's role asks for an authenticator first."""

    code = "TWO_STEP_SETUP_REQUIRED"


class NotBegunError(ConflictError):
    """There is no authenticator to confirm or to remove."""

    code = "NO_AUTHENTICATOR"


@dataclass(frozen=True, slots=True)
class SetUp:
    """What an authenticator is set up with; shown to its owner alone."""

    secret: str
    uri: str


def is_due(user: User) -> bool:
    """Tell whether somebody has to set up two steps before anything else."""
    return settings.STAFF_TWO_STEP and user.is_staff and not is_set_up(user)


def is_set_up(user: User) -> bool:
    """Tell whether signing in takes a code."""
    return TotpDevice.objects.confirmed().filter(user=user).exists()


def begin(*, user: User, password: str, code: str = "") -> SetUp:
    """Begin to set up an authenticator, anew each time; the confirmed one stays until then.

    A refusal is recorded in the audit log. Locks the account.

    Raises:
        WrongCodeError: the password is wrong, or the code of the authenticator to be replaced.
        UnauthenticatedError: as for `owner.locked`.

    """
    device = _begun(user=user, code=code) if user.check_password(password) else None
    if device is None:
        audit.deny(user, "two_step.denied", entity_type="users", entity_id=user.pk)
        raise WrongCodeError("The password or the code is wrong.")
    return _set_up(user, device)


@service
def _begun(*, user: User, code: str) -> TotpDevice | None:
    audit.acting(user, "two_step.begin")
    # The account, because there may be no device to lock.
    owner.locked(user)
    device = TotpDevice.objects.filter(user=user).first()
    if device is None:
        return rows.insert(TotpDevice(user=user, pending_seed=uuid4()))
    if device.seed is not None and not check(user=user, code=code):
        return None
    device.pending_seed = uuid4()
    device.save(update_fields=["pending_seed"])
    return device


def pending(user: User) -> SetUp | None:
    """Return what somebody's authenticator is being set up with, or None."""
    device = TotpDevice.objects.filter(user=user, pending_seed__isnull=False).first()
    return _set_up(user, device) if device else None


def confirm(*, user: User, code: str, session: UserSession | None = None) -> None:
    """Make the authenticator that is being set up the one that signing in asks for.

    Ends the person's sessions, but for the one at hand. A wrong code is recorded in the audit log.
    Locks the account and the device.

    Raises:
        NotBegunError: none is being set up.
        WrongCodeError: it is no code of that one.
        UnauthenticatedError: as for `owner.locked`.

    """
    try:
        _confirm(user, code, session)
    except WrongCodeError:
        audit.deny(user, "two_step.denied", entity_type="users", entity_id=user.pk)
        raise


@service
def _confirm(user: User, code: str, session: UserSession | None) -> None:
    audit.acting(user, "two_step.confirm")
    owner.locked(user)
    device = _locked(user)
    if device is None or device.pending_seed is None:
        raise NotBegunError("Begin to set up an authenticator first.")
    step = _step(device.pending_seed, code)
    if step is None:
        raise WrongCodeError("This is not the code that the authenticator shows.")
    device.seed, device.pending_seed = device.pending_seed, None
    device.last_used_step = step
    device.confirmed_at = Now()
    device.save(update_fields=["seed", "pending_seed", "last_used_step", "confirmed_at"])
    UserSession.objects.of(user, except_for=session).revoke()
    notices.notify(
        user=user,
        type="two_step.confirmed",
        title="Your account has a new authenticator",
        message=(
            "From now on, signing in takes a code of the authenticator that was set up just now."
            " If this was not you, tell an admin at once."
        ),
        priority="high",
    )


@service
def check(*, user: User, code: str) -> bool:
    """Use a code up and tell whether it was good: a code is good for one use.

    Locks the device, so that of two who use one code at once exactly one is let in.
    """
    device = _locked(user)
    if device is None or device.seed is None or device.last_used_step is None:
        return False
    step = _step(device.seed, code)
    if step is None or step <= device.last_used_step:
        return False
    device.last_used_step = step
    device.save(update_fields=["last_used_step"])
    return True


def demand(*, user: User, code: str) -> None:
    """Expect the second step of somebody whose password is right; a code is used up.

    Raises:
        CodeRequiredError: there is an authenticator, and no code.
        WrongCodeError: it is no good code.
        SetUpRequiredError: there is no authenticator where the role asks for one.

    """
    if is_set_up(user):
        if not code:
            raise CodeRequiredError("Send the code that your authenticator shows as well.")
        if not check(user=user, code=code):
            raise WrongCodeError("The code is wrong.")
    elif is_due(user):
        page = reverse("admin:two_step")
        raise SetUpRequiredError(f"Staff sign in in two steps: set up an authenticator at {page}.")


@service
def remove(*, actor: User | None, user: User, reason: str) -> None:
    """Take somebody's authenticator away and end their sessions; None is the platform itself.

    Locks every admin, where one acts, and the account.

    Raises:
        ForbiddenError: the actor is no admin any more, or it is their own.
        NotBegunError: there is none.
        ValidationError: there is no reason, or it is too long.

    """
    audit.acting(actor, "two_step.remove", reason=staff.reasoned(reason))
    if actor is not None:
        if actor.pk == user.pk:
            raise ForbiddenError("Only another admin may take an authenticator away.")
        staff.expect_admin(actor)
    rows.locked(user)
    deleted, _ = TotpDevice.objects.filter(user=user).delete()
    if not deleted:
        raise NotBegunError("There is no authenticator to remove.")
    UserSession.objects.of(user).revoke()
    notices.notify(
        user=user,
        type="two_step.removed",
        title="Your authenticator was taken away",
        message=(
            "Signing in takes your password alone until you set up another authenticator."
            " If you have not asked for this, tell an admin at once."
        ),
        priority="high",
    )


def _locked(user: User) -> TotpDevice | None:
    return TotpDevice.objects.select_for_update(no_key=True).filter(user=user).first()


def _set_up(user: User, device: TotpDevice) -> SetUp:
    if device.pending_seed is None:
        raise NotBegunError("Begin to set up an authenticator first.")
    secret = next(_secrets(device.pending_seed))
    uri = pyotp.TOTP(secret).provisioning_uri(name=user.email, issuer_name=ISSUER)
    return SetUp(secret, uri)


def _secrets(seed: UUID) -> Iterator[str]:
    """Derive the secret of a seed under the platform's key, then under those it had before."""
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        derived = salted_hmac(SALT, seed.bytes, secret=key, algorithm="sha256").digest()
        yield base64.b32encode(derived[:SECRET_BYTES]).decode()


def _step(seed: UUID, code: str) -> int | None:
    """Return the time step whose code it is, or None where there is none about now."""
    typed = "".join(code.split())
    now = int(timezone.now().timestamp()) // STEP_SECONDS
    for secret in _secrets(seed):
        maker = pyotp.TOTP(secret)
        for step in range(now - DRIFT, now + DRIFT + 1):
            if constant_time_compare(maker.generate_otp(step), typed):
                return step
    return None
