"""A tournament's data as files."""

import csv
import io
import json
import re
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from administration.models import AuditLog
from dayrade import files
from dayrade.db.queries import executed, fetched
from tests.factories.accounts import UserFactory
from tests.factories.tournaments import ParticipantFactory, TournamentFactory
from tests.factories.trading import BustFactory, TradeFactory
from tests.trading import boards
from tournaments.services import lifecycle
from trading.desk.exports import Export, ExportForm
from trading.services import exports

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(client):
    user = UserFactory(admin=True)
    client.force_login(user)
    return user


def page(tournament):
    return reverse("admin:tournament_export", args=[tournament.pk])


def export(client, tournament, what, written_as="json", reason="For the prize"):
    sent = {"what": what, "written_as": written_as, "reason": reason}
    return client.post(page(tournament), sent)


def body(response):
    return b"".join(response.streaming_content).decode()


def rows(client, tournament, what):
    return json.loads(body(export(client, tournament, what)))


def test_participants_are_exported_in_the_order_of_registration(client, boss):
    tournament = TournamentFactory(active=True, slug="cup")
    boards.seat(tournament, "ann", total="-5.25", user__email="ann@example.com")
    boards.seat(tournament, "bob", disqualified=True, disqualification_reason="Two accounts")
    ParticipantFactory()

    response = export(client, tournament, "participants")
    found = json.loads(body(response))

    assert [row["username"] for row in found] == ["ann", "bob"]
    assert {name: found[0][name] for name in ("email", "total_pnl", "final_rank")} == {
        "email": "ann@example.com",
        "total_pnl": "-5.25",
        "final_rank": None,
    }
    assert found[0]["registered_at"] == "2026-03-01T00:00:00Z"
    assert (found[1]["disqualified"], found[1]["disqualification_reason"]) == (
        True,
        "Two accounts",
    )
    assert response["Content-Disposition"].startswith('attachment; filename="cup-participants-')
    assert response["Cache-Control"].startswith("no-store")
    assert (response["Content-Type"], response.streaming) == ("application/json", True)


def test_trades_are_exported_with_their_busts(client, boss):
    bust = BustFactory(
        trade__executed_at=datetime(2026, 3, 9, 15, tzinfo=UTC),
        reversal__executed_at=datetime(2026, 3, 9, 16, tzinfo=UTC),
    )
    TradeFactory()

    found = rows(client, bust.trade.tournament, "trades")

    assert [(row["trade"], row["is_busted"], row["is_reversal"]) for row in found] == [
        (str(bust.trade_id), True, False),
        (str(bust.reversal_id), False, True),
    ]
    assert (found[0]["price"], found[0]["quantity"]) == ("187.2500", 100)


def test_trades_are_read_a_page_at_a_time(monkeypatch, client, boss, django_assert_num_queries):
    monkeypatch.setattr(exports, "AT_ONCE", 2)
    seat = ParticipantFactory()
    at = [datetime(2026, 3, 9, hour, tzinfo=UTC) for hour in (15, 15, 15, 14, 16)]
    made = [TradeFactory(participant=seat, executed_at=each) for each in at]
    answer = export(client, seat.tournament, "trades")

    # When they began and ended; then for each page its transaction's two ends, the way to plan it,
    # and itself.
    with django_assert_num_queries(1 + 3 * 4):
        found = json.loads(body(answer))

    expected = sorted(made, key=lambda trade: (trade.executed_at, trade.pk))
    assert [row["trade"] for row in found] == [str(trade.pk) for trade in expected]


def test_page_of_trades_is_found_between_the_first_and_the_last(monkeypatch, client, boss):
    monkeypatch.setattr(exports, "AT_ONCE", 2)
    seat = ParticipantFactory()
    at = [datetime(2026, 3, 9, hour, tzinfo=UTC) for hour in (14, 15, 16)]
    for each in at:
        TradeFactory(participant=seat, executed_at=each)
    answer = export(client, seat.tournament, "trades")
    # On tables as small as these anything else is cheaper.
    for way in ("seqscan", "bitmapscan", "sort"):
        executed(f"SET LOCAL enable_{way} = off")

    with CaptureQueriesContext(connection) as asked:
        body(answer)

    span, *pages = [
        each["sql"] for each in asked if '"trades"' in each["sql"] or "min(" in each["sql"]
    ]
    bounds = r"Index Cond: \(\(executed_at >= '.* (\d\d):.*'::.*executed_at <= '.* (\d\d):.*'::"
    plans = ["\n".join(line for (line,) in fetched(f"EXPLAIN {each}")) for each in (span, *pages)]
    assert plans[0].count("Index Only Scan") == 2
    assert [re.search(bounds, plan).groups() for plan in plans[1:]] == [("14", "16"), ("15", "16")]


