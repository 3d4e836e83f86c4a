"""From DATABASE_URL to a connection's parameters."""

import pytest

from dayrade.db.url import database, replica

VERIFIED = {"sslmode": "verify-full", "sslrootcert": "system", "gssencmode": "disable"}


def entry(
    url,
    *,
    describe=database,
    pool_size=0,
    verify_tls=True,
    prepare_threshold=5,
    pooler=False,
    **parameters,
):
    return describe(
        url,
        verify_tls=verify_tls,
        pool_size=pool_size,
        connect_timeout=2,
        prepare_threshold=prepare_threshold,
        pooler=pooler,
        parameters=parameters,
    )


def tls(url):
    options = entry(url)["OPTIONS"]
    return {name: options[name] for name in VERIFIED if name in options}


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://db.example.com/dayrade",
        "postgresql://db.example.com/dayrade?sslmode=verify-full",
        "postgresql://10.0.0.1:5433/dayrade",
        "postgresql:///dayrade?host=db.example.com",
        "postgresql://localhost/dayrade?hostaddr=10.0.0.1",
        "postgresql://db.example.com/dayrade?hostaddr=127.0.0.1",
        "postgresql:///dayrade?host=/tmp,db.example.com",
        "postgresql:///dayrade?service=production",
    ],
)
def test_connection_beyond_this_machine_verifies_tls(url):
    assert tls(url) == VERIFIED


@pytest.mark.parametrize(
    "url",
    [
        "postgresql:///dayrade",
        "postgresql://localhost/dayrade",
        "postgresql://127.0.0.1/dayrade",
        "postgresql://[::1]/dayrade",
        "postgresql:///dayrade?host=/var/run/postgresql",
    ],
)
def test_connection_on_this_machine_needs_no_tls(url):
    assert tls(url) == {}


@pytest.mark.parametrize("variable", ["PGHOST", "PGHOSTADDR"])
def test_host_of_libpqs_own_variables_counts(monkeypatch, variable):
    monkeypatch.setenv(variable, "10.0.0.1")

    assert tls("postgresql:///dayrade") == VERIFIED


def test_development_may_do_without_tls():
    assert "sslmode" not in entry("postgresql://db/dayrade", verify_tls=False)["OPTIONS"]


def test_own_authority_is_kept():
    url = "postgresql://db.example.com/dayrade?sslrootcert=/etc/ca.pem"

    assert tls(url) == VERIFIED | {"sslrootcert": "/etc/ca.pem"}


@pytest.mark.parametrize("mode", ["disable", "allow", "prefer", "require", "verify-ca"])
def test_lower_sslmode_is_refused(mode):
    with pytest.raises(ValueError, match="must not lower sslmode"):
        entry(f"postgresql://db.example.com/dayrade?sslmode={mode}")


@pytest.mark.parametrize("url", ["mysql://localhost/x", "sqlite:///x", "dayrade"])
def test_other_databases_are_refused(url):
    with pytest.raises(ValueError, match="must begin with postgresql://"):
        entry(url)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://db:port/dayrade", "cannot be read"),
        ("postgresql://dayrade:t0p/secret@db/dayrade", "cannot be read"),
        ("postgresql://db.example.com", "names no database"),
        ("postgresql://db.example.com/", "names no database"),
        ("postgresql:///dayrade?colour=red", 'invalid connection option "colour"'),
    ],
)
def test_mistake_is_told_without_the_password(url, said):
    with pytest.raises(ValueError, match=said) as refused:
        entry(url)

    assert "t0p" not in str(refused.value)


def test_parameters_are_escaped():
    options = entry("postgresql:///dayrade", application_name=r"a b\c", lock_timeout="5s")

    assert options["OPTIONS"]["options"] == r"-c application_name=a\ b\\c -c lock_timeout=5s"


def test_pool():
    pool = entry("postgresql:///dayrade", pool_size=10)["OPTIONS"]["pool"]

    assert {name: pool[name] for name in ("min_size", "max_size", "max_idle", "timeout")} == {
        "min_size": 1,
        "max_size": 10,
        "max_idle": 30,
        "timeout": 2,
    }


@pytest.mark.parametrize(("threshold", "option"), [(5, 5), (0, None)])
def test_zero_prepares_nothing(threshold, option):
    found = entry("postgresql:///dayrade", prepare_threshold=threshold)["OPTIONS"]

    assert found["prepare_threshold"] == option


def test_pooler_is_sent_no_parameters_and_keeps_no_cursor():
    through = entry("postgresql:///dayrade", pooler=True, lock_timeout="5s")
    past = entry("postgresql:///dayrade", lock_timeout="5s")

    assert "options" not in through["OPTIONS"]
    assert past["OPTIONS"]["options"] == "-c lock_timeout=5s"
    assert [it["DISABLE_SERVER_SIDE_CURSORS"] for it in (through, past)] == [True, False]


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://localhost/x", "DATABASE_REPLICA_URLS must begin with postgresql://"),
        ("postgresql://db:port/dayrade", "DATABASE_REPLICA_URLS cannot be read"),
        ("postgresql://db/", "DATABASE_REPLICA_URLS names no database"),
        ("postgresql:///dayrade?colour=red", "DATABASE_REPLICA_URLS: invalid connection option"),
        ("postgresql://db/dayrade?sslmode=require", "DATABASE_REPLICA_URLS must not lower sslmode"),
    ],
)
def test_replica_is_held_to_the_rules_of_the_primary(url, said):
    with pytest.raises(ValueError, match=said):
        entry(url, describe=replica)


def test_replica_verifies_tls_is_pooled_and_only_read():
    first, second = (
        entry("postgresql://db/dayrade", describe=replica, pooler=pooler)
        for pooler in (True, False)
    )
    options = first["OPTIONS"]

    assert {name: options[name] for name in VERIFIED} == VERIFIED
    assert options["options"] == "-c default_transaction_read_only=on"
    assert {name: options["pool"][name] for name in ("max_size", "timeout")} == {
        "max_size": 1,
        "timeout": 0.5,
    }
    kinds = {it["OPTIONS"]["pool"]["connection_class"] for it in (first, second)}
    assert len(kinds) == 2
