"""Seats, lifecycle and sanctions over HTTP."""

import pytest

from administration.models import AuditLog
from comms.models import Notification
from tests.factories.accounts import UserFactory
from tests.factories.tournaments import ParticipantFactory, TournamentFactory
from tournaments.models import Participant, Tournament
from tournaments.services import lifecycle

pytestmark = pytest.mark.django_db
WHY = {"reason": "The exchange is closed"}


def below(tournament, path):
    return f"/api/v1/tournaments/{tournament.slug}/{path}"


def test_register_and_withdraw(client_of):
    tournament = TournamentFactory()
    user = UserFactory(approved=True)
    client = client_of(user)

    joined = client.post(below(tournament, "registration"))
    shown = client.get(joined["Location"]).json()
    left = client.delete(below(tournament, "registration"))
    again = client.delete(below(tournament, "registration"))

    seat = Participant.objects.get()
    assert joined.status_code == 201
    assert (joined.json()["id"], joined.json()["username"]) == (str(seat.pk), user.username)
    assert shown == joined.json()
    assert (left.status_code, left.content) == (204, b"")
    assert (again.status_code, again.json()["error"]) == (409, "NOT_REGISTERED")


@pytest.mark.parametrize(
    ("tournament", "person", "error"),
    [
        ({"active": True}, {"approved": True}, "REGISTRATION_CLOSED"),
        (
            {"max_participants": 10, "current_participants": 10},
            {"approved": True},
            "TOURNAMENT_FULL",
        ),
        ({}, {}, "KYC_REQUIRED"),
        ({}, {"email_verified": False, "email_verified_at": None}, "EMAIL_UNVERIFIED"),
    ],
)
def test_refusals_name_their_rule(client_of, tournament, person, error):
    client = client_of(UserFactory(**person))

    answer = client.post(below(TournamentFactory(**tournament), "registration"))

    assert (answer.status_code, answer.json()["error"]) == (409, error)


def test_registering_twice_with_one_key_is_registering_once(client_of):
    tournament = TournamentFactory()
    client = client_of(UserFactory(approved=True))
    path = below(tournament, "registration")

    first = client.post(path, headers={"Idempotency-Key": "join"})
    second = client.post(path, headers={"Idempotency-Key": "join"})
    other = client.post(path)

    assert first.status_code == second.status_code == 201
    assert first.json() == second.json()
    assert (other.status_code, other.json()["error"]) == (409, "ALREADY_REGISTERED")
    assert Tournament.objects.get().current_participants == 1


def test_draft_cannot_be_joined_because_nobody_knows_of_it(client_of):
    client = client_of(UserFactory(approved=True))

    answer = client.post(below(TournamentFactory(draft=True), "registration"))

    assert answer.status_code == 404


def test_admin_moves_a_tournament(client_of):
    tournament = TournamentFactory()
    client = client_of(UserFactory(admin=True))

    answer = client.post(below(tournament, "transitions"), {"to": "cancelled", **WHY})
    again = client.post(below(tournament, "transitions"), {"to": "cancelled", **WHY})

    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    assert (again.status_code, again.json()["error"]) == (409, "INVALID_TRANSITION")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"to": "cancelled"}, "reason"),
        ({"to": "cancelled", "reason": "  "}, "reason"),
        ({"to": "paused", **WHY}, "to"),
        ({"to": "cancelled", "status": "active", **WHY}, "status"),
    ],
)
def test_transition_needs_its_fields(client_of, body, field):
    client = client_of(UserFactory(admin=True))

    answer = client.post(below(TournamentFactory(), "transitions"), body)

    assert (answer.status_code, list(answer.json()["details"])) == (400, [field])


def test_disqualification_and_its_preview(client_of):
    seat = ParticipantFactory()
    client = client_of(UserFactory(moderator=True))
    path = below(seat.tournament, f"participants/{seat.pk}/disqualification")

    preview = client.post(f"{path}?dry_run=true", WHY)
    untouched = Participant.objects.get().disqualified
    done = client.post(path, WHY)
    lifted = client.delete(path, WHY)

    assert preview.json() == {
        "count": 1,
        "moves": [
            {
                "participant_id": str(seat.pk),
                "username": seat.user.username,
                "rank": 1,
                "new_rank": None,
            }
        ],
    }
    assert not untouched
    assert (done.json()["disqualified"], done.json()["disqualification_reason"]) == (
        True,
        WHY["reason"],
    )
    assert (lifted.json()["disqualified"], lifted.json()["current_rank"]) == (False, 1)


@pytest.mark.parametrize("query", ["dry_run=maybe", "dry_run=true&dry_run=false", "dryrun=true"])
def test_misspelt_preview_does_nothing(client_of, query):
    seat = ParticipantFactory()
    client = client_of(UserFactory(moderator=True))
    path = below(seat.tournament, f"participants/{seat.pk}/disqualification")

    answer = client.post(f"{path}?{query}", WHY)

    assert (answer.status_code, answer.json()["error"]) == (400, "INVALID_FILTER")
    assert not Participant.objects.get().disqualified


def test_seat_of_another_tournament_is_not_found(client_of):
    seat = ParticipantFactory()
    client = client_of(UserFactory(moderator=True))
    path = below(TournamentFactory(), f"participants/{seat.pk}/disqualification")

    assert client.post(path, WHY).status_code == 404


