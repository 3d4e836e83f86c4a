"""The right of staff to decide, read under the locks of the decision, and their reasons."""

from django.core.exceptions import ValidationError
from django.db.models import Case, Value, When

from accounts.models import STAFF_ROLES, Role, User
from dayrade.errors import ForbiddenError

REASON_MAX = 1000
# Admins first, as whoever changes accounts locks them first: two who meet wait, and never for
# each other.
RANK = Case(
    When(role=Role.ADMIN, then=Value(0)),
    When(role=Role.MODERATOR, then=Value(1)),
    default=Value(2),
)


def deciding(actor: User, user: User) -> tuple[User, User]:
    """Lock whoever decides and whoever it is about, and return both as stored.

    Raises:
        ForbiddenError: the actor is no staff any more, or it is about themselves.
        ObjectDoesNotExist: the person is gone.

    """
    if actor.pk == user.pk:
        raise ForbiddenError("Nobody decides about themselves.")
    both = User.objects.filter(pk__in=[actor.pk, user.pk]).order_by(RANK, "pk")
    stored = {row.pk: row for row in both.select_for_update(no_key=True)}
    decider = stored.get(actor.pk)
    if decider is None or decider.role not in STAFF_ROLES or not decider.may_sign_in:
        raise ForbiddenError("Only staff may do this.")
    if user.pk not in stored:
        raise User.DoesNotExist
    return decider, stored[user.pk]


def expect_admin(actor: User) -> None:
    """Lock every admin who can sign in, in one order, and expect the actor among them.

    Raises:
        ForbiddenError: the actor is no admin any more.

    """
    admins = User.objects.able_to_sign_in().filter(role=Role.ADMIN).order_by("pk")
    if actor.pk not in admins.select_for_update(no_key=True).values_list("pk", flat=True):
        raise ForbiddenError("Only an admin may do this.")


def reasoned(reason: str) -> str:
    """Return a decision's reason without the spaces around it.

    Raises:
        ValidationError: there is none, or it is too long.

    """
    said = reason.strip()
    if not said:
        raise ValidationError({"reason": "Give a reason."})
    if len(said) > REASON_MAX:
        raise ValidationError({"reason": f"Use at most {REASON_MAX:,} characters."})
    return said
