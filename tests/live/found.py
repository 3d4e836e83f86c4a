"""Production's settings on a checkout whose static files are served from where they are."""

from tests.live.unbuilt import *  # noqa: F403  # a server of its own

WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = True
