"""Tournaments and seats in the back office."""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import IntegrityError, OperationalError, connection
from django.urls import reverse

from administration.models import AuditLog
from dayrade.admin.forms import refusal
from dayrade.db.transactions import service
from tests.audit import forget_audit
from tests.factories.accounts import UserFactory
from tests.factories.tournaments import (
    BoardFactory,
    ParticipantFactory,
    ResultFactory,
    StandingFactory,
    TournamentFactory,
)
from tests.staff import StaffClient
from tournaments.models import Tournament, TournamentStatus

pytestmark = pytest.mark.django_db

LIST = "admin:tournaments_tournament_changelist"
NEW = "admin:tournaments_tournament_add"
CHANGE = "admin:tournaments_tournament_change"
SEATS = "admin:tournaments_participant_changelist"

FORM = {
    "name": "Spring Cup",
    "slug": "spring-cup",
    "description": "",
    "division": "raider",
    "tournament_type": "standard",
    "registration_open_date_0": "2026-03-01",
    "registration_open_date_1": "09:00:00",
    "registration_close_date_0": "2026-03-08",
    "registration_close_date_1": "09:00:00",
    "start_date_0": "2026-03-09",
    "start_date_1": "14:30:00",
    "end_date_0": "2026-03-13",
    "end_date_1": "21:00:00",
    "min_participants": "10",
    "max_participants": "100",
    "entry_fee": "25.00",
    "prize_pool": "5000.00",
    "currency": "USD",
    "starting_balance": "100000.00",
    "trading_symbols": "AAPL, MSFT",
    "rules": "",
    "ticketsource_event_id": "",
    "zimtra_tournament_id": "",
}


@pytest.fixture
def boss(client):
    user = UserFactory(admin=True)
    client.force_login(user)
    return user


def errors_of(response):
    return response.context["adminform"].form.errors


def test_admin_drafts_a_tournament(client, boss):
    forget_audit()

    response = client.post(reverse(NEW), FORM)

    made = Tournament.objects.get()
    assert response.status_code == 302
    assert (made.status, made.created_by, made.trading_symbols, made.prize_pool) == (
        TournamentStatus.DRAFT,
        boss,
        ["AAPL", "MSFT"],
        Decimal("5000.00"),
    )
    row = AuditLog.objects.get()
    assert (row.user, row.action, row.ip_address) == (boss, "tournament.create", "127.0.0.1")


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"slug": "taken"}, {"__all__": ["Another tournament has this slug."]}),
        ({"slug": "Not A Slug"}, {"slug"}),
        ({"end_date_0": "2026-03-09", "end_date_1": "14:00:00"}, {"__all__"}),
        ({"min_participants": "101"}, {"__all__"}),
        ({"max_participants": "99999999999"}, {"max_participants"}),
        ({"entry_fee": "NaN"}, {"entry_fee"}),
        ({"entry_fee": "1e400"}, {"entry_fee"}),
        ({"prize_pool": "-1"}, {"__all__"}),
        ({"start_date_0": "someday"}, {"start_date"}),
        ({"rules": "{"}, {"rules"}),
        ({"rules": "[" * 20_000}, {"rules": ["This is nested too deep."]}),
        ({"rules": "NaN"}, {"rules": ["Give the rules by their names, in braces."]}),
        ({"rules": '{"freeze": true}'}, {"rules": ["Unknown rule: freeze."]}),
        ({"rules": '"\\u0000"'}, {"rules"}),
        ({"name": "a\x00b"}, {"name"}),
    ],
)
def test_what_cannot_be_is_refused_on_the_form(client, boss, fields, errors):
    TournamentFactory(slug="taken")

    response = client.post(reverse(NEW), FORM | fields)

    found = errors_of(response)
    assert response.status_code == 200
    assert (found if isinstance(errors, dict) else set(found)) == errors
    assert Tournament.objects.count() == 1


def test_admin_changes_a_draft(client, boss):
    client.post(reverse(NEW), FORM)
    made = Tournament.objects.get()
    forget_audit()

    response = client.post(
        reverse(CHANGE, args=[made.pk]), FORM | {"prize_pool": "6000.00", "status": "active"}
    )

    made.refresh_from_db()
    row = AuditLog.objects.get()
    assert response.status_code == 302
    assert (made.prize_pool, made.status) == (Decimal("6000.00"), TournamentStatus.DRAFT)
    assert (row.user, row.action, row.changes["fields"]) == (
        boss,
        "tournament.update",
        ["prize_pool"],
    )


def test_frozen_tournament_is_shown_without_a_form(client, boss):
    tournament = TournamentFactory(active=True)

    content = client.get(reverse(CHANGE, args=[tournament.pk])).content.decode()

    assert ('name="prize_pool"' in content, 'name="_save"' in content) == (False, False)


def test_form_that_comes_after_the_start_is_refused_in_words(client, boss):
    tournament = TournamentFactory(active=True, name="Spring Cup", prize_pool=1)

    response = client.post(reverse(CHANGE, args=[tournament.pk]), FORM)

    tournament.refresh_from_db()
    assert errors_of(response) == {"__all__": ["Spring Cup is active: it is frozen."]}
    assert tournament.prize_pool == 1


