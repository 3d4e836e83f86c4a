"""Writing one row inside a service: lock, check in words for a person, write."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import CheckConstraint, Model


def locked[M: Model](instance: M) -> M:
    """Read the row again and lock it until the transaction ends.

    NO KEY keeps rows flowing whose foreign keys point at this one.

    Raises:
        ObjectDoesNotExist: it has been deleted meanwhile.

    """
    # Not type(): the person of a request is a stand-in for the row until it is asked.
    model = instance.__class__
    row: M = model._default_manager.select_for_update(no_key=True).get(pk=instance.pk)
    return row


def insert[M: Model](instance: M) -> M:
    """Check and insert a row.

    Raises:
        ValidationError: a value is not allowed.
        IntegrityError: it is there (SQLSTATE 23505), or points at nothing (23503).

    """
    validate(instance)
    instance.save(force_insert=True)
    return instance


def change[M: Model](row: M, changes: Mapping[str, Any]) -> M:
    """Write new values to a locked row and return it as stored.

    Raises:
        ValidationError: a value is not allowed.
        IntegrityError: as for `insert`.

    """
    for field, value in changes.items():
        setattr(row, field, value)
    validate(row)
    row.save(update_fields=[*changes, "updated_at"])
    return row


def validate(instance: Model) -> None:
    """Check fields and check constraints; uniqueness is left to the database.

    A duplicate is a conflict (409), not a validation error, and only the database can tell
    without a race.

    Raises:
        ValidationError: with the messages by field; those of several fields under `__all__`.

    """
    errors: dict[str, list[ValidationError]] = {}
    try:
        instance.full_clean(validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        error.update_error_dict(errors)
    else:
        for constraint in instance._meta.constraints:
            if isinstance(constraint, CheckConstraint):
                try:
                    constraint.validate(type(instance), instance)
                except ValidationError as error:
                    error.update_error_dict(errors)
    if errors:
        raise ValidationError(errors)
