"""The project package as an application: its checks and its supporting tables."""

from importlib import import_module

from django.apps import AppConfig
from django.conf import settings

from dayrade.telemetry import errors


class DayradeConfig(AppConfig):
    """Registers the system checks, and starts to tell of errors."""

    name = "dayrade"

    def ready(self) -> None:
        """Import the checks, which registers them, and tell Sentry of errors from now on."""
        import_module("dayrade.checks")
        if settings.SENTRY_DSN:
            errors.start(settings.SENTRY_DSN, settings.RELEASE)
