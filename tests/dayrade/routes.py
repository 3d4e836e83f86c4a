"""Every address that the project serves, found by walking its URLconf."""

import re
from typing import NamedTuple

from django.urls import URLResolver, get_resolver

API = "api/v1/"
METHODS = ("get", "post", "put", "patch", "delete", "trace")


class Route(NamedTuple):
    """An address with its variable parts as they are written, and what answers there."""

    path: str
    callback: object

    @property
    def shape(self):
        return shape(self.path)

    @property
    def methods(self):
        """The methods that a view has by itself; None where only asking can tell."""
        actions = getattr(self.callback, "actions", None)
        if actions:
            return {method for method in actions if method in METHODS}
        view = getattr(self.callback, "cls", None)
        return {name for name in METHODS if hasattr(view, name)} if view else None


def walk(resolver=None, before=""):
    for entry in (resolver or get_resolver()).url_patterns:
        path = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from walk(entry, path)
        else:
            yield Route(path, entry.callback)


def shape(path):
    """Return a path with its variable parts blanked."""
    return re.sub(r"<[^>]+>|\{[^}]+\}", "*", path)


ROUTES = list(walk())
OF_API = [route for route in ROUTES if route.path.startswith(API)]
OF_ADMIN = [route for route in ROUTES if route.path.startswith("admin/")]
OTHERS = [route for route in ROUTES if route not in OF_API and route not in OF_ADMIN]
