"""The home page: what needs a person now, the most urgent first, and figures of now."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.models import KycStatus, Role
from administration import chain
from dayrade.backoffice import upkeep, waiting
from dayrade.backoffice.words import counted, in_words
from tests.factories.accounts import UserFactory
from tests.factories.administration import AuditLogFactory
from tests.factories.comms import ChatMessageFactory, ChatReportFactory, DeliveryFactory
from tests.factories.tournaments import BookingFactory, ParticipantFactory, TournamentFactory
from tests.factories.trading import BreakFactory, QuarantinedTradeFactory, TradeFactory
from tournaments.models import Mismatch, TournamentStatus

pytestmark = pytest.mark.django_db

DECIDED = {"status": "dismissed", "resolved_at": datetime(2026, 3, 9, tzinfo=UTC)}
HEARD = "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (%s)"
FAILED = """
    WITH job AS (
        INSERT INTO procrastinate_jobs (queue_name, task_name, status, args)
        VALUES ('mail', 'accounts.send_link', 'todo', '{"user_id": "7"}') RETURNING id
    )
    SELECT id FROM job
"""


def ago(**time):
    return timezone.now() - timedelta(**time)


def execute(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone() if cursor.description else None


@pytest.fixture
def worker():
    """Let a worker be seen: else that nobody is would be said first of all."""
    execute(HEARD, timezone.now())


def give_up_a_job():
    (key,) = execute(FAILED)
    for status in ("doing", "failed"):
        execute("UPDATE procrastinate_jobs SET status = %s WHERE id = %s", status, key)


@pytest.fixture
def sign_in(client):
    def as_role(role):
        user = UserFactory(role=role)
        client.force_login(user)
        return user

    return as_role


@pytest.fixture
def home(client, sign_in):
    """Return a function that shows the page to a role and returns what it was made of."""

    def show(role=Role.MODERATOR):
        sign_in(role)
        return client.get(reverse("admin:index"))

    return show


def titles(response):
    return [need["title"] for need in response.context["needs"]]


def report(**created):
    """Report a message; a report is as old as its row says."""
    made = ChatReportFactory(message=ChatMessageFactory(tournament=TournamentFactory()))
    type(made).objects.filter(pk=made.pk).update(**created)
    return made


@pytest.mark.parametrize("role", [Role.ADMIN, Role.MODERATOR])
def test_home_counts_what_waits(home, worker, role):
    ended = TournamentFactory(status=TournamentStatus.COMPLETED)
    seat = ParticipantFactory(tournament=ended)
    QuarantinedTradeFactory.create_batch(2, tournament=ended)
    QuarantinedTradeFactory(tournament=ended, **DECIDED)
    BreakFactory(participant=seat)
    BreakFactory(participant=seat, **DECIDED | {"status": "accepted"})
    report()
    UserFactory(in_review=True)
    for tournament in (ended, TournamentFactory()):
        BookingFactory(tournament=tournament, mismatch=Mismatch.NO_ACCOUNT)
        BookingFactory(tournament=tournament)
    DeliveryFactory(status="dead")

    needs = home(role).context["needs"]

    counts = {need["title"]: need["count"] for need in needs}
    assert counts == {
        "Reported messages": "1",
        "Refused trades": "2",
        "Differences from the provider": "1",
        "Bookings to check": "1",
        "Identities to review": "1",
        **({"Not delivered": "1"} if role == Role.ADMIN else {}),
    }


def test_home_says_that_nothing_waits(home, worker):
    response = home(Role.MODERATOR)

    assert response.context["needs"] == []
    assert '<p class="px-6 py-3" id="no-needs" >' in response.content.decode()


def test_home_has_the_most_urgent_first_and_says_what_is_late(home, worker):
    report(created_at=ago(minutes=15))
    QuarantinedTradeFactory(received_at=ago(minutes=20))
    BreakFactory(found_at=ago(hours=5))

    needs = home().context["needs"]

    assert [(need["title"], need["waited"], need["late"]) for need in needs] == [
        ("Differences from the provider", "5 h", True),
        ("Reported messages", "15 min", True),
        ("Refused trades", "20 min", False),
    ]


def test_identity_waits_since_it_was_handed_in(home, worker):
    person = UserFactory(kyc_status=KycStatus.PENDING, created_at=ago(days=90))
    person.kyc_status = KycStatus.IN_REVIEW
    person.save(update_fields=["kyc_status"])

    (need,) = home().context["needs"]

    assert need["waited"] == "under 1 min"


@pytest.mark.parametrize(
    ("title", "make"),
    [
        ("Refused trades", QuarantinedTradeFactory),
        ("Differences from the provider", BreakFactory),
        ("Bookings to check", lambda: BookingFactory(mismatch=Mismatch.NO_ACCOUNT)),
        ("Identities to review", lambda: UserFactory(in_review=True)),
        ("Reported messages", report),
    ],
)
def test_home_leads_to_just_what_waits(client, home, worker, title, make):
    QuarantinedTradeFactory(**DECIDED)
    BreakFactory(**DECIDED | {"status": "accepted"})
    BookingFactory()
    waits = make()
    (need,) = home().context["needs"]

    response = client.get(need["url"])

    assert need["title"] == title
    assert [row.pk for row in response.context["cl"].result_list] == [waits.pk]


@pytest.mark.parametrize(
    ("status", "date", "title"),
    [
        ("draft", "registration_open_date", "Cup has not opened its registration"),
        ("registration_open", "registration_close_date", "Cup has not closed its registration"),
        ("registration_closed", "start_date", "Cup has not started"),
        ("active", "end_date", "Cup has not ended"),
    ],
)
def test_home_names_tournaments_that_have_not_moved(home, worker, status, date, title):
    dates = ["registration_open_date", "registration_close_date", "start_date", "end_date"]
    steps = {name: timedelta(days=place - dates.index(date)) for place, name in enumerate(dates)}
    due = {name: ago(minutes=5) + step for name, step in steps.items()}
    late = TournamentFactory(name="Cup", status=status, **due)
    TournamentFactory(status=status, **due | {date: ago(seconds=20)})

    (need,) = home().context["needs"]

    change = reverse("admin:tournaments_tournament_change", args=[late.pk])
    assert (need["title"], need["waited"], need["late"], need["url"]) == (
        title,
        "5 min",
        True,
        change,
    )


def test_home_says_what_keeps_a_tournament_from_ending(client, home, worker):
    over = TournamentFactory(active=True, name="Cup", end_date=ago(hours=1))
    refused = QuarantinedTradeFactory(tournament=over)
    QuarantinedTradeFactory()
    differs = BreakFactory(participant=ParticipantFactory(tournament=over))

    needs = home().context["needs"]

    (need,) = [need for need in needs if need["title"] == "Cup has not ended"]
    lists = [client.get(reason["url"]).context["cl"].result_list for reason in need["why"]]
    assert [reason["said"] for reason in need["why"]] == [
        "refused trades wait",
        "figures of the provider differ",
    ]
    assert [[row.pk for row in rows] for rows in lists] == [[refused.pk], [differs.pk]]


@pytest.mark.parametrize("heartbeat", [None, 60])
def test_home_says_first_that_no_worker_is_seen(home, heartbeat):
    report(created_at=ago(seconds=1))
    if heartbeat:
        execute(HEARD, ago(seconds=heartbeat))

    assert titles(home(Role.ADMIN)) == [
        "No worker is seen: nothing happens by itself",
        "Reported messages",
    ]


def test_home_counts_the_jobs_given_up(client, home, worker):
    give_up_a_job()

    (need,) = home(Role.ADMIN).context["needs"]
    page = client.get(need["url"].partition("#")[0]).content.decode()

    assert (need["title"], need["count"], need["waited"]) == ("Jobs given up", "1", "under 1 min")
    assert ("accounts.send_link" in page, "user_id 7" in page) == (True, True)


@pytest.mark.parametrize("sealed_before", [False, True])
def test_home_says_that_the_audit_log_is_not_sealed(client, home, worker, sealed_before):
    if sealed_before:
        AuditLogFactory(created_at=ago(hours=2))
        chain.seal()
    late = AuditLogFactory(created_at=ago(minutes=10))
    AuditLogFactory(created_at=ago(seconds=5))

    (need,) = home(Role.ADMIN).context["needs"]

    assert (need["title"], need["count"], need["waited"]) == ("Audit log not sealed", "1", "10 min")
    listed = client.get(need["url"]).context["cl"].result_list
    assert late in listed


def test_moderator_hears_nothing_of_the_platform(client, home):
    give_up_a_job()
    AuditLogFactory(created_at=ago(minutes=10), action="tournament.update")
    DeliveryFactory(status="dead")

    response = home(Role.MODERATOR)

    assert response.context["needs"] == []
    assert list(response.context["changes"]) == []
    assert client.get(reverse("admin:jobs")).status_code == 403


def test_jobs_page_shows_who_works_and_what_waits(client, sign_in):
    execute(HEARD, ago(minutes=5))
    execute(FAILED)
    sign_in(Role.ADMIN)

    page = client.get(reverse("admin:jobs")).content.decode()

    assert ("Not seen" in page, "mail: 1" in page) == (True, True)


def test_figures_are_of_the_last_minute(home, worker):
    running = TournamentFactory(active=True, current_participants=7)
    TournamentFactory(current_participants=5)
    seat = ParticipantFactory(tournament=running)
    for seconds in (10, 90):
        TradeFactory(participant=seat, executed_at=ago(seconds=seconds))
        ChatMessageFactory(tournament=running, created_at=ago(seconds=seconds))

    figures = home().context["figures"]

    assert [(figure.title, figure.value) for figure in figures] == [
        ("Tournaments trading", "1"),
        ("People in them", "7"),
        ("Trades in the last minute", "1"),
        ("Messages in the last minute", "1"),
    ]


def test_what_the_script_reads_is_what_the_page_shows(client, home, worker):
    report(created_at=ago(hours=1))
    context = home().context

    answer = client.get(reverse("admin:now"))

    assert "no-store" in answer["Cache-Control"]
    assert answer.json() == {
        "needs": context["needs"],
        "figures": {figure.name: figure.value for figure in context["figures"]},
    }


@pytest.mark.parametrize("page", ["now", "badges", "charts"])
def test_nobody_but_staff_reads_what_the_script_reads(client, sign_in, page):
    sign_in(Role.USER)

    assert client.get(reverse(f"admin:{page}")).status_code == 302


def test_badges_count_no_further_than_they_show(client, sign_in, monkeypatch):
    monkeypatch.setattr(waiting, "BADGE_MAX", 1)
    QuarantinedTradeFactory.create_batch(3)
    report()
    DeliveryFactory(status="dead")
    sign_in(Role.MODERATOR)

    badges = client.get(reverse("admin:badges")).json()["badges"]

    assert badges == {
        reverse("admin:trading_quarantinedtrade_changelist"): "1+",
        reverse("admin:comms_chatreport_changelist"): "1",
    }


def test_home_says_which_results_are_kept_back(home):
    kept, free = TournamentFactory.create_batch(2, active=True)
    QuarantinedTradeFactory.create_batch(2, tournament=kept)
    QuarantinedTradeFactory(tournament=kept, **DECIDED)
    BreakFactory(participant=ParticipantFactory(tournament=kept))

    running = home().context["running"]

    found = {row["tournament"]: [said for said, _ in row["kept"]] for row in running}
    assert found == {kept: ["refused trades wait", "figures of the provider differ"], free: []}


def test_home_lists_changes_rather_than_sign_ins(home):
    change = AuditLogFactory(action="tournament.update")
    AuditLogFactory.create_batch(9, action="admin.sign_in")

    changes = home(Role.ADMIN).context["changes"]

    assert change in changes
    assert "admin.sign_in" not in {row.action for row in changes}


@pytest.mark.parametrize(
    ("page", "queries"),
    # Session and person; queues, tournaments that are due, worker, jobs and seals; the figures;
    # and the tournaments to choose from, those that run, and the latest changes.
    [("index", 19), ("now", 16), ("badges", 3), ("charts", 6)],
)
def test_page_asks_a_fixed_number_of_questions(
    client, sign_in, django_assert_num_queries, page, queries
):
    for _ in range(3):
        running = TournamentFactory(active=True, end_date=ago(hours=1))
        seat = ParticipantFactory(tournament=running)
        QuarantinedTradeFactory(tournament=running)
        BreakFactory(participant=seat)
        UserFactory(in_review=True)
        AuditLogFactory(created_at=ago(hours=1))
        report()
        give_up_a_job()
    sign_in(Role.ADMIN)

    with django_assert_num_queries(queries):
        client.get(reverse(f"admin:{page}"))


@pytest.mark.parametrize(
    ("time", "words"),
    [
        ({"seconds": 59}, "under 1 min"),
        ({"seconds": -5}, "under 1 min"),
        ({"minutes": 59, "seconds": 59}, "59 min"),
        ({"hours": 23, "minutes": 59}, "23 h"),
        ({"days": 1, "hours": 23}, "1 day"),
        ({"days": 2}, "2 days"),
    ],
)
def test_time_is_rounded_down_to_a_few_words(time, words):
    assert in_words(timedelta(**time)) == words


def test_number_beyond_what_is_counted_is_no_number():
    assert (counted(10_000, 10_000), counted(10_001, 10_000)) == ("10,000", "10,000+")


def test_given_up_job_has_its_instant():
    give_up_a_job()

    (job,) = upkeep.given_up()

    assert job.failed_at <= timezone.now()
