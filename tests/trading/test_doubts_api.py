"""What staff settle, through the API."""

import pytest

from tests.factories.accounts import UserFactory
from tests.factories.tournaments import ParticipantFactory
from tests.factories.trading import BreakFactory, BustFactory, QuarantinedTradeFactory
from tests.trading.ledgers import item
from trading.models import Bust, QuarantinedTrade
from trading.services import ingest

pytestmark = pytest.mark.django_db


@pytest.fixture
def moderator():
    return UserFactory(moderator=True)


@pytest.fixture
def api(client_of, moderator):
    return client_of(moderator)


def below(tournament, *path):
    return "/".join(["/api/v1/tournaments", tournament.slug, *map(str, path)])


def test_refused_trades_are_listed(api, django_assert_num_queries):
    refused = QuarantinedTradeFactory()
    QuarantinedTradeFactory.create_batch(2, tournament=refused.tournament, error="INVALID_VALUE")
    QuarantinedTradeFactory()

    # Savepoint-free: session, tournament, count, rows.
    with django_assert_num_queries(4):
        response = api.get(below(refused.tournament, "refused-trades"))

    found = response.json()
    shown = next(row for row in found["results"] if row["id"] == str(refused.pk))
    assert (found["count"], shown.pop("received_at")[-1]) == (3, "Z")
    assert shown == {
        "id": str(refused.pk),
        "zimtra_trade_id": refused.zimtra_trade_id,
        "payload": {"zimtra_trade_id": refused.zimtra_trade_id},
        "error": "UNKNOWN_ACCOUNT",
        "message": "No seat of this tournament has this account.",
        "status": "open",
        "resolved_at": None,
        "resolved_by_id": None,
        "reason": None,
    }


def test_refused_trades_are_filtered(api):
    refused = QuarantinedTradeFactory()

    counts = [
        api.get(below(refused.tournament, "refused-trades"), {"status": status}).json()["count"]
        for status in ("open", "booked", "open,dismissed")
    ]

    assert counts == [1, 0, 1]


def test_refused_trade_is_dismissed(api, moderator):
    refused = QuarantinedTradeFactory()
    path = below(refused.tournament, "refused-trades", refused.pk, "dismissal")

    first = api.post(path, {"reason": "A test account"})
    second = api.post(path, {"reason": "Again"})

    shown = first.json()
    assert (first.status_code, shown["status"], shown["reason"], shown["resolved_by_id"]) == (
        200,
        "dismissed",
        "A test account",
        str(moderator.pk),
    )
    assert (second.status_code, second.json()["error"]) == (409, "ALREADY_DECIDED")


def test_refused_trade_is_tried_again(api):
    seat = ParticipantFactory(zimtra_account_id=None)
    sent = item("T1", seat, "buy", 10, "100", zimtra_account_id="late")
    ingest.take(tournament=seat.tournament, items=[sent])
    path = below(seat.tournament, "refused-trades", QuarantinedTrade.objects.get().pk, "retry")

    first = api.post(path)
    type(seat).objects.filter(pk=seat.pk).update(zimtra_account_id="late")
    second = api.post(path)

    assert (first.status_code, first.json()["error"], first.json()["message"]) == (
        409,
        "TRADE_REFUSED",
        "It is refused again. No seat of this tournament has this account.",
    )
    assert (second.status_code, second.json()["status"]) == (200, "booked")
    assert seat.trades.count() == 1


def test_differences_are_listed(api, django_assert_num_queries):
    difference = BreakFactory()
    BreakFactory.create_batch(2, participant=difference.participant)
    BreakFactory()

    with django_assert_num_queries(4):
        response = api.get(below(difference.tournament, "breaks"))

    found = response.json()
    shown = next(row for row in found["results"] if row["id"] == str(difference.pk))
    assert (found["count"], shown["figure"], shown["ours"], shown["theirs"]) == (
        3,
        "number_of_trades",
        "2.0000",
        "3.0000",
    )
    assert (shown["participant_id"], shown["status"]) == (str(difference.participant.pk), "open")
    assert shown["as_of"][-1] == "Z"


def test_difference_is_accepted(api):
    difference = BreakFactory()
    path = below(difference.tournament, "breaks", difference.pk, "acceptance")

    answers = [api.post(path, body) for body in ({}, {"reason": "They round"}, {"reason": "x"})]

    assert [answer.status_code for answer in answers] == [400, 200, 409]
    assert (answers[1].json()["status"], answers[1].json()["reason"]) == ("accepted", "They round")


def test_trade_is_busted(api, moderator):
    seat = ParticipantFactory()
    ingest.take(tournament=seat.tournament, items=[item("T1", seat, "buy", 10, "100")])
    trade = seat.trades.get()
    path = below(seat.tournament, "trades", trade.pk, "bust")

    answers = [api.post(path, body) for body in ({}, {"reason": "Slip"}, {"reason": "x"})]

    assert [answer.status_code for answer in answers] == [400, 201, 409]
    done = Bust.objects.get()
    shown = answers[1].json()
    assert shown.pop("busted_at")[-1] == "Z"
    assert shown == {
        "id": str(done.pk),
        "trade_id": str(trade.pk),
        "reversal_id": str(done.reversal_id),
        "reason": "Slip",
        "busted_by_id": str(moderator.pk),
    }


def test_repeated_bust_with_a_key_is_done_once(api):
    seat = ParticipantFactory()
    ingest.take(tournament=seat.tournament, items=[item("T1", seat, "buy", 10, "100")])
    path = below(seat.tournament, "trades", seat.trades.get().pk, "bust")

    answers = [
        api.post(path, {"reason": "Slip"}, headers={"Idempotency-Key": "once"}) for _ in range(2)
    ]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()


def test_what_belongs_to_another_tournament_is_not_found(api):
    refused, difference, bust = QuarantinedTradeFactory(), BreakFactory(), BustFactory()
    other = ParticipantFactory().tournament

    answers = [
        api.post(below(other, *path), {"reason": "x"}).status_code
        for path in (
            ("refused-trades", refused.pk, "dismissal"),
            ("breaks", difference.pk, "acceptance"),
            ("trades", bust.trade_id, "bust"),
        )
    ]

    assert answers == [404, 404, 404]


def test_trades_tell_of_busts(api, django_assert_num_queries):
    bust = BustFactory()
    seat = bust.trade.participant
    plain = type(bust.trade).objects.get(pk=BustFactory(trade__participant=seat).trade_id)
    plain.bust.delete()

    with django_assert_num_queries(4):
        response = api.get(below(seat.tournament, "participants", seat.pk, "trades"))

    shown = {row["id"]: (row["busted"], row["reversal"]) for row in response.json()["results"]}
    assert len(shown) == 4
    assert shown[str(bust.trade_id)] == (True, False)
    assert shown[str(bust.reversal_id)] == (False, True)
    assert shown[str(plain.pk)] == (False, False)
