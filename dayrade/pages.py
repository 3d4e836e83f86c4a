"""Middleware for what a browser shows: the API has no cookies and no forms.

They are Django's, and pass on what the API is asked, where each would cost a call on the way in and
one on the way out.
"""

from typing import Any, override

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.deprecation import MiddlewareMixin

from dayrade.middleware import is_api


class OfPages(MiddlewareMixin):
    """Leaves requests of the API to the next."""

    @override
    def __call__(self, request: HttpRequest) -> Any:
        """Pass the API's on."""
        return self.get_response(request) if is_api(request) else super().__call__(request)


class Sessions(OfPages, SessionMiddleware):
    """The signed cookie."""


class Csrf(OfPages, CsrfViewMiddleware):
    """The tokens of forms."""


class People(OfPages, AuthenticationMiddleware):
    """Who is signed in by the cookie."""


class Messages(OfPages, MessageMiddleware):
    """What a page tells after a form."""
