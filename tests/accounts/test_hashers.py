"""A flood of passwords takes neither every processor nor every thread."""

import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Semaphore

import pytest
from django.contrib.auth.hashers import check_password, identify_hasher, make_password

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
    """Fill a gate from threads; return what lets them go, and their outcomes."""
    inside, leave = Semaphore(0), Event()

    def pass_through():
        with gate.turn():
            inside.release()
            assert leave.wait(10)

    pool = ThreadPoolExecutor(max_workers=many)
    outcomes = [pool.submit(pass_through) for _ in range(many)]
    return inside, leave, outcomes


def test_gate_admits_so_many_and_no_more():
    gate = Gate(at_once=2, waiting=1, seconds=10)
    inside, leave, outcomes = held(gate, 3)
    assert inside.acquire(timeout=10)
    assert inside.acquire(timeout=10)

    third_came_in = inside.acquire(timeout=0.2)
    leave.set()

    assert third_came_in is False
    assert [outcome.result(10) for outcome in outcomes] == [None] * 3


def test_gate_sends_away_at_once_who_would_wait_behind_too_many():
    gate = Gate(at_once=1, waiting=0, seconds=3600)
    inside, leave, outcomes = held(gate, 1)
    assert inside.acquire(timeout=10)

    with pytest.raises(BusyError), gate.turn():
        pass
    leave.set()

    outcomes[0].result(10)
    with gate.turn():
        pass


def test_gate_lets_nobody_wait_for_ever():
    gate = Gate(at_once=1, waiting=1, seconds=0.01)
    inside, leave, outcomes = held(gate, 1)
    assert inside.acquire(timeout=10)

    with pytest.raises(BusyError), gate.turn():
        pass
    leave.set()

    outcomes[0].result(10)
    with gate.turn():
        pass


def test_both_ways_to_hash_pass_the_gate(real_hasher, monkeypatch):
    encoded = make_password("right")
    monkeypatch.setattr(hashers, "gate", Gate(at_once=1, waiting=0, seconds=1))

    with hashers.gate.turn():
        with pytest.raises(BusyError):
            Argon2().encode("right", "saltsaltsalt")
        with pytest.raises(BusyError):
            check_password("right", encoded)

    assert check_password("right", encoded)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems know no thread's priority")
def test_hashes_give_way_to_everything_else():
    def niceness():
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    gate = Gate(at_once=1, waiting=0, seconds=1)

    assert gate.run(niceness) == niceness() + hashers.NICENESS


def test_busy_is_said_with_when_to_come_back():
    answer, details = errors.classify(BusyError("Later."))

    assert (answer.status, answer.error, answer.retry_after, details) == (503, "BUSY", 1, None)
