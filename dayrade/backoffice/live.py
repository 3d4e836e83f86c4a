"""How much happens now, by figures that the page reads again every few seconds."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, QuerySet, Sum

from comms.models import ChatMessage
from dayrade.admin.columns import address
from dayrade.backoffice.words import COUNTED, counted
from tournaments.models import Tournament, TournamentStatus
from trading.models import Trade

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of now, and the list behind it."""

    name: str
    title: str
    value: str
    url: str


def figures(at: datetime) -> list[Figure]:
    """Count what is live at `at`; every role of staff may see it."""
    active = Tournament.objects.filter(status=TournamentStatus.ACTIVE)
    trading = active.aggregate(number=Count("pk"), seats=Sum("current_participants", default=0))
    tournaments = f"{address(Tournament, 'changelist')}?status__exact={TournamentStatus.ACTIVE}"
    trades = Trade.objects.filter(executed_at__gt=at - MINUTE, executed_at__lte=at)
    messages = ChatMessage.objects.filter(created_at__gt=at - MINUTE)
    return [
        Figure("trading", "Tournaments trading", f"{trading['number']:,}", tournaments),
        Figure("people", "People in them", f"{trading['seats']:,}", tournaments),
        Figure("trades", "Trades in the last minute", bounded(trades), changelist(Trade)),
        Figure("chat", "Messages in the last minute", bounded(messages), changelist(ChatMessage)),
    ]


def changelist(model: Any) -> str:
    """Return where a table is listed."""
    return address(model, "changelist")


def bounded(rows: QuerySet[Any]) -> str:
    """Count to a bound."""
    return counted(rows.values("pk")[: COUNTED + 1].count(), COUNTED)
