"""The audit log is only added to, and its chain shows every hand that was not ours."""

import hashlib
import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from administration import chain, evidence, tasks
from administration.models import AuditLog, AuditSeal
from dayrade.checks import guarded
from dayrade.db.operations import REDACT_AUDITED
from tests.audit import unguarded
from tests.factories.accounts import UserFactory
from tests.factories.administration import AuditLogFactory
from tests.threads import while_uncommitted

pytestmark = pytest.mark.django_db


@pytest.fixture
def sealed():
    """Seal five rows, a minute apart, and return them in their order."""
    rows = [
        AuditLogFactory(
            old_values={"name": f"A{minute}"},
            new_values={"name": f"B{minute}", "email": "ada@example.com"},
            changes={"reason": "Sponsor"},
            created_at=timezone.now() - timedelta(hours=3, minutes=-minute),
        )
        for minute in range(5)
    ]
    assert chain.seal() == 5
    return rows


@pytest.fixture
def heads(sealed, tmp_path):
    file = tmp_path / "heads"
    call_command("export_audit_head", file=file)
    return file


def execute(statement, parameters=None):
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def refused(statement):
    with pytest.raises(DatabaseError) as refusal, transaction.atomic():
        execute(statement)
    return refusal.value.__cause__.sqlstate


def redact(column="email"):
    execute(REDACT_AUDITED.format(table="tournaments", names=f"'{column}'"))


# Only ever added to


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_logs SET action = 'x'",
        "UPDATE audit_logs SET created_at = now()",
        "UPDATE audit_logs SET new_values = '{}'",
        "DELETE FROM audit_logs",
        "TRUNCATE audit_logs",
        "UPDATE dayrade_audit_chain SET position = position + 1",
        "UPDATE dayrade_audit_chain SET salt = gen_random_uuid()",
        "DELETE FROM dayrade_audit_chain",
        "TRUNCATE dayrade_audit_chain",
    ],
)
def test_log_and_chain_are_only_added_to(sealed, statement):
    assert refused(statement) == "DR005"


@pytest.mark.parametrize(
    "change",
    [
        "action = 'x'",
        'user_id = NULL, new_values = \'{"name": "B0", "email": "[redacted]"}\', action = \'x\'',
        "new_values = new_values - 'email'",
        "new_values = NULL",
        'new_values = new_values || \'{"more": "[redacted]"}\'',
        'new_values = new_values || \'{"email": "bob@example.com"}\'',
        "old_values = NULL",
        "old_values = '{\"name\": null}'",
    ],
)
def test_redaction_changes_values_to_one_word_and_nothing_else(sealed, change):
    execute("SELECT set_config('dayrade.redaction', 'why', true)")

    assert refused(f"UPDATE audit_logs SET {change}") == "DR005"


def test_redaction_leaves_a_row_and_the_chain_whole(sealed):
    redact()
    redact()
    redact("name")

    row = AuditLog.objects.get(pk=sealed[0].pk)
    assert (row.old_values, row.new_values) == (
        {"name": "[redacted]"},
        {"name": "[redacted]", "email": "[redacted]"},
    )
    left = AuditLog.objects.filter(action="audit.redact", entity_id=row.pk)
    assert sorted(each.changes["fields"] for each in left) == [
        ["new_values.email"],
        ["new_values.name", "old_values.name"],
    ]
    assert {each.changes["reason"] for each in left} == {
        "Values of tournaments are redacted by a release."
    }
    assert evidence.findings() == []
    assert refused("UPDATE audit_logs SET new_values = new_values - 'email'") == "DR005"


def test_redaction_before_the_seal_needs_no_proof():
    AuditLogFactory(new_values={"email": "ada@example.com"})

    redact()

    assert AuditLog.objects.get(action="audit.redact").changes.keys() == {
        "operation",
        "fields",
        "reason",
    }
    assert evidence.findings() == []


def test_redaction_hides_what_it_was_by_a_new_salt(sealed):
    before = AuditSeal.objects.get(audit_log_id=sealed[0].pk)

    redact()

    after = AuditSeal.objects.get(audit_log_id=sealed[0].pk)
    assert (before.salt == after.salt, before.row_hash == after.row_hash) == (False, True)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ("action = 'x'", 1),
        ('new_values = \'{"email": "other"}\'', 1),
        ("request_id = request_id", 0),
    ],
)
def test_redacted_row_is_proven_as_any_other(sealed, changed, told):
    redact()
    unguarded(f"UPDATE audit_logs SET {changed} WHERE id = %s", [sealed[2].pk])

    assert len(evidence.findings()) == told


def test_redaction_that_somebody_made_up_is_found(sealed):
    unguarded('UPDATE audit_logs SET new_values = \'{"email": "x"}\' WHERE id = %s', [sealed[1].pk])
    AuditLogFactory(
        action="audit.redact",
        entity_type="audit_logs",
        entity_id=sealed[1].pk,
        changes={"fields": ["new_values.email"], "was": ["a", "b"], "now": ["c", "d"]},
    )

    assert evidence.findings() == [f"Audit row {sealed[1].pk}, at place 2, was altered."]


# The chain


