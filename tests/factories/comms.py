"""Talk for tests."""

from datetime import timedelta

import factory
from django.utils import timezone

from comms.models import (
    ChatMessage,
    ChatReport,
    ChatRoom,
    Commentary,
    CommentaryFact,
    CommentarySource,
    CommentaryState,
    Delivery,
    DeliveryStatus,
    EmailTemplate,
    Mute,
    Notification,
    Outcome,
    Personality,
    Preference,
    PushSubscription,
    Retraction,
    TellingKey,
    UnreachableAddress,
)
from tests.factories.accounts import UserFactory
from tests.factories.tournaments import TournamentFactory


class ChatMessageFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ChatMessage

    class Params:
        hidden = factory.Trait(
            is_moderated=True,
            moderation_reason="Abuse",
            moderated_at=factory.LazyFunction(timezone.now),
        )

    tournament = factory.SubFactory(TournamentFactory, active=True)
    user = factory.SubFactory(UserFactory)
    message_text = factory.Sequence(lambda n: f"Message {n}")


class ChatRoomFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ChatRoom

    tournament = factory.SubFactory(TournamentFactory, active=True)


class MuteFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Mute

    user = factory.SubFactory(UserFactory)
    reason = "Insults"
    muted_by = factory.SubFactory(UserFactory, moderator=True)
    muted_at = factory.LazyFunction(timezone.now)
    ends_at = factory.LazyAttribute(lambda o: o.muted_at + timedelta(minutes=30))


class ChatReportFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ChatReport

    message = factory.SubFactory(ChatMessageFactory)
    user = factory.SubFactory(UserFactory)
    reason = "abuse"


class CommentaryFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Commentary

    tournament = factory.SubFactory(TournamentFactory, active=True)
    personality = Personality.BULL
    commentary_text = factory.Sequence(lambda n: f"Line {n}")
    source = CommentarySource.MANUAL
    is_played = True
    played_at = factory.LazyFunction(timezone.now)


class CommentaryFactFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = CommentaryFact

    commentary = factory.SubFactory(CommentaryFactory)
    tournament = factory.SelfAttribute("commentary.tournament")
    key = factory.Sequence(lambda n: f"result:{n}")
    event = "big_win"
    happened_at = factory.LazyFunction(timezone.now)
    line = "bull.big_win.0"


class CommentaryStateFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = CommentaryState

    tournament = factory.SubFactory(TournamentFactory, active=True)
    seen_until = factory.LazyFunction(timezone.now)


class RetractionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Retraction

    commentary = factory.SubFactory(CommentaryFactory)
    reason = "A slip"
    was_spoken = factory.SelfAttribute("commentary.is_played")


class NotificationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Notification

    user = factory.SubFactory(UserFactory)
    type = "tournament.started"
    title = factory.Sequence(lambda n: f"Notification {n}")
    message = "It has begun."


class DeliveryFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Delivery

    class Params:
        sent = factory.Trait(
            status=DeliveryStatus.SENT,
            attempts=1,
            sent_at=factory.LazyFunction(timezone.now),
            provider_id=factory.Sequence(lambda n: f"<{n}@smtp-relay.mailin.fr>"),
        )

    notification = factory.SubFactory(NotificationFactory)
    user = factory.SelfAttribute("notification.user")
    channel = "email"


class UnreachableAddressFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = UnreachableAddress

    user = factory.SubFactory(UserFactory)
    address = factory.SelfAttribute("user.email")
    reason = Outcome.HARD_BOUNCE


class PreferenceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Preference

    user = factory.SubFactory(UserFactory)
    category = "trades"
    channel = "email"
    enabled = False


class TellingKeyFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = TellingKey

    user = factory.SubFactory(UserFactory)
    key = factory.Sequence(lambda n: f"key {n}")


class PushSubscriptionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = PushSubscription

    user = factory.SubFactory(UserFactory)
    endpoint = factory.Sequence(lambda n: f"https://fcm.googleapis.com/fcm/send/{n}")
    # A point of the curve and a secret, as a browser gives them.
    p256dh = (
        "BGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU"
    )
    auth = "AAAAAAAAAAAAAAAAAAAAAA"


class EmailTemplateFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = EmailTemplate

    name = factory.Sequence(lambda n: f"template-{n}")
    subject = "Welcome"
    content = "Hello {{ username }}"
    template_type = "account"
    variables = factory.LazyFunction(lambda: ["username"])
