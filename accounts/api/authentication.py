"""Bearer tokens."""

import re
from typing import Any, override

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts import tokens
from accounts.models import User, UserSession
from accounts.services import sessions

TOKEN = re.compile(r"[A-Za-z0-9_-]{1,255}", re.ASCII)


class BearerAuthentication(BaseAuthentication):
    """Finds the person by the hash of the session token; one query."""

    @override
    def authenticate(self, request: Request) -> tuple[User, UserSession] | None:
        """Return the person and the session, or None where no credentials were sent.

        Raises:
            AuthenticationFailed: there is no such live session.

        """
        header = request.headers.get("Authorization", "")
        if not header:
            return None
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer" or not TOKEN.fullmatch(token):
            raise AuthenticationFailed("Send Authorization: Bearer <session_token>.")
        session = UserSession.objects.signed_in(tokens.hashed(token))
        if session is None:
            raise AuthenticationFailed("The session has ended; sign in again.")
        sessions.touch(session=session)
        return session.user, session

    @override
    def authenticate_header(self, request: Request) -> str:
        """Name the scheme, for WWW-Authenticate."""
        return "Bearer"


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # theirs
    """Describes the scheme in the OpenAPI document."""

    target_class = "accounts.api.authentication.BearerAuthentication"
    name = "bearerAuth"

    @override
    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Describe where the token goes."""
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "The `session_token` of POST /auth/login or /auth/refresh.",
        }
