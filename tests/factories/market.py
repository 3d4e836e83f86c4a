"""Economic events for tests."""

import factory
from django.utils import timezone

from market.models import EconomicEvent, ImpactLevel


class EconomicEventFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = EconomicEvent

    name = factory.Sequence(lambda n: f"Release {n}")
    country = "United States"
    event_time = factory.LazyFunction(timezone.now)
    impact_level = ImpactLevel.HIGH
