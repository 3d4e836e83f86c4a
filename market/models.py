"""The economic calendar."""

from typing import TYPE_CHECKING, Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from dayrade.db.constraints import amount, one_of
from dayrade.db.fields import UpdatedAtField, created_at, money, primary_key
from dayrade.db.indexes import Index
from dayrade.db.words import words

if TYPE_CHECKING:
    from datetime import datetime


class ImpactLevel(models.TextChoices):
    """How much an event moves the market."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class EconomicEventQuerySet(models.QuerySet["EconomicEvent"]):
    """Questions asked of the calendar."""

    def between(self, since: "datetime", until: "datetime") -> Self:
        """Keep what is released from `since` on and before `until`, in the order of time."""
        return self.filter(event_time__gte=since, event_time__lt=until).order_by("event_time", "pk")

    def coming(self, *, at: "datetime") -> Self:
        """Keep what is released after `at`, in the order of time."""
        return self.filter(event_time__gt=at).order_by("event_time", "pk")


class EconomicEvent(models.Model):
    """A scheduled release, such as payrolls, with what was expected and what came."""

    id = primary_key()
    name = models.CharField(max_length=255)
    description = models.TextField(null=True, blank=True)
    country = models.CharField(max_length=100)

    event_time = models.DateTimeField()
    timezone = models.CharField(max_length=50, default="UTC", db_default="UTC")

    impact_level = models.CharField(max_length=10, choices=ImpactLevel)

    forecast_value = money(15, 4, null=True)
    actual_value = money(15, 4, null=True)
    previous_value = money(15, 4, null=True)
    unit = models.CharField(max_length=50, null=True, blank=True)

    affected_symbols = ArrayField(models.TextField(), null=True, blank=True)
    market_reaction = models.JSONField(null=True, blank=True)

    data_source = models.CharField(max_length=50, default="external_api", db_default="external_api")
    external_event_id = models.CharField(max_length=100, null=True, blank=True)

    created_at = created_at()
    updated_at = UpdatedAtField()

    objects = models.Manager.from_queryset(EconomicEventQuerySet)()

    class Meta:
        db_table = "economic_events"
        constraints = [
            one_of("economic_events", "impact_level", ImpactLevel),
            amount("economic_events", "forecast_value", 15, 4),
            amount("economic_events", "actual_value", 15, 4),
            amount("economic_events", "previous_value", 15, 4),
            models.UniqueConstraint(
                name="dayrade_economic_events_external_id_key",
                fields=["data_source", "external_event_id"],
                condition=Q(external_event_id__isnull=False),
                violation_error_message="This event of that source is in the calendar.",
            ),
        ]
        indexes = [
            Index(name="idx_economic_events_event_time", fields=["event_time"]),
            Index(name="idx_economic_events_country", fields=["country"]),
            Index(name="idx_economic_events_impact_level", fields=["impact_level"]),
            GinIndex(words("name", "country"), name="dayrade_economic_events_words"),
        ]

    def __str__(self) -> str:
        """Show what is released where."""
        return f"{self.name} ({self.country})"
