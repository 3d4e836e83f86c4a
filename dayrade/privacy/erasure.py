"""Taking a person out of what they leave behind: the rows stay, the person goes."""

import logging
import re
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import QuerySet
from psycopg.sql import SQL, Composable, Identifier

from accounts.models import Role, User
from accounts.services import passwords, staff
from accounts.services.people import OwnAccessError
from administration import audit
from administration.models import AuditLog
from dayrade.db import rows
from dayrade.db.transactions import service
from dayrade.errors import ConflictError
from dayrade.privacy.columns import ADDRESS_SUFFIX, TABLES
from tournaments.models import Participant, TournamentStatus

logger = logging.getLogger("dayrade.privacy")

OVER = (TournamentStatus.COMPLETED, TournamentStatus.CANCELLED)
BY_OWNER = "The owner asked for it."
AGAIN = "They had been erased when a backup was restored that has them."
ACTION = "user.erase"
# A line of what is kept elsewhere, or of the log in either of its formats; nothing that others may
# get into the log.
LINE = re.compile(
    r'(?:^|"message": "|dayrade\.privacy \[[^]]*\] )'
    r"erased ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b"
)


class InTournamentError(ConflictError):
    """Whoever competes is known until it is over."""

    code = "IN_TOURNAMENT"


class ErasedError(ConflictError):
    """There is nothing left to erase."""

    code = "ALREADY_ERASED"


def is_erased(person: User) -> bool:
    """Tell whether an account is what an erasure has left."""
    return not person.is_active and person.email.endswith(ADDRESS_SUFFIX)


def seats_held(person: User) -> QuerySet[Participant]:
    """Return the seats in tournaments that are not over, which keep a person from being erased."""
    seats = Participant.objects.filter(user=person, is_active=True)
    return seats.exclude(tournament__status__in=OVER)


def erase_own(*, user: User, password: str, confirm: str) -> None:
    """Erase oneself; the password is asked for, because a stolen token must not be enough.

    `confirm` is the username or the address. A wrong password is recorded in the audit log.

    Raises:
        ValidationError: the password is wrong, or `confirm` is neither.
        ConflictError: as for `erase`.

    """
    if confirm.lower() not in {user.email.lower(), str(user).lower()}:
        raise ValidationError({"confirm": "Type your username or your e-mail address."})
    if not passwords.is_current(user=user, password=password):
        raise ValidationError({"password": passwords.WRONG})
    erase(actor=user, person=user, reason=BY_OWNER)


@service
def erase(*, actor: User, person: User, reason: str) -> None:
    """Close an account, end its sessions, and put nothing in the place of whatever is personal.

    The ledger, results, decisions and audit rows stay as they are. Locks every admin where one
    acts, and the account.

    Raises:
        ForbiddenError: the actor is neither the person nor an admin.
        OwnAccessError: an admin erases themselves; so one always remains.
        InTournamentError: the person has a seat in a tournament that is not over.
        ErasedError: it has been done.
        ValidationError: there is no reason, or it is too long.

    """
    audit.acting(actor, ACTION, reason=staff.reasoned(reason))
    if actor.pk != person.pk:
        staff.expect_admin(actor)
    stored = rows.locked(person)
    if stored.pk == actor.pk and stored.role == Role.ADMIN:
        raise OwnAccessError("An admin's account is for another admin to erase.")
    if is_erased(stored):
        raise ErasedError("This account has been erased.")
    _take(stored)


@service
def erase_again(*, person: UUID) -> bool:
    """Erase somebody whom a restored backup has brought back; tell whether there was anything.

    Raises:
        InTournamentError: by the backup, the person has a seat in a tournament that is not over.

    """
    audit.acting(None, ACTION, reason=AGAIN)
    stored = User.objects.select_for_update(no_key=True).filter(pk=person).first()
    if stored is None or is_erased(stored):
        return False
    _take(stored)
    return True


def _take(stored: User) -> None:
    if seats_held(stored).exists():
        raise InTournamentError("Withdraw from every tournament that is not over, or wait for it.")
    with connection.cursor() as cursor:
        for statement in statements():
            cursor.execute(statement, [str(stored.pk)])
    # The log is kept elsewhere: a backup of before knows nothing of it.
    connection.on_commit(lambda: logger.info("erased %s", stored.pk))


def erased() -> list[tuple[UUID, datetime]]:
    """Return who was erased, and when, the first first; ids alone, which lead to nobody here."""
    found = AuditLog.objects.filter(action=ACTION, entity_type="users", changes__operation="update")
    rows = found.order_by("created_at", "pk").values_list("entity_id", "created_at")
    return [(person, at) for person, at in rows if person is not None]


def named(lines: Iterable[str]) -> list[UUID]:
    """Return whom lines name, of `manage.py erased` or of the log; each once."""
    found = (LINE.search(line) for line in lines)
    return list(dict.fromkeys(UUID(match[1]) for match in found if match))


def statements() -> list[Composable]:
    """Return the statements that erase a person, each with the person's id as its parameter."""
    made: list[Composable] = []
    for name, table in TABLES.items():
        where = SQL("WHERE {} = %s").format(Identifier(table.owner))
        if table.forgotten:
            made.append(SQL("DELETE FROM {} {}").format(Identifier(name), where))
        elif table.erased:
            values = SQL(", ").join(
                SQL("{} = {}").format(Identifier(column), SQL(value))
                for column, value in table.erased.items()
            )
            made.append(SQL("UPDATE {} SET {} {}").format(Identifier(name), values, where))
    return made
