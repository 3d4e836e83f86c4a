"""Bookings read in by the jobs and by the command."""

import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from comms.models import Notification
from dayrade import jobs
from tests.factories.accounts import UserFactory
from tests.factories.tournaments import BookingFactory, TournamentFactory
from tests.tournaments.ticketsource import EVENT, KEY, Account, serving
from tournaments import tasks
from tournaments.models import Booking, Participant, TournamentStatus
from tournaments.sources import SourceError

PAST = timezone.now() - timedelta(hours=1)


@pytest.fixture
def account(settings):
    with serving(Account()) as made:
        settings.TICKETSOURCE_URL, settings.TICKETSOURCE_API_KEY = made.url, KEY
        yield made


def waiting():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT args->>'tournament_id', lock FROM procrastinate_jobs"
            " WHERE status = 'todo' AND task_name = 'tournaments.import_bookings'"
        )
        return cursor.fetchall()


@pytest.mark.django_db(transaction=True)
def test_tournaments_that_sell_are_polled_one_job_at_a_time(account):
    selling = [
        TournamentFactory(ticketsource_event_id="evt-1"),
        TournamentFactory(ticketsource_event_id="evt-2", draft=True),
    ]
    TournamentFactory()
    TournamentFactory(ticketsource_event_id="")
    TournamentFactory(ticketsource_event_id="evt-3", status=TournamentStatus.CANCELLED)
    TournamentFactory(ticketsource_event_id="evt-4", registration_close_date=PAST)

    tasks.poll_bookings(timestamp=0)
    tasks.poll_bookings(timestamp=300)

    assert sorted(waiting()) == sorted((str(t.pk), f"bookings {t.pk}") for t in selling)


@pytest.mark.django_db
def test_nothing_is_polled_without_a_key(account, settings):
    settings.TICKETSOURCE_API_KEY = ""
    TournamentFactory(ticketsource_event_id="evt-1")

    tasks.poll_bookings(timestamp=0)

    assert waiting() == []


@pytest.mark.django_db
def test_job_reads_bookings_and_gives_seats(account):
    tournament = TournamentFactory(ticketsource_event_id=EVENT)
    user = UserFactory(approved=True)
    account.book("A12BCD", user.email)

    for _ in range(2):
        jobs.app.tasks["tournaments.import_bookings"](tournament_id=str(tournament.pk))

    assert Participant.objects.get().user == user
    assert Notification.objects.count() == 1


@pytest.mark.django_db
def test_job_loses_nothing_to_a_bad_answer(account):
    tournament = TournamentFactory(ticketsource_event_id=EVENT)
    account.book("A1", "a@example.com")
    account.broken["/customers/cst-1"] = (503, {})

    with pytest.raises(SourceError):
        tasks.import_bookings(tournament_id=str(tournament.pk))
    first = Booking.objects.count()
    account.broken.clear()
    tasks.import_bookings(tournament_id=str(tournament.pk))

    assert (first, Booking.objects.count()) == (0, 1)


@pytest.mark.django_db
def test_job_of_a_tournament_that_sells_no_more_asks_nobody(account):
    tournament = TournamentFactory(ticketsource_event_id=EVENT, registration_close_date=PAST)

    tasks.import_bookings(tournament_id=str(tournament.pk))

    assert account.asked == []


@pytest.mark.django_db
def test_booking_of_another_tournament_is_in_the_log(account, caplog):
    tournament = TournamentFactory(ticketsource_event_id=EVENT)
    BookingFactory(reference="A1")
    account.book("A1", "a@example.com")

    tasks.import_bookings(tournament_id=str(tournament.pk))

    assert caplog.messages == [f"{tournament.slug}: bookings of another tournament: A1"]


HEAD = "Booking Reference,Booking Date,First Name,Last Name,Email,Total,Status\n"
LINE = "A1,31/01/2027 18:30,Ada,Lovelace,ada@example.com,£25.00,Paid\n"


@pytest.fixture
def command(tmp_path):
    """Return a function that imports a text into a tournament, and returns what was said."""

    def run(text, tournament, *options):
        path = tmp_path / "bookings.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        out, err = io.StringIO(), io.StringIO()
        code = 0
        try:
            call_command("import_bookings", tournament, str(path), *options, stdout=out, stderr=err)
        except SystemExit as error:
            code = error.code
        except CommandError as error:
            code = error.returncode
            err.write(str(error).replace(str(tmp_path), "") + "\n")
        return code, out.getvalue(), err.getvalue()

    return run


@pytest.mark.django_db
def test_command_imports_a_file(command):
    tournament = TournamentFactory()
    user = UserFactory(approved=True, email="ada@example.com")
    text = HEAD + LINE + "\nA2,2027-02-01,,,bob@example.com,1,refunded\n"

    found = command("\N{BYTE ORDER MARK}" + text, tournament.slug)

    assert found == (0, "     1  Has its seat\n     1  Refunded\n", "")
    assert Participant.objects.get().user == user
    first, second = Booking.objects.order_by("reference")
    assert (first.name, str(first.amount), first.booked_at.isoformat()) == (
        "Ada Lovelace",
        "25.00",
        "2027-01-31T18:30:00+00:00",
    )
    assert (second.name, second.status) == (None, "refunded")


