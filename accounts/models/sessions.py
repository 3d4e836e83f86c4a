"""Sign-ins, one for each device."""

import functools
from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts import devices
from accounts.models.people import STAFF_ROLES, Role, User
from dayrade.db.constraints import ordered
from dayrade.db.fields import created_at, primary_key
from dayrade.db.functions import Now
from dayrade.db.indexes import Index
from dayrade.db.statements import Statement

SHA256 = r"^[0-9a-f]{64}$"
# Stands for a token while the statement is built; no digest looks so.
ANY_TOKEN = "?"  # noqa: S105  # none
# No request needs it, and JSON has to be decoded.
UNREAD = "device_info"


def session_lifetime(role: str) -> timedelta:
    """Return how long after the sign-in a session of such a person ends, however it is used."""
    if role in STAFF_ROLES:
        return timedelta(hours=settings.STAFF_SESSION_HOURS)
    return timedelta(days=settings.API_REFRESH_DAYS)


def open_now() -> Q:
    """Return the condition on sessions that have not ended; the clock is the database's."""
    idle = timedelta(minutes=settings.STAFF_IDLE_MINUTES)
    of_staff = Q(
        user__role__in=STAFF_ROLES,
        created_at__gt=Now() - session_lifetime(Role.ADMIN),
        last_accessed_at__gt=Now() - idle,
    )
    of_others = Q(user__role=Role.USER, created_at__gt=Now() - session_lifetime(Role.USER))
    standing = Q(is_active=True, user__is_active=True, user__is_suspended=False)
    return standing & (of_staff | of_others)


class UserSessionQuerySet(models.QuerySet["UserSession"]):
    """Questions asked of sessions; the clock is the database's."""

    def open(self) -> Self:
        """Keep sessions that have not ended: their refresh token gets new tokens."""
        return self.filter(open_now())

    def with_state(self) -> Self:
        """Add `is_open`: whether the session has not ended, be it by its time alone."""
        return self.annotate(is_open=open_now())

    def of(self, user: User, *, except_for: "UserSession | None" = None) -> Self:
        """Keep a person's sessions, but for the one at hand.

        Who ends them has locked the account, so that none opens meanwhile.
        """
        found = self.filter(user=user)
        return found.exclude(pk=except_for.pk) if except_for else found

    def live(self) -> Self:
        """Keep open sessions whose session token still signs their person in."""
        return self.open().filter(expires_at__gt=Now())

    def locked(self, pk: UUID) -> "UserSession | None":
        """Return that session with its person, and lock it until the transaction ends."""
        rows = self.select_for_update(no_key=True, of=("self",))
        return rows.select_related("user").filter(pk=pk).first()

    def signed_in(self, digest: str) -> "UserSession | None":
        """Return the live session of a token's SHA-256, with its person.

        Every request of somebody signed in asks this.
        """
        lifetimes = (
            settings.STAFF_SESSION_HOURS,
            settings.API_REFRESH_DAYS,
            settings.STAFF_IDLE_MINUTES,
        )
        return signing_in(*lifetimes).first(digest)

    def revoke(self) -> int:
        """End the sessions at once and return how many there were."""
        return self.filter(is_active=True).update(is_active=False)


@functools.cache
def signing_in(*lifetimes: int) -> "Statement[UserSession]":
    """Return the statement of `signed_in`; the settings are part of it."""
    found = UserSession.objects.live().filter(session_token=ANY_TOKEN).defer(UNREAD)
    return Statement(found.select_related("user"), ANY_TOKEN)


class UserSession(models.Model):
    """A sign-in on one device; the tokens are stored as SHA-256 in hexadecimal.

    `expires_at` is the end of the session token, which a refresh moves.
    """

    id = primary_key()
    user = models.ForeignKey(
        User, on_delete=models.DB_CASCADE, db_index=False, related_name="sessions"
    )
    session_token = models.CharField(max_length=255)
    refresh_token = models.CharField(max_length=255)
    device_info = models.JSONField(null=True, blank=True)
    ip_address = models.GenericIPAddressField(null=True, blank=True)
    user_agent = models.TextField(null=True, blank=True)
    is_active = models.BooleanField(default=True, db_default=True)
    expires_at = models.DateTimeField()
    created_at = created_at()
    last_accessed_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = models.Manager.from_queryset(UserSessionQuerySet)()

    class Meta:
        db_table = "user_sessions"
        constraints = [
            models.UniqueConstraint(
                name="user_sessions_session_token_key",
                fields=["session_token"],
                violation_error_message="A token belongs to one session.",
            ),
            models.UniqueConstraint(
                name="user_sessions_refresh_token_key",
                fields=["refresh_token"],
                violation_error_message="A token belongs to one session.",
            ),
            models.CheckConstraint(
                name="dayrade_user_sessions_hashed",
                condition=Q(session_token__regex=SHA256) & Q(refresh_token__regex=SHA256),
                violation_error_message="A token is stored only as its SHA-256.",
            ),
            ordered(
                "user_sessions",
                "expires_after_creation",
                "created_at",
                "expires_at",
                "A session ends after it begins.",
            ),
        ]
        indexes = [
            Index(name="idx_user_sessions_user_id", fields=["user"]),
            Index(name="idx_user_sessions_session_token", fields=["session_token"]),
            Index(name="idx_user_sessions_expires_at", fields=["expires_at"]),
        ]

    def __str__(self) -> str:
        """Show whose session it is and since when."""
        return f"{self.user} since {self.created_at:%Y-%m-%d %H:%M}"

    @property
    def refresh_expires_at(self) -> datetime:
        """The end of the session, which nothing moves."""
        end: datetime = self.created_at + session_lifetime(self.user.role)
        return end

    @property
    def device(self) -> str | None:
        """What it runs on, such as "Firefox on Linux"; None where that is unknown."""
        return devices.label(self.device_info)
