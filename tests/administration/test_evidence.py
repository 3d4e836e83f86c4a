"""The chain of the audit log shows every hand that was not ours."""

import json
import logging
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from administration import chain, evidence, tasks
from administration.models import AuditLog, AuditSeal
from dayrade.db.operations import REDACT_AUDITED
from dayrade.logs import JsonFormatter
from tests.audit import said_by_the_log, unguarded
from tests.factories.accounts import UserFactory
from tests.factories.administration import AuditLogFactory

pytestmark = pytest.mark.django_db


def execute(statement, parameters=None):
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def redact(column="email"):
    execute(REDACT_AUDITED.format(table="tournaments", names=f"'{column}'"))


# What is found


def test_all_is_well(sealed, capsys):
    AuditLogFactory()

    call_command("verify_audit")

    assert capsys.readouterr().out == ""
    assert AuditSeal.objects.count() == 6


COLUMNS = {
    "user_id": "(SELECT id FROM users LIMIT 1)",
    "action": "'x'",
    "entity_type": "'x'",
    "entity_id": "gen_random_uuid()",
    "old_values": "'{}'",
    "new_values": "'{}'",
    "changes": "'{}'",
    "ip_address": "'192.0.2.7'",
    "user_agent": "'x'",
    "request_id": "'x'",
    "created_at": "created_at + interval '1 us'",
}


@pytest.mark.parametrize("column", [field.column for field in AuditLog._meta.fields[1:]])
def test_altered_row_is_named(sealed, column, capsys):
    UserFactory()
    row = sealed[2]
    unguarded(f"UPDATE audit_logs SET {column} = {COLUMNS[column]} WHERE id = %s", [row.pk])

    with pytest.raises(CommandError):
        call_command("verify_audit")

    assert capsys.readouterr().out == f"Audit row {row.pk}, at place 3, was altered.\n"


def test_removed_row_is_named(sealed):
    unguarded("DELETE FROM audit_logs WHERE id = %s", [sealed[1].pk])

    assert evidence.findings() == [f"Audit row {sealed[1].pk}, at place 2, was removed."]


def test_row_that_is_removed_with_its_seal_leaves_a_gap(sealed):
    unguarded("DELETE FROM audit_logs WHERE id = %s", [sealed[1].pk])
    unguarded("DELETE FROM dayrade_audit_chain WHERE position = 2")

    assert evidence.findings() == ["Places 2 to 2 of the chain were removed."]


def test_beginning_that_was_removed_leaves_a_gap(sealed):
    unguarded("DELETE FROM audit_logs WHERE id = %s", [sealed[0].pk])
    unguarded("DELETE FROM dayrade_audit_chain WHERE position = 1")

    assert evidence.findings() == ["Places 1 to 1 of the chain were removed."]


def test_gap_that_was_closed_is_found(sealed):
    unguarded("DELETE FROM audit_logs WHERE id = %s", [sealed[1].pk])
    unguarded("DELETE FROM dayrade_audit_chain WHERE position = 2")
    for position in (3, 4, 5):
        unguarded(
            f"UPDATE dayrade_audit_chain SET position = {position - 1} WHERE position = {position}"
        )

    assert evidence.findings()[0] == (
        f"Place 2 of the chain was altered or swapped: audit row {sealed[2].pk}."
    )


def test_inserted_row_is_named(sealed):
    row = AuditLogFactory(created_at=sealed[0].created_at - timedelta(hours=1))

    assert evidence.findings() == [
        f"Audit row {row.pk} was inserted: what is as old as it says was sealed without it."
    ]


def test_rows_that_were_swapped_are_named(sealed):
    first, second = sealed[1].pk, sealed[3].pk
    unguarded(
        """
        UPDATE audit_logs one SET (action, old_values, new_values, changes, created_at) =
            (other.action, other.old_values, other.new_values, other.changes, other.created_at)
        FROM audit_logs other
        WHERE one.id IN (%(a)s, %(b)s) AND other.id IN (%(a)s, %(b)s) AND one.id <> other.id
        """,
        {"a": first, "b": second},
    )
    said, ends = evidence.findings()[:2], sorted(evidence.findings()[2:])
    assert said == [
        f"Audit row {first}, at place 2, was altered.",
        f"Audit row {second}, at place 4, was altered.",
    ]
    assert ends == sorted(
        f"Audit row {one} has the content of {other}: they were swapped."
        for one, other in ((first, second), (second, first))
    )


def test_places_that_were_swapped_are_named(sealed):
    unguarded("UPDATE dayrade_audit_chain SET position = 99 WHERE position = 2")
    unguarded("UPDATE dayrade_audit_chain SET position = 2 WHERE position = 3")
    unguarded("UPDATE dayrade_audit_chain SET position = 3 WHERE position = 99")

    assert evidence.findings()[0] == (
        f"Place 2 of the chain was altered or swapped: audit row {sealed[2].pk}."
    )


def test_blocks_are_proven_as_one_chain(sealed, monkeypatch):
    monkeypatch.setattr(evidence, "BLOCK", 2)
    unguarded("DELETE FROM audit_logs WHERE id = %s", [sealed[4].pk])

    assert evidence.findings() == [f"Audit row {sealed[4].pk}, at place 5, was removed."]


