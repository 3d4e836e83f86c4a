"""Values that nobody reads in the database: encrypted under keys that are not in it.

The name of what is configured is within what is encrypted: a value that is moved to another row
cannot be read there. docs/adr/0033 has the reasons.
"""

import json
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from dayrade.errors import BusyError, ConflictError

ENCRYPTED = "encrypted"


class NoKeyError(ConflictError):
    """There is no key to encrypt with."""

    code = "NO_CONFIGURATION_KEY"


class UnreadableValueError(BusyError):
    """A sensitive value cannot be read with the keys that there are."""

    code = "CONFIGURATION_UNREADABLE"


def sealed(name: str, value: str) -> dict[str, str]:
    """Encrypt a value under the first key.

    Raises:
        NoKeyError: there is none.

    """
    token = newest().encrypt(json.dumps([name, value]).encode())
    return {ENCRYPTED: token.decode()}


def newest() -> Fernet:
    """Return the key that encrypts.

    Raises:
        NoKeyError: there is none.

    """
    if not settings.CONFIGURATION_KEYS:
        raise NoKeyError("Sensitive values need CONFIGURATION_KEYS in the environment.")
    return Fernet(settings.CONFIGURATION_KEYS[0])


def opened(name: str, stored: Any) -> str:
    """Decrypt a stored value with whichever key fits.

    Raises:
        UnreadableValueError: none does, or it is another name's value.

    """
    keys = [Fernet(key) for key in settings.CONFIGURATION_KEYS]
    try:
        token = stored[ENCRYPTED].encode()
        named, value = json.loads(MultiFernet(keys).decrypt(token)) if keys else ("", "")
    except (InvalidToken, KeyError, TypeError, AttributeError):
        named, value = "", ""
    if named != name:
        raise UnreadableValueError(
            f"The value of {name} cannot be read: bring its key back, or set it anew."
        )
    return str(value)


def is_newest(stored: Any) -> bool:
    """Tell whether a stored value is encrypted under the first key.

    Raises:
        NoKeyError: there is none.

    """
    try:
        newest().decrypt(stored[ENCRYPTED].encode())
    except (InvalidToken, KeyError, TypeError, AttributeError):
        return False
    return True
