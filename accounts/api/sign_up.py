"""Signing up, proving an address, and passwords.

None of these POSTs takes an Idempotency-Key. A repetition does nothing twice: an address has one
account, a link works once, and a password that was changed is the current one no more. And what is
kept of a request for its key is a fast hash of its body, from which a password could be guessed.
"""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.status import HTTP_202_ACCEPTED, HTTP_204_NO_CONTENT, HTTP_409_CONFLICT

from accounts.api.serializers import ProfileInput
from accounts.models import User
from accounts.services import passwords, sign_up
from accounts.validators import MAX_LENGTH
from dayrade.api.fields import Text
from dayrade.api.requests import UserRequest
from dayrade.api.serializers import Input
from dayrade.api.throttling import (
    LinkAddressThrottle,
    MailAccountThrottle,
    MailAddressThrottle,
    PasswordCheckThrottle,
)
from dayrade.api.views import ViewSet

TOKEN_MAX = 500
ACCEPTED = "If the address can take part, an e-mail is on its way to it."


class Email(Text):
    """An e-mail address as the table of people takes it."""

    def __init__(self, **kwargs: Any) -> None:
        """Say what it looks like."""
        super().__init__(
            max_length=255,
            pattern=r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}",
            said="Enter an e-mail address such as name@example.com.",
            **kwargs,
        )


class Password(Text):
    """A password, to the letter; whether it is good enough is the service's question."""

    def __init__(self, **kwargs: Any) -> None:
        """Bound it before anything is hashed."""
        super().__init__(max_length=MAX_LENGTH, trim_whitespace=False, **kwargs)


@extend_schema_serializer(
    examples=[
        OpenApiExample("A person", {"email": "ada@example.com", "password": "analytical engine 5"})
    ]
)
class RegisterInput(Input):
    """Who signs up; the public name is chosen later."""

    email = Email()
    password = Password()
    first_name = Text(max_length=100, allow_null=True, required=False)
    last_name = Text(max_length=100, allow_null=True, required=False)
    country = Text(max_length=100, allow_null=True, required=False)
    timezone = Text(max_length=50, allow_null=True, required=False)

    validate_timezone = ProfileInput.validate_timezone


class AddressInput(Input):
    """Where to send a link."""

    email = Email()


class VerifyInput(Input):
    """The token of a link, which is what follows `#token=`."""

    token = Text(max_length=TOKEN_MAX)


class ResetInput(VerifyInput):
    """A link, and the password to be."""

    new_password = Password()


class ChangeInput(Input):
    """The password that is, and the one to be."""

    current_password = Password()
    new_password = Password()


class AcceptedSerializer(serializers.Serializer[Any]):
    """What is answered whether the address is known or not."""

    message = serializers.CharField(read_only=True)


class SignUpViewSet(ViewSet[User]):
    """What sends a link: the answer is the same whether the address is known or not."""

    authentication_classes = []
    permission_classes = [AllowAny]
    throttle_classes = [MailAddressThrottle]
    never = (HTTP_409_CONFLICT,)

    @extend_schema(request=RegisterInput, responses={HTTP_202_ACCEPTED: AcceptedSerializer})
    def register(self, request: Request) -> Response:
        """Sign up.

        The e-mail has a link to verify the address; to an address with an account, it says so. A
        password that is too weak is a 400 with the reasons under `password`. The account can sign
        in at once, and needs the verified address to compete.
        """
        sent = RegisterInput.read(request)
        sign_up.expected(**sent)
        self.count_mail(request)
        sign_up.register(**sent)
        return self.accepted()

    @extend_schema(request=AddressInput, responses={HTTP_202_ACCEPTED: AcceptedSerializer})
    def resend(self, request: Request) -> Response:
        """Ask for the link again that verifies an address."""
        sent = AddressInput.read(request)
        self.count_mail(request)
        sign_up.resend_verification(**sent)
        return self.accepted()

    @extend_schema(request=AddressInput, responses={HTTP_202_ACCEPTED: AcceptedSerializer})
    def request_reset(self, request: Request) -> Response:
        """Ask for a link to choose a new password."""
        sent = AddressInput.read(request)
        self.count_mail(request)
        passwords.request_reset(**sent)
        return self.accepted()

    def count_mail(self, request: Request) -> None:
        """Count an e-mail to the mailbox, once there is one: a password refused sends none.

        Raises:
            Throttled: it has been sent enough.

        """
        self.count(request, MailAccountThrottle())

    def accepted(self) -> Response:
        """Give nothing away."""
        return Response({"message": ACCEPTED}, status=HTTP_202_ACCEPTED)


class LinkViewSet(ViewSet[User]):
    """What the bearer of a link may do."""

    authentication_classes = []
    permission_classes = [AllowAny]
    throttle_classes = [LinkAddressThrottle]
    never = (HTTP_409_CONFLICT,)

    @extend_schema(request=VerifyInput, responses={HTTP_204_NO_CONTENT: None})
    def verify(self, request: Request) -> Response:
        """Verify an e-mail address.

        A link that has expired or was used is a 400 with the message under `token`.
        """
        sign_up.verify_email(**VerifyInput.read(request))
        return Response(status=HTTP_204_NO_CONTENT)

    @extend_schema(request=ResetInput, responses={HTTP_204_NO_CONTENT: None})
    def reset(self, request: Request) -> Response:
        """Choose a new password; every session ends.

        A link that has expired or was used is a 400 with the message under `token`. A password that
        is too weak is one with the reasons under `new_password`, and leaves the link as it is. The
        address counts as verified from then on.
        """
        passwords.reset(**ResetInput.read(request))
        return Response(status=HTTP_204_NO_CONTENT)


class PasswordViewSet(ViewSet[User]):
    """One's own password."""

    permission_classes = [IsAuthenticated]
    throttle_classes = [PasswordCheckThrottle]
    never = (HTTP_409_CONFLICT,)

    @extend_schema(request=ChangeInput, responses={HTTP_204_NO_CONTENT: None})
    def change(self, request: UserRequest) -> Response:
        """Change one's password; every other session ends.

        A wrong password is a 400 with the message under `current_password`, and one that is too
        weak under `new_password`.
        """
        sent = ChangeInput.read(request)
        passwords.change_password(user=request.user, session=request.auth, **sent)
        return Response(status=HTTP_204_NO_CONTENT)
