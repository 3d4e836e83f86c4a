"""The texts of e-mails, as staff keep them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError

from accounts.models import User
from administration import audit
from comms import rendering
from comms.models import EmailTemplate
from dayrade.db import rows
from dayrade.db.transactions import service

#: What notifications fill in, with something to look at in a preview.
SAMPLES = {
    "name": "Ada",
    "username": "ada",
    "title": "The title of the notification",
    "message": "What the notification says.",
    "action_label": "More",
    "action_url": f"{settings.FRONTEND_URL}/tournaments/spring-open",
    "tournament": "Spring Open",
    "site": settings.FRONTEND_URL,
}


def preview(*, template: EmailTemplate, values: Mapping[str, str]) -> rendering.Rendered:
    """Return an e-mail as it would be sent with these values.

    Raises:
        ValidationError: a value is missing, or is of no variable.

    """
    unknown = sorted(set(values) - set(declared(template)))
    if unknown:
        said = f"Not declared in variables: {', '.join(unknown)}."
        raise ValidationError({"variables": [said]})
    try:
        return rendering.render(subject=template.subject, content=template.content, values=values)
    except rendering.MissingValuesError as error:
        raise ValidationError({"variables": [str(error)]}) from None


@dataclass(frozen=True, slots=True)
class Look:
    """A text as it would be read with sample values, and what is wrong with it, by field."""

    made: rendering.Rendered
    values: Mapping[str, str]
    errors: Mapping[str, list[str]]


def look(*, subject: str, content: str, variables: str) -> Look:
    """Return what a text that is being written looks like, whatever is wrong with it.

    `variables` is JSON, as it is entered. What is not declared has its name for a value.
    """
    errors: dict[str, list[str]] = {}
    names: list[str] = []
    try:
        names = _named(variables)
    except ValueError as error:
        errors["variables"] = [str(error)]
    else:
        try:
            rendering.check(subject=subject, content=content, declared=names)
        except ValidationError as error:
            errors |= error.message_dict
    used = rendering.VARIABLE.findall(subject + content)
    values = {name: SAMPLES.get(name, f"[{name}]") for name in dict.fromkeys([*names, *used])}
    made = rendering.render(subject=subject, content=content, values=values)
    return Look(made, values, errors)


def _named(variables: str) -> list[str]:
    """Read the names that are declared.

    Raises:
        ValueError: they are no list of names.

    """
    try:
        found = json.loads(variables) if variables.strip() else []
    except (ValueError, RecursionError):
        raise ValueError('Write a list of names, such as ["name", "site"].') from None
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(name, str) for name in found):
        raise ValueError('Variables are a list of names, such as ["name", "site"].')
    return found


def samples(template: EmailTemplate) -> dict[str, str]:
    """Return something to look at for each variable."""
    return {name: SAMPLES.get(name, f"[{name}]") for name in declared(template)}


def declared(template: EmailTemplate) -> list[str]:
    """Return the names that a template may use."""
    return [str(name) for name in template.variables or ()]


@service
def create_template(*, actor: User, fields: Mapping[str, Any]) -> EmailTemplate:
    """Add the text of an e-mail.

    Raises:
        ValidationError: a value is not allowed, or the text uses what is not declared.
        IntegrityError: the name is taken (SQLSTATE 23505).

    """
    audit.acting(actor, "email_template.create")
    template = EmailTemplate(**fields)
    _check(template)
    return rows.insert(template)


@service
def update_template(
    *, actor: User, template: EmailTemplate, changes: Mapping[str, Any]
) -> EmailTemplate:
    """Change the text of an e-mail and return it as stored; locks it.

    Raises:
        ValidationError: a value is not allowed, or the text uses what is not declared.
        IntegrityError: the name is taken (SQLSTATE 23505).

    """
    audit.acting(actor, "email_template.update")
    locked = rows.locked(template)
    for field, value in changes.items():
        setattr(locked, field, value)
    _check(locked)
    return rows.change(locked, changes)


@service
def delete_template(*, actor: User, template: EmailTemplate) -> None:
    """Remove the text of an e-mail; the audit log keeps it."""
    audit.acting(actor, "email_template.delete")
    EmailTemplate.objects.filter(pk=template.pk).delete()


def _check(template: EmailTemplate) -> None:
    """Look at the text where its declaration can be read; the rest is the model's to refuse."""
    if isinstance(template.variables, list) or template.variables is None:
        rendering.check(
            subject=template.subject, content=template.content, declared=declared(template)
        )
