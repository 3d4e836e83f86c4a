"""What somebody else has changed in a row while its form was open."""

from datetime import datetime
from typing import Any

from django.apps import apps
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Field, Model
from django.utils import formats
from django.utils.text import Truncator

from dayrade.admin.columns import human
from dayrade.admin.forms import ServiceForm

SHOWN = 80
ANEW = "Compare your values with theirs; saving again overwrites them."


def expect_current(form: ServiceForm, row: Any, seen: str) -> None:
    """Refuse to undo what others have changed since the form was opened at version `seen`.

    The audit log tells who changed what of the tables that have forms. What they have changed
    elsewhere in the row, or to the same, is in nobody's way.

    Raises:
        ValidationError: it would be undone; the messages stand beside the fields.

    """
    if not seen or seen == row.updated_at.isoformat():
        return
    try:
        opened = datetime.fromisoformat(seen)
        changed = changes_since(row, opened)
    except (ValueError, TypeError):
        raise ValidationError(f"Somebody may have changed this since. {ANEW}") from None
    columns = {field.name: field for field in row._meta.fields}
    undone = {
        name: f"{changed[columns[name].column]} has made this"
        f" {in_words(columns[name], form[name].initial)} since you opened the form."
        for name in form.changed_data
        if name in columns and columns[name].column in changed
    }
    if undone:
        names = ", ".join(human(str(columns[name].verbose_name)) for name in undone)
        said = f"Somebody else has changed this since you opened it: {names}. {ANEW}"
        raise ValidationError({NON_FIELD_ERRORS: [said], **{n: [s] for n, s in undone.items()}})


def changes_since(row: Model, opened: datetime) -> dict[str, str]:
    """Return by column who changed it last since then."""
    log = apps.get_model("administration.AuditLog").objects
    # A change that began before the one that was seen may have ended after it.
    since = min(opened, getattr(row, "updated_at"))  # noqa: B009  # tables with forms have one
    rows = log.filter(entity_id=row.pk, created_at__gte=since).exclude(created_at=opened)
    return {
        column: str(change.user or "Dayrade")
        for change in rows.select_related("user").order_by("created_at", "pk")
        for column in change.new_values or {}
    }


def in_words(field: "Field[Any, Any]", value: Any) -> str:
    """Write a value as a person reads it."""
    if value in (None, "", []):
        return "empty"
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    said = ", ".join(map(str, value)) if isinstance(value, list) else formats.localize(value)
    return f"“{Truncator(said).chars(SHOWN)}”"
