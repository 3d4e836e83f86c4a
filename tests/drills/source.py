"""Browsers at the event stream: an EventSource comes back after a loss, never after a refusal."""

import contextlib
import json
import threading
import time

import httpx


class Source:
    """Watches a tournament from now on; what it was told, in order."""

    def __init__(self, url, slug):
        self.url = f"{url}/api/v1/tournaments/{slug}/events"
        self.texts = []
        self.refused = []
        self.connections = 0
        self.last_id = None
        self.retry = 1.0
        self.is_over = False
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        with httpx.Client(trust_env=False, timeout=httpx.Timeout(60)) as client:
            while not self.is_over and not self.refused:
                with contextlib.suppress(httpx.TransportError, OSError):
                    self.watch(client)
                if not self.is_over:
                    time.sleep(self.retry)

    def watch(self, client):
        headers = {"Last-Event-ID": self.last_id} if self.last_id else {}
        with client.stream("GET", self.url, headers=headers) as response:
            if response.status_code != 200:
                self.refused.append(response.status_code)
                return
            fields = {}
            for line in response.iter_lines():
                if self.is_over:
                    return
                name, _, value = line.partition(": ")
                if line:
                    fields[name] = value
                else:
                    self.take(fields)
                    fields = {}

    def take(self, fields):
        self.connections += fields.get("event") == "state"
        if "retry" in fields:
            self.retry = int(fields["retry"]) / 1000
        if "id" in fields:
            self.last_id = fields["id"]
        if fields.get("event") == "chat":
            self.texts.append(json.loads(fields["data"])["message"]["message_text"])


class Newcomers:
    """People who begin to watch, one after another, and what was not a stream."""

    def __init__(self, url, slug):
        self.url = f"{url}/api/v1/tournaments/{slug}/events"
        self.came = 0
        self.refused = []
        self.is_over = False
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while not self.is_over:
            try:
                with httpx.stream("GET", self.url, trust_env=False, timeout=60) as response:
                    if response.status_code != 200:
                        self.refused.append(response.status_code)
            except httpx.TransportError as error:
                self.refused.append(repr(error))
            self.came += 1
            time.sleep(0.05)
