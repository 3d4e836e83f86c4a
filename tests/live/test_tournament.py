"""A whole tournament through a live server, from the draft to the correction of its result.

Its provider delivers everything several times and in any order from several threads, while passes,
snapshots and decisions of staff go on: the result rests on each acknowledged trade, once.
"""

import json
import os
import random
import secrets
import threading
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import batched

import pytest
from django.db import connection
from django.utils import timezone

from tests.dayrade.principals import signature
from tests.factories.accounts import UserFactory, UserSessionFactory
from tests.instants import z
from tests.live.server import passable_folder, production, running, url_of
from tests.threads import closing
from tests.trading.boards import ranks
from tests.trading.ledgers import item
from tournaments.models import Tournament, TournamentStatus
from trading.models import Trade
from trading.services import snapshots, valuation, verify

SEATS, TRADES, BATCH, PROVIDERS = 12, 600, 25, 4
SYMBOLS = ["AAPL", "IBM", "TSLA"]
PATH = "/api/v1/tournaments/cup"
OK, CREATED, NOT_MODIFIED, CONFLICT = 200, 201, 304, 409


class Stage:
    """A live server on the database of the test, and who speaks to it."""

    def __init__(self, live, keys):
        self.live = live
        self.keys = keys
        self.chance = random.Random(11)
        self.admin = self.signed_in(UserFactory(admin=True))
        self.competitors = [self.signed_in(UserFactory(approved=True)) for _ in range(SEATS)]

    def signed_in(self, user):
        token = secrets.token_urlsafe(32)
        UserSessionFactory(user=user, token=token)
        return {"Authorization": f"Bearer {token}"}

    def ask(self, method, path, expected, headers=None, body=None):
        """Send one request and return its answer, which has to have this status."""
        with self.live.client() as client:
            answer = client.request(method, path, headers=headers, json=body)
        assert answer.status_code == expected, answer.text
        return answer

    def decide(self, path, expected=OK, **body):
        return self.ask("POST", PATH + path, expected, self.admin, {"reason": "Staff"} | body)

    def move(self, to, expected=OK):
        return self.decide("/transitions", expected, to=to)

    def deliver(self, what, items):
        """Deliver as the provider does; return the verdicts."""
        content = json.dumps({"tournament": "cup", what: items}).encode()
        headers = {
            "Content-Type": "application/json",
            "X-Dayrade-Signature": signature(content, self.chance.choice(self.keys)),
        }
        with self.live.client() as client:
            answer = client.post(f"/api/v1/ingest/{what}", content=content, headers=headers)
        assert answer.status_code == OK, answer.text
        return answer.json()["results"]

    def open(self):
        """Draft a tournament, let everybody in and start it."""
        now = timezone.now()
        dates = {
            "registration_open_date": now + timedelta(hours=1),
            "registration_close_date": now + timedelta(hours=2),
            "start_date": now + timedelta(hours=3),
            "end_date": now + timedelta(hours=4),
        }
        fields = {
            "name": "Cup",
            "slug": "cup",
            "division": "raider",
            "min_participants": 2,
            "trading_symbols": SYMBOLS,
            "rules": {"trades_public": True, "snapshot_seconds": 1},
        }
        body = fields | {name: z(at) for name, at in dates.items()}
        self.ask("POST", "/api/v1/tournaments", CREATED, self.admin, body)
        self.move("registration_open")
        for competitor in self.competitors:
            self.ask("POST", f"{PATH}/registration", CREATED, competitor)
        for to in ("registration_closed", "active"):
            self.move(to)
        self.tournament = Tournament.objects.get(slug="cup")
        self.seats = list(self.tournament.participants.order_by("registered_at"))
        for number, seat in enumerate(self.seats):
            seat.zimtra_account_id = f"ZA{number}"
            seat.save(update_fields=["zimtra_account_id"])

    def trades(self, count, prefix):
        """Make up trades within the first seconds of the window, many at one instant."""
        start = self.tournament.start_date
        return [
            item(
                f"{prefix}{number}",
                self.chance.choice(self.seats),
                self.chance.choice(["buy", "sell"]),
                self.chance.choice([1, 3, 7, 100]),
                f"{self.chance.randint(1, 2_000_000) / 10_000:.4f}",
                at=start + timedelta(seconds=self.chance.randint(0, 20)),
                symbol=self.chance.choice(SYMBOLS),
            )
            for number in range(count)
        ]

    def batches(self, trades):
        """Cut the trades into batches, each trade twice, in any order."""
        twice = trades * 2
        self.chance.shuffle(twice)
        return [list(batch) for batch in batched(twice, BATCH)]

    def prices(self):
        at = self.tournament.start_date
        return [
            {"symbol": symbol, "price": f"{price}.0{price % 7}", "as_of": z(at + step)}
            for step in (timedelta(milliseconds=n) for n in range(40))
            for symbol, price in zip(SYMBOLS, self.chance.sample(range(50, 150), 3), strict=True)
        ]


@pytest.fixture
def stage(transactional_db):
    keys = [secrets.token_urlsafe(32) for _ in range(2)]
    url = url_of(os.environ["DATABASE_URL"], connection.settings_dict["NAME"])
    environment = production(
        url,
        DAYRADE_INGEST_SECRETS=",".join(keys),
        STAFF_TWO_STEP="false",
        API_WRITE_LIMIT="10000",
    )
    with passable_folder() as folder, running(environment, folder / "log") as live:
        yield Stage(live, keys)


def repeated(work, ended):
    """Do something again and again until that event."""

    def run():
        count = 0
        while not ended.is_set():
            work()
            count += 1
        return count

    return run


