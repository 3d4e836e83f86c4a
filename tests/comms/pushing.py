"""A push service of our own, and a browser that can read what it was sent."""

import base64
import contextlib
import ssl

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests import wire

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
    """What it was sent, by path; `answers` says by path what is answered instead of 201.

    Browsers have subscribed with the keys in `known`; without any, with whatever is sent.
    """

    def __init__(self):
        self.taken = []
        self.answers = {}
        self.known = []
        self.netloc = ""

    def endpoint(self, name):
        return f"https://{self.netloc}/{name}"


@contextlib.contextmanager
def serving(service, authority):
    """Serve it over TLS until the block ends."""

    def answer(method, path, headers, body):
        sent = {name.lower(): value for name, value in headers.items()}
        if service.known and not any(f"k={key}" in sent["authorization"] for key in service.known):
            return 403, b""
        service.taken.append((path, sent, body))
        return service.answers.get(path, 201), b""

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    with wire.serving(answer, tls=context, elsewhere="/elsewhere") as port:
        service.netloc = f"localhost:{port}"
        yield service
