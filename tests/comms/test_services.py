"""Notifications are read once; templates are checked and recorded."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from administration.models import AuditLog
from comms import services
from comms.models import EmailTemplate, Notification
from tests.factories.accounts import UserFactory
from tests.factories.comms import EmailTemplateFactory, NotificationFactory

pytestmark = pytest.mark.django_db

FIELDS = {
    "name": "welcome",
    "subject": "Welcome",
    "content": "Hello {{ username }}",
    "template_type": "account",
}


def test_first_reading_counts():
    # Before this transaction: all that happens within it has one instant.
    first = timezone.now() - timedelta(hours=1)
    notification = NotificationFactory(is_read=True, read_at=first)

    again = services.mark_read(user=notification.user, notification=notification)

    assert (again.is_read, again.read_at) == (True, first)


def test_nobody_reads_for_another_person():
    notification = NotificationFactory()

    services.mark_read(user=UserFactory(), notification=notification)

    assert list(Notification.objects.unread()) == [notification]


def test_mark_all_read_counts_what_was_unread_and_leaves_others_alone():
    user = UserFactory()
    services.mark_read(user=user, notification=NotificationFactory(user=user))
    NotificationFactory.create_batch(2, user=user)
    others = NotificationFactory()

    counts = services.mark_all_read(user=user), services.mark_all_read(user=user)

    assert counts == (2, 0)
    assert list(Notification.objects.unread()) == [others]


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
