"""Model fields with the specification's defaults."""

import json
import uuid
from decimal import Decimal
from typing import Any

from django.contrib.postgres.functions import RandomUUID
from django.db import models

from dayrade.db.functions import Now


class ExactDecoder(json.JSONDecoder):
    """Reads numbers with a point as Decimal: 5.00 stays 5.00."""

    def __init__(self, **kwargs: Any) -> None:
        """Take the place of float."""
        super().__init__(**{"parse_float": Decimal, **kwargs})


class UpdatedAtField(models.DateTimeField):  # type: ignore[type-arg]  # not generic when run
    """The instant of the last change, kept by the table's trigger.

    On an update the field writes NOW(), which makes save() read the stored value back; a
    `save(update_fields=…)` has to name it for that.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Default to NOW() in the database and stay out of forms."""
        kwargs |= {"db_default": Now(), "editable": False}
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        """Leave out what the class itself sets."""
        name, path, args, kwargs = super().deconstruct()
        del kwargs["db_default"], kwargs["editable"]
        return name, path, args, kwargs

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Return NOW() on an update, so that the stored value is read back."""
        return super().pre_save(model_instance, add) if add else Now()


def primary_key() -> "models.UUIDField[Any, Any]":
    """Return the `id` of every table: a random UUID, made by whoever inserts the row."""
    return models.UUIDField(
        primary_key=True, default=uuid.uuid4, db_default=RandomUUID(), editable=False
    )


def created_at() -> "models.DateTimeField[Any, Any]":
    """Return the instant a row was inserted, by the database's clock."""
    return models.DateTimeField(db_default=Now(), editable=False)


def money(
    digits: int, places: int = 2, *, value: str | None = None, null: bool = False
) -> "models.DecimalField[Any, Any]":
    """Return an exact decimal column; `value` is its default on both sides.

    Amounts are in the tournament's currency.
    """
    if value is None:
        return models.DecimalField(max_digits=digits, decimal_places=places, null=null, blank=null)
    constant = Decimal(value)
    return models.DecimalField(
        max_digits=digits, decimal_places=places, default=constant, db_default=constant
    )
