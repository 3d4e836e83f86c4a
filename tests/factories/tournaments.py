"""Tournaments and seats for tests."""

from datetime import timedelta

import factory
from django.utils import timezone

from tests.factories.accounts import UserFactory
from tournaments.models import (
    Board,
    Booking,
    BookingStatus,
    Division,
    Participant,
    Result,
    Standing,
    Tournament,
    TournamentStatus,
)


class TournamentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Tournament

    class Params:
        at = factory.LazyFunction(timezone.now)
        draft = factory.Trait(status=TournamentStatus.DRAFT)
        open = factory.Trait(status=TournamentStatus.REGISTRATION_OPEN)
        active = factory.Trait(
            status=TournamentStatus.ACTIVE,
            registration_open_date=factory.LazyAttribute(lambda o: o.at - timedelta(days=9)),
            registration_close_date=factory.LazyAttribute(lambda o: o.at - timedelta(days=2)),
            start_date=factory.LazyAttribute(lambda o: o.at - timedelta(days=1)),
            end_date=factory.LazyAttribute(lambda o: o.at + timedelta(days=6)),
        )

    name = factory.Sequence(lambda n: f"Tournament {n}")
    slug = factory.Sequence(lambda n: f"tournament-{n}")
    division = Division.ELEVATOR
    status = TournamentStatus.REGISTRATION_OPEN
    registration_open_date = factory.LazyAttribute(lambda o: o.at - timedelta(days=1))
    registration_close_date = factory.LazyAttribute(lambda o: o.at + timedelta(days=6))
    start_date = factory.LazyAttribute(lambda o: o.at + timedelta(days=7))
    end_date = factory.LazyAttribute(lambda o: o.at + timedelta(days=14))
    trading_symbols = factory.LazyFunction(lambda: ["AAPL", "IBM"])


class ParticipantFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Participant

    tournament = factory.SubFactory(TournamentFactory, active=True)
    user = factory.SubFactory(UserFactory)
    zimtra_account_id = factory.Sequence(lambda n: f"ZA{n}")


class BookingFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Booking

    tournament = factory.SubFactory(TournamentFactory)
    reference = factory.Sequence(lambda n: f"B{n:05}")
    email = factory.Sequence(lambda n: f"buyer{n}@example.com")
    name = "Ada Lovelace"
    amount = "25.00"
    currency = "USD"
    status = BookingStatus.PAID
    booked_at = factory.LazyFunction(timezone.now)


class BoardFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Board

    tournament = factory.SubFactory(TournamentFactory, active=True)


class ResultFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Result

    tournament = factory.SubFactory(TournamentFactory, status=TournamentStatus.COMPLETED)
    number = 1


class StandingFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Standing

    result = factory.SubFactory(ResultFactory)
    participant = factory.SubFactory(
        ParticipantFactory, tournament=factory.SelfAttribute("..result.tournament")
    )
    rank = 1
    pnl = 0
