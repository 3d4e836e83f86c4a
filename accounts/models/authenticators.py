"""Authenticators, the second step of signing in."""

from typing import Self

from django.db import models
from django.db.models import Q

from accounts.models.people import User
from dayrade.db.fields import created_at, primary_key
from dayrade.db.indexes import Index


class TotpDeviceQuerySet(models.QuerySet["TotpDevice"]):
    """Questions asked of authenticators."""

    def confirmed(self) -> Self:
        """Keep those that a sign-in asks for a code of."""
        return self.filter(confirmed_at__isnull=False)


class TotpDevice(models.Model):
    """A person's authenticator: the second step of signing in.

    No secret is stored. It is derived from `seed` and the platform's SECRET_KEY, so that a copy of
    the table makes no codes. `pending_seed` is that of an authenticator being set up, which takes
    the other's place once a code of it has been entered.
    """

    id = primary_key()
    user = models.ForeignKey(
        User, on_delete=models.DB_CASCADE, db_index=False, related_name="totp_devices"
    )
    seed = models.UUIDField(null=True, blank=True, editable=False)
    pending_seed = models.UUIDField(null=True, blank=True, editable=False)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    last_used_step = models.BigIntegerField(null=True, blank=True, editable=False)
    created_at = created_at()

    objects = models.Manager.from_queryset(TotpDeviceQuerySet)()

    class Meta:
        db_table = "dayrade_totp_devices"
        verbose_name = "authenticator"
        constraints = [
            models.UniqueConstraint(
                name="dayrade_totp_devices_user_key",
                fields=["user"],
                violation_error_message="A person has one authenticator.",
            ),
            models.CheckConstraint(
                name="dayrade_totp_devices_confirmed_stamped",
                condition=Q(
                    confirmed_at__isnull=False, seed__isnull=False, last_used_step__isnull=False
                )
                | Q(confirmed_at__isnull=True, seed__isnull=True, last_used_step__isnull=True),
                violation_error_message=(
                    "A confirmed authenticator has its instant and the code that confirmed it,"
                    " no other has them."
                ),
            ),
            models.CheckConstraint(
                name="dayrade_totp_devices_seeded",
                condition=Q(seed__isnull=False) | Q(pending_seed__isnull=False),
                violation_error_message="An authenticator is confirmed or being set up.",
            ),
        ]
        indexes = [Index(name="dayrade_totp_devices_created_at", fields=["created_at"])]

    def __str__(self) -> str:
        """Show whose it is."""
        return f"Authenticator of {self.user}"
