"""What the OpenAPI document says of the fields that clients send."""

from typing import Any, override

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema

KINDS: dict[type | None, dict[str, Any]] = {
    dict: {"type": "object", "additionalProperties": {}},
    list: {"type": "array", "items": {}},
    None: {},
}


class Described(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]  # theirs
    """Describes a field as drf-spectacular would, and then more exactly."""

    def usual(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:
        """Return the library's description."""
        described: Any = auto_schema._map_serializer_field  # noqa: SLF001  # its way for extensions
        found: dict[str, Any] = described(self.target, direction, bypass_extensions=True)
        return found


class OfText(Described):  # type: ignore[no-untyped-call]  # theirs
    """Says of a text that it may not be empty, where that is so."""

    target_class = "dayrade.api.fields.Text"
    match_subclasses = True

    @override
    def map_serializer_field(self, auto_schema: AutoSchema, direction: str) -> Any:
        """Add the least length."""
        found = self.usual(auto_schema, direction)
        return found if self.target.allow_blank else found | {"minLength": 1}


class OfAmount(Described):  # type: ignore[no-untyped-call]  # theirs
    """Says of an exact number that it is a text with digits, or an integer."""

    target_class = "dayrade.api.fields.Amount"

    @override
    def map_serializer_field(self, auto_schema: AutoSchema, direction: str) -> Any:
        """Replace the pattern, which would take no digits at all."""
        found = self.usual(auto_schema, direction)
        places = self.target.decimal_places
        whole = self.target.max_digits - places
        text = {
            "type": found.pop("type"),
            "format": found.pop("format"),
            "pattern": rf"^-?\d{{1,{whole}}}(?:\.\d{{1,{places}}})?$",
        }
        del found["pattern"]
        return {"anyOf": [text, {"type": "integer"}], **found}


class OfJson(Described):  # type: ignore[no-untyped-call]  # theirs
    """Says of JSON which type its outermost value has."""

    target_class = "dayrade.api.fields.Json"

    @override
    def map_serializer_field(self, auto_schema: AutoSchema, direction: str) -> Any:
        """Add the type."""
        return self.usual(auto_schema, direction) | KINDS[self.target.kind]
