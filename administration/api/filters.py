"""Filters of the platform's own records."""

import django_filters

from administration.models import AuditLog
from dayrade.api.filters import FilterSet


class AuditLogFilterSet(FilterSet):
    """What an admin looks for in the audit log."""

    period = "created_at"

    action = django_filters.CharFilter(max_length=100)
    entity_type = django_filters.CharFilter(max_length=50)
    entity_id = django_filters.UUIDFilter()
    user = django_filters.UUIDFilter(field_name="user_id", help_text="Id of who acted.")

    class Meta:
        model = AuditLog
        fields: list[str] = []