def test_page_of_trades_has_a_plan_of_its_own(monkeypatch, client, boss):
    monkeypatch.setattr(exports, "AT_ONCE", 1)
    seat = ParticipantFactory()
    TradeFactory.create_batch(15, participant=seat)

    body(export(client, seat.tournament, "trades"))

    plans = "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement LIKE %s"
    (found,) = fetched(plans, ['SELECT "trades"%LIMIT 1'])
    assert (found[0], found[1] > 5) == (0, True)


def test_board_is_exported_in_its_order(client, boss):
    tournament = TournamentFactory(active=True)
    for name, total in (("ann", "5.00"), ("bob", "7.00"), ("cleo", "5.00")):
        boards.seat(tournament, name, total=total)
    boards.seat(tournament, "dan", total="9.00", is_active=False)

    found = rows(client, tournament, "board")

    assert [(row["rank"], row["username"], row["total_pnl"]) for row in found] == [
        (1, "bob", "7.00"),
        (2, "ann", "5.00"),
        (2, "cleo", "5.00"),
    ]


def test_board_of_a_completed_tournament_is_its_result(client, boss):
    tournament = TournamentFactory(active=True)
    ann = boards.seat(tournament, "ann", total="5.00")
    lifecycle.transition(actor=boss, tournament=tournament, to="completed", reason="Over")
    type(ann).objects.filter(pk=ann.pk).update(total_pnl=9, realized_pnl=9, current_balance=100_009)

    found = rows(client, tournament, "board")

    assert [(row["rank"], row["total_pnl"]) for row in found] == [(1, "5.00")]


def test_csv_has_a_line_for_each_row(client, boss):
    tournament = TournamentFactory(active=True)
    boards.seat(
        tournament,
        "ann",
        total="-5.25",
        disqualified=True,
        disqualification_reason='=HYPERLINK("x")\nagain',
    )

    response = export(client, tournament, "participants", "csv")
    (found,) = csv.DictReader(io.StringIO(body(response), newline=""))

    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert found["disqualification_reason"] == '\'=HYPERLINK("x")\nagain'
    assert (found["total_pnl"], found["is_active"], found["final_rank"]) == ("-5.25", "true", "")


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("a=1", "a=1"),
        ("", ""),
        (Decimal("-5.00"), Decimal("-5.00")),
        (-5, -5),
        (False, "false"),
        (None, None),
        (datetime(2026, 3, 9, 15, tzinfo=UTC), "2026-03-09T15:00:00Z"),
    ],
)
def test_text_is_never_a_formula_and_figures_stay_figures(value, written):
    assert files.cell(value) == written


@pytest.mark.parametrize("number", [0, 1, 3, 4, 5])
def test_files_are_whole_however_they_are_cut(monkeypatch, number):
    monkeypatch.setattr(files, "AT_ONCE", 2)
    source = [(n, f"name {n}") for n in range(number)]

    as_json = json.loads(b"".join(files.as_json(["id", "name"], source)))
    as_csv = b"".join(files.as_csv(["id", "name"], source)).decode().splitlines()

    assert as_json == [{"id": n, "name": name} for n, name in source]
    assert as_csv == ["id,name", *[f"{n},{name}" for n, name in source]]


@pytest.mark.parametrize("what", ["participants", "trades", "board"])
def test_export_is_recorded_with_its_reason(client, boss, what):
    tournament = TournamentFactory(active=True)

    empty = rows(client, tournament, what)

    row = AuditLog.objects.get(action="tournament.export")
    assert (empty, row.user, row.entity_id) == ([], boss, tournament.pk)
    assert (row.changes["what"], row.changes["reason"]) == (what, "For the prize")


@pytest.mark.parametrize(
    ("reason", "said"),
    [("", "This field is required."), ("x" * 1001, "Use at most 1,000 characters.")],
)
def test_export_without_a_fit_reason_is_refused(client, boss, reason, said):
    response = export(client, TournamentFactory(), "trades", reason=reason)

    assert response.context["form"].errors == {"reason": [said]}
    assert not AuditLog.objects.filter(action="tournament.export").exists()


def test_export_is_for_admins_alone(client):
    tournament = TournamentFactory()
    client.force_login(UserFactory(moderator=True))

    answers = [client.get(page(tournament)), export(client, tournament, "trades")]

    assert [answer.status_code for answer in answers] == [403, 403]


def test_admin_who_is_none_any_more_is_refused_by_the_service(rf):
    view = Export(admin_site=admin.site)
    view.request, view.tournament = rf.post("/"), TournamentFactory()
    view.request.user = UserFactory(moderator=True)
    form = ExportForm({"what": "trades", "written_as": "csv", "reason": "Curious"})
    form.full_clean()

    with pytest.raises(PermissionDenied):
        view.form_valid(form)


@pytest.mark.parametrize("number", [1, 3])
def test_export_asks_a_fixed_number_of_questions(client, boss, django_assert_num_queries, number):
    tournament = TournamentFactory(active=True)
    for _ in range(number):
        TradeFactory(participant__tournament=tournament)

    with django_assert_num_queries(12):
        body(export(client, tournament, "trades"))
