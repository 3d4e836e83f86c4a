"""Decisions about the ledger in the back office."""

from decimal import Decimal

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from tests.factories.accounts import UserFactory
from tests.factories.tournaments import ParticipantFactory
from tests.factories.trading import BreakFactory, BustFactory, QuarantinedTradeFactory, TradeFactory
from tests.trading.ledgers import item
from trading.models import Bust, QuarantinedTrade
from trading.services import ingest

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    def sign_in(**kwargs):
        user = UserFactory(**kwargs)
        client.force_login(user)
        return user

    return sign_in


def page(row, action="change"):
    return reverse(f"admin:trading_{row._meta.model_name}_{action}", args=[row.pk])


def offered(client, row):
    response = client.get(page(row))
    return [
        entry["path"].rstrip("/").split("/")[-1] for entry in response.context["actions_detail"]
    ]


def decide(client, row, action, reason="A good reason"):
    return client.post(page(row, action), {"reason": reason})


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_what_is_open_is_offered(client, staff):
    staff(moderator=True)
    refused, difference, bust = QuarantinedTradeFactory(), BreakFactory(), BustFactory()

    found = [offered(client, row) for row in (refused, difference, TradeFactory())]
    settled = [offered(client, row) for row in (bust.trade, bust.reversal)]

    assert found == [["retry", "dismiss"], ["accept"], ["bust"]]
    assert settled == [[], []]


@pytest.mark.parametrize(
    ("role", "status", "expected"),
    [
        ({"moderator": True}, "completed", []),
        ({"admin": True}, "completed", ["bust"]),
        ({"admin": True}, "cancelled", []),
    ],
)
def test_bust_is_offered_to_whom_it_is_open(client, staff, role, status, expected):
    staff(**role)
    trade = TradeFactory(participant__tournament__status=status)

    assert offered(client, trade) == expected


def test_nothing_is_offered_about_oneself(client, staff):
    seat = ParticipantFactory(user=staff(admin=True))

    found = [
        offered(client, row)
        for row in (
            TradeFactory(participant=seat),
            BreakFactory(participant=seat),
            QuarantinedTradeFactory(
                tournament=seat.tournament, payload={"zimtra_account_id": seat.zimtra_account_id}
            ),
        )
    ]

    assert found == [[], [], []]


def test_decision_sent_without_the_right_to_it_is_forbidden(client, staff):
    seat = ParticipantFactory(user=staff(moderator=True))
    completed = TradeFactory(participant__tournament__status="completed")
    own = QuarantinedTradeFactory(
        tournament=seat.tournament, payload={"zimtra_account_id": seat.zimtra_account_id}
    )
    sent = [
        (completed, "bust"),
        (TradeFactory(participant=seat), "bust"),
        (BreakFactory(participant=seat), "accept"),
        (own, "dismiss"),
        (own, "retry"),
    ]

    answers = [decide(client, row, action).status_code for row, action in sent]

    assert answers == [403] * len(sent)
    assert Bust.objects.count() == 0


@pytest.mark.parametrize("action", ["dismiss", "retry", "accept", "bust"])
def test_decisions_are_for_staff_alone(client, staff, action):
    staff()
    make = {"accept": BreakFactory, "bust": TradeFactory}.get(action, QuarantinedTradeFactory)

    response = decide(client, make(), action)

    assert (response.status_code, response["Location"][:13]) == (302, "/admin/login/")


@pytest.mark.parametrize(
    ("make", "action", "facts"),
    [
        (QuarantinedTradeFactory, "dismiss", ["Tournament", "Refused because", "Delivered"]),
        (QuarantinedTradeFactory, "retry", ["Tournament", "Refused because", "Delivered"]),
        (BreakFactory, "accept", ["Competitor", "As of", "Figure", "Ours", "Theirs"]),
        (TradeFactory, "bust", ["Competitor", "Tournament", "Executed", "Zimtra trade"]),
    ],
)
def test_decision_shows_what_it_rests_on(client, staff, make, action, facts):
    staff(moderator=True)

    response = client.get(page(make(), action))

    assert response.status_code == 200
    assert [name for name, _ in response.context["facts"]] == facts


