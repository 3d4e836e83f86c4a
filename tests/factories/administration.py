"""The platform's own records for tests."""

import uuid

import factory
from django.utils import timezone

from administration.models import AuditLog, AuditSeal, SystemConfiguration


class SystemConfigurationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = SystemConfiguration

    key = "site.name"
    value = "Dayrade"
    category = "site"


class AuditLogFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = AuditLog

    action = "tournament.update"
    entity_type = "tournaments"


class AuditSealFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = AuditSeal

    position = factory.Sequence(lambda number: number + 1)
    audit_log_id = factory.LazyFunction(uuid.uuid4)
    salt = factory.LazyFunction(uuid.uuid4)
    row_hash = chain_hash = bytes(32)
    sealed_at = reached_at = factory.LazyFunction(timezone.now)
