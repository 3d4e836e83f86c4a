"""A process of the event stream on the database of a test, and what happens meanwhile."""

import os
import secrets
from contextlib import contextmanager

import httpx
from django.db import connection
from django.utils import timezone

from comms.models import ChatMessage
from dayrade import events
from dayrade.db.transactions import service
from tests.factories.accounts import UserSessionFactory
from tests.factories.comms import ChatMessageFactory, CommentaryFactory
from tests.live.server import STREAM, passable_folder, production, running, url_of
from tournaments.models import Participant
from tournaments.services import ranking

KEY = secrets.token_urlsafe(50)


@contextmanager
def started(**variables):
    """Run one process of the stream on the database of the test."""
    url = url_of(os.environ["DATABASE_URL"], connection.settings_dict["NAME"])
    environment = production(url, SECRET_KEY=KEY, PYTHONWARNINGS="error", **variables)
    with passable_folder() as folder:
        with running(environment, folder / "log", service=STREAM) as live:
            yield live
        said = (folder / "log").read_text()
    assert "Traceback" not in said, said
    assert '"level": "ERROR"' not in said, said


@service
def say(tournament, **fields):
    message = ChatMessageFactory(tournament=tournament, **fields)
    events.publish(tournament.pk, "chat", subject_id=message.pk, action="posted")
    return message


@service
def hide(message):
    ChatMessage.objects.filter(pk=message.pk).update(
        is_moderated=True, moderation_reason="Abuse", moderated_at=timezone.now()
    )
    events.publish(message.tournament_id, "chat", subject_id=message.pk, action="hidden")


@service
def speak(tournament, **fields):
    line = CommentaryFactory(tournament=tournament, **fields)
    events.publish(tournament.pk, "commentary", subject_id=line.pk, action="spoken")
    return line


def move(one, total):
    Participant.objects.filter(pk=one.pk).update(
        total_pnl=total, realized_pnl=total, current_balance=100_000 + total
    )
    ranking.refresh(tournament=one.tournament)


def signed_in(user):
    token = secrets.token_urlsafe(32)
    session = UserSessionFactory(user=user, token=token)
    return {"Authorization": f"Bearer {token}"}, session


def texts(reader):
    return [data["message"]["message_text"] for data in reader.of("chat") if "message" in data]


def ask(live, path, **options):
    return httpx.request("GET", live.url + path, trust_env=False, timeout=10, **options)
