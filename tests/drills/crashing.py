"""A whole installation under load that is killed part by part, and started again."""

import contextlib
import os
import random
import signal
import threading
from collections import deque
from pathlib import Path

import httpx
import psycopg

from tests.live.server import WORKER, free_port, running, started, wait_until

CLIENTS = 6
PAUSE_SECONDS = 0.05
BACKENDS = """
    SELECT pid FROM pg_stat_activity
    WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() ORDER BY pid
"""


class Load:
    """Clients that send every write until it is acknowledged."""

    def __init__(self, writes, secret):
        self.waiting = deque(writes)
        self.secret = secret
        self.acknowledged = []
        self.unanswered = 0
        self.wrong = []
        self.ended = threading.Event()
        self.threads = []

    @property
    def count(self):
        """How many single things have been acknowledged."""
        return sum(len(write.names) for write in self.acknowledged)

    def start(self, url):
        self.threads = [threading.Thread(target=self.run, args=(url,)) for _ in range(CLIENTS)]
        for thread in self.threads:
            thread.start()

    def run(self, url):
        with httpx.Client(base_url=url, trust_env=False, timeout=30) as client:
            while not self.ended.is_set():
                try:
                    write = self.waiting.popleft()
                except IndexError:
                    return
                try:
                    answer = write.send(client, self.secret)
                except httpx.TransportError:
                    self.unanswered += 1
                    done = None
                else:
                    done = write.is_done(answer)
                if done:
                    self.acknowledged.append(write)
                elif done is None:
                    self.waiting.append(write)
                    self.ended.wait(PAUSE_SECONDS)
                else:
                    self.wrong.append((write.kind, answer.status_code, answer.text))

    def wait_for(self, count):
        """Wait until so much has been acknowledged, or all clients are done."""
        wait_until(lambda: self.count >= count or not any(t.is_alive() for t in self.threads), 600)

    def join(self):
        for thread in self.threads:
            thread.join()


class Installation:
    """PostgreSQL, the web service and a worker; each can be killed and comes back."""

    def __init__(self, cluster, environment, folder):
        self.cluster = cluster
        self.environment = environment
        self.folder = folder
        self.port = free_port()
        self.chance = random.Random(7)
        self.serving = contextlib.ExitStack()
        self.starts = 0
        self.worker = None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self):
        self.serve()
        return self

    def __exit__(self, *raised):
        self.serving.close()
        self.stop_worker(signal.SIGKILL)

    def serve(self):
        self.starts += 1
        log = self.folder / f"web{self.starts}"
        self.live = self.serving.enter_context(running(self.environment, log, port=self.port))

    def work(self):
        """Start a worker."""
        log = self.folder / f"worker{self.starts}"
        self.worker = started(WORKER, self.environment, log, mode="ab")

    def stop_worker(self, number=signal.SIGTERM):
        if self.worker is not None:
            self.worker.send_signal(number)
            self.worker.wait(60)

    def kill(self, what):
        getattr(self, f"kill_{what}")()

    def kill_web_worker(self):
        """Kill one of gunicorn's workers; its master starts another."""
        pid = self.live.process.pid
        workers = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        if workers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(self.chance.choice(workers)), signal.SIGKILL)

    def kill_web(self):
        """Kill gunicorn's master with all its workers, and start it anew."""
        os.killpg(self.live.process.pid, signal.SIGKILL)
        self.live.process.wait()
        self.serving.pop_all().close()
        self.serve()

    def kill_worker(self):
        """Kill the worker, and start another."""
        self.stop_worker(signal.SIGKILL)
        self.work()

    def kill_backend(self):
        """Kill one connection's process, upon which PostgreSQL ends all others, and recovers."""
        with psycopg.connect(self.cluster.url(), autocommit=True) as connection:
            backends = connection.execute(BACKENDS).fetchall()
            os.kill(self.chance.choice(backends)[0], signal.SIGKILL)
            # Its own connection goes with the others.
            with contextlib.suppress(psycopg.OperationalError):
                connection.execute("SELECT pg_sleep(10)")

    def kill_postgresql(self):
        """Kill PostgreSQL, and start it anew."""
        self.cluster.kill()
        self.cluster.start()
