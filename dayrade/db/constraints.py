"""Builders of the checks that many tables share."""

from decimal import Decimal

from django.db.models import CheckConstraint, F, Q, TextChoices


def one_of(
    table: str, field: str, choices: type[TextChoices], column: str | None = None
) -> CheckConstraint:
    """Allow only the declared choices, under the name PostgreSQL gives such a check."""
    return CheckConstraint(
        name=f"{table}_{column or field}_check",
        condition=Q(**{f"{field}__in": choices.values}),
        violation_error_message=f"Choose one of: {', '.join(choices.values)}.",
    )


def bounded(
    table: str,
    field: str,
    *,
    low: str | int | Decimal | None,
    high: str | int | Decimal,
    message: str,
) -> CheckConstraint:
    """Keep a number within `low` (None: the negative of `high`) and `high`, both included.

    PostgreSQL sorts NaN above every number, so the upper bound is what keeps NaN out.
    """
    top = Decimal(high)
    bottom = -top if low is None else Decimal(low)
    return CheckConstraint(
        name=f"dayrade_{table.removeprefix('dayrade_')}_{field}_range",
        condition=Q(**{f"{field}__gte": bottom, f"{field}__lte": top}),
        violation_error_message=message,
    )


def amount(
    table: str, field: str, digits: int, places: int = 2, *, low: str | int | None = None
) -> CheckConstraint:
    """Keep a decimal column a number: no NaN, and not below `low` where one is given."""
    high = Decimal(10) ** (digits - places) - Decimal(10) ** -places
    said = "must be a number" if low is None else f"must be {low} or more"
    return bounded(
        table, field, low=low, high=high, message=f"{field.replace('_', ' ').capitalize()} {said}."
    )


def stamped(table: str, flag: str, *stamps: str, message: str) -> CheckConstraint:
    """Let a flag be true exactly when all that it implies is filled in."""
    filled = Q(**{flag: True}, **{f"{stamp}__isnull": False for stamp in stamps})
    empty = Q(**{flag: False}, **{f"{stamp}__isnull": True for stamp in stamps})
    return CheckConstraint(
        name=f"dayrade_{table}_{flag}_stamped",
        condition=filled | empty,
        violation_error_message=message,
    )


def ordered(table: str, rule: str, first: str, then: str, message: str) -> CheckConstraint:
    """Keep one column at or below another."""
    return CheckConstraint(
        name=f"dayrade_{table}_{rule}",
        condition=Q(**{f"{first}__lte": F(then)}),
        violation_error_message=message,
    )
