"""The chat of a tournament."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import FETCH_RAISE, QuerySet
from django.http import Http404
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import mixins
from rest_framework.permissions import SAFE_METHODS, AllowAny, BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.status import HTTP_201_CREATED, HTTP_204_NO_CONTENT, HTTP_409_CONFLICT

from comms.api.chat_serializers import (
    OF_PLATFORM,
    ChatMessageSerializer,
    EditInput,
    MessageInput,
    ModerationInput,
    columns,
    posted,
    written,
)
from comms.api.filters import (
    ChatMessageFilterSet,
)
from comms.models import (
    ChatMessage,
    MessageType,
)
from comms.services import chat, moderation
from dayrade.api.idempotency import idempotent
from dayrade.api.pagination import Keyset
from dayrade.api.permissions import IsModerator
from dayrade.api.requests import UserRequest
from dayrade.api.views import ViewSet
from tournaments.api.views import OfTournamentViewSet


class ChatMessageViewSet(mixins.ListModelMixin, OfTournamentViewSet[ChatMessage]):
    """A tournament's chat, the newest message first; hidden messages are for staff.

    What the system says of the standings after their freeze is for staff until the result.
    """

    hot = True
    # What was hidden must not come back from a replica that has not heard of it.
    current = True
    queryset = ChatMessage.objects.none()
    serializer_class = ChatMessageSerializer
    filterset_class = ChatMessageFilterSet
    pagination_class = Keyset
    keyset = "created_at"
    # The flood limit of the post's own statement is stricter, and a refusal costs what a read does.
    throttle_classes = []

    @classmethod
    def revision(cls, **address: Any) -> tuple[str, Mapping[str, Any]]:
        """Ask how often something was taken out of this chat, or changed in it."""
        return chat.revision_of(address["tournament"])

    def get_permissions(self) -> list[BasePermission]:
        """Let anybody read, and whoever is signed in write."""
        return [AllowAny() if self.request.method in SAFE_METHODS else IsAuthenticated()]

    def get_queryset(self) -> QuerySet[ChatMessage]:
        """Return what the caller may read, with who said it."""
        visible = ChatMessage.objects.visible_to(self.request.user)
        said = visible.filter(tournament=self.tournament())
        if cut := self.cut():
            said = said.exclude(message_type__in=OF_PLATFORM, created_at__gt=cut)
        return said.select_related("user").fetch_mode(FETCH_RAISE)

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List what was said, the newest first."""
        is_staff = request.user.is_staff
        said = self.filter_queryset(self.get_queryset())
        read = said.values_list("pk", *columns(is_staff=is_staff), named=True)
        page = self.paginate_queryset(read) or []
        lines = [written(row[1:], is_staff=is_staff) for row in page]
        return self.get_paginated_response(lines)

    @extend_schema(request=MessageInput, responses={HTTP_201_CREATED: ChatMessageSerializer})
    @idempotent
    def say(self, request: UserRequest, tournament: str) -> Response:
        """Say something.

        Competitors and staff do, while the chat is open: from the opening of registration until
        `chat.hours_after_end` hours after the end. Refused is what is said at another time
        (`CHAT_CLOSED`), by somebody else (`NOT_A_PARTICIPANT`) or by who is muted (`MUTED`; the
        message says until when), a blocked word or a link (`MESSAGE_REFUSED`), and too many
        messages at once (`RATE_LIMITED`). An `announcement` is for staff, at any time.
        """
        room = chat.Room.found(tournament, request.user)
        if room is None:
            raise Http404
        sent = MessageInput.read(request)
        act = chat.announce if sent["message_type"] == MessageType.ANNOUNCEMENT else chat.post
        message = act(user=request.user, room=room, text=sent["message_text"])
        headers = {"Location": reverse("chat-message", args=[message.pk])}
        shown = posted(message, is_staff=request.user.is_staff)
        return Response(shown, status=HTTP_201_CREATED, headers=headers)


class OwnMessageViewSet(ViewSet[ChatMessage]):
    """What one has written oneself."""

    queryset = ChatMessage.objects.none()
    permission_classes = [IsAuthenticated]
    serializer_class = ChatMessageSerializer
    failures = (HTTP_409_CONFLICT,)

    def get_queryset(self) -> QuerySet[ChatMessage]:
        """Return the caller's own messages that are not hidden."""
        own = ChatMessage.objects.filter(user=self.request.user.pk, is_moderated=False)
        return own.select_related("user").fetch_mode(FETCH_RAISE)

    @extend_schema(request=EditInput, responses=ChatMessageSerializer)
    def change(self, request: UserRequest, pk: UUID) -> Response:
        """Change what one has written, for `chat.edit_seconds`.

        After that it is `EDIT_WINDOW_OVER`; and it has to be such that it could be written now:
        `CHAT_CLOSED`, `NOT_A_PARTICIPANT`, `MUTED` or `MESSAGE_REFUSED` otherwise.
        """
        message = self.get_object()
        sent = EditInput.read(request)
        changed = chat.edit(user=request.user, message=message, text=sent["message_text"])
        changed.user = message.user
        return self.shown(changed)

    @extend_schema(request=None, responses={HTTP_204_NO_CONTENT: None})
    def remove(self, request: UserRequest, pk: UUID) -> Response:
        """Take back what one has written."""
        chat.delete(user=request.user, message=self.get_object())
        return Response(status=HTTP_204_NO_CONTENT)


class ModerationViewSet(ViewSet[ChatMessage]):
    """Hiding messages, and showing them again."""

    queryset = ChatMessage.objects.select_related("user", "moderated_by").fetch_mode(FETCH_RAISE)
    permission_classes = [IsModerator]
    serializer_class = ChatMessageSerializer
    failures = (HTTP_409_CONFLICT,)

    @extend_schema(request=ModerationInput, responses=ChatMessageSerializer)
    @idempotent
    def moderate(self, request: UserRequest, pk: UUID) -> Response:
        """Hide a message, or show it again.

        Of two who hide a message the second is told who was first: `ALREADY_HIDDEN`; and so for
        showing it: `NOT_HIDDEN`. What its author took back stays away: `DELETED_BY_AUTHOR`.
        Nobody decides about their own messages.
        """
        message = self.get_object()
        sent = ModerationInput.read(request)
        act = moderation.hide if sent["action"] == "hide" else moderation.restore
        decided = act(actor=request.user, message=message, reason=sent["reason"])
        return self.shown(decided)
