"""Talking in a chat, and hearing what is told of it."""

from comms.services import chat
from dayrade.models import Event
from tests.factories.accounts import UserFactory


def room_of(tournament):
    return chat.Room.found(tournament.slug, UserFactory.build(admin=True))


def post(seat, text="Hello"):
    return chat.post(user=seat.user, room=room_of(seat.tournament), text=text)


def texts(tournament):
    return set(tournament.chat_messages.values_list("message_text", flat=True))


def heard():
    return list(Event.objects.order_by("pk").values_list("subject_id", "kind", "data"))
