"""The desk of a tournament: what needs attention, and the way to everything else."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from tests.factories.accounts import UserFactory
from tests.factories.comms import ChatMessageFactory, ChatReportFactory
from tests.factories.tournaments import (
    BookingFactory,
    ParticipantFactory,
    ResultFactory,
    TournamentFactory,
)
from tests.factories.trading import BreakFactory, MarkFactory, QuarantinedTradeFactory
from tests.trading import boards
from tournaments.models import Board, Mismatch
from tournaments.services import ranking

pytestmark = pytest.mark.django_db


@pytest.fixture
def show(client):
    """Return a function that opens a desk as somebody of a role."""

    def ask(tournament, role=Role.ADMIN):
        client.force_login(UserFactory(role=role))
        return client.get(reverse("admin:tournament_desk", args=[tournament.pk]))

    return ask


def said(response):
    return [(one.said, one.blocks) for one in response.context["attention"]]


def titles(response, name):
    return [step.title for step in response.context[name]]


def ranked(**fields):
    """Return a running tournament that a worker has just ranked."""
    tournament = TournamentFactory(active=True, **fields)
    ranking.refresh(tournament=tournament)
    return tournament


def test_nothing_needs_attention_where_all_is_well(show):
    response = show(ranked())

    assert said(response) == []


def test_what_waits_is_counted_and_leads_to_where_it_is_settled(client, show):
    tournament = ranked(ticketsource_event_id="evt-1")
    seat = ParticipantFactory(tournament=tournament, zimtra_account_id=None)
    ParticipantFactory(tournament=tournament, zimtra_account_id="Z1", ticketsource_booking_id="B1")
    QuarantinedTradeFactory.create_batch(2, tournament=tournament)
    BreakFactory(participant=seat)
    BookingFactory(tournament=tournament, mismatch=Mismatch.NO_ACCOUNT)
    ChatReportFactory(message=ChatMessageFactory(tournament=tournament))
    MarkFactory(tournament=tournament, as_of=timezone.now() - timedelta(days=1))
    for make in (QuarantinedTradeFactory, BreakFactory, ChatReportFactory):
        make()

    response = show(tournament)

    assert said(response) == [
        ("2 refused trades wait", True),
        ("1 figure of the provider differs", True),
        ("1 booking does not fit", False),
        ("1 seat has no booking", False),
        ("1 seat has no trading account: its trades will be refused", False),
        ("1 reported message waits", False),
        ("Prices that have become old: 1.", False),
    ]
    urls = [one.url for one in response.context["attention"]]
    lists = [url for url in urls if "/mismatches/" not in url and "chatreport" not in url]
    assert [len(client.get(url).context["cl"].result_list) for url in lists] == [2, 1, 1, 1]
    assert [client.get(url).status_code for url in urls] == [200] * len(urls)


def test_step_that_is_overdue_is_told(show):
    now = timezone.now()
    tournament = ranked(end_date=now - timedelta(hours=2))

    assert said(show(tournament)) == [
        ("Ends: that was due 2\xa0hours ago, and has not happened.", False)
    ]


def test_board_that_nobody_ranks_is_told(show):
    never, late = TournamentFactory(active=True), ranked()
    Board.objects.update(computed_at=timezone.now() - timedelta(minutes=9))

    assert [said(show(one)) for one in (never, late)] == [
        [("The board was not ranked yet: does a worker run?", False)],
        [("The board was last ranked 9\xa0minutes ago: does a worker run?", False)],
    ]


def test_field_that_is_too_small_is_told(show):
    tournament = TournamentFactory(min_participants=3, current_participants=1)

    assert said(show(tournament)) == [
        ("2 more have to register, or it is cancelled when registration closes.", False)
    ]


def test_final_figures_that_nobody_published_are_told(show):
    tournament = TournamentFactory(status="completed")
    ResultFactory(tournament=tournament)
    ParticipantFactory(tournament=tournament, final_rank=1, final_pnl=5)

    response = show(tournament)

    assert said(response) == [("Final figures that are not the published ones: 1.", False)]


@pytest.mark.parametrize(
    ("status", "steps"),
    [
        ("draft", ["Open registration", "Freeze the board", "Cancel the tournament"]),
        ("active", ["Complete and publish", "Freeze the board", "Cancel the tournament"]),
        ("completed", ["Correct the result"]),
        ("cancelled", []),
    ],
)
def test_status_says_which_steps_there_are(show, status, steps):
    tournament = TournamentFactory(status=status)

    response = show(tournament)

    assert titles(response, "steps") == steps
    assert titles(response, "pages") == [
        "Board",
        "Seats and bookings",
        "Announce",
        "Export",
        "Clone",
    ]


def test_every_step_and_page_opens(client, show):
    response = show(ranked())

    for name in ("steps", "pages", "lists"):
        found = [client.get(step.url).status_code for step in response.context[name]]
        assert found == [200] * len(found)


def test_moderator_looks_and_decides_nothing_about_the_whole(show):
    response = show(ranked(), Role.MODERATOR)

    assert titles(response, "steps") == []
    assert titles(response, "pages") == ["Board", "Seats and bookings"]


def test_leaders_are_shown_with_how_they_moved_within_the_hour(show):
    tournament = TournamentFactory(active=True)
    first = boards.seat(tournament, "ann", total="5.00")
    second = boards.seat(tournament, "bob", total="4.00")
    boards.kept(tournament, timezone.now() - timedelta(hours=2))
    type(second).objects.filter(pk=second.pk).update(
        total_pnl=9, realized_pnl=9, current_balance=100_009
    )
    ranking.refresh(tournament=tournament)

    lines = show(tournament).context["lines"]

    assert [(row["username"], row["before"], row["risen"], row["fallen"]) for row in lines] == [
        ("bob", 2, 1, 0),
        ("ann", 1, 0, 1),
    ]
    assert first.user.username == "ann"


def test_public_board_that_stands_still_is_told(show):
    at = timezone.now() - timedelta(minutes=5)
    tournament = ranked(rules={"freeze_at": at.isoformat()})

    facts = dict(show(tournament).context["facts"])

    assert facts["Public board"].startswith("Stands still since ")


@pytest.mark.parametrize("seats", [1, 3])
def test_desk_asks_as_many_questions_as_there_are_curves(
    client, show, django_assert_num_queries, seats
):
    tournament = TournamentFactory(active=True)
    for n in range(seats):
        boards.seat(tournament, f"seat{n}", total=f"{n}.00")
    ranking.refresh(tournament=tournament)
    show(tournament)

    with django_assert_num_queries(16 + seats):
        client.get(reverse("admin:tournament_desk", args=[tournament.pk]))
