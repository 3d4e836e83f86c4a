"""People, their sessions and their authenticators."""

from accounts.models.authenticators import (
    TotpDevice,
    TotpDeviceQuerySet,
)
from accounts.models.people import (
    STAFF_ROLES,
    KycReview,
    KycStatus,
    Role,
    User,
    UserManager,
    UserQuerySet,
    normalise_email,
)
from accounts.models.sessions import (
    UserSession,
    UserSessionQuerySet,
    session_lifetime,
)

__all__ = [
    "STAFF_ROLES",
    "KycReview",
    "KycStatus",
    "Role",
    "TotpDevice",
    "TotpDeviceQuerySet",
    "User",
    "UserManager",
    "UserQuerySet",
    "UserSession",
    "UserSessionQuerySet",
    "normalise_email",
    "session_lifetime",
]
