"""Ledgers that the commentary speaks about, booked as the provider delivers them."""

from itertools import count

from comms.models import Commentary
from comms.services import watching
from tests.factories.tournaments import ParticipantFactory, TournamentFactory
from tests.trading.ledgers import item
from trading.models import Trade
from trading.services import busts, ingest

NUMBER = count(1)


def seated(tournament, name, **fields):
    return ParticipantFactory(tournament=tournament, user__username=name, **fields)


def arena(**fields):
    """Return an active tournament whose commentary has looked at it."""
    tournament = TournamentFactory(active=True, **fields)
    watching.watch(tournament=tournament)
    return tournament


def book(seat, *items):
    found = ingest.take(tournament=seat.tournament, items=list(items))
    assert {verdict.status for verdict in found} <= {"accepted", "duplicate"}


def trip(seat, pnl, *, minutes=10, symbol="AAPL", name=None):
    """Return a round trip without commission that ends `minutes` after the start."""
    name = name or f"trip-{next(NUMBER)}"
    price = 500 + pnl / 100
    common = {"symbol": symbol, "commission": "0.00"}
    return [
        item(f"{name}-in", seat, "buy", 100, "500", minutes=minutes - 1, **common),
        item(f"{name}-out", seat, "sell", 100, f"{price:.4f}", minutes=minutes, **common),
    ]


def earn(seat, pnl, **given):
    book(seat, *trip(seat, pnl, **given))


def look(tournament):
    """Look once, and return what is new, as (event, username)."""
    known = set(Commentary.objects.values_list("pk", flat=True))
    watching.watch(tournament=tournament)
    return [(line.trigger_event, who(line)) for line in lines(tournament) if line.pk not in known]


def who(line):
    return (line.trigger_data or {}).get("username")


def lines(tournament, event=None):
    found = Commentary.objects.filter(tournament=tournament).order_by("created_at", "pk")
    return list(found.filter(trigger_event=event) if event else found)


def bust(name, actor):
    trade = Trade.objects.select_related("user").get(zimtra_trade_id=name)
    return busts.bust(actor=actor, trade=trade, reason="A fat finger")
