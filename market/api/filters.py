"""Filters of the calendar."""

from typing import TYPE_CHECKING, Any

import django_filters

from dayrade.api.filters import AnyOf, FilterSet, Ordering, Search
from market.models import EconomicEvent, ImpactLevel

if TYPE_CHECKING:
    from django.db.models import QuerySet

SYMBOL_MAX = 10


class EconomicEventFilterSet(FilterSet):
    """What visitors look for in the calendar."""

    period = "event_time"

    country = django_filters.CharFilter(lookup_expr="iexact")
    impact_level = AnyOf(choices=ImpactLevel.choices)
    symbol = django_filters.CharFilter(
        method="moving", max_length=SYMBOL_MAX, help_text="Events that move this symbol."
    )
    search = Search("name")
    ordering = Ordering(event_time="event_time", name="name", country="country")

    class Meta:
        model = EconomicEvent
        fields: list[str] = []

    def moving(self, queryset: "QuerySet[Any]", name: str, value: str) -> "QuerySet[Any]":
        """Keep events that name the symbol."""
        return queryset.filter(affected_symbols__contains=[value.upper()])
