"""The stream as the web workers show it: they hold nobody, and say where it is."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.status import HTTP_201_CREATED, HTTP_307_TEMPORARY_REDIRECT

from accounts.api.authentication import BearerAuthentication
from dayrade.api.errors import Refused
from dayrade.api.requests import UserRequest
from dayrade.api.views import JsonErrors
from dayrade.db.sqlstates import Answer
from dayrade.stream import tickets
from dayrade.stream.admission import EventsQuery
from tournaments.api.views import OfTournamentViewSet
from tournaments.models import Participant

ELSEWHERE = Answer(
    503,
    "STREAM_ELSEWHERE",
    "The event stream is a service of its own: a proxy has to lead this path there",
)
EVENTS = """\
Server-sent events of a tournament as they happen, for `EventSource` and the like.

| event | data |
| --- | --- |
| `state` | first of all: `status`, `frozen`, and the board's `revision` and `computed_at` |
| `leaderboard` | a new revision: `revision`, `computed_at`, `seats`; in `top` those of the first \
20 lines that have changed, in `order` the seats of all of these where they are not the same in \
the same order; in `own` the reader's line, where they have one |
| `chat` | `action`: `posted`, `edited`, `restored` with the `message`; `hidden`, `deleted` with \
its `id` alone |
| `commentary` | `action`: `spoken` with the line as `commentary`; `retracted` with its `id` alone |
| `status` | a step of its life as `status`, `at`: also `frozen`, `published`, `corrected` |
| `reset` | what was missed is not kept: read everything anew; the stream goes on |
| `end` | the last one: `reason` is `restart`, `session` (it has ended) or `slow` (you read too \
slowly) |

Messages and lines are those of the chat's and the commentary's lists. The `id` of an event is its
place in the order of all: with it as `Last-Event-ID` a stream goes on without a gap or a double for
half an hour. A comment comes every 15 seconds. After a loss wait as long as `retry` says.

Nobody has to sign in. `Authorization`, or a `ticket` of `POST …/events/ticket` where no header can
be sent, adds the reader's own line and, for staff, what staff see. From the freeze to the result
the public hears nothing of standings.

503 `STREAM_FULL` and 429 say in `Retry-After` when there may be room. Where the stream has an
address of its own, the answer is 307 to it.
"""


class EventStream(BaseRenderer):
    """What a reader of events asks for; nothing is rendered by it."""

    media_type = "text/event-stream"
    format = "events"

    def render(self, data: Any, *args: Any, **kwargs: Any) -> bytes:
        """Render nothing."""
        return b""


class EventsView(JsonErrors):
    """Where the events of a tournament are."""

    authentication_classes = [BearerAuthentication]
    renderer_classes = [JSONRenderer, EventStream]
    failures = (404, 429)

    @extend_schema(
        operation_id="tournaments_events_stream",
        summary="Watch a tournament",
        description=EVENTS,
        parameters=[EventsQuery],
        responses={
            (200, "text/event-stream"): OpenApiTypes.STR,
            HTTP_307_TEMPORARY_REDIRECT: OpenApiResponse(description="The stream is there."),
        },
    )
    def get(self, request: Request, tournament: str) -> HttpResponse:
        """Lead to the stream: whoever may watch what is its own question.

        Raises:
            Refused: there is nowhere to lead to.

        """
        if not settings.STREAM_URL:
            raise Refused(ELSEWHERE)
        found = HttpResponse(status=HTTP_307_TEMPORARY_REDIRECT)
        found["Location"] = settings.STREAM_URL + request.get_full_path()
        return found


class TicketSerializer(serializers.Serializer[Any]):
    """A ticket to the stream of one tournament."""

    ticket = serializers.CharField()
    expires_in = serializers.IntegerField(help_text="Seconds for which a stream can be begun.")


class TicketViewSet(OfTournamentViewSet[Participant]):
    """Signing in to the stream where no header can be sent."""

    shared = False
    queryset = Participant.objects.none()
    permission_classes = [IsAuthenticated]
    serializer_class = TicketSerializer

    @extend_schema(request=None, responses={HTTP_201_CREATED: TicketSerializer})
    def issue(self, request: UserRequest, tournament: str) -> Response:
        """Issue a ticket: for a minute, and as long as this session."""
        ticket = tickets.issued(session_id=request.auth.pk, tournament_id=self.tournament().pk)
        told = {"ticket": ticket, "expires_in": tickets.SECONDS}
        return Response(TicketSerializer(told).data, status=HTTP_201_CREATED)
