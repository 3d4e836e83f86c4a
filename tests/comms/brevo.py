"""A Brevo of our own: the wire of its API for e-mail and text messages, on this machine."""

import contextlib
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

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

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, document = brevo.answer(self.path, self.headers, body)
            answer = json.dumps(document).encode()
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", "http://127.0.0.1:9/stolen")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *arguments):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
        brevo.url = f"http://127.0.0.1:{server.server_port}/v3"
        try:
            yield brevo
        finally:
            server.shutdown()
