"""Disqualifying a seat and letting it in again in the back office."""

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from administration.models import AuditLog
from tests.factories.accounts import UserFactory
from tests.factories.tournaments import ParticipantFactory, TournamentFactory
from tests.factories.trading import TradeFactory
from tests.trading import boards
from tournaments.models import Participant
from tournaments.services import ranking, sanctions

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    def sign_in(**kwargs):
        user = UserFactory(**kwargs)
        client.force_login(user)
        return user

    return sign_in


@pytest.fixture
def field():
    """Return the seats of a running tournament, from the first rank to the last."""
    tournament = TournamentFactory(active=True)
    seats = [boards.seat(tournament, f"seat{n}", total=f"{n}.00") for n in (30, 20, 10)]
    ranking.refresh(tournament=tournament)
    return seats


def page(seat, action="change"):
    return reverse(f"admin:tournaments_participant_{action}", args=[seat.pk])


def offered(client, seat):
    response = client.get(page(seat))
    return [
        entry["path"].rstrip("/").split("/")[-1] for entry in response.context["actions_detail"]
    ]


def ranks(seats):
    stored = Participant.objects.in_bulk([seat.pk for seat in seats])
    return [stored[seat.pk].current_rank for seat in seats]


@pytest.mark.parametrize(
    ("fields", "role", "expected"),
    [
        ({}, "moderator", ["disqualify"]),
        ({"disqualified": True, "disqualification_reason": "Two"}, "moderator", ["lift"]),
        ({"tournament__status": "cancelled"}, "admin", []),
        ({"tournament__status": "completed"}, "moderator", []),
        ({"tournament__status": "completed"}, "admin", ["correct"]),
    ],
)
def test_what_is_possible_is_offered(client, staff, fields, role, expected):
    staff(role=role)
    names = {f"participant__{name}": value for name, value in fields.items()}
    seat = TradeFactory(**names).participant

    assert offered(client, seat) == expected


def test_nothing_is_offered_about_oneself(client, staff):
    seat = ParticipantFactory(user=staff(moderator=True))

    answers = [
        client.post(page(seat, action), {"reason": "Mine"}).status_code
        for action in ("disqualify", "lift")
    ]

    assert (offered(client, seat), answers) == ([], [403, 403])


def test_page_counts_one_who_moves(client, staff, field):
    staff(moderator=True)

    table = client.get(page(field[-1], "disqualify")).context["table"]

    assert (table.title, len(table.rows)) == ("1 rank changes", 1)


def test_page_shows_who_moves_before_anybody_acts(client, staff, field):
    staff(moderator=True)

    table = client.get(page(field[0], "disqualify")).context["table"]

    assert (table.title, table.note) == ("3 ranks change", "")
    assert table.rows == [
        (field[0].user.username, 1, None),
        (field[1].user.username, 2, 1),
        (field[2].user.username, 3, 2),
    ]
    assert ranks(field) == [1, 2, 3]


def test_page_says_how_many_more_move(client, staff, field, monkeypatch):
    monkeypatch.setattr(sanctions, "MOVES_SHOWN", 1)
    staff(moderator=True)

    table = client.get(page(field[0], "disqualify")).context["table"]

    assert (len(table.rows), table.note) == (1, "And 2 more.")


def test_page_says_that_nobody_moves(client, staff):
    staff(moderator=True)
    seat = ParticipantFactory(is_active=False)

    table = client.get(page(seat, "disqualify")).context["table"]

    assert (table.title, table.rows) == ("No rank changes.", [])


def test_moderator_disqualifies_and_lifts(client, staff, field):
    moderator = staff(moderator=True)

    out = client.post(page(field[0], "disqualify"), {"reason": "Two accounts"})
    without = ranks(field)
    shown = client.get(page(field[0], "lift"))
    client.post(page(field[0], "lift"), {"reason": "It was a twin"})

    rows = AuditLog.objects.filter(entity_id=field[0].pk, user=moderator)
    assert out["Location"] == page(field[0])
    assert (without, ranks(field)) == ([None, 1, 2], [1, 2, 3])
    assert dict(shown.context["facts"])["Disqualified for"] == "Two accounts"
    assert {(row.action, row.changes["reason"]) for row in rows} == {
        ("participant.disqualify", "Two accounts"),
        ("participant.reinstate", "It was a twin"),
    }


@pytest.mark.parametrize(("disqualified", "fills"), [(False, "disqualify"), (True, "reinstate")])
def test_seat_of_a_result_leads_to_its_correction(client, staff, disqualified, fills):
    staff(admin=True)
    seat = ParticipantFactory(
        tournament__status="completed",
        disqualified=disqualified,
        disqualification_reason="Two" if disqualified else None,
    )

    response = client.get(page(seat, "correct"), follow=True)

    assert response.context["title"] == f"Correct the result of {seat.tournament}"
    assert response.context["form"][fills].value() == str(seat.pk)


def test_seat_of_no_result_leads_to_no_correction(client, staff):
    staff(admin=True)

    response = client.get(page(ParticipantFactory(), "correct"))

    messages = [str(message) for message in get_messages(response.wsgi_request)]
    assert messages == ["This cannot be done now."]
