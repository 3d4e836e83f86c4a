"""What schemathesis loads: who signs, who is let in again, and which findings are none.

It runs in a process of its own, without Django.
"""

import atexit
import json
import os
from collections import Counter
from pathlib import Path

import requests
import schemathesis

from tests.drills.sessions import revive
from tests.live.provider import signature

TOKEN = os.environ["ATTACK_TOKEN"]
SECRET = os.environ["ATTACK_SECRET"]
DATABASE = os.environ["ATTACK_DATABASE"]
SIGNATURE = "X-Dayrade-Signature"
REDIRECT = 307
# The server's own refusals of an address or headers that it has not read to their end.
UNREAD = (414, 431)
answered = Counter()


class Signed(requests.auth.AuthBase):
    """Signs the bytes of a delivery, which are not known before the request is made."""

    def __call__(self, request):
        body = request.body or b""
        body = body.encode() if isinstance(body, str) else body
        request.headers[SIGNATURE] = signature(body, SECRET)
        return request


@schemathesis.hook
def before_call(context, case, kwargs):
    """Sign a delivery, and stay at the web server: the stream's readers are sent to another.

    What is sent to see whether the signature is asked for stays without one.
    """
    kwargs["allow_redirects"] = False
    if SECRET and "/ingest/" in case.operation.path and SIGNATURE in (case.headers or {}):
        kwargs["auth"] = Signed()


@schemathesis.hook
def after_call(context, case, response):
    """Count, and open the session again that the attacker has ended."""
    answered[f"{case.operation.label} {response.status_code}"] += 1
    if TOKEN and response.status_code == 401:
        revive(DATABASE, TOKEN)


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Leave out what is no operation's answer.

    What a reader of the stream asks for is checked by its own service, once they are sent there;
    what is too long to be read reaches none. A webhook takes what it does not know, so that it is
    not sent again; of a delivery each item is taken or rejected.
    """
    if type(failure).__name__ == "AcceptedNegativeData":
        if "/webhooks/" in case.operation.path:
            return False
        if "/ingest/" in case.operation.path and response.json()["rejected"]:
            return False
    return response.status_code not in {REDIRECT, *UNREAD}


@atexit.register
def write():
    Path(os.environ["ATTACK_COUNTS"]).write_text(json.dumps(answered))
