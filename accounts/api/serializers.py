"""People and sessions as JSON."""

from datetime import date
from typing import Any
from zoneinfo import available_timezones

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.models import User, UserSession
from dayrade.api.fields import Text, Url
from dayrade.api.serializers import Input, Output

BORN_AFTER = date(1900, 1, 1)


class CardSerializer(Output[User]):
    """What everybody may know about a person."""

    class Meta:
        model = User
        fields = ["username", "avatar_url", "country", "created_at"]


class ProfileSerializer(Output[User]):
    """What a person sees of themselves."""

    last_login_at = serializers.DateTimeField(source="last_login", allow_null=True)

    class Meta:
        model = User
        fields = [
            "id",
            "email",
            "email_verified",
            "email_verified_at",
            "username",
            "first_name",
            "last_name",
            "avatar_url",
            "role",
            "kyc_status",
            "kyc_approved_at",
            "country",
            "timezone",
            "date_of_birth",
            "phone_number",
            "zimtra_username",
            "last_login_at",
            "created_at",
            "updated_at",
        ]


class UserSerializer(Output[User]):
    """What staff see of a person."""

    last_login_at = serializers.DateTimeField(source="last_login", allow_null=True)
    kyc_since = serializers.DateTimeField(help_text="When the check came to this status.")

    class Meta:
        model = User
        fields = [
            "id",
            "email",
            "email_verified",
            "email_verified_at",
            "username",
            "first_name",
            "last_name",
            "avatar_url",
            "role",
            "kyc_status",
            "kyc_since",
            "kyc_approved_at",
            "country",
            "zimtra_id",
            "zimtra_username",
            "is_active",
            "is_suspended",
            "suspension_reason",
            "last_login_at",
            "created_at",
            "updated_at",
        ]


class SessionSerializer(Output[UserSession]):
    """One of a person's own sign-ins; `is_current` is the one that asks."""

    device = serializers.CharField(allow_null=True)
    is_current = serializers.SerializerMethodField()
    refresh_expires_at = serializers.DateTimeField()

    class Meta:
        model = UserSession
        fields = [
            "id",
            "device",
            "device_info",
            "ip_address",
            "user_agent",
            "is_current",
            "expires_at",
            "refresh_expires_at",
            "created_at",
            "last_accessed_at",
        ]

    def get_is_current(self, session: UserSession) -> bool:
        """Compare with the session of the request."""
        return bool(session == self.context["request"].auth)


@extend_schema_serializer(
    examples=[OpenApiExample("A person", {"email": "ada@example.com", "password": "correct horse"})]
)
class LoginInput(Input):
    """What signs a person in."""

    email = Text(max_length=255)
    password = Text(max_length=1000, trim_whitespace=False)
    code = Text(
        max_length=20,
        required=False,
        help_text="What the authenticator shows, for those who have set one up.",
    )
    device_name = Text(max_length=100, required=False)


class RefreshInput(Input):
    """What keeps a person signed in."""

    refresh_token = Text(max_length=255, trim_whitespace=False)


class OpenedSessionSerializer(serializers.Serializer[Any]):
    """A session's new tokens, shown this once; `refresh_expires_at` is the end of the session."""

    session_token = serializers.CharField(read_only=True)
    expires_at = serializers.DateTimeField(source="session.expires_at", read_only=True)
    refresh_token = serializers.CharField(read_only=True)
    refresh_expires_at = serializers.DateTimeField(
        source="session.refresh_expires_at", read_only=True
    )
    user = ProfileSerializer(source="session.user", read_only=True)


class ProfileInput(Input):
    """What people may change about themselves."""

    resource = ProfileSerializer

    username = Text(
        pattern="[A-Za-z0-9][A-Za-z0-9_-]{2,49}",
        said="Use 3 to 50 letters, digits, hyphens and underscores, a letter or digit first.",
        required=False,
    )
    first_name = Text(max_length=100, allow_null=True, required=False)
    last_name = Text(max_length=100, allow_null=True, required=False)
    avatar_url = Url(allow_null=True, required=False)
    country = Text(max_length=100, allow_null=True, required=False)
    timezone = Text(max_length=50, allow_null=True, required=False)
    date_of_birth = serializers.DateField(allow_null=True, required=False)
    phone_number = Text(
        max_length=20,
        pattern=r"\+?[0-9][0-9 ]+",
        said="Use digits and spaces, such as +41 44 000 00 00.",
        allow_null=True,
        required=False,
    )

    def validate_timezone(self, value: str | None) -> str | None:
        """Refuse a zone that no clock knows."""
        if value is not None and value not in available_timezones():
            raise serializers.ValidationError("Use a name such as Europe/Zurich.")
        return value

    def validate_date_of_birth(self, value: date | None) -> date | None:
        """Refuse a day on which nobody alive was born."""
        if value is not None and not BORN_AFTER <= value <= timezone.now().date():
            raise serializers.ValidationError("Enter a day from 1900 until today.")
        return value
