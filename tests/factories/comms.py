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
    EmailTemplate,
    Mute,
    Notification,
    Personality,
    Retraction,
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


class EmailTemplateFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = EmailTemplate

    name = factory.Sequence(lambda n: f"template-{n}")
    subject = "Welcome"
    content = "Hello {{ username }}"
    template_type = "account"
    variables = factory.LazyFunction(lambda: ["username"])
