"""Production's settings, with views that fail in every way there is."""

from dayrade.settings import *  # noqa: F403  # a server of its own, with one more module
from dayrade.settings import MIDDLEWARE

ROOT_URLCONF = "tests.live.urls"
MIDDLEWARE = [*MIDDLEWARE, "tests.live.urls.failing_middleware"]
# The server of the tests has no static files.
STATIC_ROOT = None
