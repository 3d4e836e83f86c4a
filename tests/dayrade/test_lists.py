"""Lists of the back office where nothing is found, and the forms that ask for a reason."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories.accounts import UserFactory
from tests.factories.trading import TradeFactory
from trading.desk.exports import ExportForm


@pytest.fixture
def boss(client):
    user = UserFactory(admin=True)
    client.force_login(user)
    return user


TRADES = "admin:trading_trade_changelist"


@pytest.mark.django_db
def test_list_that_matches_nothing_is_counted_and_not_read(client, boss):
    TradeFactory(side="buy")

    with CaptureQueriesContext(connection) as asked:
        response = client.get(reverse(TRADES, query={"side__exact": "sell"}))

    of_trades = [each["sql"] for each in asked if 'FROM "trades"' in each["sql"]]
    assert ["COUNT(" in sql for sql in of_trades] == [True]
    assert list(response.context["cl"].result_list) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "said", "offered"),
    [
        ({}, "There are no trades.", False),
        ({"q": "somebody"}, "No trades are as you asked for.", True),
        ({"side__exact": "sell"}, "No trades are as you asked for.", True),
    ],
)
def test_empty_list_says_why_it_is_empty(client, boss, query, said, offered):
    content = client.get(reverse(TRADES, query=query)).content.decode()

    assert (said in content, "Show everything" in content) == (True, offered)


def test_question_begins_with_its_first_field():
    fields = ExportForm().visible_fields()

    assert ["autofocus" in str(field) for field in fields] == [True, False, False]
