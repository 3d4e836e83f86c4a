"""What keeps the chats in order: mutes, and what people report."""

from typing import Any
from uuid import UUID

from django.db.models import FETCH_RAISE, QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import mixins, serializers
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.status import HTTP_201_CREATED, HTTP_409_CONFLICT

from accounts.models import User
from accounts.services.staff import REASON_MAX
from comms.api.filters import ChatReportFilterSet
from comms.models import ChatMessage, ChatReport, Mute, ReportReason
from comms.services import moderation, mutes
from dayrade.api.fields import Choice, Text, Whole
from dayrade.api.idempotency import idempotent
from dayrade.api.permissions import IsModerator
from dayrade.api.requests import UserRequest
from dayrade.api.serializers import Input, Output
from dayrade.api.views import ViewSet
from tournaments.models import Tournament

COMMENT_MAX = 500
DECISIONS = [("uphold", "Uphold"), ("dismiss", "Dismiss")]


class MuteSerializer(Output[Mute]):
    """A time in which somebody may not write; without a tournament in any chat."""

    user_id = serializers.UUIDField()
    tournament_id = serializers.UUIDField(allow_null=True)
    muted_by = serializers.CharField(source="muted_by.username", allow_null=True)
    lifted_by = serializers.CharField(source="lifted_by.username", allow_null=True, default=None)

    class Meta:
        model = Mute
        fields = [
            "id",
            "user_id",
            "tournament_id",
            "reason",
            "muted_by",
            "muted_at",
            "ends_at",
            "lifted_by",
            "lifted_at",
        ]


@extend_schema_serializer(
    examples=[OpenApiExample("Mute for an hour", {"minutes": 60, "reason": "Insults"})]
)
class MuteInput(Input):
    """For how long, why, and where: in the chat of a tournament, or in all. The person is told."""

    resource = MuteSerializer

    minutes = Whole(min_value=1, max_value=mutes.MINUTES_MAX)
    reason = Text(max_length=REASON_MAX, multiline=True)
    tournament_id = serializers.UUIDField(required=False, allow_null=True)


class ReasonInput(Input):
    """Why."""

    reason = Text(max_length=REASON_MAX, multiline=True)


class MuteViewSet(mixins.ListModelMixin, ViewSet[Mute]):
    """The mutes of a person, the latest first."""

    queryset = Mute.objects.none()
    permission_classes = [IsModerator]
    serializer_class = MuteSerializer
    # Whoever lifts one says why, in a body.
    failures = (400, 409, 413, 415)

    def get_queryset(self) -> QuerySet[Mute]:
        """Return the mutes of the person of the address."""
        found = Mute.objects.filter(user=self.person()).select_related("muted_by", "lifted_by")
        return found.order_by("-muted_at", "pk").fetch_mode(FETCH_RAISE)

    def person(self) -> User:
        """Return the person of the address."""
        person: User = get_object_or_404(User, pk=self.kwargs["user"])
        return person

    @extend_schema(request=MuteInput, responses={HTTP_201_CREATED: MuteSerializer})
    @idempotent
    def mute(self, request: UserRequest, user: UUID) -> Response:
        """Keep a person from writing for some minutes, in one chat or in all.

        Moderators mute people who are no staff, admins anybody but themselves. Whoever is muted
        there is `ALREADY_MUTED`.
        """
        person = self.person()
        sent = MuteInput.read(request)
        made = mutes.mute(
            actor=request.user,
            user=person,
            minutes=sent["minutes"],
            reason=sent["reason"],
            tournament=tournament_of(sent),
        )
        headers = {"Location": reverse("mute-detail", args=[user, made.pk])}
        return self.shown(made, status=HTTP_201_CREATED, headers=headers)

    @extend_schema(request=ReasonInput, responses=MuteSerializer)
    def lift(self, request: UserRequest, user: UUID, pk: UUID) -> Response:
        """End a mute before its time; one that has ended is `NOT_MUTED`."""
        found = Mute.objects.filter(user=user).select_related("user", "muted_by", "lifted_by")
        mute = get_object_or_404(found, pk=pk)
        sent = ReasonInput.read(request)
        return self.shown(mutes.lift(actor=request.user, mute=mute, reason=sent["reason"]))


