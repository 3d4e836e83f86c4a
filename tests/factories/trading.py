"""Ledger entries and what is derived from them, for tests."""

from decimal import Decimal

import factory
from django.utils import timezone

from tests.factories.accounts import UserFactory
from tests.factories.tournaments import ParticipantFactory, TournamentFactory
from trading.models import (
    Break,
    Bust,
    Mark,
    PerformanceSnapshot,
    Position,
    PositionSide,
    QuarantinedTrade,
    Risk,
    Side,
    Tally,
    Trade,
)


class OfParticipantFactory(factory.django.DjangoModelFactory):
    """A row whose tournament and user are its participant's."""

    class Meta:
        abstract = True

    participant = factory.SubFactory(ParticipantFactory)
    tournament = factory.SelfAttribute("participant.tournament")
    user = factory.SelfAttribute("participant.user")


class PerformanceSnapshotFactory(OfParticipantFactory):
    class Meta:
        model = PerformanceSnapshot


class TradeFactory(OfParticipantFactory):
    class Meta:
        model = Trade

    symbol = "AAPL"
    side = Side.BUY
    quantity = 100
    price = Decimal("187.2500")
    executed_at = factory.LazyFunction(timezone.now)
    commission = Decimal("1.00")
    trade_value = factory.LazyAttribute(lambda o: (o.quantity * o.price).quantize(Decimal("0.01")))
    net_amount = factory.LazyAttribute(lambda o: o.trade_value - o.commission)
    zimtra_trade_id = factory.Sequence(lambda n: f"ZT{n}")


class PositionFactory(OfParticipantFactory):
    class Meta:
        model = Position

    symbol = "AAPL"
    side = PositionSide.LONG
    quantity = 100
    average_price = Decimal("187.2500")
    cost_basis = Decimal("18725.00")
    opened_at = factory.LazyFunction(timezone.now)


class MarkFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Mark

    tournament = factory.SubFactory(TournamentFactory, active=True)
    symbol = "AAPL"
    price = Decimal("187.2500")
    as_of = factory.LazyFunction(timezone.now)


class TallyFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Tally

    participant = factory.SubFactory(ParticipantFactory)


class RiskFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Risk

    participant = factory.SubFactory(ParticipantFactory)
    last_balance = Decimal("100000.00")
    peak_balance = Decimal("100000.00")


class QuarantinedTradeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = QuarantinedTrade

    tournament = factory.SubFactory(TournamentFactory, active=True)
    zimtra_trade_id = factory.Sequence(lambda n: f"ZR{n}")
    digest = factory.Sequence(lambda n: f"{n:064}")
    payload = factory.LazyAttribute(lambda o: {"zimtra_trade_id": o.zimtra_trade_id})
    error = "UNKNOWN_ACCOUNT"
    message = "No seat of this tournament has this account."


class BreakFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Break

    participant = factory.SubFactory(ParticipantFactory)
    tournament = factory.SelfAttribute("participant.tournament")
    snapshot = factory.SubFactory(
        PerformanceSnapshotFactory, participant=factory.SelfAttribute("..participant")
    )
    figure = "number_of_trades"
    ours = Decimal(2)
    theirs = Decimal(3)


class BustFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Bust

    trade = factory.SubFactory(TradeFactory)
    reversal = factory.SubFactory(
        TradeFactory,
        participant=factory.SelfAttribute("..trade.participant"),
        side=Side.SELL,
        zimtra_trade_id=None,
        commission=Decimal("0.00"),
        related_trade=factory.SelfAttribute("..trade"),
    )
    reason = "A fat finger"
    busted_by = factory.SubFactory(UserFactory, moderator=True)
