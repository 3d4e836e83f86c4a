"""What a frozen tournament tells, by every route below it, to everybody."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from comms.models import MessageType
from tests.dayrade.routes import API, OF_API
from tests.factories.accounts import UserFactory
from tests.factories.comms import ChatMessageFactory, CommentaryFactory
from tests.factories.tournaments import ResultFactory, StandingFactory, TournamentFactory
from tests.factories.trading import (
    BustFactory,
    PerformanceSnapshotFactory,
    PositionFactory,
    TradeFactory,
)
from tests.instants import z
from tests.trading.boards import kept, passed, seat
from tournaments.models import Participant, TournamentStatus
from tournaments.services import freeze
from trading.models import Bust, PositionType

pytestmark = pytest.mark.django_db

# Every read below a tournament: does it tell what happened after the freeze to the public, to the
# owner of a seat about it, and to staff? Writes answer to their own callers; see NO_READS.
LIVE = {
    "": (False, False, False),
    "/leaderboard": (False, False, True),
    "/participants": (False, False, True),
    "/participants/{seat}": (False, False, True),
    "/participants/{seat}/performance": (False, True, True),
    "/participants/{seat}/trades": (False, True, True),
    "/participants/{seat}/positions": (False, True, True),
    "/chat": (False, False, True),
    "/commentary": (False, False, True),
    "/results": (False, False, False),
}
# Registration is closed by then, and no result is published; the stream is a service with tests of
# its own; the rest is for admins and moderators alone.
NO_READS = {
    "/events",
    "/events/ticket",
    "/bookings",
    "/breaks",
    "/breaks/{seat}/acceptance",
    "/commentary/{seat}/retraction",
    "/refused-trades",
    "/refused-trades/{seat}/dismissal",
    "/refused-trades/{seat}/retry",
    "/results/{number}",
    "/snapshots",
    "/trades/{seat}/bust",
    "/unbooked-participants",
    "/transitions",
    "/registration",
    "/participants/{seat}/disqualification",
}
QUERIES = {
    "/leaderboard": [
        "",
        "?limit=1&offset=1",
        "?around=ada",
        "?around=bob&window=0",
        "?as_of={now}",
        "?as_of={now}&around=ada",
    ],
    "/participants": [
        "",
        "?ordering=-total_pnl",
        "?ordering=total_trades",
        "?ordering=-realized_pnl",
        "?ordering=-total_volume",
        "?disqualified=true",
        "?is_active=false",
        "?search=ada",
    ],
    "/participants/{seat}/performance": ["", "?from={cut}"],
    "/participants/{seat}/trades": ["", "?from={cut}", "?symbol=LATE", "?position_type=close"],
    "/chat": ["", "?from={cut}"],
    "/commentary": ["", "?from={cut}"],
}
# What only the time after the freeze holds: figures, symbols and words.
SECRETS = ("777", "LATE", "secret")
VIEWERS = ("anonymous", "other", "owner", "moderator")


class World:
    """A tournament that froze an hour ago, in which everything has changed since."""

    def __init__(self, client_of, anonymous):
        self.now = timezone.now()
        self.cut = self.now - timedelta(hours=1)
        self.tournament = TournamentFactory(
            active=True, rules={"freeze_at": z(self.cut), "trades_public": True}
        )
        self.ada = seat(self.tournament, "ada", "5.00", trades=1, total_volume=Decimal("50.00"))
        self.bob = seat(self.tournament, "bob", "1.00", trades=2, total_volume=Decimal("60.00"))
        self.cid = seat(self.tournament, "cid", "0.00")
        self.eve = seat(self.tournament, "eve", "3.00", trades=3, total_volume=Decimal("40.00"))
        kept(self.tournament, self.cut - timedelta(seconds=1))
        TradeFactory(participant=self.ada, executed_at=self.cut - timedelta(hours=1))
        self.backdate("trades", self.cut - timedelta(hours=1))
        CommentaryFactory(tournament=self.tournament, commentary_text="before")
        self.backdate("commentary", self.cut - timedelta(hours=1))
        self.move_on()
        self.clients = {
            "anonymous": anonymous,
            "other": client_of(self.bob.user),
            "owner": client_of(self.ada.user),
            "moderator": client_of(UserFactory(moderator=True)),
        }

    def backdate(self, table, at):
        rows = getattr(self.tournament, table)
        rows.update(created_at=at)

    def move_on(self):
        Participant.objects.filter(pk=self.ada.pk).update(
            total_pnl=-777,
            realized_pnl=-777,
            current_balance=100_000 - 777,
            total_trades=777,
            total_volume=777,
            winning_trades=77,
            current_rank=777,
            best_rank=777,
        )
        Participant.objects.filter(pk=self.cid.pk).update(is_active=False)
        Participant.objects.filter(pk=self.eve.pk).update(
            disqualified=True, disqualification_reason="secret"
        )
        passed(self.tournament, every=1, revision=777)
        kept(self.tournament, self.now)
        # Executed before the freeze, and delivered after it.
        for executed_at in (self.now, self.cut - timedelta(minutes=1)):
            TradeFactory(participant=self.ada, symbol="LATE", executed_at=executed_at)
        known = self.ada.trades.get(symbol="AAPL")
        BustFactory(trade=known)
        self.ada.trades.filter(pk=known.pk).update(
            position_type=PositionType.CLOSE, pnl=777, pnl_percentage=777, related_trade=known
        )
        PositionFactory(participant=self.ada, symbol="LATE")
        PerformanceSnapshotFactory(
            participant=self.ada, recorded_at=self.now, total_pnl=-777, realized_pnl=-777
        )
        CommentaryFactory(tournament=self.tournament, commentary_text="secret")
        for kind in (MessageType.SYSTEM_MESSAGE, MessageType.COMMENTARY):
            ChatMessageFactory(tournament=self.tournament, message_text="secret", message_type=kind)
        ChatMessageFactory(tournament=self.tournament, message_text="What a day")

    def ask(self, viewer, path, query=""):
        filled = (path + query).format(seat=self.ada.pk, now=z(self.now), cut=z(self.cut))
        return self.clients[viewer].get(f"/{API}tournaments/{self.tournament.slug}{filled}")


@pytest.fixture
def frozen(client_of, anonymous):
    return World(client_of, anonymous)


def told(answer):
    """Return which secrets an answer holds, in its body or headers."""
    # Identifiers are chance.
    body = answer.json() if answer.content else None
    return {secret for secret in SECRETS if secret in words(body)}


def words(value):
    if isinstance(value, dict):
        ids = {"id", "participant", "participant_id", "tournament_id", "related_trade_id"}
        return " ".join(words(inner) for name, inner in value.items() if name not in ids)
    if isinstance(value, list):
        return " ".join(map(words, value))
    text = str(value)
    # The fraction of an instant is chance, too, and a link repeats the query.
    return "" if text.endswith("Z") or text.startswith("http") else text


def test_every_route_below_a_tournament_is_classified():
    root = "tournaments/<slug_or_id:tournament>"
    below = {
        route.path.removeprefix(API + root)
        .replace("<uuid:participant>", "{seat}")
        .replace("<uuid:pk>", "{seat}")
        .replace("<int:number>", "{number}")
        for route in OF_API
        if route.path.startswith(API + root)
    }

    assert below == set(LIVE) | NO_READS


@pytest.mark.parametrize("viewer", VIEWERS)
@pytest.mark.parametrize(
    ("path", "query"), [(path, query) for path in LIVE for query in QUERIES.get(path, [""])]
)
def test_nothing_after_the_freeze_is_told(frozen, viewer, path, query):
    public, owner, _ = LIVE[path]
    may = {"anonymous": public, "other": public, "owner": owner, "moderator": True}[viewer]

    answer = frozen.ask(viewer, path, query)

    closed = path == "/participants/{seat}/positions" and not may
    assert answer.status_code == (404 if closed else 200)
    if not may:
        assert told(answer) == set()


@pytest.mark.parametrize("path", [path for path, tells in LIVE.items() if tells[2]])
def test_staff_see_all(frozen, path):
    assert told(frozen.ask("moderator", path)) != set()


@pytest.mark.parametrize("path", [path for path, tells in LIVE.items() if tells[1]])
def test_owner_sees_the_own_ledger_live(frozen, path):
    assert told(frozen.ask("owner", path)) != set()


@pytest.mark.parametrize("path", [path for path, tells in LIVE.items() if tells[2]])
@pytest.mark.parametrize("status", [TournamentStatus.COMPLETED, TournamentStatus.CANCELLED])
def test_freeze_ends_with_the_tournament(frozen, path, status):
    frozen.tournament.status = status
    frozen.tournament.save()
    if status == TournamentStatus.COMPLETED:
        result = ResultFactory(tournament=frozen.tournament)
        StandingFactory(result=result, participant=frozen.ada, rank=1, pnl=-777)
        Participant.objects.filter(pk=frozen.ada.pk).update(final_rank=1, final_pnl=-777)

    assert told(frozen.ask("anonymous", path)) != set()


def names(answer, key="username"):
    return [line[key] for line in answer.json()["results"]]


@pytest.mark.parametrize("viewer", ["anonymous", "other", "owner"])
def test_public_board_is_that_of_the_freeze(frozen, viewer):
    answer = frozen.ask(viewer, "/leaderboard")

    shown = answer.json()
    assert names(answer) == ["ada", "bob", "cid"]
    assert names(answer, "total_pnl") == ["5.00", "1.00", "0.00"]
    assert (shown["frozen"], shown["revision"], shown["count"]) == (True, None, 3)
    assert shown["computed_at"] == z(frozen.cut - timedelta(seconds=1))


def test_disqualified_seat_leaves_the_frozen_board(frozen):
    board = frozen.ask("anonymous", "/leaderboard")
    before = frozen.ask("moderator", "/leaderboard", "?as_of={cut}")

    assert (names(board), names(board, "rank")) == (["ada", "bob", "cid"], [1, 2, 3])
    assert names(before) == ["ada", "eve", "bob", "cid"]
    assert frozen.ask("anonymous", "/leaderboard", "?around=eve").status_code == 404
    assert frozen.ask("anonymous", "/participants", "?search=eve").json()["results"][0] == {
        **frozen.ask("anonymous", f"/participants/{frozen.eve.pk}").json(),
        "total_pnl": "3.00",
        "disqualified": True,
        "current_rank": None,
    }


def test_public_board_does_not_change_while_the_field_does(frozen):
    before = frozen.ask("anonymous", "/leaderboard")
    Participant.objects.filter(pk=frozen.bob.pk).update(
        total_pnl=9, realized_pnl=9, current_balance=100_009
    )
    passed(frozen.tournament, every=1, revision=778)

    after = frozen.ask("anonymous", "/leaderboard")

    assert after["ETag"] == before["ETag"]


def test_seats_are_shown_as_at_the_freeze(frozen):
    answer = frozen.ask("owner", "/participants/{seat}")

    ada = answer.json()
    figures = ("total_pnl", "current_balance", "total_trades", "total_volume", "current_rank")
    assert [ada[name] for name in figures] == ["5.00", "100005.00", 1, "50.00", 1]
    unknown = ("winning_trades", "losing_trades", "win_rate", "best_rank", "final_rank")
    assert {ada[name] for name in unknown} == {None}
    assert ada["updated_at"] <= z(frozen.cut)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["ada", "eve", "bob", "cid"]),
        ("?ordering=-total_pnl", ["ada", "eve", "bob", "cid"]),
        ("?ordering=-total_trades", ["eve", "bob", "ada", "cid"]),
        ("?ordering=-total_volume", ["bob", "ada", "eve", "cid"]),
        ("?is_active=true", ["ada", "eve", "bob", "cid"]),
        ("?disqualified=true", ["eve"]),
        ("?disqualified=false", ["ada", "bob", "cid"]),
    ],
)
def test_order_and_filters_are_those_of_the_freeze(frozen, query, found):
    assert names(frozen.ask("anonymous", "/participants", query)) == found


def test_seats_take_as_many_queries_whatever_their_number(frozen, django_assert_num_queries):
    with django_assert_num_queries(4):
        answer = frozen.ask("anonymous", "/participants")

    assert names(answer, "current_rank") == [1, None, 2, 3]


def test_seat_that_was_out_at_the_freeze_has_no_figures(frozen):
    seat(frozen.tournament, "dan", "777.00", is_active=False)

    answer = frozen.ask("anonymous", "/participants", "?search=dan")

    (dan,) = answer.json()["results"]
    assert (dan["total_pnl"], dan["current_rank"], dan["is_active"]) == (None, None, False)


def test_trades_known_at_the_freeze_stay_public(frozen):
    answer = frozen.ask("anonymous", "/participants/{seat}/trades")

    assert names(answer, "symbol") == ["AAPL"]


def test_what_follows_from_later_trades_and_busts_is_not_told(frozen):
    path = "/participants/{seat}/trades"

    (trade,) = frozen.ask("anonymous", path).json()["results"]

    derived = ("pnl", "pnl_percentage", "position_type", "related_trade_id")
    assert {trade[name] for name in derived} == {None}
    assert not trade["busted"]
    assert names(frozen.ask("anonymous", path, "?position_type=close"), "symbol") == []
    assert names(frozen.ask("owner", path, "?position_type=close"), "busted") == [True]


def test_busts_of_before_the_freeze_are_told(frozen):
    Bust.objects.update(busted_at=frozen.cut)

    assert names(frozen.ask("anonymous", "/participants/{seat}/trades"), "busted") == [True]


def test_positions_are_nobody_elses_business_until_the_result(frozen):
    path = "/participants/{seat}/positions"

    assert frozen.ask("anonymous", path).status_code == 404
    assert frozen.ask("other", path).status_code == 404
    assert frozen.ask("owner", path).status_code == 200


def test_talk_goes_on(frozen):
    assert names(frozen.ask("anonymous", "/chat"), "message_text") == ["What a day"]
    assert names(frozen.ask("anonymous", "/commentary"), "commentary_text") == ["before"]


@pytest.mark.parametrize(
    ("at", "is_cut"),
    [(timedelta(microseconds=-1), False), (timedelta(0), True), (timedelta(days=1), True)],
)
def test_freeze_begins_at_its_instant(frozen, at, is_cut):
    found = freeze.cut(frozen.tournament, frozen.bob.user, at=frozen.cut + at)

    assert found == (frozen.cut if is_cut else None)


def test_without_a_rule_nothing_freezes(frozen):
    frozen.tournament.rules = {}

    assert freeze.cut(frozen.tournament, frozen.bob.user) is None