@pytest.mark.django_db(transaction=True)
def test_dry_run_says_the_same_and_changes_nothing(command):
    tournament = TournamentFactory()
    UserFactory(approved=True, email="ada@example.com")

    found = command(HEAD + LINE, tournament.slug, "--dry-run")

    assert found == (0, "     1  Has its seat\n", "")
    assert not Booking.objects.exists()
    assert not Participant.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (",31/01/2027,a@example.com,1", "the reference is missing"),
        ("a b,31/01/2027,a@example.com,1", "the reference is no booking reference"),
        ("A2,31/31/2027,a@example.com,1", "the booked at is no date, such as 31/01/2027 18:30"),
        ("A2,31/01/2027,nobody,1", "the email is no address"),
        ("A2,31/01/2027,a@example.com,free", "the amount is no amount of money"),
        ("A2,31/01/2027,a@example.com,-1", "the amount is no amount of money"),
        ("A2,31/01/2027,a@example.com,NaN", "the amount is no amount of money"),
        ("A2,31/01/2027,a@example.com,99999999.999", "the amount is no amount of money"),
        ("A2,31/01/2027,a@example.com,100000000", "the amount is no amount of money"),
        ("A2,31/01/2027,a@example.com,1,dollars", "the currency is no ISO 4217 code, such as USD"),
        (
            "A2,31/01/2027,a@example.com,1,USD,lost",
            (
                "the status is none of paid, booked, confirmed, complete, completed, cancelled,"
                " canceled, refunded"
            ),
        ),
        ("a1,31/01/2027,a@example.com,1", "A1 is on line 2, too"),
        ("A2", "the amount is no amount of money"),
    ],
)
def test_wrong_line_is_named_and_nothing_is_read(command, cells, said):
    tournament = TournamentFactory()
    text = (
        f"Ref,Date booked,E-mail,Amount,Currency,Status\nA1,31/01/2027,b@example.com,1\n{cells}\n"
    )

    refused = command(text, tournament.slug)
    before = Booking.objects.count()
    skipped = command(text, tournament.slug, "--skip-bad-lines")

    assert refused == (1, "", f"line 3: {said}\n1 lines are wrong: nothing was read.\n")
    assert before == 0
    assert skipped[0] == 3
    assert list(Booking.objects.values_list("reference", flat=True)) == ["A1"]


@pytest.mark.django_db
def test_only_the_first_wrong_lines_are_shown(command):
    text = HEAD + "".join(f"A{number},,,,,,\n" for number in range(60))

    code, _, said = command(text, TournamentFactory().slug)

    assert code == 1
    assert said.splitlines()[49:] == [
        "line 51: the amount is no amount of money",
        "and 10 lines more",
        "60 lines are wrong: nothing was read.",
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "/bookings.csv cannot be read: no column for reference, email, amount, booked at.\n"),
        (b"Ref,Email\n", "/bookings.csv cannot be read: no column for amount, booked at.\n"),
        (b"Ref\n\xff\n", "/bookings.csv cannot be read: it is not UTF-8.\n"),
    ],
)
def test_file_that_is_no_export_is_refused(command, content, said):
    assert command(content, TournamentFactory().slug) == (1, "", said)


@pytest.mark.django_db
def test_file_that_is_no_csv_is_refused(command):
    code, _, said = command(HEAD + '"A1"x,\n', TournamentFactory().slug)

    assert (code, said.startswith("/bookings.csv cannot be read: line 2 is no CSV")) == (1, True)


@pytest.mark.django_db
def test_command_needs_a_tournament_and_a_file(tmp_path):
    with pytest.raises(CommandError, match="There is no tournament nowhere"):
        call_command("import_bookings", "nowhere", "bookings.csv")
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_bookings", TournamentFactory().slug, str(tmp_path / "none.csv"))


@pytest.mark.django_db
def test_command_can_be_quiet(command):
    found = command(HEAD + LINE, TournamentFactory().slug, "--verbosity=0")

    assert found == (0, "", "")


@pytest.mark.django_db
def test_full_names_and_instants_with_an_offset_are_read(command):
    text = (
        "Reference,Customer Name,Email,Gross,Booked\n"
        'A1,Ada Lovelace,a@example.com,"1,250.5",2027-01-31T18:30:00+01:00\n'
    )

    command(text, TournamentFactory().slug)

    booking = Booking.objects.get()
    assert (booking.name, str(booking.amount), booking.booked_at.isoformat()) == (
        "Ada Lovelace",
        "1250.50",
        "2027-01-31T17:30:00+00:00",
    )