def test_active_tournament_changes_with_a_reason_that_is_announced(client_of, mailbox):
    tournament = TournamentFactory(active=True)
    seat = ParticipantFactory(tournament=tournament)
    client = client_of(UserFactory(admin=True))
    path = f"/api/v1/tournaments/{tournament.slug}"

    without = client.patch(path, {"trading_symbols": ["AAPL"]})
    changed = client.patch(path, {"trading_symbols": ["AAPL"], **WHY})
    mailbox()

    assert (without.status_code, without.json()["error"]) == (409, "TOURNAMENT_FROZEN")
    assert changed.json()["trading_symbols"] == ["AAPL"]
    told = Notification.objects.get()
    assert (told.user, told.type) == (seat.user, "tournament.changed")
    assert told.message.endswith(f"{WHY['reason']}\ntrading symbols: ['AAPL', 'IBM'] → ['AAPL']")
    row = AuditLog.objects.get(action="tournament.update")
    assert row.changes["reason"] == WHY["reason"]


@pytest.mark.parametrize("status", ["completed", "cancelled"])
def test_tournament_that_is_over_does_not_change(client_of, status):
    tournament = TournamentFactory(status=status)
    client = client_of(UserFactory(admin=True))

    answer = client.patch(f"/api/v1/tournaments/{tournament.slug}", {"name": "Other", **WHY})

    assert (answer.status_code, answer.json()["error"]) == (409, "TOURNAMENT_FROZEN")


def test_new_starting_balance_reaches_the_seats(client_of):
    seat = ParticipantFactory(tournament=TournamentFactory())
    other = ParticipantFactory(tournament=TournamentFactory())
    client = client_of(UserFactory(admin=True))

    client.patch(f"/api/v1/tournaments/{seat.tournament.slug}", {"starting_balance": "5000.00"})

    balances = {
        pk: (str(starting), str(current))
        for pk, starting, current in Participant.objects.values_list(
            "pk", "starting_balance", "current_balance"
        )
    }
    assert balances == {
        seat.pk: ("5000.00", "5000.00"),
        other.pk: ("100000.00", "100000.00"),
    }


def test_rules_are_checked(client_of):
    client = client_of(UserFactory(admin=True))
    path = f"/api/v1/tournaments/{TournamentFactory().slug}"

    answer = client.patch(path, {"rules": {"kyc": False}})

    assert answer.json()["details"] == {"rules": ["Unknown rule: kyc."]}


@pytest.fixture
def over():
    """Return a tournament with its result and three seats of 30, 20 and 10."""
    tournament = TournamentFactory(active=True)
    seats = [
        ParticipantFactory(
            tournament=tournament, realized_pnl=pnl, total_pnl=pnl, current_balance=100_000 + pnl
        )
        for pnl in (30, 20, 10)
    ]
    lifecycle.transition(
        actor=UserFactory(admin=True), tournament=tournament, to="completed", **WHY
    )
    return tournament, seats


def test_results_are_public_line_by_line(anonymous, over, django_assert_num_queries):
    tournament, seats = over

    listed = anonymous.get(below(tournament, "results")).json()
    with django_assert_num_queries(4):
        lines = anonymous.get(below(tournament, "results/1")).json()

    assert [(one["number"], one["reason"]) for one in listed["results"]] == [(1, None)]
    assert list(listed["results"][0]) == ["number", "published_at", "reason"]
    assert lines["count"] == 3
    assert lines["results"][1] == {
        "rank": 2,
        "participant_id": str(seats[1].pk),
        "username": seats[1].user.username,
        "avatar_url": None,
        "country": None,
        "pnl": "20.00",
    }
    assert anonymous.get(below(tournament, "results/2")).status_code == 404
    assert anonymous.get(below(tournament, f"results/{2**70}")).status_code == 404


def test_admin_corrects_a_result_once(client_of, over):
    tournament, seats = over
    admin = client_of(UserFactory(admin=True))
    body = WHY | {"disqualify": str(seats[0].pk)}

    first = admin.post(below(tournament, "results"), body, headers={"Idempotency-Key": "fix"})
    again = admin.post(below(tournament, "results"), body, headers={"Idempotency-Key": "fix"})
    lines = admin.get(first["Location"]).json()

    assert (first.status_code, first.json()["number"]) == (201, 2)
    assert first.json() == again.json()
    assert [line["participant_id"] for line in lines["results"]] == [
        str(seat.pk) for seat in seats[1:]
    ]
    listed = admin.get(below(tournament, "results")).json()["results"]
    assert [(one["number"], one["reason"]) for one in listed] == [(2, WHY["reason"]), (1, None)]


def test_correction_names_a_seat_of_the_tournament(client_of, over):
    tournament, _ = over
    body = WHY | {"reinstate": str(ParticipantFactory().pk)}

    answer = client_of(UserFactory(admin=True)).post(below(tournament, "results"), body)

    assert answer.status_code == 400
    assert list(answer.json()["details"]) == ["reinstate"]


def test_correction_without_effect_is_refused(client_of, over):
    tournament, _ = over

    answer = client_of(UserFactory(admin=True)).post(below(tournament, "results"), WHY)

    assert (answer.status_code, answer.json()["error"]) == (409, "NOTHING_TO_CORRECT")
