"""Linking the seats of a tournament with their trading accounts from a file."""

import io

import pytest
from django.core.management import CommandError, call_command

from administration.models import AuditLog
from dayrade.db.transactions import service
from tests.factories.accounts import UserFactory
from tests.factories.tournaments import ParticipantFactory, TournamentFactory
from tests.factories.trading import TradeFactory
from tests.threads import while_uncommitted
from tournaments.models import Participant, TournamentStatus
from tournaments.services import ledger_lock

pytestmark = pytest.mark.django_db


def stored(seat):
    return Participant.objects.values_list("zimtra_account_id", flat=True).get(pk=seat.pk)


@pytest.fixture
def run(tmp_path):
    """Return a function that writes a file, runs the command and returns what it said."""

    def command(tournament, *lines, options=(), encoding="utf-8"):
        path = tmp_path / "accounts.csv"
        path.write_text("\n".join(lines), encoding=encoding)
        out, err = io.StringIO(), io.StringIO()
        failure = None
        try:
            call_command("link_accounts", tournament, str(path), *options, stdout=out, stderr=err)
        except CommandError as error:
            failure = str(error).replace(str(path), "FILE")
        return out.getvalue(), err.getvalue(), failure

    return command


@pytest.fixture
def field():
    tournament = TournamentFactory(active=True)
    people = [UserFactory(email=f"{name}@example.com", username=name) for name in ("ada", "bob")]
    return [
        ParticipantFactory(tournament=tournament, user=user, zimtra_account_id=None)
        for user in people
    ]


@pytest.mark.parametrize("by", ["email", "username"])
def test_command_links_a_whole_field(run, field, by):
    lines = [f"{getattr(seat.user, by).upper()},Z{n}" for n, seat in enumerate(field)]

    first = run(field[0].tournament.slug, f"{by},zimtra_account_id", *lines, encoding="utf-8-sig")
    again = run(field[0].tournament.slug, f"{by},zimtra_account_id", *lines)

    assert first == ("2 lines read, 2 seats changed.\n", "", None)
    assert again == ("2 lines read, 0 seats changed.\n", "", None)
    assert [stored(seat) for seat in field] == ["Z0", "Z1"]
    rows = AuditLog.objects.filter(action="participant.link_account")
    assert {row.entity_id for row in rows} == {seat.pk for seat in field}


def test_command_only_tries_when_asked_to(run, field):
    said = run(
        field[0].tournament.slug,
        "email,zimtra_account_id",
        "ada@example.com,Z",
        options=["--dry-run"],
    )

    assert said == ("1 lines read, 1 seats would change.\n", "", None)
    assert stored(field[0]) is None


def test_command_names_wrong_lines_and_changes_nothing(run, field):
    tournament = field[0].tournament
    ParticipantFactory(tournament=tournament, user__username=None, zimtra_account_id="TAKEN")
    TradeFactory(
        participant__tournament=tournament,
        participant__user__email="cleo@example.com",
        participant__zimtra_account_id="ZC",
    )

    said = run(
        tournament.slug,
        "email,zimtra_account_id",
        "ada@example.com,Z1",
        "nobody@example.com,Z2",
        ",Z3",
        "bob@example.com,",
        "ada@example.com,Z4",
        "bob@example.com,Z1",
        "bob@example.com,TAKEN",
        "cleo@example.com,Z5",
        "cleo@example.com,ZC",
        f"bob@example.com,{'Z' * 101}",
    )

    assert said[1].splitlines() == [
        "line 3: nobody of that name has a seat in this tournament",
        "line 4: nobody of that name has a seat in this tournament",
        "line 5: the account is not 1 to 100 printable ASCII characters",
        "line 6: the person is on line 2, too",
        "line 7: the account is on line 2, too",
        "line 8: another seat has the account",
        "line 9: the seat has trades, which were booked under its account",
        "line 11: the account is not 1 to 100 printable ASCII characters",
    ]
    assert (said[0], said[2]) == ("", "8 lines are wrong: nothing was changed.")
    assert [stored(seat) for seat in field] == [None, None]


def test_command_sees_accounts_of_people_without_a_name(run, field):
    tournament = field[0].tournament
    for account in ("Y1", "Y2"):
        ParticipantFactory(tournament=tournament, user__username=None, zimtra_account_id=account)

    said = run(tournament.slug, "username,zimtra_account_id", "ada,Y1", "bob,Y2", ",Y3")

    assert said[1].splitlines() == [
        "line 2: another seat has the account",
        "line 3: another seat has the account",
        "line 4: nobody of that name has a seat in this tournament",
    ]


def test_command_refuses_what_it_cannot_read(run, field, tmp_path):
    slug = field[0].tournament.slug
    over = TournamentFactory(status=TournamentStatus.CANCELLED)
    heading = "email,zimtra_account_id"
    needs = "FILE cannot be read: it needs the columns email (or username) and zimtra_account_id."

    failures = [
        run("nowhere", heading)[2],
        run(slug, "name,zimtra_account_id")[2],
        run(slug, "email,account")[2],
        run(slug, heading, "jörg@example.com,Z", encoding="latin-1")[2],
        run(over.slug, heading)[2],
    ]

    assert failures == [
        "There is no tournament nowhere.",
        needs,
        needs,
        "FILE cannot be read: it is not UTF-8.",
        f"{over} is over: its accounts stay as they are.",
    ]
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("link_accounts", slug, str(tmp_path / "none.csv"))


@pytest.mark.django_db(transaction=True)
def test_command_waits_for_a_delivery(run, field):
    tournament = field[0].tournament

    @service
    def deliver():
        ledger_lock.share(tournament.pk)

    _, said, waited = while_uncommitted(
        deliver, lambda: run(tournament.slug, "email,zimtra_account_id", "ada@example.com,Z")
    )

    assert (said[2], waited) == (None, True)
