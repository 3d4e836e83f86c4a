"""The moderation desk: its page, and what the page asks for."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponseBase, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.generic import TemplateView, View
from rest_framework.exceptions import APIException
from unfold.views import UnfoldSiteViewMixin

from comms.desk import acts, queue
from comms.desk.details import details
from comms.desk.news import SHORT, Since, news
from comms.desk.queue import Wanted
from comms.models import ChatMessage, ChatReport, Mute
from comms.services.reviewing import Seen
from dayrade.admin import StaffRequest, may
from dayrade.admin.columns import address
from dayrade.api import errors
from dayrade.api.parsers import parsed
from dayrade.errors import DomainError
from tournaments.models import Tournament

VIEWS = [("reported", "Reported first"), ("newest", "All"), ("hidden", "Hidden")]
KNOWN_MAX = 1000
HOUR = 60
NO_ID = UUID(int=0)
TOURNAMENTS = 100


class OfDesk(UnfoldSiteViewMixin):  # type: ignore[misc]  # the theme has no types
    """What all of it has in common: it is for whoever decides about messages."""

    request: StaffRequest
    permission_required = ()
    title = "Moderation"

    def has_permission(self) -> bool:
        """Ask the table of roles."""
        return may(self.request, "decide", ChatMessage)


class Desk(OfDesk, TemplateView):  # type: ignore[misc]  # its request is of staff
    """The page; what it shows its script asks for."""

    template_name = "admin/moderation.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say where everything is, and which tournaments can be chosen."""
        chosen = Tournament.objects.exclude(status="draft").order_by("-start_date", "pk")
        context: dict[str, Any] = super().get_context_data(
            tournaments=chosen[:TOURNAMENTS],
            views=VIEWS,
            lists=[
                ("Reported messages", f"{address(ChatReport, 'changelist')}?status__exact=open"),
                ("Chat", address(ChatMessage, "changelist")),
                ("Mutes", address(Mute, "changelist")),
            ],
            urls={
                "queue": reverse("admin:moderation_queue"),
                "news": reverse("admin:moderation_news"),
                # The script puts the id in the place of the zero.
                "message": reverse("admin:moderation_message", args=[NO_ID]).replace(
                    str(NO_ID), "0"
                ),
                "acts": reverse("admin:moderation_acts"),
                "login": reverse("admin:login"),
            },
        )
        return context | kwargs


class Answering(OfDesk, View):  # type: ignore[misc]  # its request is of staff
    """An address that answers in JSON, refusals in the shape of the API's."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Translate refusals."""
        try:
            answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        except (
            DomainError,
            ValidationError,
            ObjectDoesNotExist,
            PermissionDenied,
            Http404,
            APIException,
        ) as error:
            found, said = errors.classify(error)
            answer = JsonResponse(errors.body(found, said), status=found.status)
        return answer


class WantedForm(forms.Form):
    """Which messages are looked at; and since when, where that is asked for."""

    view = forms.ChoiceField(choices=VIEWS)
    tournament = forms.UUIDField(required=False)
    person = forms.UUIDField(required=False)
    at = forms.CharField(required=False)
    id = forms.UUIDField(required=False)
    since = forms.CharField(required=False)
    known = forms.CharField(required=False, max_length=KNOWN_MAX * (SHORT + 1))

    def clean_at(self) -> datetime | None:
        """Read an instant as we write it."""
        return _instant(self.cleaned_data["at"])

    def clean_since(self) -> datetime | None:
        """Read an instant as we write it."""
        return _instant(self.cleaned_data["since"])

    def place(self) -> tuple[datetime, UUID] | None:
        """Return the place of a message in time, if one is named."""
        at, key = self.cleaned_data["at"], self.cleaned_data["id"]
        return (at, key) if at and key else None

    def wanted(self, *, before: tuple[datetime, UUID] | None = None) -> Wanted:
        """Return what is looked at."""
        asked = self.cleaned_data
        return Wanted(asked["view"], asked["tournament"], asked["person"], before)


def _instant(text: str) -> datetime | None:
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ValidationError("This is no instant.") from None
    if found.tzinfo is None:
        raise ValidationError("This is no instant.")
    return found


def checked[F: forms.Form](form: F) -> F:
    """Return a form whose values are allowed.

    Raises:
        ValidationError: one is not.

    """
    if not form.is_valid():
        raise ValidationError(form.errors.as_data())
    return form


class Queue(Answering):
    """The messages of a view, and with a place those before it."""

    def get(self, request: StaffRequest) -> JsonResponse:
        """Read them; with them comes a new token for what is sent, as signing in changes it."""
        form = checked(WantedForm(request.GET))
        found = queue.page(request.user, form.wanted(before=form.place()))
        return JsonResponse(
            {
                "reported": [queue.shown(request.user, row) for row in found.reported],
                "newest": [queue.shown(request.user, row) for row in found.newest],
                "more": found.more,
                "waiting": queue.waiting(),
                "at": queue.now(),
                "csrf": get_token(request),
            }
        )


class News(Answering):
    """What has happened since a page asked last."""

    def get(self, request: StaffRequest) -> JsonResponse:
        """Read it."""
        form = checked(WantedForm(request.GET))
        since = form.cleaned_data["since"]
        if since is None:
            raise ValidationError({"since": "Say since when."})
        known = [key for key in form.cleaned_data["known"].split(",") if key]
        return JsonResponse(
            news(request.user, form.wanted(), Since(since, known[:KNOWN_MAX], form.place()))
        )


class Message(Answering):
    """A message with all that stands beside it."""

    def get(self, request: StaffRequest, pk: UUID) -> JsonResponse:
        """Read it."""
        found = ChatMessage.objects.select_related("user")
        return JsonResponse(details(request.user, get_object_or_404(found, pk=pk)))


class ActForm(forms.Form):
    """What is to be done, and why; the services bound it."""

    act = forms.ChoiceField(choices=[(name, name) for name in acts.ACTS])
    reason = forms.CharField(required=False, strip=False)
    minutes = forms.IntegerField(required=False)
    everywhere = forms.BooleanField(required=False)


class Acts(Answering):
    """Doing something about messages, each as it was seen."""

    def post(self, request: StaffRequest) -> JsonResponse:
        """Do it; only if nothing was done at all is the answer a refusal."""
        sent = parsed(request.body.decode(errors="replace"))
        asked = checked(ActForm(sent)).cleaned_data
        asked["minutes"] = asked["minutes"] if asked["minutes"] is not None else HOUR
        seen = looked_at(sent.get("messages"), asked["act"])
        results, refused = acts.act(request.user, asked["act"], seen, asked)
        content = {"results": results}
        if refused is not None:
            content |= errors.body(refused)
        return JsonResponse(content, status=refused.status if refused else 200)


def looked_at(sent: Any, name: str) -> dict[UUID, Seen]:
    """Read which messages are meant, and how each was when it was looked at.

    Raises:
        ValidationError: they are none, too many, or not written by us.

    """
    most = acts.AT_ONCE if name in acts.OF_MANY else 1
    if not isinstance(sent, list) or not 1 <= len(sent) <= most:
        raise ValidationError({"messages": f"Choose 1 to {most} messages."})
    try:
        return {UUID(each["id"]): Seen.parse(each["seen"]) for each in sent}
    except (AttributeError, KeyError, TypeError, ValueError):
        raise ValidationError({"messages": "Name each message by its id, as seen."}) from None
