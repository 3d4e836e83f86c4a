"""Sending a document to a provider, and reading the one that it answers with."""

import json
import time
from collections.abc import Mapping
from typing import Any

import requests

from comms.providers import ProviderError

CONNECT_SECONDS, READ_SECONDS = 3, 5
#: Of a whole answer: a server that drips would otherwise hold a worker.
ANSWER_SECONDS = 10
BYTES_MAX = 1_000_000
CHUNK = 65_536
OK = 200


def posted(
    provider: str, url: str, document: Mapping[str, Any], headers: Mapping[str, str]
) -> dict[str, Any]:
    """Return the object that a provider answers with.

    Raises:
        ProviderError: it does not, not in time, or not with an object.

    """
    until = time.monotonic() + ANSWER_SECONDS
    try:
        with requests.post(
            url,
            json=document,
            headers={"Accept": "application/json", **headers},
            timeout=(CONNECT_SECONDS, READ_SECONDS),
            allow_redirects=False,
            stream=True,
        ) as answer:
            if answer.status_code != OK:
                raise ProviderError(f"{provider} answered {answer.status_code}.")
            body = bytearray()
            for chunk in answer.iter_content(CHUNK):
                body += chunk
                if len(body) > BYTES_MAX:
                    raise ProviderError(f"{provider} sent too much.")
                if time.monotonic() > until:
                    raise ProviderError(f"{provider} took too long.")
        found = json.loads(body)
    except requests.RequestException:
        raise ProviderError(f"{provider} could not be reached.") from None
    except ValueError:
        raise ProviderError(f"{provider} sent no JSON.") from None
    if not isinstance(found, dict):
        raise ProviderError(f"{provider} sent no object.")
    return found