@pytest.mark.parametrize(
    ("payload", "shown"),
    [
        ({"symbol": "<b>", "quantity": 1}, "symbol: &quot;&lt;b&gt;&quot;<br>quantity: 1</dd>"),
        (["nonsense"], "[&quot;nonsense&quot;]</dd>"),
    ],
)
def test_refused_trade_is_shown_as_it_came(client, staff, payload, shown):
    staff(moderator=True)
    refused = QuarantinedTradeFactory(payload=payload)

    content = client.get(page(refused, "dismiss")).content.decode()

    assert shown in content


@pytest.mark.parametrize(
    ("figure", "shown"),
    [
        ("realized_pnl", ["Realized P&L", "1,234.50", "-7.00"]),
        ("total_shares_traded", ["Total shares traded", "1,234", "-7"]),
        ("number_of_trades", ["Number of trades", "1,234", "-7"]),
    ],
)
def test_difference_is_written_for_a_person(client, staff, figure, shown):
    staff(moderator=True)
    ours = Decimal("1234.50") if figure == "realized_pnl" else Decimal(1234)
    difference = BreakFactory(figure=figure, ours=ours, theirs=Decimal(-7))

    response = client.get(page(difference, "accept"))

    assert [value for _, value in response.context["facts"]][2:] == shown


def test_refused_trade_is_dismissed(client, staff):
    moderator = staff(moderator=True)
    refused = QuarantinedTradeFactory()

    response = decide(client, refused, "dismiss")

    refused.refresh_from_db()
    assert said(response) == ["The refused trade is dismissed."]
    assert (refused.status, refused.resolved_by, refused.reason) == (
        "dismissed",
        moderator,
        "A good reason",
    )


def test_refused_trade_is_tried_again(client, staff):
    staff(moderator=True)
    seat = ParticipantFactory(tournament__trading_symbols=["IBM"])
    ingest.take(tournament=seat.tournament, items=[item("T1", seat, "buy", 10, "100")])
    refused = QuarantinedTrade.objects.get()

    first = decide(client, refused, "retry")
    type(seat.tournament).objects.update(trading_symbols=None)
    second = decide(client, refused, "retry")

    assert said(first)[-1] == "It is refused again. AAPL is not traded in this tournament."
    assert said(second)[-1] == "The trade is booked."
    assert seat.trades.count() == 1


def test_difference_is_accepted(client, staff):
    staff(moderator=True)
    difference = BreakFactory()

    response = decide(client, difference, "accept")

    difference.refresh_from_db()
    assert (said(response), difference.status) == (["The difference is accepted."], "accepted")


def test_trade_is_busted(client, staff):
    staff(moderator=True)
    seat = ParticipantFactory()
    ingest.take(tournament=seat.tournament, items=[item("T1", seat, "buy", 10, "100")])

    response = decide(client, seat.trades.get(), "bust")

    assert said(response) == ["The trade is busted."]
    assert Bust.objects.get().reason == "A good reason"
    assert client.get(page(Bust.objects.get().trade)).status_code == 200


def test_decision_without_a_reason_is_asked_again(client, staff):
    staff(moderator=True)
    trade = TradeFactory()

    response = decide(client, trade, "bust", reason="")

    assert response.context["form"].errors == {"reason": ["This field is required."]}
    assert Bust.objects.count() == 0


def test_list_marks_what_is_busted(client, staff):
    staff(moderator=True)
    BustFactory()

    response = client.get(reverse("admin:trading_trade_changelist"))

    rows = response.context["cl"].result_list
    assert sorted((row.is_busted, row.is_reversal) for row in rows) == [
        (False, True),
        (True, False),
    ]
