"""Settling many refused trades or differences at once in the back office."""

from datetime import timedelta

import pytest
from django.contrib import admin
from django.contrib.messages import get_messages
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from administration.models import AuditLog
from dayrade.errors import ForbiddenError
from tests.factories.accounts import UserFactory
from tests.factories.tournaments import ParticipantFactory, TournamentFactory
from tests.factories.trading import BreakFactory, QuarantinedTradeFactory
from trading.models import Break, QuarantinedTrade
from trading.services import doubts

pytestmark = pytest.mark.django_db

KINDS = [
    (QuarantinedTradeFactory, "dismiss_all", "dismissed"),
    (BreakFactory, "accept_all", "accepted"),
]
both = pytest.mark.parametrize(("make", "action", "then"), KINDS)


@pytest.fixture
def moderator(client):
    user = UserFactory(moderator=True)
    client.force_login(user)
    return user


def send(client, rows, action, query="", **sent):
    page = reverse(f"admin:trading_{rows[0]._meta.model_name}_changelist")
    selected = [str(row.pk) for row in rows]
    asked = {"action": action, "index": "0", "select_across": "0", "_selected_action": selected}
    return client.post(f"{page}{query}", asked | sent)


def decide(client, rows, action, reason="Sent again", **sent):
    asked = send(client, rows, action, **sent)
    seen = asked.context["form"]["seen"].value()
    return send(
        client, rows, action, decided="1", reason=reason, seen=seen.isoformat(" ")[:26], **sent
    )


def statuses(rows):
    stored = type(rows[0]).objects.in_bulk([row.pk for row in rows])
    return [stored[row.pk].status for row in rows]


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


@both
def test_page_counts_what_is_selected_before_anything_is_done(
    client, moderator, make, action, then
):
    rows = make.create_batch(2)
    make()

    response = send(client, rows, action)

    facts = dict(response.context["facts"])
    assert facts.pop("Still open") == "2"
    assert list(facts) in (["Unknown account"], ["Number of trades"])
    assert (list(facts.values()), statuses(rows)) == (["2"], ["open", "open"])


@both
def test_selected_rows_are_settled_with_one_reason(client, moderator, make, action, then):
    rows = make.create_batch(3)

    response = decide(client, rows[:2], action)

    rows[0].refresh_from_db()
    audited = AuditLog.objects.filter(entity_id__in=[row.pk for row in rows], user=moderator)
    assert statuses(rows) == [then, then, "open"]
    assert (rows[0].resolved_by, rows[0].reason) == (moderator, "Sent again")
    assert {row.changes["reason"] for row in audited} == {"Sent again"}
    assert (audited.count(), len(said(response))) == (2, 1)
    assert said(response)[0].startswith("2 ")


@both
def test_all_of_a_filtered_list_are_settled(client, moderator, make, action, then):
    tournament = TournamentFactory(active=True)
    of = {"tournament": tournament}
    if make is BreakFactory:
        of = {"participant__tournament": tournament}
    rows, other = make.create_batch(3, **of), make()
    query = f"?tournament__id__exact={tournament.pk}"

    decide(client, rows[:1], action, query=query, select_across="1")

    assert statuses([*rows, other]) == [then, then, then, "open"]


@both
def test_what_came_after_the_question_is_left(client, moderator, make, action, then):
    early, late = make(), make()
    name = "received_at" if make is QuarantinedTradeFactory else "found_at"
    type(late).objects.filter(pk=late.pk).update(**{name: timezone.now() + timedelta(days=1)})

    decide(client, [early], action, select_across="1")

    assert statuses([early, late]) == [then, "open"]


@both
def test_reason_is_asked_for(client, moderator, make, action, then):
    rows = make.create_batch(2)

    without = decide(client, rows, action, reason="")
    too_long = decide(client, rows, action, reason="x" * 1001)

    carried = without.context["carried"]
    assert without.context["form"].errors == {"reason": ["This field is required."]}
    assert too_long.context["form"].errors == {"reason": ["Use at most 1,000 characters."]}
    assert [value for name, value in carried if name == "_selected_action"] == [
        str(row.pk) for row in rows
    ]
    assert statuses(rows) == ["open", "open"]


def test_own_rows_are_left_and_told(client, moderator):
    seat = ParticipantFactory(user=moderator)
    own = QuarantinedTradeFactory(
        tournament=seat.tournament, payload={"zimtra_account_id": seat.zimtra_account_id}
    )
    others = [QuarantinedTradeFactory(payload=payload) for payload in ({}, ["odd"], 5)]
    differences = [BreakFactory(participant=seat), BreakFactory()]

    trades = decide(client, [own, *others], "dismiss_all")
    figures = decide(client, differences, "accept_all")

    left = "1 of them are left: do it again, or look at them one by one."
    assert statuses([own, *others]) == ["open", "dismissed", "dismissed", "dismissed"]
    assert statuses(differences) == ["open", "accepted"]
    assert (said(trades)[-1], said(figures)[-1]) == (left, left)


def test_what_is_settled_stays_as_it_is(moderator):
    first, second = QuarantinedTradeFactory.create_batch(2)
    doubts.dismiss(actor=moderator, refused=first, reason="Looked at")

    found = doubts.dismiss_all(
        actor=moderator, refused=QuarantinedTrade.objects.all(), reason="Sent again"
    )

    reasons = [row.reason for row in QuarantinedTrade.objects.order_by("zimtra_trade_id")]
    assert (found, sorted(reasons)) == ((1, 0), ["Looked at", "Sent again"])
    assert statuses([second]) == ["dismissed"]


def test_no_more_are_settled_than_at_once(moderator, monkeypatch):
    monkeypatch.setattr(doubts, "AT_ONCE", 2)
    QuarantinedTradeFactory.create_batch(3)
    BreakFactory.create_batch(3)

    found = [
        doubts.dismiss_all(actor=moderator, refused=QuarantinedTrade.objects.all(), reason="All"),
        doubts.accept_all(actor=moderator, differences=Break.objects.all(), reason="All"),
    ]

    assert found == [(2, 1), (2, 1)]


@pytest.mark.parametrize("user", [{}, {"moderator": True, "is_suspended": True}])
def test_many_are_settled_by_staff_alone(user):
    actor = UserFactory(**user | ({"suspension_reason": "X"} if user else {}))
    QuarantinedTradeFactory()
    BreakFactory()

    with pytest.raises(ForbiddenError):
        doubts.dismiss_all(actor=actor, refused=QuarantinedTrade.objects.all(), reason="All")
    with pytest.raises(ForbiddenError):
        doubts.accept_all(actor=actor, differences=Break.objects.all(), reason="All")


def test_whoever_is_no_staff_any_more_is_refused_by_the_service(rf):
    request = rf.post("/", {"decided": "1", "reason": "Mine"})
    request.user = UserFactory()
    table = admin.site.get_model_admin(QuarantinedTrade)

    with pytest.raises(PermissionDenied):
        table.ask_all(request, QuarantinedTrade.objects.all(), "dismiss_all")


@pytest.mark.parametrize("number", [1, 3])
def test_settling_asks_a_fixed_number_of_questions(moderator, django_assert_num_queries, number):
    QuarantinedTradeFactory.create_batch(number)
    BreakFactory.create_batch(number)

    with django_assert_num_queries(9):
        doubts.dismiss_all(actor=moderator, refused=QuarantinedTrade.objects.all(), reason="All")
    with django_assert_num_queries(8):
        doubts.accept_all(actor=moderator, differences=Break.objects.all(), reason="All")
