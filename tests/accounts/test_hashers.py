"""A flood of passwords takes neither every processor nor every thread."""

import itertools
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Semaphore

import pytest
from django.contrib.auth.hashers import check_password, identify_hasher, make_password
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import hashers
from accounts.hashers import Argon2, Gate
from dayrade.api import errors
from dayrade.errors import BusyError


@pytest.fixture
def real_hasher(settings):
    settings.PASSWORD_HASHERS = ["accounts.hashers.Argon2"]


def test_parameters_are_set_on_purpose(real_hasher):
    decoded = identify_hasher(make_password("x")).decode(make_password("x"))

    assert decoded["variety"] == "argon2id"
    assert (decoded["memory_cost"], decoded["time_cost"], decoded["parallelism"]) == (19_456, 2, 1)


def held(gate, many):
    """Fill a gate from threads; return what comes in, what lets it go, and the outcomes."""
    inside, leave = Semaphore(0), Event()

    def work():
        inside.release()
        assert leave.wait(10)

    pool = ThreadPoolExecutor(max_workers=many)
    return inside, leave, [pool.submit(gate.run, work) for _ in range(many)]


def nothing():
    return "done"


@pytest.fixture
def restless(monkeypatch):
    """Let the gate go on without a rest."""
    monkeypatch.setattr(hashers, "REST", 0)


def test_gate_admits_so_many_and_no_more(restless):
    gate = Gate(at_once=2, waiting=1, seconds=10)
    inside, leave, outcomes = held(gate, 3)
    assert inside.acquire(timeout=10)
    assert inside.acquire(timeout=10)

    third_came_in = inside.acquire(timeout=0.2)
    leave.set()

    assert third_came_in is False
    assert [outcome.result(10) for outcome in outcomes] == [None] * 3


def test_gate_sends_away_at_once_who_would_wait_behind_too_many(restless):
    gate = Gate(at_once=1, waiting=0, seconds=3600)
    inside, leave, outcomes = held(gate, 1)
    assert inside.acquire(timeout=10)

    with pytest.raises(BusyError):
        gate.run(nothing)
    with pytest.raises(BusyError):
        gate.expect_place()
    leave.set()

    outcomes[0].result(10)
    gate.expect_place()
    assert gate.run(nothing) == "done"


def test_gate_lets_nobody_wait_for_ever(restless):
    gate = Gate(at_once=1, waiting=1, seconds=0.01)
    inside, leave, outcomes = held(gate, 1)
    assert inside.acquire(timeout=10)

    with pytest.raises(BusyError):
        gate.run(nothing)
    leave.set()

    outcomes[0].result(10)


def test_gate_survives_what_fails_inside(restless):
    gate = Gate(at_once=1, waiting=0, seconds=10)

    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            gate.run(lambda: 1 / 0)

    assert gate.run(nothing) == "done"


def test_gate_rests_after_its_work(monkeypatch):
    rests = []
    monkeypatch.setattr(hashers.time, "sleep", rests.append)
    ticks = itertools.count()
    monkeypatch.setattr(hashers.time, "thread_time", lambda: next(ticks) * 0.02)
    gate = Gate(at_once=1, waiting=0, seconds=10)

    gate.run(nothing)
    gate.turns.acquire(timeout=10)

    assert rests == [pytest.approx(hashers.REST * 0.02)]


def test_both_ways_to_hash_pass_the_gate(real_hasher, monkeypatch):
    encoded = make_password("right")
    gate = Gate(at_once=1, waiting=0, seconds=1)
    monkeypatch.setattr(hashers, "gate", gate)

    assert gate.places.acquire(timeout=10)
    with pytest.raises(BusyError):
        Argon2().encode("right", "saltsaltsalt")
    with pytest.raises(BusyError):
        check_password("right", encoded)
    gate.places.release()

    assert check_password("right", encoded)


@pytest.mark.django_db
def test_flood_is_turned_away_before_it_costs_anything(anonymous, monkeypatch, settings):
    gate = Gate(at_once=1, waiting=0, seconds=1)
    monkeypatch.setattr(hashers, "gate", gate)
    assert gate.places.acquire(timeout=10)

    with CaptureQueriesContext(connection) as queries:
        answer = anonymous.post("/api/v1/auth/login", {"email": "a@example.com", "password": "b"})

    assert (answer.status_code, answer.json()["error"]) == (503, "BUSY")
    assert answer["Retry-After"] == "1"
    assert len(queries) == 0


@pytest.mark.django_db
def test_flood_at_the_back_office_is_turned_away_too(client, monkeypatch, settings):
    gate = Gate(at_once=1, waiting=0, seconds=1)
    monkeypatch.setattr(hashers, "gate", gate)
    assert gate.places.acquire(timeout=10)

    with CaptureQueriesContext(connection) as queries:
        answer = client.post("/admin/login/", {"username": "a@example.com", "password": "b"})

    assert (answer.status_code, answer["Retry-After"]) == (503, "1")
    assert hashers.BUSY in answer.text
    assert len(queries) == 0


@pytest.mark.django_db
def test_back_office_says_that_a_hash_took_too_long(client, real_hasher, monkeypatch):
    gate = Gate(at_once=1, waiting=1, seconds=0.01)
    monkeypatch.setattr(hashers, "gate", gate)
    assert gate.turns.acquire(timeout=10)

    answer = client.post("/admin/login/", {"username": "a@example.com", "password": "b"})

    assert (answer.status_code, answer["Retry-After"]) == (503, "1")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems know no thread's priority")
def test_hashes_give_way_to_everything_else():
    def niceness():
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    gate = Gate(at_once=1, waiting=0, seconds=1)

    assert gate.run(niceness) == niceness() + hashers.NICENESS


def test_busy_is_said_with_when_to_come_back():
    answer, details = errors.classify(BusyError("Later."))

    assert (answer.status, answer.error, answer.retry_after, details) == (503, "BUSY", 1, None)
