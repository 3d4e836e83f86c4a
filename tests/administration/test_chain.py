"""The audit log is only added to, and chained without anybody waiting."""

import hashlib
import json

import pytest
from django.db import DatabaseError, connection, transaction

from administration import chain, evidence
from administration.models import AuditLog, AuditSeal
from dayrade.checks import guarded
from dayrade.db.operations import REDACT_AUDITED
from tests.audit import unguarded
from tests.factories.accounts import UserFactory
from tests.factories.administration import AuditLogFactory
from tests.threads import while_uncommitted

pytestmark = pytest.mark.django_db


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

    _, sealed, waited = while_uncommitted(redact, lambda: chain.seal(wait=True))

    # The other row, and the one that the redaction left.
    assert (sealed, waited) == (2, True)
    assert AuditLog.objects.get(pk=row.pk).new_values == {"email": "[redacted]"}
    assert evidence.findings() == []


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
