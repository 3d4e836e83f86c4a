"""Passwords: changing and resetting them."""

from django.contrib.auth.hashers import make_password

from accounts.models import User, UserSession
from administration import audit
from dayrade.db import rows
from dayrade.db.transactions import service


@service
def change_password(*, user: User, password: str) -> User:
    """Set a person's new password, end their API sessions, and return them as stored.

    Locks the account.
    """
    audit.acting(user, "user.change_password")
    digest = make_password(password)
    locked = rows.locked(user)
    UserSession.objects.filter(user=user).revoke()
    return rows.change(locked, {"password": digest})