def test_many_redactions_hide_nothing_behind_them(sealed, monkeypatch):
    monkeypatch.setattr(evidence, "SHOWN", 2)
    redact()
    unguarded("UPDATE audit_logs SET action = 'x' WHERE id = %s", [sealed[4].pk])

    assert evidence.findings() == [f"Audit row {sealed[4].pk}, at place 5, was altered."]


def test_findings_end_somewhere(sealed, monkeypatch):
    monkeypatch.setattr(evidence, "SHOWN", 3)
    unguarded("UPDATE audit_logs SET action = 'x'")

    assert len(evidence.findings()) == 3


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        (
            "ALTER TABLE audit_logs DISABLE TRIGGER dayrade_audit_logs_stay",
            "dayrade_audit_logs_stay",
        ),
        ("DROP TRIGGER dayrade_audit_logs_redact ON audit_logs", "dayrade_audit_logs_redact"),
        ("ALTER TABLE users DISABLE TRIGGER dayrade_audit_users", "dayrade_audit_users"),
    ],
)
def test_trigger_that_is_off_is_named(sealed, statement, name):
    execute(statement)

    assert evidence.findings() == [f"The trigger {name} is off or gone."]


# Heads


def test_heads_that_are_there_say_nothing(heads, capsys):
    AuditLogFactory()
    call_command("export_audit_head", file=heads)
    with heads.open("a") as file:
        file.write("\n2026-01-01 INFO dayrade.audit [-] audit head " + chain.head().line)

    call_command("verify_audit", heads=heads)

    assert capsys.readouterr().out == ""


def test_head_is_read_from_the_log_in_production(sealed):
    said = f"audit head {chain.head().line}"
    record = logging.LogRecord("dayrade.audit", logging.INFO, "", 0, said, None, None)

    assert evidence.findings([JsonFormatter().format(record)]) == []


def test_tail_that_was_cut_shows_by_a_head(heads, sealed):
    unguarded("DELETE FROM audit_logs WHERE id = %s", [sealed[4].pk])
    unguarded("DELETE FROM dayrade_audit_chain WHERE position = 5")
    assert evidence.findings() == []

    (said,) = evidence.findings(heads.read_text().splitlines())

    assert said.startswith("Place 5 of the chain, exported ")
    assert said.endswith(", was cut off.")


def test_chain_that_was_written_anew_shows_by_a_head(heads, sealed):
    unguarded("DELETE FROM dayrade_audit_chain")
    unguarded("UPDATE audit_logs SET action = 'x' WHERE id = %s", [sealed[0].pk])
    assert evidence.findings() == []

    (said,) = evidence.findings(heads.read_text().splitlines())

    assert said.startswith("Place 5 of the chain is not what was exported ")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("nothing", "Line 1 of the heads is none."),
        ('{"position": 1}', "Line 1 of the heads is none."),
        ('{"message": "audit head"}', "Line 1 of the heads is none."),
        ('{"message": 5}', "Line 1 of the heads is none."),
        ('{"message": "{5}"}', "Line 1 of the heads is none."),
        ("", "There are no heads to compare with."),
    ],
)
def test_file_without_heads_is_no_proof(sealed, line, said):
    assert evidence.findings([line]) == [said]


def test_head_that_was_written_anew_is_not_ours(heads, settings):
    line = heads.read_text().strip()
    forged = json.dumps(json.loads(line) | {"position": 4})
    mistyped = json.dumps(json.loads(line) | {"position": "5"})

    assert evidence.findings([forged]) == ["The head at place 4, line 1, is not signed by our key."]
    assert evidence.findings([mistyped]) == ["Line 1 of the heads is none."]
    settings.AUDIT_HEAD_KEYS = ["another", settings.AUDIT_HEAD_KEYS[0]]
    assert evidence.findings([line]) == []
    settings.AUDIT_HEAD_KEYS = ["another"]
    assert evidence.findings([line]) == ["The head at place 5, line 1, is not signed by our key."]


def test_head_is_a_line_of_json(sealed, capsys):
    call_command("export_audit_head")

    shown = json.loads(capsys.readouterr().out)
    newest = AuditSeal.objects.get(position=5)
    assert (shown["position"], shown["hash"]) == (5, bytes(newest.chain_hash).hex())
    assert shown["sealed_at"] == chain.instant(newest.sealed_at)


def test_commands_say_what_they_cannot_do(sealed, tmp_path):
    for command, options in (
        ("verify_audit", {"heads": tmp_path / "none"}),
        ("export_audit_head", {"file": tmp_path}),
    ):
        with pytest.raises(CommandError, match=str(tmp_path)):
            call_command(command, **options)


def test_empty_log_has_no_head(caplog):
    with pytest.raises(CommandError, match="empty"):
        call_command("export_audit_head")
    tasks.log_head(0)

    assert (evidence.findings(), said_by_the_log(caplog)) == ([], [])


def test_jobs_seal_and_log_the_head(caplog):
    AuditLogFactory()

    tasks.seal(0)
    with caplog.at_level("INFO", "dayrade.audit"):
        tasks.log_head(0)

    (line,) = said_by_the_log(caplog)
    assert evidence.findings([line]) == []
    assert AuditSeal.objects.count() == 1
