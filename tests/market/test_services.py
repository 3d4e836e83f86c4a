"""What staff do with the calendar is checked and recorded."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils import timezone

from administration.models import AuditLog
from market import services
from market.models import EconomicEvent
from tests.factories.accounts import UserFactory
from tests.factories.market import EconomicEventFactory

pytestmark = pytest.mark.django_db

FIELDS = {"name": "Payrolls", "country": "United States", "impact_level": "high"}


def test_create_enters_an_event():
    admin = UserFactory(admin=True)

    event = services.create_event(actor=admin, fields=FIELDS | {"event_time": timezone.now()})

    assert EconomicEvent.objects.get() == event
    assert AuditLog.objects.get(entity_id=event.pk).user == admin


def test_create_refuses_an_unknown_impact():
    with pytest.raises(ValidationError) as refusal:
        services.create_event(
            actor=UserFactory(admin=True),
            fields=FIELDS | {"event_time": timezone.now(), "impact_level": "huge"},
        )

    assert list(refusal.value.message_dict) == ["impact_level"]


def test_event_of_a_source_is_entered_once():
    EconomicEventFactory(external_event_id="nfp-2026-11", data_source="bls")

    with pytest.raises(IntegrityError):
        EconomicEventFactory(external_event_id="nfp-2026-11", data_source="bls")


def test_update_writes_the_released_value():
    event = EconomicEventFactory()

    services.update_event(
        actor=UserFactory(admin=True), event=event, changes={"actual_value": "227.5"}
    )

    event.refresh_from_db()
    assert str(event.actual_value) == "227.5000"


def test_update_of_a_deleted_event_finds_nothing():
    event = EconomicEventFactory()
    EconomicEvent.objects.all().delete()

    with pytest.raises(EconomicEvent.DoesNotExist):
        services.update_event(actor=UserFactory(admin=True), event=event, changes={"name": "X"})


def test_delete_leaves_the_event_in_the_audit_log():
    event = EconomicEventFactory(name="Payrolls")
    pk = event.pk

    services.delete_event(actor=UserFactory(admin=True), event=event)

    assert not EconomicEvent.objects.exists()
    deletion = AuditLog.objects.get(entity_id=pk, new_values__isnull=True)
    assert deletion.old_values["name"] == "Payrolls"
