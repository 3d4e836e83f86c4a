"""How far a replica is behind, and which views may be read from one."""

import pytest
from django.db import DEFAULT_DB_ALIAS, connections
from django.urls import resolve

from dayrade.api.replicated_reads import is_replicated
from dayrade.db.replicas import Primary, reading_from, reading_from_primary

CUP = "/api/v1/tournaments/cup"


@pytest.mark.parametrize(
    ("replayed", "lag"),
    [(300, 0), (299, 1), (200, 1), (199, 3), (100, 3), (99, None), (1000, 0)],
)
def test_lag_is_counted_from_the_last_look_whose_position_was_replayed(replayed, lag):
    primary = Primary()
    for at, position in enumerate([100, 200, 200, 300], 1):
        primary.hear(at, position)

    assert primary.lag(replayed) == lag


def test_nothing_is_known_before_the_primary_has_answered():
    assert Primary().lag(1000) is None


def test_another_primary_begins_anew():
    primary = Primary()
    primary.hear(1, 100)
    primary.hear(2, 300)
    primary.hear(3, 200)

    assert [primary.lag(100), primary.lag(200)] == [None, 0]


@pytest.mark.parametrize(
    ("path", "is_one"),
    [
        ("/api/v1/tournaments", True),
        (CUP, True),
        (f"{CUP}/leaderboard", True),
        (f"{CUP}/participants", True),
        (f"{CUP}/commentary", True),
        ("/api/v1/economic-events", True),
        ("/api/v1/config", True),
        ("/api/v1/users/ada", True),
        ("/", True),
        ("/tournaments/cup", True),
        ("/calendar", True),
        # What was hidden is gone at once.
        (f"{CUP}/chat", False),
        (f"{CUP}/bookings", False),
        ("/api/v1/users/me", False),
        ("/api/v1/audit-logs", False),
        ("/healthz", False),
        ("/readyz", False),
        ("/metrics", False),
        ("/admin/", False),
    ],
)
def test_what_everybody_sees_may_come_from_a_replica(path, is_one):
    assert is_replicated(resolve(path).func) is is_one


def test_replica_stands_in_the_primarys_place_for_as_long_as_it_is_read():
    own, replica = connections[DEFAULT_DB_ALIAS], connections[DEFAULT_DB_ALIAS].copy("replica_1")
    connections["replica_1"] = replica
    asked = []

    with reading_from("replica_1"):
        asked.append(connections[DEFAULT_DB_ALIAS])
        with reading_from_primary():
            asked.append(connections[DEFAULT_DB_ALIAS])
        asked.append(connections[DEFAULT_DB_ALIAS])
    with reading_from_primary():
        asked.append(connections[DEFAULT_DB_ALIAS])
    asked.append(connections[DEFAULT_DB_ALIAS])
    del connections["replica_1"]

    assert asked == [replica, own, replica, own, own]
