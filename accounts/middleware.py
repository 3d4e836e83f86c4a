"""The sessions of the back office, and the record of what people were refused."""

from typing import TYPE_CHECKING

from django.contrib.auth import SESSION_KEY, logout
from django.db import Error
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse

from accounts.models import UserSession
from accounts.services import back_office, two_step
from dayrade.api import errors
from dayrade.middleware import is_back_office

if TYPE_CHECKING:
    from dayrade.middleware import Handler

#: What the signed cookie keeps the token of the session under.
TOKEN = "token"  # noqa: S105  # its name
FORBIDDEN = 403
#: What a page says of requests that nobody has made: they do not keep an idle session alive.
UNATTENDED = "X-Unattended"
#: What is open to staff who have yet to set up two steps.
ALWAYS_OPEN = ("admin:two_step", "admin:logout", "admin:login", "admin:jsi18n")


def session_at_hand(request: HttpRequest) -> UserSession | None:
    """Return the session of the back office that the request comes with."""
    found: UserSession | None = getattr(request, "back_office_session", None)
    return found


def back_office_sessions(get_response: "Handler") -> "Handler":
    """Sign out, below /admin/, whose session has ended; lead to two steps whoever lacks them.

    The cookie alone signs nobody in: its token has to be that of a live session.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith("/admin/") and SESSION_KEY in request.session:
            session = back_office.resumed(
                token=request.session.get(TOKEN, ""), is_used=UNATTENDED not in request.headers
            )
            if session is None:
                logout(request)
            else:
                request.back_office_session = session  # type: ignore[attr-defined]  # ours
                request.two_step_due = two_step.is_due(session.user)  # type: ignore[attr-defined]
                if request.two_step_due and request.path not in map(reverse, ALWAYS_OPEN):  # type: ignore[attr-defined]
                    return HttpResponseRedirect(reverse("admin:two_step"))
        return get_response(request)

    return middleware


def record_denials(get_response: "Handler") -> "Handler":
    """Write an audit row for each 403 of a signed-in person, of the API and the back office."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if response.status_code == FORBIDDEN:
            _record(request)
        return response

    return middleware


def _record(request: HttpRequest) -> None:
    try:
        # The REST framework has put the person of the token here.
        user = getattr(request, "user", None)
        if user is not None and user.is_authenticated:
            back_office.record_denial(
                user=user,
                action="admin.denied" if is_back_office(request) else "access.denied",
                method=request.method or "",
                route=request.resolver_match.route if request.resolver_match else "",
            )
    except Error as error:
        # The refusal stands, whether or not it can be written down.
        errors.report(error, errors.classify(error)[0])
