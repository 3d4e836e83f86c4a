"""What is known of a request when it ends, by whoever has come to know it."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.functional import LazyObject

KEY = "dayrade.seen"


@dataclass(slots=True)
class Seen:
    """`route` is the pattern that its address fits, `actor` the id of who is signed in."""

    route: str = ""
    actor: str = ""
    is_from_memory: bool = False


def of(environ: dict[str, Any]) -> Seen:
    """Return what is known of a request, which the outermost layer writes down."""
    found: Seen = environ.setdefault(KEY, Seen())
    return found


def look_at(request: HttpRequest) -> None:
    """Note which view has answered, and whom it knew."""
    environ = getattr(request, "environ", None)
    if environ is None:
        return
    seen = of(environ)
    if request.resolver_match is not None:
        seen.route = "/" + request.resolver_match.route
    user = vars(request).get("user")
    if isinstance(user, LazyObject):
        # Nobody is looked up for this alone.
        user = getattr(request, "_cached_user", None)
    if user is not None and user.is_authenticated:
        seen.actor = str(user.pk)
