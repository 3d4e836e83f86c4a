"""Signing up, and proving an e-mail address.

Whether an address has an account shows nowhere but in its mailbox: both cases take the same
statements, the same hash, one audit row and one job.
"""

from django.contrib.auth.hashers import make_password
from django.db import connection
from django.utils.timezone import now

from accounts import links
from accounts.models import User, normalise_email
from accounts.services import passwords
from administration import audit
from dayrade import jobs
from dayrade.db import rows
from dayrade.db.transactions import service

# A new account has its audit row from the trigger; this writes the one of a known address, in a
# statement that is sent in both cases.
RECORD_KNOWN = """
    INSERT INTO audit_logs
        (action, entity_type, entity_id, changes, ip_address, user_agent, request_id)
    SELECT 'user.register_again', 'users', id, '{}',
           nullif(current_setting('dayrade.ip_address'), '')::inet,
           nullif(current_setting('dayrade.user_agent'), ''),
           nullif(current_setting('dayrade.request_id'), '')
    FROM users WHERE lower(email) = lower(%s) AND id <> %s
    RETURNING entity_id
"""


def expected(*, email: str, password: str, **profile: str | None) -> User:
    """Return the account that somebody asks for, unsaved, if its password will do.

    Raises:
        ValidationError: the password is too weak.

    """
    user = User(email=normalise_email(email), **profile)
    passwords.check_strength(password, user, field="password")
    return user


def register(*, email: str, password: str, **profile: str | None) -> None:
    """Make an account, or tell the owner of the one that has the address.

    An account that is there stays as it is. There is no username yet: that a public name is taken
    can be told, that an address is known cannot.

    Raises:
        ValidationError: a value is not allowed, or the password is too weak.

    """
    user = expected(email=email, password=password, **profile)
    user.password = make_password(password)
    _register(user)


@service
def _register(user: User) -> None:
    audit.acting(None, "user.register")
    rows.validate(user)
    User.objects.bulk_create([user], ignore_conflicts=True)
    with connection.cursor() as cursor:
        cursor.execute(RECORD_KNOWN, [user.email, user.pk])
        known = cursor.fetchone()
    kind = links.Kind.KNOWN_ADDRESS if known else links.Kind.VERIFY_EMAIL
    jobs.defer("accounts.send_link", kind=kind, user_id=str(known[0] if known else user.pk))


@service
def resend_verification(*, email: str) -> None:
    """Send the link again to an address that is not verified."""
    passwords.send_link(links.Kind.VERIFY_EMAIL, email=email, action="user.request_verification")


def verify_email(*, token: str) -> User:
    """Note that the bearer of a link reads the address, and return the account as stored.

    Locks the account: of two uses at once, one finds the link used.

    Raises:
        BadLinkError: the link is of no use, which is recorded.

    """
    try:
        return _verify_email(token)
    except links.BadLinkError as error:
        passwords.record_bad_link(links.Kind.VERIFY_EMAIL, error)
        raise


@service
def _verify_email(token: str) -> User:
    people = User.objects.select_for_update(no_key=True)
    user = links.find(links.Kind.VERIFY_EMAIL, token, people)
    audit.acting(user, "user.verify_email")
    return rows.change(user, {"email_verified": True, "email_verified_at": now()})