@pytest.mark.django_db(transaction=True)
def test_slug_that_is_taken_meanwhile_is_refused_on_the_form():
    person = UserFactory(admin=True)

    def post():
        client = StaffClient()
        client.force_login(person)
        try:
            return client.post(reverse(NEW), FORM)
        finally:
            connection.close()

    def somebody_waits():
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            return cursor.fetchone()[0] > 0

    @service
    def take_the_slug(pool):
        TournamentFactory(slug=FORM["slug"])
        posted = pool.submit(post)
        until = time.monotonic() + 10
        while not somebody_waits():
            assert time.monotonic() < until
        return posted

    with ThreadPoolExecutor(max_workers=1) as pool:
        response = take_the_slug(pool).result()

    assert errors_of(response) == {"__all__": ["Another tournament has this slug."]}


def test_violation_is_told_in_the_constraints_words():
    TournamentFactory(slug="taken")
    with pytest.raises(IntegrityError) as duplicate:
        TournamentFactory(slug="taken")

    said = refusal(duplicate.value, Tournament)

    assert said.message_dict == {"slug": ["Another tournament has this slug."]}


def test_what_is_nobodys_fault_is_raised_again():
    error = OperationalError("the connection is lost")

    with pytest.raises(OperationalError):
        refusal(error, Tournament)


@pytest.mark.parametrize("term", ["ann", "ann@example.com", "ZA-7"])
def test_seat_is_found_by_its_person_and_its_account(client, boss, term):
    person = UserFactory(username="ann", email="ann@example.com")
    seat = ParticipantFactory(user=person, zimtra_account_id="ZA-7")
    ParticipantFactory()

    rows = client.get(reverse(SEATS), {"q": term}).context["cl"].result_list

    assert list(rows) == [seat]


def test_seats_stand_in_the_order_of_the_board(client, boss):
    tournament = TournamentFactory(active=True)
    seats = [
        ParticipantFactory(
            tournament=tournament,
            total_pnl=pnl,
            realized_pnl=pnl,
            current_balance=100_000 + pnl,
            **more,
        )
        for pnl, more in (
            (5, {"winning_trades": 1, "losing_trades": 3, "total_trades": 4}),
            (7, {"is_active": False}),
            (6, {"disqualified": True, "disqualification_reason": "Two accounts"}),
        )
    ]
    ParticipantFactory()

    response = client.get(reverse(SEATS), {"tournament__id__exact": tournament.pk})

    content = response.content.decode()
    shown = [
        word for word in ("25.00\xa0%", "Competing", "Withdrawn", "Disqualified") if word in content
    ]
    assert list(response.context["cl"].result_list) == [seats[1], seats[2], seats[0]]
    assert shown == ["25.00\xa0%", "Competing", "Withdrawn", "Disqualified"]


def test_filter_offers_the_latest_tournaments_and_the_chosen_one(client, boss):
    old = TournamentFactory(name="The oldest", start_date="2020-01-02T00:00Z", **OLD)
    TournamentFactory.create_batch(15)

    content = client.get(reverse(SEATS)).content.decode()
    chosen = client.get(reverse(SEATS), {"tournament__id__exact": old.pk}).content.decode()

    assert ("The oldest" in content, "The oldest" in chosen) == (False, True)


OLD = {
    "registration_open_date": "2019-12-01T00:00Z",
    "registration_close_date": "2020-01-01T00:00Z",
    "end_date": "2020-01-09T00:00Z",
}


def test_result_says_who_published_it_and_why(client, boss):
    first = ResultFactory()
    correction = ResultFactory(
        tournament=first.tournament, number=2, reason="A late fill", published_by=boss
    )

    content = client.get(reverse("admin:tournaments_result_changelist")).content.decode()

    rows = re.findall(r"<tr.*?</tr>", content, re.DOTALL)
    (of_first,) = [row for row in rows if str(first.pk) in row]
    (of_correction,) = [row for row in rows if str(correction.pk) in row]
    assert ("First result" in of_first, "Dayrade" in of_first) == (True, True)
    assert ("A late fill" in of_correction, boss.username in of_correction) == (True, True)


@pytest.mark.parametrize("by", ["result", "participant", "tournament"])
def test_standings_are_those_that_were_asked_for(client, boss, by):
    standing, _ = StandingFactory(), StandingFactory()
    query = {
        "result": {"result__id__exact": standing.result_id},
        "participant": {"participant__id__exact": standing.participant_id},
        "tournament": {"participant__tournament": standing.result.tournament_id},
    }

    response = client.get(reverse("admin:tournaments_standing_changelist"), query[by])

    assert list(response.context["cl"].result_list) == [standing]


def test_board_counts_its_milestones(client, boss):
    board = BoardFactory(milestones=[[987654, "1.00"], [987655, "0.00"]])

    page = client.get(reverse("admin:tournaments_board_change", args=[board.pk]))

    shown = [text for text in ("2</div>", "98765") if text in page.content.decode()]
    assert shown == ["2</div>"]


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({}, "Competing"),
        ({"is_active": False}, "Withdrawn"),
        ({"disqualified": True, "disqualification_reason": "Cheated"}, "Disqualified"),
    ],
)
def test_seat_says_in_a_word_how_it_stands(client, boss, fields, word):
    seat = ParticipantFactory(**fields)

    page = client.get(reverse("admin:tournaments_participant_change", args=[seat.pk]))

    words = ("Competing", "Withdrawn", "Disqualified")
    assert [each for each in words if f">{each}<" in re.sub(r"\s+", "", page.content.decode())] == [
        word
    ]