def tournament_of(sent: dict[str, Any]) -> Tournament | None:
    """Return the tournament that a body names.

    Raises:
        ValidationError: there is none of that id.

    """
    if (key := sent.get("tournament_id")) is None:
        return None
    if found := Tournament.objects.filter(pk=key).first():
        return found
    raise ValidationError({"tournament_id": ["There is no such tournament."]})


class ReportSerializer(Output[ChatReport]):
    """Somebody's word that a message breaks the rules, and what became of it."""

    message_id = serializers.UUIDField()

    class Meta:
        model = ChatReport
        fields = ["id", "message_id", "reason", "comment", "status", "created_at", "resolved_at"]


class QueuedReportSerializer(ReportSerializer):
    """A report with what was said, by whom, and who reports it."""

    tournament_id = serializers.UUIDField(source="message.tournament_id")
    message_text = serializers.CharField(source="message.message_text")
    is_moderated = serializers.BooleanField(source="message.is_moderated")
    author = serializers.CharField(source="message.user.username", allow_null=True)
    reported_by = serializers.CharField(source="user.username", allow_null=True)
    resolved_by = serializers.CharField(
        source="resolved_by.username", allow_null=True, default=None
    )

    class Meta(ReportSerializer.Meta):
        fields = [
            *ReportSerializer.Meta.fields,
            "tournament_id",
            "message_text",
            "is_moderated",
            "author",
            "reported_by",
            "resolved_by",
        ]


class ReportInput(Input):
    """What is wrong with a message."""

    resource = ReportSerializer

    reason = Choice(choices=ReportReason.choices)
    comment = Text(max_length=COMMENT_MAX, multiline=True, required=False, allow_blank=True)


@extend_schema_serializer(
    examples=[OpenApiExample("Uphold", {"decision": "uphold", "reason": "Advertising"})]
)
class ReportDecisionInput(Input):
    """What becomes of a report, and why; nobody is told this."""

    decision = Choice(choices=DECISIONS)
    reason = Text(max_length=REASON_MAX, multiline=True)


class ReportingViewSet(ViewSet[Any]):
    """Reporting a message."""

    queryset = ChatMessage.objects.none()
    permission_classes = [IsAuthenticated]
    serializer_class = ReportSerializer
    failures = (HTTP_409_CONFLICT,)

    def get_queryset(self) -> QuerySet[ChatMessage]:
        """Return what the caller may read."""
        visible = Tournament.objects.visible_to(self.request.user)
        said = ChatMessage.objects.visible_to(self.request.user)
        return said.filter(tournament__in=visible).fetch_mode(FETCH_RAISE)

    @extend_schema(request=ReportInput, responses={HTTP_201_CREATED: ReportSerializer})
    @idempotent
    def report(self, request: UserRequest, pk: UUID) -> Response:
        """Tell staff that a message breaks the rules.

        A person does so once (`ALREADY_REPORTED`), and not of their own messages (`OWN_MESSAGE`).
        """
        message = self.get_object()
        made = moderation.report(user=request.user, message=message, **ReportInput.read(request))
        headers = {"Location": reverse("chat-report-list")}
        return self.shown(made, status=HTTP_201_CREATED, headers=headers)


class ReportViewSet(mixins.ListModelMixin, ViewSet[ChatReport]):
    """What people have reported; who has waited longest stands first."""

    queryset = ChatReport.objects.none()
    permission_classes = [IsModerator]
    serializer_class = QueuedReportSerializer
    filterset_class = ChatReportFilterSet
    failures = (HTTP_409_CONFLICT,)

    def get_queryset(self) -> QuerySet[ChatReport]:
        """Return all reports with their messages and people."""
        found = ChatReport.objects.select_related("message__user", "user", "resolved_by")
        return found.order_by("created_at", "pk").fetch_mode(FETCH_RAISE)

    @extend_schema(request=ReportDecisionInput, responses=QueuedReportSerializer)
    @idempotent
    def decide(self, request: UserRequest, pk: UUID) -> Response:
        """Uphold a report, which hides its message, or dismiss it.

        All open reports of the message are decided with it. Of two who decide, the second is told
        who was first: `ALREADY_DECIDED`.
        """
        report = self.get_object()
        sent = ReportDecisionInput.read(request)
        moderation.decide(
            actor=request.user,
            report=report,
            uphold=sent["decision"] == "uphold",
            reason=sent["reason"],
        )
        return self.shown(self.get_object())
