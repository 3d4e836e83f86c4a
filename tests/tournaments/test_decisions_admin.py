"""Linking a seat with its trading account in the back office."""

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from administration.models import AuditLog
from tests.factories.accounts import UserFactory
from tests.factories.tournaments import ParticipantFactory
from tests.factories.trading import TradeFactory
from tournaments.models import Participant

pytestmark = pytest.mark.django_db


@pytest.fixture
def moderator(client):
    user = UserFactory(moderator=True)
    client.force_login(user)
    return user


@pytest.fixture
def seat():
    return ParticipantFactory(zimtra_account_id=None, user__zimtra_id="ZU")


def page(seat, action="link_account"):
    return reverse(f"admin:tournaments_participant_{action}", args=[seat.pk])


def link(client, seat, account):
    sent = {"zimtra_account_id": account, "reason": "They told us"}
    return client.post(page(seat), sent)


def stored(seat):
    return Participant.objects.values_list("zimtra_account_id", flat=True).get(pk=seat.pk)


def test_link_is_offered_where_the_service_allows_it(client, moderator, seat):
    others = [
        TradeFactory().participant,
        ParticipantFactory(tournament__status="completed"),
        ParticipantFactory(user=moderator),
    ]

    found = [
        page(row)
        in [entry["path"] for entry in client.get(page(row, "change")).context["actions_detail"]]
        for row in (seat, *others)
    ]

    assert found == [True, False, False, False]


def test_staff_link_a_seat_with_a_reason(client, moderator, seat):
    asked = client.get(page(seat))
    response = link(client, seat, "ZX")

    row = AuditLog.objects.get(action="participant.link_account")
    assert list(asked.context["form"].fields) == ["zimtra_account_id", "reason", "seen"]
    assert asked.context["form"]["zimtra_account_id"].value() == "ZU"
    assert response["Location"] == page(seat, "change")
    assert (stored(seat), row.user, row.changes["reason"]) == ("ZX", moderator, "They told us")


@pytest.mark.parametrize(
    ("account", "said"),
    [
        ("TAKEN", {"__all__": ["This Zimtra account has a seat in the tournament."]}),
        (
            "Zürich",
            {
                "zimtra_account_id": [
                    "Use 1 to 100 printable ASCII characters without spaces around them."
                ]
            },
        ),
    ],
)
def test_refusal_comes_back_on_the_form(client, moderator, seat, account, said):
    ParticipantFactory(tournament=seat.tournament, zimtra_account_id="TAKEN")

    response = link(client, seat, account)

    assert response.context["form"].errors == said
    assert stored(seat) is None


def test_rule_of_the_service_is_told(client, moderator):
    seat = TradeFactory(participant__zimtra_account_id="ZA").participant

    response = link(client, seat, "ZX")

    assert [str(message) for message in get_messages(response.wsgi_request)] == [
        "This seat has trades: they were booked under its account."
    ]
    assert stored(seat) == "ZA"
