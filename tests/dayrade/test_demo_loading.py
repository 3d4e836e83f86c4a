"""Loading the demo: when it is refused, what it repeats, and the command."""

import io
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from dayrade import demo
from tests.dayrade.worlds import SEED, books, digests, last_marks, load, truncate
from tests.factories.accounts import UserFactory
from tournaments.models import Tournament, TournamentStatus
from trading.models import Trade


@pytest.fixture
def nobody(db):
    """Begin with an empty database; the end of the test brings back what was there."""
    truncate()


def test_same_seed_and_instant_make_the_same_rows(nobody):
    load()
    first = digests()
    truncate()
    load()

    assert digests() == first


def test_another_seed_makes_another_world(nobody):
    load()
    first = digests()
    truncate()
    load(seed=SEED + 1)

    # What is written there differs at least in its ids.
    assert [name for name, digest in digests().items() if digest == first[name]] == []


def test_a_trading_day_under_way_is_cut_at_now(nobody):
    at = datetime(2026, 3, 4, 17, 20, tzinfo=UTC)

    load(at=at)

    last = Trade.objects.latest("executed_at").executed_at
    assert at.replace(hour=14, minute=30) < last <= at
    marks = last_marks("crusader-championship")
    for seat, book in books().items():
        if seat.tournament.status == TournamentStatus.ACTIVE:
            assert book.figures(marks, seat.starting_balance).total_pnl == seat.total_pnl


def test_database_with_people_is_refused(nobody):
    UserFactory()
    before = User.objects.count()

    with pytest.raises(CommandError, match=r"^The database is not empty: .*\.$"):
        call_command("demo", force=True, verbosity=0)

    assert User.objects.count() == before
    assert not demo.is_empty()


def test_database_is_empty_without_people(nobody):
    empty = demo.is_empty()
    UserFactory()

    assert (empty, demo.is_empty()) == (True, False)


def test_progress_ends_on_a_hundred(nobody):
    seen = []

    load(progress=lambda done, _: seen.append(done))

    assert seen == sorted(seen)
    assert (seen[0], seen[-1]) == (0, 100)


def test_too_few_competitors_are_refused(nobody):
    with pytest.raises(ValueError, match="10 competitors"):
        load(competitors=9)


def test_command_loads_and_tells_how_to_sign_in(nobody):
    out = io.StringIO()

    call_command("demo", "--force", "--at", "2026-03-04", "--competitors", "10", stdout=out)

    assert out.getvalue().splitlines() == [
        f"{one.role:<10}  {one.email}  {one.password}" for one in demo.SIGN_INS
    ]
    assert Tournament.objects.get(status="active").participants.count() == 10


def test_command_is_silent_when_told(nobody, capfd):
    call_command(
        "demo", "--force", "--at", "2026-03-04T00:00+01:00", "--competitors", "10", verbosity=0
    )

    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["--competitors", "9"], id="too few"),
        pytest.param(["--competitors", "2001"], id="too many"),
        pytest.param(["--at", "tomorrow"], id="no instant"),
    ],
)
def test_command_refuses_nonsense(nobody, arguments):
    with pytest.raises(CommandError):
        call_command("demo", "--force", *arguments, verbosity=0)

    assert demo.is_empty()


@pytest.mark.django_db
def test_demo_stays_out_of_production():
    with pytest.raises(CommandError, match="passwords are public"):
        call_command("demo", verbosity=0)

    assert demo.is_empty()
