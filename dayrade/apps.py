"""The project package as an application: its checks and its supporting tables."""

from importlib import import_module

from django.apps import AppConfig


class DayradeConfig(AppConfig):
    """Registers the system checks."""

    name = "dayrade"

    def ready(self) -> None:
        """Import the checks, which registers them."""
        import_module("dayrade.checks")
