"""Templates are checked and recorded."""

import pytest
from django.core.exceptions import ValidationError

from administration.models import AuditLog
from comms.models import EmailTemplate
from comms.services import templates as services
from tests.factories.accounts import UserFactory
from tests.factories.comms import EmailTemplateFactory

pytestmark = pytest.mark.django_db

FIELDS = {
    "name": "welcome",
    "subject": "Welcome",
    "content": "Hello {{ username }}",
    "template_type": "account",
}


def test_template_is_created_changed_and_deleted_with_a_record():
    admin = UserFactory(admin=True)

    template = services.create_template(actor=admin, fields=FIELDS)
    services.update_template(actor=admin, template=template, changes={"subject": "Hello"})
    services.delete_template(actor=admin, template=template)

    assert not EmailTemplate.objects.exists()
    assert set(
        AuditLog.objects.filter(entity_type="email_templates").values_list("user", "action")
    ) == {
        (admin.pk, "email_template.create"),
        (admin.pk, "email_template.update"),
        (admin.pk, "email_template.delete"),
    }


def test_template_declares_its_variables_as_a_list():
    with pytest.raises(ValidationError) as refusal:
        services.create_template(
            actor=UserFactory(admin=True), fields=FIELDS | {"variables": {"a": 1}}
        )

    assert refusal.value.messages == ["Variables are a list of names."]


def test_update_refuses_an_empty_subject():
    template = EmailTemplateFactory(subject="Welcome")

    with pytest.raises(ValidationError) as refusal:
        services.update_template(
            actor=UserFactory(admin=True), template=template, changes={"subject": ""}
        )

    assert list(refusal.value.message_dict) == ["subject"]
    assert EmailTemplate.objects.get().subject == "Welcome"
