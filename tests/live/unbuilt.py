"""Production's settings on a checkout whose static files are not collected."""

from dayrade.settings import *  # noqa: F403  # a server of its own
from dayrade.settings import STORAGES

STATIC_ROOT = None
STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}
