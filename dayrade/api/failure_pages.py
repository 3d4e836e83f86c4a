"""What a person sees of a failure: in the arena its frame, in the back office its menu."""

import re
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from dayrade.context import origin
from dayrade.db.sqlstates import Answer
from dayrade.middleware import is_back_office

FAILED = 500
#: Answers beside which the menu stands: with others, what the menu reads may be what has failed.
FRAMED = {403, 404}
UNAVAILABLE = "Nothing was changed. Try it again in a moment."
# What a member of staff can do after an answer of that status.
AFTER = {
    400: "The browser sent something that cannot be read. Go back, and try it again from there.",
    403: "Your role does not allow it.",
    404: "Nothing is at this address. It may be gone, or the link that led here is wrong.",
    409: UNAVAILABLE,
    413: "Nothing was changed. Send less at a time: a smaller file, or fewer rows.",
    500: "It is in the log. If it happens again, tell whoever runs the platform the request below.",
}
STALE = (
    "Nothing was changed: the form was open for too long, or somebody has signed in or out since."
    " Open it anew and send it again. If that does not help, let the browser keep our cookies."
)
VERBS = {"changelist": "see", "change": "see", "add": "add", "delete": "delete"}
PAGE = re.compile(r"([a-z]+)_([a-z]+)_(changelist|change|add|delete)")


def page(request: HttpRequest, answer: Answer, advice: str = "") -> HttpResponse:
    """Say what failed to a person, and how to go on."""
    default = UNAVAILABLE if answer.status >= FAILED else ""
    context = {
        "answer": answer,
        "advice": advice or AFTER.get(answer.status, default),
        "back": came_from(request),
        "request_id": origin.get().request_id,
    }
    if not is_back_office(request):
        template = "error.html"
    elif answer.status in FRAMED and is_inside(request):
        template = "admin/failed.html"
        context |= admin.site.each_context(request) | {"title": answer.message}
    else:
        template = "admin/error.html"
    return render(request, template, context, status=answer.status)


def is_inside(request: HttpRequest) -> bool:
    """Tell whether the back office is open to who asks."""
    is_in = hasattr(request, "user") and admin.site.has_permission(request)
    return is_in and not getattr(request, "two_step_due", False)


def came_from(request: HttpRequest) -> str:
    """Return the page of ours that led here, if one did; a form leads to where it stands."""
    referer = request.headers.get("Referer", "")
    try:
        is_ours = url_has_allowed_host_and_scheme(referer, {request.get_host()})
        is_here = referer == request.build_absolute_uri() and request.method != "POST"
    except DisallowedHost:
        return ""
    return referer if is_ours and not is_here else ""


def lacking(request: HttpRequest, error: BaseException | None) -> str:
    """Say to a member of staff what was refused, and who they are to us.

    A service says itself why; elsewhere the page that was asked for tells.
    """
    if not is_back_office(request) or not is_inside(request):
        return ""
    person: Any = request.user
    said = getattr(error.__cause__ if error else None, "message", "")
    who = f"You are signed in as {person}, with the role {person.get_role_display()}"
    if said:
        return f"{said.removesuffix('.')}. {who}."
    match = request.resolver_match
    found = PAGE.fullmatch((match.url_name if match else "") or "")
    if found is None:
        return f"{who}, which does not allow it."
    app, model, asked = found.groups()
    names = apps.get_model(app, model)._meta.verbose_name_plural
    return f"{who}, which may not {VERBS[asked]} {names}."
