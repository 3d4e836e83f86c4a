"""The right of people to change what is theirs, read under the lock of the change."""

from accounts.models import User
from dayrade.db import rows
from dayrade.errors import UnauthenticatedError

ENDED = "The session has ended; sign in again."


def locked(user: User) -> User:
    """Lock one's own account and return it as stored.

    Whoever was erased, closed or suspended after the request had begun changes nothing more: what
    an erasure has taken out would come back.

    Raises:
        UnauthenticatedError: the account is closed or suspended.

    """
    stored = rows.locked(user)
    if not stored.may_sign_in:
        raise UnauthenticatedError(ENDED)
    return stored