def amid(stage, batches, *others, once=None):
    """Deliver the batches from several threads, and do other things meanwhile, one of them once.

    Return how often each trade got which verdict.
    """
    told = defaultdict(Counter)
    ended = threading.Event()

    def provide(mine):
        return [verdict for batch in mine for verdict in stage.deliver("trades", batch)]

    with ThreadPoolExecutor(16) as pool:
        beside = [pool.submit(closing(repeated(work, ended))) for work in others]
        shares = [pool.submit(provide, batches[n::PROVIDERS]) for n in range(PROVIDERS)]
        beside += [pool.submit(once)] if once else []
        try:
            for share in shares:
                for verdict in share.result(120):
                    told[verdict["zimtra_trade_id"]][verdict["error"] or verdict["status"]] += 1
        finally:
            ended.set()
        assert all(each.result(60) for each in beside)
    return told


def names(answer):
    return [(line["rank"], line["username"]) for line in answer.json()["results"]]


def expected_board(stage):
    competing = stage.tournament.participants.competing().select_related("user")
    return ranks(list(competing))


def test_tournament_is_exact_from_draft_to_correction(stage):
    stage.open()
    trades = stage.trades(TRADES, "T")
    prices = iter(stage.prices() * 100)

    told = amid(
        stage,
        stage.batches(trades),
        lambda: valuation.refresh(tournament=stage.tournament),
        lambda: snapshots.take(tournament=stage.tournament, source=snapshots.OWN),
        lambda: stage.deliver("prices", [next(prices) for _ in range(2)]),
        lambda: disqualified_and_back(stage),
        lambda: stage.ask("GET", f"{PATH}/leaderboard?around=me", OK, stage.competitors[0]),
    )

    assert told == {one["zimtra_trade_id"]: {"accepted": 1, "duplicate": 1} for one in trades}
    assert verify.differences(tournament=stage.tournament) == []
    frozen(stage)
    completed(stage)
    corrected(stage)


def disqualified_and_back(stage):
    path = f"/participants/{stage.seats[-1].pk}/disqualification"
    stage.decide(path)
    stage.ask("DELETE", PATH + path, OK, stage.admin, {"reason": "Staff"})


def frozen(stage):
    """Freeze the board: nothing moves it, and a delivery goes on unseen."""
    snapshots.take(tournament=stage.tournament, source=snapshots.OWN)
    rules = stage.tournament.rules | {"freeze_at": z(timezone.now())}
    change = {"rules": rules, "reason": "The last minutes"}
    stage.ask("PATCH", PATH, OK, stage.admin, change)
    board = stage.ask("GET", f"{PATH}/leaderboard", OK)

    amid(stage, stage.batches(stage.trades(100, "F")))
    valuation.refresh(tournament=stage.tournament)

    known = {"If-None-Match": board.headers["ETag"]}
    assert board.json()["frozen"]
    stage.ask("GET", f"{PATH}/leaderboard", NOT_MODIFIED, known)
    assert names(stage.ask("GET", f"{PATH}/leaderboard", OK, stage.admin)) == expected_board(stage)


def completed(stage):
    """End it amid deliveries: a trade is in the result, or refused for good."""
    batches = stage.batches(stage.trades(300, "L"))
    verdicts = amid(stage, batches, once=lambda: stage.move("completed"))

    outcomes = set().union(*verdicts.values())
    booked = {name for name, counts in verdicts.items() if counts["accepted"]}
    stored = Trade.objects.filter(tournament=stage.tournament, zimtra_trade_id__startswith="L")
    board = stage.ask("GET", f"{PATH}/leaderboard", OK)
    stage.tournament.refresh_from_db()
    assert outcomes <= {"accepted", "duplicate", "TOURNAMENT_OVER"}
    assert set(stored.values_list("zimtra_trade_id", flat=True)) == booked
    assert stage.tournament.status == TournamentStatus.COMPLETED
    assert names(board) == expected_board(stage) == final(stage)
    assert verify.differences(tournament=stage.tournament) == []


def final(stage):
    """Return the final ranks, in the order of the board."""
    seats = stage.tournament.participants.exclude(final_rank=None).select_related("user")
    ordered = sorted(seats, key=lambda seat: (seat.final_rank, seat.registered_at))
    assert all(seat.final_pnl == seat.total_pnl for seat in ordered)
    return [(seat.final_rank, seat.user.username) for seat in ordered]


def corrected(stage):
    """Take a trade of the winner back and disqualify the second: only the correction shows it."""
    before = final(stage)
    board = stage.ask("GET", f"{PATH}/leaderboard", OK)
    winner, second = (line["participant"] for line in board.json()["results"][:2])
    trade = Trade.objects.filter(participant=winner).order_by("-trade_value").first()
    stage.decide(f"/trades/{trade.pk}/bust", CREATED)
    assert names(stage.ask("GET", f"{PATH}/leaderboard", OK)) == before

    refused = stage.ask("GET", f"{PATH}/refused-trades?status=open&page_size=500", OK, stage.admin)
    for one in refused.json()["results"]:
        stage.decide(f"/refused-trades/{one['id']}/dismissal")
    stage.decide("/results", CREATED, disqualify=second)

    shown = stage.ask("GET", f"{PATH}/leaderboard", OK)
    assert names(shown) == expected_board(stage) == final(stage) != before
    assert second not in [line["participant"] for line in shown.json()["results"]]
    lines = stage.ask("GET", f"{PATH}/results/1", OK).json()["results"]
    assert [(line["rank"], line["username"]) for line in lines] == before
    assert verify.differences(tournament=stage.tournament) == []
