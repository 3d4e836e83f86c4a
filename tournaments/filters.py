"""Filters that several lists of the back office share."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet

from tournaments.models import Tournament

OFFERED = 15


class TournamentFilter(admin.SimpleListFilter):
    """The latest tournaments, and the one that is chosen, however old."""

    title = "tournament"
    #: Where the rows keep their tournament.
    path: ClassVar[str] = "tournament"
    parameter_name = "tournament__id__exact"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        """Offer the latest by start."""
        latest = Tournament.objects.order_by("-start_date", "pk").values_list("pk", "name")
        offered = [(str(pk), name) for pk, name in latest[:OFFERED]]
        chosen = self.value()
        if chosen and chosen not in dict(offered):
            offered += [(chosen, str(each)) for each in Tournament.objects.addressed(chosen)[:1]]
        return offered

    def queryset(self, request: Any, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep what belongs to the chosen one."""
        return queryset.filter(**{self.path: self.value()}) if self.value() else queryset


class SeatTournamentFilter(TournamentFilter):
    """The same for rows that know their seat alone."""

    path = "participant__tournament"
    parameter_name = "participant__tournament"


class TradeTournamentFilter(TournamentFilter):
    """The same for rows that know their trade alone."""

    path = "trade__tournament"
    parameter_name = "trade__tournament"
