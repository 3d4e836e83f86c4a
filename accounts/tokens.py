"""The tokens of sessions: random, shown once, stored only as hashes."""

import hashlib
import secrets
from uuid import UUID

from django.core.signing import BadSignature, Signer

TOKEN_BYTES = 32
SALT = "dayrade.refresh_token"


def hashed(token: str) -> str:
    """Return the SHA-256 of a token in hexadecimal, as `user_sessions` stores it."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_session_token() -> str:
    """Draw 256 bits that sign a person in for some minutes."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def new_refresh_token(session_id: UUID) -> str:
    """Draw 256 bits that renew a session once, and sign them together with its id."""
    return _signer().sign(f"{session_id.hex}.{secrets.token_urlsafe(TOKEN_BYTES)}")


def session_of(refresh_token: str) -> UUID | None:
    """Return the session that a refresh token was made for, or None where we did not make it.

    It may have been used since: only the stored hash tells whether it is the current one.
    """
    try:
        signed = _signer().unsign(refresh_token)
    except BadSignature:
        return None
    return UUID(hex=signed.partition(".")[0])


def _signer() -> Signer:
    return Signer(salt=SALT, sep=".")
