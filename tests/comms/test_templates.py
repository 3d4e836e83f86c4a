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
    "variables": ["username"],
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


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        (
            {"content": "{{ username }} {{ oops }} {{ alas }}"},
            {"content": ["Not declared in variables: alas, oops."]},
        ),
        ({"subject": "For {{ oops }}"}, {"subject": ["Not declared in variables: oops."]}),
        ({"variables": None}, {"content": ["Not declared in variables: username."]}),
        (
            {"content": "{% load x %}"},
            {"content": ["Write a variable as {{ name }}; braces mean nothing else."]},
        ),
        (
            {"content": "{{ username.password }}"},
            {"content": ["Write a variable as {{ name }}; braces mean nothing else."]},
        ),
        ({"subject": "Hi\nBcc: all@example.com"}, {"subject": ["Write it on one line."]}),
    ],
)
def test_text_uses_what_it_declares_and_nothing_else(changes, refused):
    admin = UserFactory(admin=True)
    template = EmailTemplateFactory()

    with pytest.raises(ValidationError) as created:
        services.create_template(actor=admin, fields=FIELDS | changes)
    with pytest.raises(ValidationError) as updated:
        services.update_template(actor=admin, template=template, changes=changes)

    assert created.value.message_dict == updated.value.message_dict == refused
    template.refresh_from_db()
    assert template.content == "Hello {{ username }}"


def test_preview_fills_in_what_is_given():
    template = EmailTemplateFactory(subject="For {{ username }}")

    made = services.preview(template=template, values={"username": "ada"})

    assert (made.subject, made.text) == ("For ada", "Hello ada")
    assert "<p>Hello ada</p>" in made.html


@pytest.mark.parametrize(
    ("values", "refused"),
    [
        ({}, "No value for: username."),
        ({"username": ""}, "No value for: username."),
        ({"username": "ada", "oops": "x"}, "Not declared in variables: oops."),
    ],
)
def test_preview_names_what_is_missing_or_unknown(values, refused):
    with pytest.raises(ValidationError) as refusal:
        services.preview(template=EmailTemplateFactory(), values=values)

    assert refusal.value.message_dict == {"variables": [refused]}
