"""A fingerprint differs where the database does, and says where."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from administration import chain
from administration.models import AuditSeal
from dayrade import fingerprints
from tests.audit import unguarded
from tests.factories.administration import AuditLogFactory
from tests.factories.trading import TradeFactory

pytestmark = pytest.mark.django_db

ONE = "SELECT id FROM trades ORDER BY id LIMIT 1"


@pytest.fixture(autouse=True)
def trades():
    return TradeFactory.create_batch(3, commission=1)


def lines():
    return dict(line.split(" ", 1) for line in fingerprints.lines())


def parts(line):
    """Return the values of a line by name."""
    words = line.split()
    return dict(zip(words[::2], words[1::2], strict=True))


@pytest.mark.parametrize(
    ("statement", "differing"),
    [
        (f"DELETE FROM trades WHERE id = ({ONE})", {"rows", "content"}),
        (
            f"UPDATE trades SET executed_at = executed_at + interval '1 us' WHERE id = ({ONE})",
            {"content"},
        ),
        (f"UPDATE trades SET symbol = lower(symbol) WHERE id = ({ONE})", {"content"}),
        (f"UPDATE trades SET related_trade_id = id WHERE id = ({ONE})", {"content"}),
        ("DROP INDEX idx_trades_symbol", {"definition"}),
        ("ALTER TABLE trades ADD COLUMN more int", {"content", "definition"}),
        ("ALTER TABLE trades ALTER price DROP NOT NULL", {"definition"}),
        ("ALTER TABLE trades ALTER commission SET DEFAULT 7", {"definition"}),
        ("ALTER TABLE trades ADD CHECK (commission < 100000)", {"definition"}),
        ("ALTER TABLE trades ADD CHECK (commission < 100000) NOT VALID", {"definition"}),
    ],
)
def test_line_of_the_table_differs_and_no_other(statement, differing):
    before = lines()

    unguarded(statement)

    after = lines()
    assert {name for name in before if before[name] != after[name]} == {"trades"}
    old, new = parts(before["trades"]), parts(after["trades"])
    assert {name for name in old if old[name] != new[name]} == differing


@pytest.mark.parametrize(
    ("statement", "differing"),
    [
        (
            "ALTER FUNCTION update_updated_at_column() COST 7",
            "functions",
        ),
        ("CREATE FUNCTION more() RETURNS int LANGUAGE sql AS 'SELECT 1'", "functions"),
        ("CREATE SEQUENCE more", "sequences"),
        ("CREATE TYPE more AS ENUM ('a')", "types"),
        ("GRANT SELECT ON trades TO PUBLIC", "privileges"),
    ],
)
def test_other_objects_have_lines_too(statement, differing):
    before = lines()

    unguarded(statement)

    after = lines()
    assert {name for name in before if before[name] != after[name]} == {differing}


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE tournaments DISABLE TRIGGER USER",
        "DROP TRIGGER update_tournaments_updated_at ON tournaments",
    ],
)
def test_trigger_that_is_off_or_gone_shows(statement):
    before = lines()

    unguarded(statement)

    after = lines()
    assert {name for name in before if before[name] != after[name]} == {"tournaments"}


def test_order_of_the_rows_does_not_matter():
    before = lines()

    unguarded("CREATE TABLE held AS SELECT * FROM trades ORDER BY id DESC")
    unguarded("DELETE FROM trades")
    unguarded("INSERT INTO trades SELECT * FROM held")
    unguarded("DROP TABLE held")

    assert lines() == before


def test_equal_rows_do_not_cancel_each_other_out():
    unguarded("CREATE TABLE more AS SELECT 1 AS one FROM generate_series(1, 2)")
    two = parts(lines()["more"])
    unguarded("UPDATE more SET one = 2")

    assert parts(lines()["more"])["content"] != two["content"]


def test_settings_of_the_server_do_not_matter():
    AuditLogFactory()
    chain.seal()
    before = lines()

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('TimeZone', 'Asia/Tokyo', true),"
            " set_config('DateStyle', 'German', true),"
            " set_config('IntervalStyle', 'iso_8601', true),"
            " set_config('bytea_output', 'escape', true),"
            " set_config('extra_float_digits', '-5', true)"
        )

    assert lines() == before


def test_head_of_the_audit_log_is_the_last_line():
    assert not any(line.startswith("head") for line in fingerprints.lines())
    AuditLogFactory()
    chain.seal()

    last = fingerprints.lines()[-1]

    seal = AuditSeal.objects.latest("position")
    assert last == f"head of the audit log {seal.position} {bytes(seal.chain_hash).hex()}"


def test_command_prints_the_lines():
    out = io.StringIO()

    call_command("fingerprint", stdout=out)

    assert out.getvalue().splitlines() == fingerprints.lines()


@pytest.mark.django_db(transaction=True)
def test_snapshot_that_nobody_holds_is_named():
    with pytest.raises(CommandError, match="The snapshot 00000000-00000000-1 is not there"):
        call_command("fingerprint", snapshot="00000000-00000000-1")
