"""Unhandled errors, told to Sentry where SENTRY_DSN says where."""

from typing import TYPE_CHECKING, Any

from dayrade.db.transactions import sqlstate

if TYPE_CHECKING:
    from sentry_sdk.types import Event, Hint


def start(dsn: str, release: str) -> None:
    """Send what is logged as an error, with the code around it, and nothing that people sent."""
    import sentry_sdk  # noqa: PLC0415  # a tenth of a second at each start, for those who use it

    sentry_sdk.init(
        dsn=dsn,
        release=release or None,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        before_send=scrubbed,
    )


def scrubbed(event: "Event", hint: "Hint") -> "Event":
    """Take out what quotes rows and what names people: texts of database errors, the request."""
    for exception in event.get("exception", {}).get("values", []):
        module = str(exception.get("module", ""))
        if module.startswith(("psycopg", "django.db")):
            error: Any = (hint.get("exc_info") or (None, None, None))[1]
            exception["value"] = f"SQLSTATE {sqlstate(error)}" if error else "withheld"
    request = event.get("request", {})
    for name in ("cookies", "data", "env", "headers", "query_string"):
        request.pop(name, None)
    return event
