"""The answer to OPTIONS."""

from typing import TYPE_CHECKING, Any, override

from rest_framework.metadata import BaseMetadata
from rest_framework.request import Request

if TYPE_CHECKING:
    from rest_framework.views import APIView


class Methods(BaseMetadata):
    """Names the methods; DRF's own describes forms that nobody shows."""

    @override
    def determine_metadata(self, request: Request, view: "APIView") -> dict[str, Any]:
        """Name the methods."""
        return {"methods": view.allowed_methods}
