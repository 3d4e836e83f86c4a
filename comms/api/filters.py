"""Filters of talk."""

import django_filters

from comms.models import (
    ChatMessage,
    ChatReport,
    Commentary,
    CommentarySource,
    EmailTemplate,
    MessageType,
    Notification,
    Personality,
    Priority,
    ReportReason,
    ReportStatus,
)
from dayrade.api.filters import AnyOf, FilterSet, FlagFilter, Ordering, Search


class ChatMessageFilterSet(FilterSet):
    """Which messages."""

    period = "created_at"

    message_type = AnyOf(choices=MessageType.choices)

    class Meta:
        model = ChatMessage
        fields: list[str] = []


class ChatReportFilterSet(FilterSet):
    """Which reports."""

    period = "created_at"

    status = AnyOf(choices=ReportStatus.choices)
    reason = AnyOf(choices=ReportReason.choices)
    tournament = django_filters.UUIDFilter(
        field_name="message__tournament_id", help_text="Id of the tournament."
    )

    class Meta:
        model = ChatReport
        fields: list[str] = []


class CommentaryFilterSet(FilterSet):
    """Which lines."""

    period = "created_at"

    personality = AnyOf(choices=Personality.choices)
    source = AnyOf(choices=CommentarySource.choices)
    priority = AnyOf(choices=Priority.choices)

    class Meta:
        model = Commentary
        fields: list[str] = []


class NotificationFilterSet(FilterSet):
    """Which notifications."""

    period = "created_at"

    type = django_filters.CharFilter(max_length=50)
    is_read = FlagFilter()
    priority = AnyOf(choices=Priority.choices)

    class Meta:
        model = Notification
        fields: list[str] = []


class EmailTemplateFilterSet(FilterSet):
    """Which texts."""

    template_type = django_filters.CharFilter(max_length=50)
    is_active = FlagFilter()
    search = Search("name", "subject")
    ordering = Ordering(
        name="name", template_type="template_type", created_at="created_at", updated_at="updated_at"
    )

    class Meta:
        model = EmailTemplate
        fields: list[str] = []
