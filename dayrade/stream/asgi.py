"""The ASGI application of the stream, which `gunicorn -c python:dayrade.stream.server` serves."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dayrade.settings")
django.setup()

from dayrade.stream.service import Service  # noqa: E402  # after the settings

application = Service()
