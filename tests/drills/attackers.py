"""Whoever attacks a live server: as a role, and with a look at every answer."""

import re
from dataclasses import dataclass, field

from tests.drills.sessions import revive
from tests.live.provider import signature
from tests.sizes import FULL_SIZE

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,100}")
ENVELOPE = {"success", "message", "error"}
SLOW_SECONDS = 3


@dataclass
class Attacker:
    """Sends what it is told to a server, and notes what should not have been answered."""

    live: object
    url: str
    credentials: object
    found: list = field(default_factory=list)
    sent: int = 0
    slowest: float = 0.0
    statuses: dict = field(default_factory=dict)

    def __post_init__(self):
        self.client = self.live.client()

    def __str__(self):
        return f"{self.sent} requests, the slowest {self.slowest:.2f} s, {self.statuses}"

    def headers(self, role, path, body):
        if role != "provider":
            return self.credentials.headers(role)
        if "/webhooks/brevo" in path:
            return {"Authorization": f"Bearer {self.credentials.brevo}"}
        if "/webhooks/getstream" in path:
            return {"X-Signature": self.credentials.signed(body)}
        return {"X-Dayrade-Signature": signature(body, self.credentials.ingest)}

    def ask(self, role, method, path, body=None, **extra):
        """Send one request; somebody who has ended their own session is let in again."""
        content = (body or "").encode("utf-8", "surrogateescape")
        answer = self.send(role, method, path, content, extra)
        if answer.status_code == 401 and role in self.credentials.tokens and not extra:
            revive(self.url, self.credentials.tokens[role])
            answer = self.send(role, method, path, content, extra)
        return answer

    def send(self, role, method, path, content, extra):
        headers = self.headers(role, path, content)
        if content:
            headers["Content-Type"] = "application/json"
        request = self.client.build_request(
            method.upper(), path, content=content or None, headers=headers | extra
        )
        answer = self.client.send(request)
        self.sent += 1
        self.slowest = max(self.slowest, answer.elapsed.total_seconds())
        self.statuses[answer.status_code] = self.statuses.get(answer.status_code, 0) + 1
        if said := wrong_with(answer):
            self.note(f"{role} {method} {path}", content, said, answer)
        return answer

    def note(self, what, sent, said, answer):
        self.found.append(
            f"{what}: {said}: {sent[:300]!a} -> {answer.status_code} {answer.text[:300]}"
        )


def wrong_with(answer):
    """Say what is wrong with any answer of the API, or nothing."""
    seconds = answer.elapsed.total_seconds()
    named = REQUEST_ID.fullmatch(answer.headers.get("X-Request-ID", ""))
    found = {
        "a failure": answer.status_code >= 500,
        "no X-Request-ID": not named,
        f"{seconds:.1f} s": FULL_SIZE and seconds > SLOW_SECONDS,
        "another shape": answer.status_code >= 400 and not is_refusal(answer),
    }
    return ", ".join(said for said, wrong in found.items() if wrong)


def is_refusal(answer):
    """Tell whether an answer has the one shape of all failures."""
    if answer.headers.get("Content-Type") != "application/json":
        return False
    said = answer.json()
    texts = [said.get(name) for name in ("message", "error")]
    return (
        set(said) - {"details"} == ENVELOPE
        and said["success"] is False
        and all(isinstance(text, str) and text for text in texts)
        and isinstance(said.get("details", {}), dict)
    )
