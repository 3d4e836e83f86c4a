"""Requests as the views behind a sign-in see them."""

from typing import TYPE_CHECKING

from rest_framework.request import Request

if TYPE_CHECKING:
    from accounts.models import User, UserSession


class UserRequest(Request):
    """A request of a signed-in person."""

    user: "User"
    auth: "UserSession"
