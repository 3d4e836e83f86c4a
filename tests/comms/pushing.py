"""A push service of our own, and a browser that can read what it was sent."""

import base64
import contextlib
import ssl
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

#: By the examples of RFC 8292 any 32 bytes below the order of the curve are a key.
PRIVATE_KEY = base64.urlsafe_b64encode(b"\x07" * 32).rstrip(b"=").decode()


def encoded(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class Browser:
    """Subscribes, and decrypts."""

    def __init__(self):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.secret = b"0123456789abcdef"

    @property
    def keys(self):
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {"p256dh": encoded(point), "auth": encoded(self.secret)}

    def read(self, body):
        return http_ece.decrypt(body, private_key=self.key, auth_secret=self.secret)


class PushService:
    """What it was sent, by path; `answers` says by path what is answered instead of 201."""

    def __init__(self):
        self.taken = []
        self.answers = {}
        self.netloc = ""

    def endpoint(self, name):
        return f"https://{self.netloc}/{name}"


@contextlib.contextmanager
def serving(service, authority):
    """Serve it over TLS until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            sent = {name.lower(): value for name, value in self.headers.items()}
            service.taken.append((self.path, sent, body))
            status = service.answers.get(self.path, 201)
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", service.endpoint("elsewhere"))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *arguments):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost").configure_cert(context)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
        service.netloc = f"localhost:{server.server_port}"
        try:
            yield service
        finally:
            server.shutdown()
