"""The texts of e-mails, as staff keep them."""

from collections.abc import Mapping
from typing import Any

from accounts.models import User
from administration import audit
from comms.models import EmailTemplate
from dayrade.db import rows
from dayrade.db.transactions import service


@service
def create_template(*, actor: User, fields: Mapping[str, Any]) -> EmailTemplate:
    """Add the text of an e-mail.

    Raises:
        ValidationError: a value is not allowed.
        IntegrityError: the name is taken (SQLSTATE 23505).

    """
    audit.acting(actor, "email_template.create")
    return rows.insert(EmailTemplate(**fields))


@service
def update_template(
    *, actor: User, template: EmailTemplate, changes: Mapping[str, Any]
) -> EmailTemplate:
    """Change the text of an e-mail and return it as stored; locks it.

    Raises:
        ValidationError: a value is not allowed.
        IntegrityError: the name is taken (SQLSTATE 23505).

    """
    audit.acting(actor, "email_template.update")
    return rows.change(rows.locked(template), changes)


@service
def delete_template(*, actor: User, template: EmailTemplate) -> None:
    """Remove the text of an e-mail; the audit log keeps it."""
    audit.acting(actor, "email_template.delete")
    EmailTemplate.objects.filter(pk=template.pk).delete()
