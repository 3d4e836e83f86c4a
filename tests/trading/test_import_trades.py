"""Booking a file of trades."""

import csv

import pytest
from django.core.management import CommandError, call_command

from tests.factories.tournaments import ParticipantFactory
from tests.trading.ledgers import item, state
from trading.management.commands import import_trades
from trading.models import QuarantinedTrade, Trade
from trading.services import ingest

pytestmark = pytest.mark.django_db


@pytest.fixture
def seat():
    return ParticipantFactory()


@pytest.fixture
def write(tmp_path):
    def to_file(*rows, columns=None, encoding="utf-8"):
        path = tmp_path / "trades.csv"
        with path.open("w", newline="", encoding=encoding) as file:
            writer = csv.DictWriter(file, columns or list(rows[0]), extrasaction="ignore")
            writer.writeheader()
            writer.writerows(rows)
        return path

    return to_file


@pytest.fixture
def run(seat, capsys):
    """Return a function that runs the command and returns what it said, and its failure."""

    def command(path, *options, tournament=None):
        failure = None
        try:
            call_command(
                "import_trades",
                str(path),
                "--tournament",
                tournament or seat.tournament.slug,
                *options,
            )
        except CommandError as error:
            failure = str(error)
        said = capsys.readouterr()
        return said.out, said.err, failure

    return command


def trades(seat):
    return [
        item("T1", seat, "buy", 10, "100", minutes=1),
        item("T2", seat, "sell", 10, "110", minutes=2),
    ]


def test_file_is_booked_as_a_delivery_would_be(seat, write, run):
    path = write(*trades(seat))

    assert run(path) == ("2 accepted, 0 duplicates, 0 rejected.\n", "", None)

    imported = state(seat.tournament)
    assert ingest.take(tournament=seat.tournament, items=trades(seat))[0].status == "duplicate"
    assert state(seat.tournament) == imported
    assert [str(trade["pnl"]) for trade in imported["trades"] if trade["pnl"]] == ["100.00"]


def test_file_may_be_imported_again(seat, write, run):
    path = write(*trades(seat))
    run(path)

    assert run(path) == ("0 accepted, 2 duplicates, 0 rejected.\n", "", None)


def test_refused_lines_are_listed_and_the_others_booked(seat, write, run):
    good, bad = trades(seat)
    path = write(good | {"zimtra_order_id": "a\nb"}, bad | {"price": "0"}, bad | {"quantity": "x"})

    out, err, failure = run(path)

    assert (out, failure) == (
        "0 accepted, 0 duplicates, 3 rejected.\n",
        "Some lines were refused.",
    )
    assert [line.split(":")[0:2] for line in err.splitlines()] == [
        ["Line 3", " INVALID_VALUE"],
        ["Line 4", " OUT_OF_RANGE"],
        ["Line 5", " INVALID_VALUE"],
    ]
    assert QuarantinedTrade.objects.count() == 3


def test_dry_run_gives_the_same_verdicts_and_writes_nothing(seat, write, run):
    first, second = trades(seat)
    path = write(first, second | {"price": "0"}, first)
    before = state(seat.tournament)

    rehearsed = run(path, "--dry-run")

    assert (state(seat.tournament), QuarantinedTrade.objects.count()) == (before, 0)
    done = run(path)
    assert rehearsed == (f"Dry run: {done[0]}", *done[1:])
    assert done[0] == "1 accepted, 1 duplicates, 1 rejected.\n"


def test_batches_follow_each_other(seat, write, run, monkeypatch):
    monkeypatch.setattr(import_trades, "BATCH", 2)
    rows = [item(f"T{number}", seat, "buy", 1, "1", minutes=number) for number in range(5)]

    out, _, _ = run(write(*rows))

    assert (out, Trade.objects.count()) == ("5 accepted, 0 duplicates, 0 rejected.\n", 5)


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        (
            ["symbol", "side", "quantity", "price", "executed_at"],
            "Columns are missing: zimtra_trade_id, zimtra_account_id.",
        ),
        (["pnl", *import_trades.REQUIRED], "Columns are unknown: pnl."),
        (["side", *import_trades.REQUIRED], "A column is given twice."),
    ],
)
def test_columns_have_to_be_known(seat, write, run, columns, said):
    assert run(write(*trades(seat), columns=columns))[2] == said


def test_line_with_too_many_values_is_refused(seat, write, run):
    path = write(*trades(seat))
    path.write_text(path.read_text() + "1,2,3,4,5,6,7,8,9,10\n")

    assert run(path)[2] == "Line 4 has more values than the first."


def test_file_may_begin_with_a_mark(seat, write, run):
    assert run(write(*trades(seat), encoding="utf-8-sig"))[2] is None


@pytest.mark.parametrize("content", [None, b"\xff\xfe", b'zimtra_trade_id\n"a'])
def test_what_cannot_be_read_is_said(tmp_path, run, content):
    path = tmp_path / "a.csv"
    if content is not None:
        path.write_bytes(content)

    failure = run(path)[2]

    assert failure.startswith(("The file cannot be read: ", "Columns are missing: "))


def test_unknown_tournament_is_said(seat, write, run):
    path = write(*trades(seat))

    assert run(path, tournament="nowhere")[2] == "There is no such tournament."
