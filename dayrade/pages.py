"""Middleware for the back office: nothing else has cookies and forms of Django's.

They are Django's, and pass on what others are asked, where each would cost a call on the way in and
one on the way out.
"""

from typing import Any, override

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.deprecation import MiddlewareMixin

from dayrade.middleware import is_back_office


class OfPages(MiddlewareMixin):
    """Leaves requests that are not the back office's to the next."""

    @override
    def __call__(self, request: HttpRequest) -> Any:
        """Pass others on."""
        return super().__call__(request) if is_back_office(request) else self.get_response(request)


class Sessions(OfPages, SessionMiddleware):
    """The signed cookie."""


class Csrf(OfPages, CsrfViewMiddleware):
    """The tokens of forms."""


class People(OfPages, AuthenticationMiddleware):
    """Who is signed in by the cookie."""


class Messages(OfPages, MessageMiddleware):
    """What a page tells after a form."""
