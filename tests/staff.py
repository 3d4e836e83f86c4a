"""A browser of the back office for tests."""

import secrets

from django.conf import settings
from django.test import Client

from accounts.middleware import TOKEN
from accounts.services import back_office
from tests.factories.accounts import UserSessionFactory


class StaffClient(Client):
    def force_login(self, user, backend=None):
        """Sign somebody in without a form; `staff_session` is the session."""
        super().force_login(user, backend)
        token = secrets.token_urlsafe()
        self.staff_session = UserSessionFactory(
            user=user, session_token=back_office.hashed(token), device_info={"name": "Back office"}
        )
        cookie = self.session
        cookie[TOKEN] = token
        cookie.save()
        self.cookies[settings.SESSION_COOKIE_NAME] = cookie.session_key


def sign_in(context, person, url):
    """Sign somebody in to all windows of a browser's context, at the server of a URL."""
    client = StaffClient()
    client.force_login(person)
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": url}])
