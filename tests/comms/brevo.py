"""A Brevo of our own: the wire of its API for e-mail and text messages, on this machine."""

import contextlib
import json

from tests import wire

KEY = "xkeysib-0123456789"


class Brevo:
    """What it has taken; `answers` are given, one each, before it answers as it should."""

    def __init__(self):
        self.mails = []
        self.texts = []
        self.asked = 0
        self.answers = []
        self.keys = set()
        self.url = ""

    def answer(self, path, headers, body):
        self.asked += 1
        if headers["api-key"] != KEY:
            return 401, {"code": "unauthorized", "message": "Key not found"}
        if self.answers:
            return self.answers.pop(0)
        if path == "/v3/smtp/email":
            return self.mail(body)
        if path == "/v3/transactionalSMS/send":
            self.texts.append(body)
            return 201, {"messageId": 1511882900176220 + len(self.texts)}
        return 404, {"code": "document_not_found", "message": "No such address"}

    def mail(self, body):
        key = body.get("headers", {}).get("idempotencyKey")
        if key in self.keys:
            return 400, {"code": "duplicate_parameter", "message": "This key was used"}
        self.keys |= {key} - {None}
        self.mails.append(body)
        return 201, {"messageId": f"<2026112300.{len(self.mails)}@smtp-relay.mailin.fr>"}


@contextlib.contextmanager
def serving(brevo):
    """Serve it until the block ends."""

    def answer(method, path, headers, body):
        return brevo.answer(path, headers, json.loads(body))

    with wire.serving(answer) as port:
        brevo.url = f"http://127.0.0.1:{port}/v3"
        yield brevo
