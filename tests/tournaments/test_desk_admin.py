"""The life, the freeze, the result and the clone of a tournament in the back office."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from administration.models import AuditLog
from tests.audit import forget_audit
from tests.factories.accounts import UserFactory
from tests.factories.tournaments import (
    ParticipantFactory,
    ResultFactory,
    StandingFactory,
    TournamentFactory,
)
from tests.factories.trading import BreakFactory, PositionFactory, QuarantinedTradeFactory
from tests.trading import boards
from tournaments.models import Participant, Result, Tournament
from tournaments.services import lifecycle

pytestmark = pytest.mark.django_db

ALWAYS = ["board", "clone", "desk", "draft_alike", "export"]


@pytest.fixture
def boss(client):
    user = UserFactory(admin=True)
    client.force_login(user)
    return user


@pytest.fixture
def over(boss):
    """Return a completed tournament and its seats, with 30, 20 and 10."""
    tournament = TournamentFactory(active=True)
    seats = [boards.seat(tournament, f"seat{n}", total=f"{n}.00") for n in (30, 20, 10)]
    lifecycle.transition(actor=boss, tournament=tournament, to="completed", reason="Rain")
    return Tournament.objects.get(pk=tournament.pk), seats


def page(tournament, action="change"):
    return reverse(f"admin:tournaments_tournament_{action}", args=[tournament.pk])


def offered(client, tournament):
    found = []
    for entry in client.get(page(tournament)).context["actions_detail"]:
        found += [item["path"] for item in entry.get("items", [entry])]
    return sorted(path.rstrip("/").split("/")[-1] for path in found)


def decide(client, tournament, action, **sent):
    return client.post(page(tournament, action), {"reason": "A good reason"} | sent)


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def moved(seat, pnl):
    Participant.objects.filter(pk=seat.pk).update(
        realized_pnl=pnl, total_pnl=pnl, current_balance=100_000 + pnl
    )


@pytest.mark.parametrize(
    ("status", "actions"),
    [
        ("draft", ["open_registration", "cancel", "freeze"]),
        ("registration_open", ["close_registration", "cancel", "freeze"]),
        ("registration_closed", ["start", "cancel", "freeze"]),
        ("active", ["complete", "cancel", "freeze"]),
        ("completed", ["correct"]),
        ("cancelled", []),
    ],
)
def test_status_says_what_is_offered(client, boss, status, actions):
    tournament = TournamentFactory(status=status)

    assert offered(client, tournament) == sorted(ALWAYS + actions)


def test_moderator_is_offered_desk_and_board_alone(client):
    client.force_login(UserFactory(moderator=True))
    tournament = TournamentFactory(active=True)

    assert offered(client, tournament) == ["board", "desk"]


ACTIONS = [
    "open_registration",
    "close_registration",
    "start",
    "complete",
    "cancel",
    "freeze",
    "correct",
    "restore",
    "clone",
    "draft_alike",
    "export",
]


@pytest.mark.parametrize("action", ACTIONS)
def test_moderator_decides_nothing(client, action):
    client.force_login(UserFactory(moderator=True))
    tournament = TournamentFactory(active=True)

    answers = [
        client.get(page(tournament, action)).status_code,
        decide(client, tournament, action).status_code,
    ]

    tournament.refresh_from_db()
    assert (answers, tournament.status) == ([403, 403], "active")


@pytest.mark.parametrize(
    ("status", "action", "then"),
    [
        ("draft", "open_registration", "registration_open"),
        ("registration_open", "close_registration", "registration_closed"),
        ("registration_closed", "start", "active"),
        ("active", "complete", "completed"),
        ("draft", "cancel", "cancelled"),
    ],
)
def test_step_is_taken_with_its_reason(client, boss, status, action, then):
    tournament = TournamentFactory(
        active=True, status=status, min_participants=1, current_participants=1
    )

    response = decide(client, tournament, action)

    tournament.refresh_from_db()
    row = AuditLog.objects.get(action="tournament.transition", entity_id=tournament.pk)
    desk = reverse("admin:tournament_desk", args=[tournament.pk])
    assert (response["Location"], tournament.status) == (desk, then)
    assert (row.user, row.changes["reason"]) == (boss, "A good reason")


def test_step_without_a_reason_is_asked_again(client, boss):
    tournament = TournamentFactory(active=True)

    response = decide(client, tournament, "cancel", reason="")

    tournament.refresh_from_db()
    assert response.context["form"].errors == {"reason": ["This field is required."]}
    assert tournament.status == "active"


def test_step_says_what_will_happen(client, boss):
    end = timezone.now().replace(microsecond=0) + timedelta(days=3)
    tournament = TournamentFactory(
        active=True, name="Cup", end_date=end, current_participants=2, min_participants=1
    )
    PositionFactory(participant__tournament=tournament)

    facts = dict(client.get(page(tournament, "complete")).context["facts"])

    date = facts.pop("Ends")
    assert date.startswith(f"{end.day} {end:%b %Y %H:%M} UTC, from then on ")
    assert facts == {
        "Status": "Active",
        "Seats taken": "2 of 100, at least 1",
        "Is told": "2 people: “Cup is over. The result is final.”",
        "Open positions": "1",
        "Becomes final": "Rank and P&L of every seat that competes: result 1",
    }


@pytest.mark.parametrize(
    ("seats", "told"),
    [(0, "Nobody: no seat is taken"), (1, "1 person: “Cup is cancelled.”")],
)
def test_step_says_who_is_told(client, boss, seats, told):
    tournament = TournamentFactory(name="Cup", current_participants=seats)

    facts = dict(client.get(page(tournament, "cancel")).context["facts"])

    assert facts["Is told"] == told


def test_too_small_a_field_is_in_the_way(client, boss):
    tournament = TournamentFactory(min_participants=3, current_participants=1)

    asked = client.get(page(tournament, "close_registration"))
    response = decide(client, tournament, "close_registration")

    tournament.refresh_from_db()
    assert asked.context["blocks"] == [
        ("2 more have to register: wait for the date, or cancel it.", "")
    ]
    form = asked.content.decode().split('id="decision_form"')[1].split("</form>")[0]
    assert 'type="submit"' not in form
    assert said(response)[0].startswith("Only 1 of at least 3 have registered")
    assert tournament.status == "registration_open"


@pytest.mark.parametrize("action", ["complete", "correct"])
def test_what_keeps_the_result_back_leads_to_its_queue(client, boss, over, action):
    tournament = over[0] if action == "correct" else TournamentFactory(active=True)
    QuarantinedTradeFactory(tournament=tournament)
    BreakFactory(participant__tournament=tournament, ours=2, theirs=0)
    query = f"?tournament__id__exact={tournament.pk}&status__exact=open"

    blocks = client.get(page(tournament, action)).context["blocks"]

    assert [url for _, url in blocks] == [
        reverse("admin:trading_quarantinedtrade_changelist") + query,
    ]
    assert blocks[0][0] == "1 refused trade waits for a decision."


def test_freeze_is_shown_and_set(client, boss):
    tournament = TournamentFactory(active=True, rules={"kyc_required": False})
    at = (timezone.now() + timedelta(days=1)).replace(second=0, microsecond=0)

    first = client.get(page(tournament, "freeze"))
    decide(client, tournament, "freeze", freeze_at=f"{at:%Y-%m-%dT%H:%M}")
    second = client.get(page(tournament, "freeze"))

    tournament.refresh_from_db()
    row = AuditLog.objects.get(action="tournament.update")
    assert dict(first.context["facts"])["Freezes at present"] == "Never"
    assert tournament.rules == {"kyc_required": False, "freeze_at": f"{at:%Y-%m-%dT%H:%M:%SZ}"}
    assert (row.user, row.changes["reason"]) == (boss, "A good reason")
    assert f'value="{at:%Y-%m-%dT%H:%M}"' in second.content.decode()


@pytest.mark.parametrize(
    ("rules", "shown"),
    [(None, "Never"), ({"freeze_at": "2026-03-12T20:00:00Z"}, "12 Mar 2026 20:00 UTC")],
)
def test_page_says_when_the_board_freezes(client, boss, rules, shown):
    tournament = TournamentFactory(rules=rules)

    content = client.get(page(tournament)).content.decode()

    assert shown in content.split("Public board freezes")[1][:600]


def test_freeze_is_taken_away(client, boss):
    tournament = TournamentFactory(rules={"freeze_at": "2026-03-12T20:00:00Z"})

    decide(client, tournament, "freeze", freeze_at="")

    tournament.refresh_from_db()
    assert tournament.rules == {}


@pytest.mark.parametrize("days", [-30, 30])
def test_freeze_is_while_there_is_trading(client, boss, days):
    tournament = TournamentFactory(active=True)
    at = timezone.now() + timedelta(days=days)

    response = decide(client, tournament, "freeze", freeze_at=f"{at:%Y-%m-%dT%H:%M}")

    tournament.refresh_from_db()
    assert response.context["form"].errors == {
        "freeze_at": ["The board can freeze between the start and the end."]
    }
    assert tournament.rules is None


def test_correction_shows_what_it_changes_before_it_is_published(client, boss, over):
    tournament, (_, second, third) = over
    moved(third, 25)

    asked = client.get(page(tournament, "correct")).content.decode()
    first = decide(client, tournament, "correct")
    table = first.context["table"]
    hidden = f'<input type="hidden" name="previewed" value="{table.digest}">'
    shown = [(hidden in text, "Show what changes" in text) for text in (asked, first.text)]
    published = decide(client, tournament, "correct", previewed=table.digest)

    assert table.rows == [
        (third.user.username, 3, 2, "10.00", "25.00"),
        (second.user.username, 2, 3, "20.00", "20.00"),
    ]
    assert shown == [(False, True), (True, False)]
    assert (first.status_code, said(published)) == (200, ["The correction is published."])
    assert list(Result.objects.order_by("number").values_list("number", "reason")) == [
        (1, None),
        (2, "A good reason"),
    ]


def test_preview_writes_nothing(client, boss, over):
    tournament, seats = over
    moved(seats[2], 25)
    forget_audit()

    decide(client, tournament, "correct", disqualify=seats[0].user.username)

    ranks = Participant.objects.order_by("final_rank").values_list("final_rank", "disqualified")
    assert list(ranks) == [(1, False), (2, False), (3, False)]
    assert (Result.objects.count(), AuditLog.objects.count()) == (1, 0)


def test_correction_is_shown_anew_when_it_would_change_something_else(client, boss, over):
    tournament, seats = over
    seen = decide(client, tournament, "correct", disqualify=seats[0].pk).context["table"]
    moved(seats[2], 25)

    again = decide(
        client, tournament, "correct", disqualify=seats[0].pk, previewed=seen.digest
    ).context["table"]

    assert (seen.rows[0][0], again.rows[0][0]) == (seats[1].user.username, seats[2].user.username)
    assert Result.objects.count() == 1


def test_correction_names_nobody_who_has_no_seat(client, boss, over):
    tournament, _ = over
    other = ParticipantFactory()

    response = decide(client, tournament, "correct", disqualify=other.user.username)

    assert response.context["form"].errors == {
        "disqualify": ["There is no such seat in this tournament."]
    }


def test_correction_that_changes_nothing_is_told(client, boss, over):
    response = decide(client, over[0], "correct")

    assert said(response)[-1] == "No rank and no P&L would change."


def test_nothing_to_restore_is_not_offered(client, boss, over):
    response = decide(client, over[0], "restore")

    assert said(response)[-1] == "Every seat has what the result says."


def test_clone_is_a_draft_weeks_later(client, boss):
    opens = timezone.now() - timedelta(days=1)
    rules = {"kyc_required": False, "freeze_at": "2026-03-12T20:00:00Z"}
    tournament = TournamentFactory(
        registration_open_date=opens,
        rules=rules,
        zimtra_tournament_id="Z1",
        ticketsource_event_id="T1",
        entry_fee="25.00",
        current_participants=3,
    )

    response = decide(client, tournament, "clone", name="Next", slug="next", weeks="2")

    clone = Tournament.objects.get(slug="next")
    row = AuditLog.objects.get(action="tournament.clone")
    assert response["Location"] == reverse("admin:tournament_desk", args=[clone.pk])
    assert (clone.status, clone.current_participants, clone.created_by) == ("draft", 0, boss)
    assert (clone.zimtra_tournament_id, clone.ticketsource_event_id) == (None, None)
    assert clone.registration_open_date == opens + timedelta(weeks=2)
    assert clone.end_date == tournament.end_date + timedelta(weeks=2)
    assert clone.rules == {"kyc_required": False, "freeze_at": "2026-03-26T20:00:00Z"}
    assert clone.entry_fee == Decimal("25.00")
    assert (row.entity_id, row.changes["reason"]) == (clone.pk, "A good reason")


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"slug": "taken"}, {"slug": ["Another tournament has this slug."]}),
        ({"slug": "Not A Slug"}, {"slug"}),
        ({"weeks": "1"}, {"weeks": ["Registration would open in the past."]}),
        ({"weeks": "521"}, {"weeks": ["Ensure this value is less than or equal to 520."]}),
    ],
)
def test_clone_that_cannot_be_is_refused_on_the_form(client, boss, fields, errors):
    opens = timezone.now() - timedelta(days=8)
    tournament = TournamentFactory(slug="taken", registration_open_date=opens)

    response = decide(
        client, tournament, "clone", **{"name": "Next", "slug": "next", "weeks": "2"} | fields
    )

    found = response.context["form"].errors
    assert (found if isinstance(errors, dict) else set(found)) == errors
    assert Tournament.objects.count() == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"end_date": datetime(9999, 12, 31, tzinfo=UTC)},
        {"rules": {"freeze_at": "9998-12-31T00:00:00Z"}},
    ],
)
def test_clone_beyond_the_calendar_is_refused_on_the_form(client, boss, fields):
    tournament = TournamentFactory(**fields)

    response = decide(client, tournament, "clone", name="Next", slug="next", weeks="520")

    assert response.context["form"].errors == {"weeks": ["It would lie beyond the calendar."]}


def test_draft_like_another_begins_without_its_dates(client, boss):
    tournament = TournamentFactory(
        prize_pool="500.00", rules={"freeze_at": "2026-03-12T20:00:00Z", "trades_public": True}
    )

    response = client.get(page(tournament, "draft_alike"), follow=True)

    form = response.context["adminform"].form
    names = ("prize_pool", "rules", "name", "start_date")
    assert [form[name].value() for name in names[:2]] == [
        Decimal("500.00"),
        '{"trades_public": true}',
    ]
    assert [form[name].initial for name in names[2:]] == [None, None]


@pytest.mark.parametrize("like", ["nonsense", "4ca36c35-ec94-4a6b-b442-4676f40dcb1d"])
def test_draft_like_none_begins_empty(client, boss, like):
    response = client.get(reverse("admin:tournaments_tournament_add"), {"like": like})

    assert response.status_code == 200


@pytest.mark.parametrize("action", ACTIONS[:5])
def test_step_of_another_status_is_not_asked(client, boss, action):
    tournament = TournamentFactory(status="cancelled")

    response = client.get(page(tournament, action))

    assert said(response) == ["This cannot be done now."]


@pytest.mark.parametrize("number", [1, 3])
def test_page_asks_a_fixed_number_of_questions(client, boss, django_assert_num_queries, number):
    tournament = TournamentFactory(status="completed")
    ParticipantFactory.create_batch(number, tournament=tournament)

    with django_assert_num_queries(5):
        client.get(page(tournament))


def test_final_figures_are_restored(client, boss, over):
    tournament, (first, second, third) = over
    result = ResultFactory(tournament=tournament, number=2, reason="A late fill")
    StandingFactory(result=result, participant=second, rank=1, pnl=99)

    offers = offered(client, tournament)
    asked = client.get(page(tournament, "restore"))
    response = decide(client, tournament, "restore")

    stored = Participant.objects.in_bulk([first.pk, second.pk, third.pk])
    rows = AuditLog.objects.filter(action="result.restore", user=boss)
    assert offers == sorted([*ALWAYS, "correct", "restore"])
    assert dict(asked.context["facts"])["Seats that differ"] == 3
    assert said(response) == ["Every seat has what the result says."]
    assert [(stored[one.pk].final_rank, stored[one.pk].final_pnl) for one in over[1]] == [
        (None, None),
        (1, 99),
        (None, None),
    ]
    assert {row.changes["reason"] for row in rows} == {"A good reason"}
    assert rows.count() == 3
    assert offered(client, tournament) == sorted([*ALWAYS, "correct"])


@pytest.mark.parametrize("action", ["board", "desk", "export"])
def test_button_leads_to_the_page_beside_it(client, boss, action):
    tournament = TournamentFactory()

    response = client.get(page(tournament, action))

    assert response["Location"] == reverse(f"admin:tournament_{action}", args=[tournament.pk])