def test_chain_can_be_computed_by_anybody(sealed):
    seal, before = AuditSeal.objects.get(position=2), AuditSeal.objects.get(position=1)
    row = sealed[1]

    def digest(text):
        return hashlib.sha256(f"{seal.salt}{text}".encode()).hexdigest()

    row_hash = hashlib.sha256(
        compact(
            row.pk,
            None,
            "tournament.update",
            "tournaments",
            None,
            digest('{"name": "A1"}'),
            digest('{"name": "B1", "email": "ada@example.com"}'),
            '{"reason": "Sponsor"}',
            None,
            None,
            None,
            chain.instant(row.created_at),
        )
    ).digest()
    link = compact(
        2, row.pk, row_hash.hex(), chain.instant(seal.sealed_at), chain.instant(seal.reached_at)
    )
    assert bytes(seal.row_hash) == row_hash
    assert bytes(seal.chain_hash) == hashlib.sha256(bytes(before.chain_hash) + link).digest()


def compact(*values):
    """Write an array as PostgreSQL's json_build_array does."""
    return json.dumps([v if v is None or isinstance(v, int) else str(v) for v in values]).encode()


@pytest.mark.parametrize("column", ["user_agent", "request_id"])
def test_null_is_not_the_empty_text(column):
    plain = AuditLogFactory()
    chain.seal()

    unguarded(f"UPDATE audit_logs SET {column} = '' WHERE id = %s", [plain.pk])

    assert len(evidence.findings()) == 1


@pytest.mark.parametrize("zone", ["UTC", "America/New_York"])
def test_proof_does_not_depend_on_the_zone(sealed, zone):
    execute("SELECT set_config('TimeZone', %s, true)", [zone])

    assert evidence.findings() == []


def test_what_is_there_is_sealed_in_batches_by_its_instant(monkeypatch):
    monkeypatch.setattr(chain, "BATCH", 2)
    rows = [AuditLogFactory(created_at=f"202{year}-01-01T00:00:00Z") for year in (3, 1, 4, 2, 5)]

    assert (chain.seal(), chain.seal()) == (5, 0)

    order = {seal.audit_log_id: seal.position for seal in AuditSeal.objects.all()}
    assert [order[row.pk] for row in rows] == [3, 1, 4, 2, 5]
    assert evidence.findings() == []


def test_row_from_the_future_keeps_no_other_from_its_seal():
    AuditLogFactory(created_at="2999-01-01T00:00:00Z")
    chain.seal()
    AuditLogFactory()

    assert chain.seal() == 1
    assert evidence.findings() == []


@pytest.mark.django_db(transaction=True)
def test_writer_that_has_not_committed_is_not_waited_for():
    row, sealed, waited = while_uncommitted(AuditLogFactory, chain.seal)

    assert (sealed, waited) == (0, False)
    assert chain.seal() == 1
    assert AuditSeal.objects.get().audit_log_id == row.pk


@pytest.mark.django_db(transaction=True)
def test_two_sealers_do_not_wait_for_each_other():
    AuditLogFactory()

    first, second, waited = while_uncommitted(chain.seal, chain.seal)

    assert (first, second, waited) == (1, 0, False)


@pytest.mark.django_db(transaction=True)
def test_writer_does_not_wait_for_the_sealer():
    AuditLogFactory()

    _, _, waited = while_uncommitted(chain.seal, AuditLogFactory)

    assert waited is False


@pytest.mark.django_db(transaction=True)
def test_seal_waits_for_a_redaction():
    row = AuditLogFactory(new_values={"email": "ada@example.com"})
    chain.seal()
    AuditLogFactory()

    while_uncommitted(redact, lambda: chain.seal(wait=True))

    assert AuditLog.objects.get(pk=row.pk).new_values == {"email": "[redacted]"}
    assert evidence.findings() == []


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

    assert (evidence.findings(), caplog.messages) == ([], [])


def test_jobs_seal_and_log_the_head(caplog):
    AuditLogFactory()

    tasks.seal(0)
    with caplog.at_level("INFO", "dayrade.audit"):
        tasks.log_head(0)

    (line,) = caplog.messages
    assert evidence.findings([line]) == []
    assert AuditSeal.objects.count() == 1


# Privileges

SERVICE = """
    DROP ROLE IF EXISTS audit_service;
    CREATE ROLE audit_service;
    GRANT USAGE ON SCHEMA public TO audit_service;
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO audit_service;
    REVOKE UPDATE, DELETE ON audit_logs, dayrade_audit_chain FROM audit_service;
    SET LOCAL ROLE audit_service
"""


def test_role_of_the_service_writes_and_seals():
    execute(SERVICE)

    AuditLogFactory(user=UserFactory())

    # The account's own row is the other one.
    assert chain.seal() == 2
    assert evidence.findings() == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_logs SET action = 'x'",
        "DELETE FROM audit_logs",
        "TRUNCATE audit_logs",
        "UPDATE dayrade_audit_chain SET salt = gen_random_uuid()",
        "DELETE FROM dayrade_audit_chain",
        "TRUNCATE dayrade_audit_chain",
        "ALTER TABLE audit_logs DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
    ],
)
def test_role_of_the_service_may_not(sealed, statement):
    execute(SERVICE)

    assert refused(statement) == "42501"


def test_role_that_owns_the_log_is_warned_of():
    (warning,) = guarded(None, ["default"])

    assert (warning.id, guarded(None, None)) == ("dayrade.W005", [])


def test_role_that_owns_nothing_is_not_warned_of():
    execute(SERVICE)

    assert guarded(None, ["default"]) == []
