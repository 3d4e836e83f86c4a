"""Production's settings, with an answer that is large."""

from dayrade.settings import *  # noqa: F403  # a server of its own, with one more address

ROOT_URLCONF = "tests.drills.urls"
# The server of the tests has no static files.
STATIC_ROOT = None
