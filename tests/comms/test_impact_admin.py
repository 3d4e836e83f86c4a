"""What a release of the calendar touched, in the back office."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.factories.accounts import UserFactory
from tests.factories.comms import CommentaryFactFactory, CommentaryFactory
from tests.factories.market import EconomicEventFactory
from tests.factories.tournaments import TournamentFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def event():
    return EconomicEventFactory(
        affected_symbols=["SPY"], market_reaction={"items": "up", "SPY": "-0.4"}
    )


def impact(client, event):
    return client.get(reverse("admin:event_impact", args=[event.pk]))


def test_tournaments_under_way_that_trade_its_symbols_are_named(client, event):
    any_symbol = TournamentFactory(active=True, trading_symbols=None)
    spy = TournamentFactory(active=True, trading_symbols=["SPY", "AAPL"])
    TournamentFactory(active=True, trading_symbols=["AAPL"])
    TournamentFactory(start_date=timezone.now() + timedelta(days=9))
    TournamentFactory(active=True, status="cancelled")
    client.force_login(UserFactory(moderator=True))

    assert set(impact(client, event).context["tournaments"]) == {any_symbol, spy}


def test_event_that_names_no_symbols_moves_all(client):
    event = EconomicEventFactory(affected_symbols=None)
    touched = TournamentFactory(active=True, trading_symbols=["AAPL"])
    client.force_login(UserFactory(moderator=True))

    assert list(impact(client, event).context["tournaments"]) == [touched]


def test_lines_that_it_caused_are_shown(client, event):
    tournament = TournamentFactory(active=True)
    line = CommentaryFactory(tournament=tournament, commentary_text="<b>Payrolls</b>")
    for subject in (event.pk, EconomicEventFactory().pk):
        CommentaryFactFactory(
            tournament=tournament,
            event="economic_release",
            subject_id=subject,
            commentary=line if subject == event.pk else CommentaryFactory(tournament=tournament),
        )
    client.force_login(UserFactory(moderator=True))

    answer = impact(client, event)

    assert list(answer.context["lines"]) == [line]
    assert "&lt;b&gt;Payrolls&lt;/b&gt;" in answer.content.decode()


@pytest.mark.parametrize("lines", [1, 3])
def test_page_asks_as_much_for_any_number(client, event, django_assert_num_queries, lines):
    for tournament in TournamentFactory.create_batch(lines, active=True):
        CommentaryFactFactory(
            tournament=tournament,
            event="economic_release",
            subject_id=event.pk,
            commentary=CommentaryFactory(tournament=tournament),
        )
    client.force_login(UserFactory(moderator=True))

    # session, person, event, tournaments, lines
    with django_assert_num_queries(5):
        impact(client, event)


def test_event_leads_there_and_there_is_none_of_another(client, event):
    client.force_login(UserFactory(admin=True))
    url = reverse("admin:market_economicevent_to_impact", args=[event.pk])

    assert (
        url
        in client.get(
            reverse("admin:market_economicevent_change", args=[event.pk])
        ).content.decode()
    )
    assert client.get(url)["Location"] == reverse("admin:event_impact", args=[event.pk])
    type(event).objects.all().delete()
    assert impact(client, event).status_code == 404


def test_nobody_else_sees_it(client, event):
    client.force_login(UserFactory())

    assert impact(client, event).status_code == 302
