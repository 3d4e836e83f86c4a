"""Readers of the event stream change processes: nothing is missing, and nothing comes twice."""

import contextlib
import signal
import time

import pytest

from tests.drills.proxy import proxying
from tests.drills.source import Newcomers, Source
from tests.factories.accounts import UserFactory
from tests.factories.tournaments import TournamentFactory
from tests.live.server import wait_until
from tests.live.streaming import ask, say, started
from tests.sizes import sized

pytestmark = pytest.mark.django_db(transaction=True)
READERS = sized(20, 200)
SOON = 150
FOR_ALL = {"STREAM_READERS_PER_ADDRESS": "1000"}


class Talk:
    """Messages of one tournament, and who hears them."""

    def __init__(self, url):
        self.tournament = TournamentFactory(active=True)
        self.user = UserFactory()
        self.said = []
        self.newcomers = [Newcomers(url, self.tournament.slug) for _ in range(8)]
        self.sources = [Source(url, self.tournament.slug) for _ in range(READERS)]
        wait_until(lambda: all(source.connections for source in self.sources), SOON)

    def until(self, condition):
        """Talk until something is so."""
        deadline = time.monotonic() + SOON
        while not condition():
            assert time.monotonic() < deadline
            self.say()

    def say(self):
        self.said.append(f"message {len(self.said)}")
        say(self.tournament, message_text=self.said[-1], user=self.user)
        time.sleep(0.02)

    def end(self):
        """Let the last message be heard, and return what each of them heard."""
        self.say()
        wait_until(
            lambda: all(one.refused or self.said[-1:] == one.texts[-1:] for one in self.sources),
            SOON,
        )
        for newcomers in self.newcomers:
            newcomers.is_over = True
            newcomers.thread.join()
        return [source.texts for source in self.sources]

    def refused(self):
        return [one.refused for one in (*self.sources, *self.newcomers) if one.refused]

    def have_moved(self):
        return all(one.refused or one.connections > 1 for one in self.sources)


@contextlib.contextmanager
def talking(url):
    talk = Talk(url)
    try:
        yield talk
    finally:
        for one in (*talk.sources, *talk.newcomers):
            one.is_over = True


def test_reload_hands_readers_over(transactional_db):
    with started(**FOR_ALL) as live, talking(live.url) as talk:
        talk.until(lambda: len(talk.said) == 20)
        live.process.send_signal(signal.SIGHUP)
        talk.until(talk.have_moved)
        heard = talk.end()

    assert talk.refused() == []
    assert heard == [talk.said] * READERS


def test_replacement_hands_readers_over(transactional_db):
    with (
        started(DRAIN_SECONDS="4", **FOR_ALL) as one,
        started(DRAIN_SECONDS="4", **FOR_ALL) as two,
        proxying() as proxy,
    ):
        proxy.lead_to(one.port, two.port)
        with talking(f"http://127.0.0.1:{proxy.port}") as talk:
            talk.until(lambda: len(talk.said) == 20)
            one.process.terminate()
            talk.until(lambda: one.process.poll() is not None)
            talk.until(lambda: ask(two, "/healthz").json()["readers"] >= READERS)
            heard = talk.end()

    assert one.process.returncode == 0
    assert talk.refused() == []
    assert heard == [talk.said] * READERS
