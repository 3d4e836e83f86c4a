"""Instants as the API writes them."""

from datetime import UTC


def z(instant):
    """Return RFC 3339 in UTC."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
