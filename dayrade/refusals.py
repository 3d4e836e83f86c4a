"""What gunicorn says of requests that never reach the application, in the contract's shape."""

import json
from http import HTTPStatus

from django.conf import settings

from dayrade.headers import always

#: What the application says of the same.
WORDS = {413: ("PAYLOAD_TOO_LARGE", "The request is too large")}


def refusal(status: int, request_id: str) -> bytes:
    """Write a whole HTTP answer, after which the connection is closed."""
    reason = HTTPStatus(status).phrase.removeprefix("Request-")
    error, message = WORDS.get(status, (reason.upper().replace(" ", "_"), reason))
    content = {"success": False, "message": message, "error": error}
    body = json.dumps(content).encode()
    head = (
        f"HTTP/1.1 {status} {reason}\r\nConnection: close\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        f"X-Request-ID: {request_id}\r\n"
    )
    rules = "".join(f"{name}: {value}\r\n" for name, value in always(settings).items())
    return f"{head}{rules}\r\n".encode() + body
