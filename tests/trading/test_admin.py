"""The ledger in the back office."""

from operator import attrgetter

import pytest
from django.urls import reverse

from tests.factories.accounts import UserFactory
from tests.factories.tournaments import ParticipantFactory
from tests.factories.trading import BustFactory, QuarantinedTradeFactory, TallyFactory, TradeFactory

pytestmark = pytest.mark.django_db

LIST = "admin:trading_trade_changelist"


@pytest.fixture
def staff(client):
    client.force_login(UserFactory(moderator=True))


def found(client, **query):
    return set(client.get(reverse(LIST), query).context["cl"].result_list)


def test_trade_is_found_by_whatever_names_it(client, staff):
    seat = ParticipantFactory(user=UserFactory(username="ann", email="ann@example.com"))
    trade = TradeFactory(participant=seat, symbol="NVDA", zimtra_trade_id="fill-7")
    TradeFactory()
    terms = ["ann", "ANN@example.com", "nvda", "fill-7", " fill-7 "]
    terms += [str(key) for key in (trade.pk, seat.pk, seat.user_id, seat.tournament_id)]

    rows = [found(client, q=term) for term in terms]

    assert rows == [{trade}] * len(terms)


def test_part_of_a_value_finds_nothing(client, staff):
    TradeFactory(zimtra_trade_id="fill-7")

    assert found(client, q="fill") == set()


@pytest.mark.parametrize("relation", ["participant", "user", "tournament"])
def test_other_pages_link_to_their_trades(client, staff, relation):
    trade = TradeFactory()
    TradeFactory()

    rows = found(client, **{f"{relation}__id__exact": getattr(trade, f"{relation}_id")})

    assert rows == {trade}


def test_figures_have_separators_and_links_lead_to_the_seat(client, staff):
    trade = TradeFactory(quantity=12_000)

    content = client.get(reverse(LIST)).content.decode()

    seat = reverse("admin:tournaments_participant_change", args=[trade.participant_id])
    shown = [text for text in ("2,247,000.00", "12,000", f'href="{seat}"') if text in content]
    assert len(shown) == 3


@pytest.mark.parametrize(
    ("make", "tournament", "query"),
    [
        (BustFactory, "trade.tournament_id", "trade__tournament"),
        (TallyFactory, "participant.tournament_id", "participant__tournament"),
    ],
)
def test_rows_without_a_tournament_are_filtered_by_it(client, make, tournament, query):
    client.force_login(UserFactory(admin=True))
    row, _ = make(), make()
    address = reverse(f"admin:trading_{row._meta.model_name}_changelist")

    response = client.get(address, {query: attrgetter(tournament)(row)})

    assert list(response.context["cl"].result_list) == [row]


def test_refused_trade_is_found_by_its_id_alone(client, staff):
    refused, _ = QuarantinedTradeFactory(), QuarantinedTradeFactory()
    address = reverse("admin:trading_quarantinedtrade_changelist")

    terms = (refused.zimtra_trade_id, str(refused.pk), refused.zimtra_trade_id[:-1] + "-")
    found = [list(client.get(address, {"q": term}).context["cl"].result_list) for term in terms]

    assert found == [[refused], [refused], []]
