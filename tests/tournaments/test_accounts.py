"""Which trading account is a seat's, and how it comes to that."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from administration.models import AuditLog
from dayrade.db.transactions import service
from dayrade.errors import ForbiddenError
from tests.factories.accounts import UserFactory
from tests.factories.tournaments import BookingFactory, ParticipantFactory, TournamentFactory
from tests.factories.trading import TradeFactory
from tests.threads import while_uncommitted
from tests.trading.ledgers import item
from tournaments.models import Participant, TournamentStatus
from tournaments.services import accounts, bookings, ledger_lock, seats
from tournaments.services.sanctions import TournamentOverError
from trading import feed
from trading.models import QuarantinedTrade
from trading.services import doubts, ingest

pytestmark = pytest.mark.django_db
in_threads = pytest.mark.django_db(transaction=True)


@pytest.fixture
def seat():
    return ParticipantFactory(zimtra_account_id=None)


def link(seat, account, **actor):
    actor = UserFactory(**actor or {"moderator": True})
    return accounts.link(actor=actor, seat=seat, zimtra_account_id=account)


def stored(seat):
    return Participant.objects.values_list("zimtra_account_id", flat=True).get(pk=seat.pk)


@pytest.mark.parametrize("role", ["moderator", "admin"])
def test_staff_link_a_seat(seat, role):
    linked = link(seat, "ZX", **{role: True})

    assert (linked.pk, linked.zimtra_account_id, stored(seat)) == (seat.pk, "ZX", "ZX")


def test_link_is_audited_once_with_its_reason(seat):
    actor = UserFactory(moderator=True)

    accounts.link(actor=actor, seat=seat, zimtra_account_id="ZX", reason="They told us")
    accounts.link(actor=actor, seat=seat, zimtra_account_id="ZX")

    row = AuditLog.objects.get(action="participant.link_account")
    assert (row.user, row.entity_id, row.changes["reason"]) == (actor, seat.pk, "They told us")


@pytest.mark.parametrize("nothing", ["", None])
def test_account_is_taken_away(nothing):
    seat = ParticipantFactory()

    link(seat, nothing)

    assert stored(seat) is None


@pytest.mark.parametrize("actor", [{}, {"moderator": True, "suspended": True}])
def test_only_staff_in_good_standing_link(seat, actor):
    with pytest.raises(ForbiddenError):
        accounts.link(actor=UserFactory(**actor), seat=seat, zimtra_account_id="ZX")

    assert stored(seat) is None


def test_nobody_links_their_own_seat():
    seat = ParticipantFactory(user__moderator=True, zimtra_account_id=None)

    with pytest.raises(ForbiddenError):
        accounts.link(actor=seat.user, seat=seat, zimtra_account_id="ZX")

    assert stored(seat) is None


@pytest.mark.parametrize("status", [TournamentStatus.COMPLETED, TournamentStatus.CANCELLED])
def test_accounts_of_a_tournament_that_is_over_stay(status):
    seat = ParticipantFactory(tournament__status=status, zimtra_account_id=None)

    with pytest.raises(TournamentOverError):
        link(seat, "ZX")

    assert stored(seat) is None


@pytest.mark.parametrize("other", ["ZX", None])
def test_seat_with_trades_keeps_its_account(other):
    seat = TradeFactory(participant__zimtra_account_id="ZA").participant

    same = link(seat, "ZA")
    with pytest.raises(accounts.SeatHasTradesError):
        link(seat, other)

    assert (same.zimtra_account_id, stored(seat)) == ("ZA", "ZA")


@pytest.mark.parametrize("account", ["A", "a b", "~!" * 50])
def test_account_is_what_a_delivery_can_name(seat, account):
    link(seat, account)

    assert feed.identifier({"account": account}, "account") == stored(seat) == account


@pytest.mark.parametrize("account", [" A", "A ", "Ä", "A\n", "A\tB", "A" * 101])
def test_account_that_no_delivery_can_name_is_refused(seat, account):
    with pytest.raises(ValidationError):
        link(seat, account)

    assert isinstance(feed.identifier({"account": account}, "account"), feed.Refusal)
    assert stored(seat) is None


def test_account_is_one_seats_in_a_tournament_and_free_in_others(seat):
    elsewhere = ParticipantFactory(zimtra_account_id="ZX")
    link(seat, elsewhere.zimtra_account_id)

    with pytest.raises(IntegrityError):
        link(ParticipantFactory(tournament=seat.tournament), "ZX")

    assert stored(seat) == "ZX"


def test_refused_trade_is_booked_once_the_seat_is_linked(seat):
    moderator = UserFactory(moderator=True)
    sent = item("T1", seat, "buy", 10, "100", zimtra_account_id="late")
    ingest.take(tournament=seat.tournament, items=[sent])
    refused = QuarantinedTrade.objects.get(error="UNKNOWN_ACCOUNT")

    accounts.link(actor=moderator, seat=seat, zimtra_account_id="late")
    settled = doubts.retry(actor=moderator, refused=refused)

    assert settled.status == "booked"
    assert seat.trades.get().zimtra_trade_id == "T1"


@in_threads
def test_two_links_to_one_account():
    first = ParticipantFactory(zimtra_account_id=None)
    second = ParticipantFactory(tournament=first.tournament, zimtra_account_id=None)

    def late():
        with pytest.raises(IntegrityError):
            link(second, "ZX")

    _, _, waited = while_uncommitted(lambda: link(first, "ZX"), late)

    assert (waited, stored(first), stored(second)) == (True, "ZX", None)


@in_threads
def test_link_waits_for_a_delivery(seat):
    @service
    def deliver():
        ledger_lock.share(seat.tournament_id)

    _, linked, waited = while_uncommitted(deliver, lambda: link(seat, "ZX"))

    assert (linked.zimtra_account_id, waited) == ("ZX", True)


@in_threads
def test_delivery_waits_for_a_link(seat):
    sent = item("T1", seat, "buy", 10, "100", zimtra_account_id="ZX")

    _, (verdict,), waited = while_uncommitted(
        lambda: link(seat, "ZX"), lambda: ingest.take(tournament=seat.tournament, items=[sent])
    )

    assert (verdict.status, waited) == ("accepted", True)


@in_threads
def test_link_waits_for_a_completion(seat):
    tournament = seat.tournament

    @service
    def complete():
        type(tournament).objects.filter(pk=tournament.pk).update(status="completed")

    def late():
        with pytest.raises(TournamentOverError):
            link(seat, "ZX")

    _, _, waited = while_uncommitted(complete, late)

    assert (waited, stored(seat)) == (True, None)


def test_registering_takes_the_persons_account():
    user = UserFactory(approved=True, zimtra_id="ZU")

    assert seats.register(tournament=TournamentFactory(), user=user).zimtra_account_id == "ZU"


@pytest.mark.parametrize("own", [None, "", "Zürich"])
def test_registering_without_a_fit_account_leaves_it_open(own):
    user = UserFactory(approved=True, zimtra_id=own)

    assert seats.register(tournament=TournamentFactory(), user=user).zimtra_account_id is None


def test_registering_leaves_another_seats_account_alone():
    tournament = TournamentFactory()
    ParticipantFactory(tournament=tournament, zimtra_account_id="ZU")
    user = UserFactory(approved=True, zimtra_id="ZU")

    assert seats.register(tournament=tournament, user=user).zimtra_account_id is None


def test_registering_again_keeps_what_was_linked():
    tournament = TournamentFactory()
    user = UserFactory(approved=True, zimtra_id="ZU")
    link(seats.register(tournament=tournament, user=user), "ZX")
    seats.withdraw(tournament=tournament, user=user)

    assert seats.register(tournament=tournament, user=user).zimtra_account_id == "ZX"


def test_booked_seat_takes_the_persons_account():
    user = UserFactory(approved=True, zimtra_id="ZU")
    booking = BookingFactory(email=user.email)

    assert bookings.settle(key=booking.pk).participant.zimtra_account_id == "ZU"


@in_threads
@pytest.mark.parametrize("way", ["register", "book"])
def test_registering_survives_a_link_to_the_same_account(way):
    tournament = TournamentFactory()
    other = ParticipantFactory(tournament=tournament, zimtra_account_id=None)
    user = UserFactory(approved=True, zimtra_id="ZU")
    booking = BookingFactory(tournament=tournament, email=user.email)
    ways = {
        "register": lambda: seats.register(tournament=tournament, user=user),
        "book": lambda: bookings.settle(key=booking.pk).participant,
    }

    _, seat, waited = while_uncommitted(lambda: link(other, "ZU"), ways[way])

    tournament.refresh_from_db()
    assert (waited, stored(other), stored(seat)) == (True, "ZU", None)
    assert (seat.is_active, tournament.current_participants) == (True, 1)


def test_link_through_the_api(client_of, seat):
    client = client_of(UserFactory(moderator=True))
    url = f"/api/v1/tournaments/{seat.tournament.slug}/participants/{seat.pk}"

    linked = client.patch(url, {"zimtra_account_id": "ZX"})
    shown = client.get(url).json()
    unlinked = client.patch(url, {"zimtra_account_id": None})

    assert (linked.status_code, linked.json()) == (200, shown)
    assert shown["zimtra_account_id"] == "ZX"
    assert (unlinked.status_code, unlinked.json()["zimtra_account_id"]) == (200, None)


@pytest.mark.parametrize(
    ("sent", "status", "error"),
    [
        ("TAKEN", 409, "DUPLICATE_ENTRY"),
        ("Zürich", 400, "VALIDATION_ERROR"),
        ("A" * 101, 400, "VALIDATION_ERROR"),
        ("", 400, "VALIDATION_ERROR"),
        (7, 400, "VALIDATION_ERROR"),
    ],
)
def test_link_that_the_api_refuses(client_of, seat, sent, status, error):
    ParticipantFactory(tournament=seat.tournament, zimtra_account_id="TAKEN")
    url = f"/api/v1/tournaments/{seat.tournament.slug}/participants/{seat.pk}"

    answer = client_of(UserFactory(moderator=True)).patch(url, {"zimtra_account_id": sent})

    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert stored(seat) is None


def test_api_says_that_a_seat_has_trades(client_of):
    seat = TradeFactory().participant
    url = f"/api/v1/tournaments/{seat.tournament.slug}/participants/{seat.pk}"

    answer = client_of(UserFactory(moderator=True)).patch(url, {"zimtra_account_id": "ZX"})

    assert (answer.status_code, answer.json()["error"]) == (409, "SEAT_HAS_TRADES")
