"""What the web workers say of the stream: where it is, and tickets to it."""

from datetime import timedelta

import pytest
from django.core.signing import TimestampSigner
from django.utils import timezone

from accounts.models import UserSession
from dayrade.stream import tickets
from tests.factories.accounts import UserFactory, UserSessionFactory
from tests.factories.tournaments import TournamentFactory

pytestmark = pytest.mark.django_db


def events(tournament):
    return f"/api/v1/tournaments/{tournament.slug}/events"


@pytest.mark.parametrize("accept", ["text/event-stream", "*/*", "application/json"])
def test_web_workers_lead_to_the_stream(settings, anonymous, accept):
    settings.STREAM_URL = "https://stream.example.com"
    path = f"{events(TournamentFactory())}?last_event_id=7&ticket=x"

    answer = anonymous.get(path, headers={"Accept": accept})

    assert (answer.status_code, answer["Location"]) == (307, settings.STREAM_URL + path)
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize("accept", ["text/event-stream", "*/*"])
def test_web_workers_hold_nobody(settings, anonymous, accept):
    settings.STREAM_URL = ""

    answer = anonymous.get(events(TournamentFactory()), headers={"Accept": accept})

    assert (answer.status_code, answer["Content-Type"]) == (503, "application/json")
    assert answer.json() == {
        "success": False,
        "message": (
            "The event stream is a service of its own: a proxy has to lead this path there"
        ),
        "error": "STREAM_ELSEWHERE",
    }


def ticket_of(session, tournament):
    return tickets.issued(session_id=session.pk, tournament_id=tournament.pk)


def test_ticket_names_its_session():
    session, tournament = UserSessionFactory(), TournamentFactory()

    found = tickets.session_of(ticket_of(session, tournament), tournament_id=tournament.pk)

    assert found == session


def test_ticket_is_good_for_one_tournament():
    session, tournament = UserSessionFactory(), TournamentFactory()

    ticket = ticket_of(session, tournament)

    assert tickets.session_of(ticket, tournament_id=TournamentFactory().pk) is None


@pytest.mark.parametrize("forged", ["", "x", "a.b.c", "a.b.c.d"])
def test_ticket_is_signed(forged):
    assert tickets.session_of(forged, tournament_id=TournamentFactory().pk) is None


def test_other_signatures_are_no_tickets():
    session, tournament = UserSessionFactory(), TournamentFactory()
    named = f"{session.pk.hex}.{tournament.pk.hex}"

    other = TimestampSigner(salt="another", sep=".").sign(named)

    assert tickets.session_of(other, tournament_id=tournament.pk) is None


def test_ticket_is_good_for_a_minute(monkeypatch):
    session, tournament = UserSessionFactory(), TournamentFactory()
    ticket = ticket_of(session, tournament)
    monkeypatch.setattr(tickets, "SECONDS", -1)

    assert tickets.session_of(ticket, tournament_id=tournament.pk) is None


@pytest.mark.parametrize(
    "change",
    [{"is_active": False}, {"created_at": timezone.now() - timedelta(days=400)}],
    ids=["ended", "over"],
)
def test_ticket_ends_with_its_session(change):
    session, tournament = UserSessionFactory(), TournamentFactory()
    ticket = ticket_of(session, tournament)
    UserSession.objects.filter(pk=session.pk).update(**change)

    assert tickets.session_of(ticket, tournament_id=tournament.pk) is None


def test_ticket_of_a_suspended_person_is_worth_nothing():
    session = UserSessionFactory(user=UserFactory(suspended=True))
    tournament = TournamentFactory()

    found = tickets.session_of(ticket_of(session, tournament), tournament_id=tournament.pk)

    assert found is None
