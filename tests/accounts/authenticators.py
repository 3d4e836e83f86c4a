"""An authenticator app for tests."""

from datetime import timedelta

import pyotp
from django.utils import timezone

from accounts.services import two_step
from administration.models import AuditLog
from tests.audit import forget_audit
from tests.factories.accounts import PASSWORD


def code_of(secret, seconds=0):
    """Return what an authenticator shows, or will show."""
    return pyotp.TOTP(secret).at(timezone.now() + timedelta(seconds=seconds))


def set_up(user):
    """Set up an authenticator and return its secret; the code of this step is used up."""
    secret = two_step.begin(user=user, password=PASSWORD).secret
    two_step.confirm(user=user, code=code_of(secret))
    forget_audit()
    return secret


def trail():
    return list(AuditLog.objects.order_by("action").values_list("action", "user"))
