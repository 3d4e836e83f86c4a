"""Signing in and out, one's own profile, and people as others see them."""

from typing import Any
from uuid import UUID

from django.db.models import FETCH_RAISE, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import mixins
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.status import (
    HTTP_200_OK,
    HTTP_204_NO_CONTENT,
    HTTP_400_BAD_REQUEST,
    HTTP_401_UNAUTHORIZED,
    HTTP_409_CONFLICT,
)

from accounts import hashers
from accounts.api.filters import UserFilterSet
from accounts.api.serializers import (
    CardSerializer,
    LoginInput,
    OpenedSessionSerializer,
    ProfileInput,
    ProfileSerializer,
    RefreshInput,
    SessionSerializer,
    UserSerializer,
)
from accounts.models import User, UserSession
from accounts.services import kyc, people, sessions
from dayrade.api.permissions import IsModerator
from dayrade.api.requests import UserRequest
from dayrade.api.serializers import Input
from dayrade.api.throttling import (
    LoginAccountThrottle,
    LoginAddressThrottle,
    RefreshAddressThrottle,
)
from dayrade.api.views import ViewSet


class LoginViewSet(ViewSet[UserSession]):
    """Sign in."""

    # A stale token beside a new password is no reason to refuse it.
    authentication_classes = []
    permission_classes = [AllowAny]
    throttle_classes = [LoginAddressThrottle, LoginAccountThrottle]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Turn a flood away before it costs the database anything."""
        hashers.gate.expect_place()
        super().initial(request, *args, **kwargs)

    failures = (HTTP_401_UNAUTHORIZED,)
    never = (HTTP_409_CONFLICT,)

    @extend_schema(request=LoginInput, responses={HTTP_200_OK: OpenedSessionSerializer})
    def login(self, request: Request) -> Response:
        """Sign in.

        Send the `session_token` as `Authorization: Bearer <session_token>` from then on, and
        exchange the `refresh_token` for new tokens before `expires_at`.

        Whoever has set up an authenticator sends its `code` too: without one a right password
        gets 401 `TWO_STEP_REQUIRED`. Staff who have yet to set one up get 401
        `TWO_STEP_SETUP_REQUIRED`, and 401 `PASSWORD_RESET_REQUIRED` if their password is too short
        for their role. Everything else is 401 `AUTHENTICATION_FAILED`, whatever is wrong; 503
        `BUSY` is worth another try after a second.
        """
        opened = sessions.sign_in(**LoginInput.read(request))
        return Response(OpenedSessionSerializer(opened).data)


class RefreshViewSet(ViewSet[UserSession]):
    """Stay signed in."""

    # The session token beside it has often expired.
    authentication_classes = []
    permission_classes = [AllowAny]
    throttle_classes = [RefreshAddressThrottle]
    failures = (HTTP_401_UNAUTHORIZED,)
    never = (HTTP_409_CONFLICT,)

    @extend_schema(request=RefreshInput, responses={HTTP_200_OK: OpenedSessionSerializer})
    def refresh(self, request: Request) -> Response:
        """Exchange the refresh token for new tokens.

        Both old tokens are worth nothing from then on. Exchange a refresh token once, even where
        the answer got lost: a second time ends the session with 401 `TOKEN_REUSED`, and its owner
        is told.
        """
        opened = sessions.refresh(**RefreshInput.read(request))
        return Response(OpenedSessionSerializer(opened).data)


class SessionViewSet(mixins.ListModelMixin, ViewSet[UserSession]):
    """One's own sign-ins."""

    queryset = UserSession.objects.none()
    permission_classes = [IsAuthenticated]
    serializer_class = SessionSerializer

    def get_queryset(self) -> QuerySet[UserSession]:
        """Return the open ones, the last used first."""
        mine = UserSession.objects.open().filter(user=self.request.user).select_related("user")
        return mine.order_by("-last_accessed_at", "pk").fetch_mode(FETCH_RAISE)

    @extend_schema(responses={HTTP_204_NO_CONTENT: None})
    def destroy(self, request: UserRequest, pk: UUID) -> Response:
        """End one of one's own sessions; its tokens are worth nothing from then on."""
        sessions.sign_out(session=self.get_object())
        return Response(status=HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses={HTTP_204_NO_CONTENT: None})
    def logout(self, request: UserRequest) -> Response:
        """Sign out; the session's tokens are worth nothing from then on."""
        sessions.sign_out(session=request.auth)
        return Response(status=HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses={HTTP_204_NO_CONTENT: None})
    def logout_all(self, request: UserRequest) -> Response:
        """Sign out on every device, this one too."""
        sessions.sign_out_everywhere(user=request.user)
        return Response(status=HTTP_204_NO_CONTENT)


class ProfileViewSet(ViewSet[User]):
    """One's own profile."""

    permission_classes = [IsAuthenticated]
    serializer_class = ProfileSerializer

    @extend_schema(responses=ProfileSerializer)
    def show(self, request: UserRequest) -> Response:
        """Show one's own profile."""
        return self.shown(request.user)

    @extend_schema(request=ProfileInput, responses=ProfileSerializer)
    def change(self, request: UserRequest) -> Response:
        """Change one's own profile.

        A username that somebody has is 409 `DUPLICATE_ENTRY`. Names, date of birth and country stay
        while an identity check is in review and once it is approved: 409 `IDENTITY_LOCKED`.
        """
        changes = ProfileInput.read(request, partial=True)
        return self.shown(people.update_profile(user=request.user, changes=changes))


class KycSubmissionViewSet(ViewSet[User]):
    """One's own identity, for staff to check."""

    permission_classes = [IsAuthenticated]
    serializer_class = ProfileSerializer
    failures = (HTTP_400_BAD_REQUEST, HTTP_409_CONFLICT)

    @extend_schema(request=None, responses=ProfileSerializer)
    def submit(self, request: UserRequest) -> Response:
        """Submit one's identity for review.

        It takes a verified e-mail address (`EMAIL_UNVERIFIED`), first and last name, date of birth
        and country (`PROFILE_INCOMPLETE`), and a check that is `pending` or `requires_action`
        (`INVALID_TRANSITION`). Each is a 409 with the code named here.
        """
        # It takes nothing: a decision that is sent along is refused by name.
        Input.read(request)
        return self.shown(kyc.submit(user=request.user))


class UserViewSet(mixins.ListModelMixin, ViewSet[User]):
    """People as staff see them."""

    permission_classes = [IsModerator]
    serializer_class = UserSerializer
    filterset_class = UserFilterSet
    queryset = User.objects.with_kyc_since().order_by("-created_at", "pk").fetch_mode(FETCH_RAISE)


class CardViewSet(mixins.RetrieveModelMixin, ViewSet[User]):
    """Show what everybody may know about a person."""

    shared = True
    queryset = User.objects.none()
    permission_classes = [AllowAny]
    serializer_class = CardSerializer
    lookup_field = "username"

    def get_object(self) -> User:
        """Find the person by public name, regardless of case."""
        visible = User.objects.visible_to(self.request.user)
        person: User = get_object_or_404(visible.with_username(self.kwargs["username"]))
        return person
