"""Tickets: a browser's EventSource sends no Authorization, so a signed word in the address does.

Nothing is stored. A ticket is good for a minute, for one tournament, and as long as the session
that asked for it.
"""

from uuid import UUID

from django.core.signing import BadSignature, TimestampSigner

from accounts.models import UserSession

SECONDS = 60
SEPARATOR = "."


def issued(*, session_id: UUID, tournament_id: UUID) -> str:
    """Sign a ticket."""
    return _signer().sign(f"{session_id.hex}{SEPARATOR}{tournament_id.hex}")


def session_of(ticket: str, *, tournament_id: UUID) -> UserSession | None:
    """Return the open session that a ticket of this tournament was issued to, or None."""
    try:
        session_id, _, of = _signer().unsign(ticket, max_age=SECONDS).partition(SEPARATOR)
    except BadSignature:
        return None
    if of != tournament_id.hex:
        return None
    return UserSession.objects.open().select_related("user").filter(pk=UUID(session_id)).first()


def _signer() -> TimestampSigner:
    return TimestampSigner(salt="dayrade.stream.ticket", sep=SEPARATOR)
