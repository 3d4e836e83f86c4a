"""The password hash, how many may be computed at once, and behind whom."""

import os
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import override

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher

from dayrade.errors import BusyError

#: How much longer than the work a rest lasts: at most a fifth of a processor goes into hashes.
REST = 4
BUSY = "Too many people are signing in. Try again in a moment."
#: Steps by which a hash gives way to everything else that wants a processor (see nice(2)).
NICENESS = 10


class Gate:
    """Lets a bounded number in, makes a bounded number wait, and sends the others away at once.

    A hash is 40 ms of processor time: a flood of sign-ins would otherwise take every core, and
    those who wait for one every thread, from the requests that only read.
    """

    def __init__(self, *, at_once: int, waiting: int, seconds: float) -> None:
        """Admit `at_once`; further `waiting` of them wait for at most `seconds`."""
        self.seconds = seconds
        self.places = threading.BoundedSemaphore(at_once + waiting)
        self.turns = threading.BoundedSemaphore(at_once)
        self.threads = ThreadPoolExecutor(at_once, "hash", initializer=give_way)

    def expect_place(self) -> None:
        """Turn somebody away before anything is done for them in vain.

        Raises:
            BusyError: so many are waiting that there is no place.

        """
        if not self.places.acquire(blocking=False):
            raise BusyError(BUSY)
        self.places.release()

    def run[T](self, work: Callable[[], T]) -> T:
        """Do work when it is its turn, behind whatever else the processors have to do.

        Raises:
            BusyError: too many are waiting, or it took too long.

        """
        if not self.places.acquire(blocking=False):
            raise BusyError(BUSY)
        try:
            if not self.turns.acquire(timeout=self.seconds):
                raise BusyError(BUSY)
            outcome: Future[T] = Future()
            self.threads.submit(self._do, work, outcome)
            return outcome.result()
        finally:
            self.places.release()

    def _do[T](self, work: Callable[[], T], outcome: "Future[T]") -> None:
        """Work, hand the outcome over, and rest before the next turn.

        What counts is the time of the processor: on a busy one a hash takes far longer by the
        clock, and whoever waits behind it would be sent away.
        """
        began = time.thread_time()
        try:
            outcome.set_result(work())
        except BaseException as error:  # noqa: BLE001  # raised where it is waited for
            outcome.set_exception(error)
        time.sleep(REST * (time.thread_time() - began))
        self.turns.release()


def give_way() -> None:
    """Lower the priority of this thread alone, which is what Linux takes a thread's id for."""
    if sys.platform == "linux":
        thread = os.PRIO_PROCESS, threading.get_native_id()
        os.setpriority(*thread, os.getpriority(*thread) + NICENESS)


gate = Gate(
    at_once=settings.PASSWORD_HASHES_AT_ONCE,
    waiting=settings.PASSWORD_HASHES_WAITING,
    seconds=2,
)


class Argon2(Argon2PasswordHasher):
    """Argon2id with the parameters of the OWASP password storage cheat sheet.

    Django's own (100 MiB, 8 lanes) cost 300 ms of processor time a sign-in on two cores; these
    cost about 40 ms and 19 MiB. Each waits for its turn at the gate of this process.
    """

    memory_cost = 19_456
    time_cost = 2
    parallelism = 1

    @override
    def encode(self, password: str, salt: str) -> str:
        """Hash a password.

        Raises:
            BusyError: too many are being hashed.

        """
        return gate.run(lambda: super(Argon2, self).encode(password, salt))

    @override
    def verify(self, password: str, encoded: str) -> bool:
        """Compare a password with a hash.

        Raises:
            BusyError: too many are being hashed.

        """
        return gate.run(lambda: super(Argon2, self).verify(password, encoded))
