"""The platform's own records for tests."""

import factory

from administration.models import AuditLog, SystemConfiguration


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
