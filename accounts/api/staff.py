"""What staff decide about a person: suspension and the identity check."""

from datetime import date
from typing import Any

from django.db.models import FETCH_RAISE
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.response import Response

from accounts.models import KycStatus, User
from accounts.services import kyc, staff, standing
from dayrade.api.fields import Choice, Flag, Instant, Text
from dayrade.api.permissions import IsModerator
from dayrade.api.requests import UserRequest
from dayrade.api.serializers import Input, Output
from dayrade.api.views import ViewSet


class SuspensionSerializer(Output[User]):
    """Whether a person is suspended, and why."""

    reason = serializers.CharField(source="suspension_reason", allow_null=True)

    class Meta:
        model = User
        fields = ["is_suspended", "reason"]


@extend_schema_serializer(
    examples=[OpenApiExample("Suspend", {"is_suspended": True, "reason": "Two accounts."})]
)
class SuspensionInput(Input):
    """Suspend or let in again; the owner is told why they are suspended."""

    is_suspended = Flag()
    reason = Text(max_length=staff.REASON_MAX, multiline=True)


class KycSerializer(Output[User]):
    """An identity check and what it rests on."""

    kyc_since = serializers.DateTimeField(help_text="When it came to this status.")
    date_of_birth = serializers.SerializerMethodField(
        help_text="Moderators get it while the person is in review, admins always."
    )

    class Meta:
        model = User
        fields = [
            "id",
            "username",
            "email",
            "email_verified",
            "kyc_status",
            "kyc_since",
            "kyc_approved_at",
            *User.IDENTITY,
        ]

    def get_date_of_birth(self, user: User) -> date | None:
        """Show it to whoever needs it."""
        shown = user.birth_date_visible_to(self.context["request"].user)
        return user.date_of_birth if shown else None


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Ask for more",
            {"kyc_status": "requires_action", "reason": "Spell your name as in your passport."},
        )
    ]
)
class KycInput(Input):
    """A decision; send the `kyc_since` that you saw to have one that came too late refused."""

    resource = KycSerializer

    kyc_status = Choice(choices=KycStatus.choices)
    reason = Text(max_length=staff.REASON_MAX, multiline=True)
    kyc_since = Instant(required=False)


class DecisionViewSet(ViewSet[User]):
    """Something about a person that staff look at and decide."""

    queryset = User.objects.with_kyc_since().fetch_mode(FETCH_RAISE)
    permission_classes = [IsModerator]
    lookup_field = "id"


class SuspensionViewSet(DecisionViewSet):
    """Suspensions."""

    serializer_class = SuspensionSerializer

    @extend_schema(responses=SuspensionSerializer)
    def show(self, request: UserRequest, **kwargs: Any) -> Response:
        """Show whether a person is suspended."""
        return self.shown(self.get_object())

    @extend_schema(request=SuspensionInput, responses=SuspensionSerializer)
    def change(self, request: UserRequest, **kwargs: Any) -> Response:
        """Suspend a person or let them in again.

        A suspension ends every session at once. Moderators suspend people who are no staff, admins
        anybody but themselves. What is so already is 409 `INVALID_TRANSITION`.
        """
        user = self.get_object()
        sent = SuspensionInput.read(request)
        act = standing.suspend if sent["is_suspended"] else standing.lift_suspension
        return self.shown(act(actor=request.user, user=user, reason=sent["reason"]))


class KycViewSet(DecisionViewSet):
    """Identity checks."""

    serializer_class = KycSerializer

    @extend_schema(responses=KycSerializer)
    def show(self, request: UserRequest, **kwargs: Any) -> Response:
        """Show an identity check and what it rests on."""
        return self.shown(self.get_object())

    @extend_schema(request=KycInput, responses=KycSerializer)
    def change(self, request: UserRequest, **kwargs: Any) -> Response:
        """Decide about somebody's identity.

        `in_review` leads to `approved`, `rejected` or `requires_action`; an admin reopens a
        `rejected` one; any other step, and one that came too late, is 409 `INVALID_TRANSITION`.
        Nobody decides about themselves.
        """
        user = self.get_object()
        sent = KycInput.read(request)
        kyc.decide(
            actor=request.user,
            user=user,
            status=sent["kyc_status"],
            reason=sent["reason"],
            since=sent.get("kyc_since"),
        )
        return self.shown(self.get_object())
