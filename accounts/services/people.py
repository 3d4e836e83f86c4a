"""Profiles, and the accounts that staff make and change."""

from collections.abc import Mapping
from typing import Any

from accounts.models import KycStatus, User, UserSession, normalise_email
from accounts.services import owner, staff
from administration import audit
from dayrade.db import rows
from dayrade.db.transactions import service
from dayrade.errors import ConflictError


class OwnAccessError(ConflictError):
    """Nobody changes their own role or closes their own account."""

    code = "OWN_ACCESS"


class IdentityLockedError(ConflictError):
    """What an identity check rests on does not change under it."""

    code = "IDENTITY_LOCKED"


@service
def update_profile(*, user: User, changes: Mapping[str, Any]) -> User:
    """Change what a person may change about themselves, and return it as stored.

    Locks the account.

    Raises:
        UnauthenticatedError: as for `owner.locked`.
        IdentityLockedError: it is what staff look at, or have approved.
        ValidationError: a value is not allowed.
        IntegrityError: the username is taken (SQLSTATE 23505).

    """
    audit.acting(user, "user.update_profile")
    locked = owner.locked(user)
    if locked.kyc_status in (KycStatus.IN_REVIEW, KycStatus.APPROVED):
        moved = [
            name
            for name in User.IDENTITY
            if name in changes and changes[name] != getattr(locked, name)
        ]
        if moved:
            raise IdentityLockedError(
                f"Your identity check rests on this: {', '.join(moved)}. Ask us to change it."
            )
    return rows.change(locked, changes)


@service
def create_by_staff(*, actor: User, password: str, fields: Mapping[str, Any]) -> User:
    """Make an account for somebody; their address counts as unverified.

    Raises:
        ForbiddenError: the actor is no admin any more.
        ValidationError: a value is not allowed.
        IntegrityError: the address, username or Zimtra id is taken (SQLSTATE 23505).

    """
    audit.acting(actor, "user.create")
    staff.expect_admin(actor)
    user = User(**fields)
    user.email = normalise_email(user.email)
    user.set_password(password)
    return rows.insert(user)


@service
def update_by_staff(*, actor: User, user: User, changes: Mapping[str, Any]) -> User:
    """Change somebody's account and return it as stored; a new address is unverified.

    Closing an account ends its sessions: opening it again does not bring them back. So does
    another role, as what its sessions may do, and for how long, follows from it.
    Locks every admin and the account. An admin must remain: nobody takes their own access away,
    and of two admins who take each other's, the second is no admin any more.

    Raises:
        ForbiddenError: the actor is no admin any more.
        OwnAccessError: it is the actor's own role or activity.
        ValidationError: a value is not allowed.
        IntegrityError: the address, username or Zimtra id is taken (SQLSTATE 23505).

    """
    audit.acting(actor, "user.update")
    staff.expect_admin(actor)
    locked = rows.locked(user)
    if locked.pk == actor.pk and {"role", "is_active"} & changes.keys():
        raise OwnAccessError("Your own role and activity are for another admin to change.")
    values = dict(changes)
    if "email" in values:
        values["email"] = normalise_email(values["email"])
        if values["email"] != locked.email:
            values |= {"email_verified": False, "email_verified_at": None}
    if not values.get("is_active", True) or values.get("role", locked.role) != locked.role:
        UserSession.objects.of(locked).revoke()
    return rows.change(locked, values)
