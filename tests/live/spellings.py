"""Searching a text for a secret, however it is written there."""

import base64
import json
import math
from urllib.parse import quote, quote_plus


def spellings(value):
    """Return a value as it may stand in a dump or a log, by the name of the encoding.

    Base64 depends on where the value begins in what was encoded: each of the three ways is
    here, without the characters that its neighbours would have a part in.
    """
    raw = value.encode()
    found = {
        "plain": value,
        "json": json.dumps(value)[1:-1],
        "jsonb": json.dumps(value, ensure_ascii=False)[1:-1],
        "url": quote(value, safe=""),
        "form": quote_plus(value),
        "hex": raw.hex(),
        "HEX": raw.hex().upper(),
    }
    for shift in range(3):
        text = base64.b64encode(b" " * shift + raw).decode()
        core = text[math.ceil(shift * 8 / 6) : (shift + len(raw)) * 8 // 6]
        found[f"base64+{shift}"] = core
        found[f"base64url+{shift}"] = core.translate(str.maketrans("+/", "-_"))
    return found


def found(values, texts):
    """Return which value stands in which text, and how; all but the place is by name."""
    return sorted(
        (name, place, encoding)
        for name, value in values
        for encoding, spelled in spellings(value).items()
        for place, text in texts.items()
        if spelled in text
    )
