"""The OpenAPI document beyond what drf-spectacular finds by itself: failures and headers."""

from typing import Any, override

from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter
from rest_framework.permissions import SAFE_METHODS, AllowAny, IsAuthenticated

from dayrade.api import openapi_fields  # noqa: F401  # its descriptions are found once it is loaded
from dayrade.api.permissions import AdminOrReadOnly, ModeratorOrReadOnly

RETRY_AFTER = "Retry-After"
FAILURES: dict[int, tuple[str, str, str]] = {
    400: ("BadRequest", "VALIDATION_ERROR", "Data validation failed"),
    401: ("NotAuthenticated", "NOT_AUTHENTICATED", "No or bad credentials"),
    403: ("PermissionDenied", "PERMISSION_DENIED", "The role does not allow this"),
    404: ("NotFound", "NOT_FOUND", "Not found"),
    406: ("NotAcceptable", "NOT_ACCEPTABLE", "No such representation"),
    409: ("Conflict", "DUPLICATE_ENTRY", "Resource already exists, or a state forbids it"),
    413: ("PayloadTooLarge", "PAYLOAD_TOO_LARGE", "The request is too large"),
    415: ("UnsupportedMediaType", "UNSUPPORTED_MEDIA_TYPE", "The body is not JSON"),
    422: ("IdempotencyKeyReused", "IDEMPOTENCY_KEY_REUSED", "The key came with another request"),
    429: ("RateLimited", "RATE_LIMITED", "Too many requests"),
    500: ("InternalError", "INTERNAL_ERROR", "Something went wrong on our side"),
    503: ("Unavailable", "SERVICE_UNAVAILABLE", "Service temporarily unavailable"),
}
WAITING = (429, 503)
CHALLENGED = 401

REQUEST_ID = OpenApiParameter(
    "X-Request-ID",
    str,
    OpenApiParameter.HEADER,
    description="Your own id of the request, of 8 to 100 letters, digits and `._-`; it is kept.",
)
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "maxLength": 255, "pattern": "^[!-~](?:[ -~]*[!-~])?$"},
    OpenApiParameter.HEADER,
    description=(
        "Up to 255 printable ASCII characters. The same key with the same body gets the first"
        " answer for 24 hours, with `Idempotency-Replayed: true`; with another body, 422."
    ),
)
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match",
    str,
    OpenApiParameter.HEADER,
    description="The ETag of what you have; 304 if that has not changed.",
)
ERROR = {
    "type": "object",
    "description": "The one shape of every failure.",
    "required": ["success", "message", "error"],
    "properties": {
        "success": {"type": "boolean", "enum": [False]},
        "message": {"type": "string", "description": "For a person."},
        "error": {"type": "string", "description": "For a program."},
        "details": {
            "type": "object",
            "additionalProperties": True,
            "description": "Messages by field; only where fields are to blame.",
            "example": {"name": ["This field is required."]},
        },
    },
}
DESCRIPTION = """\
Live day-trading tournaments.

**Sign in** with `POST /api/v1/auth/login` and send the token as `Authorization: Bearer …`. It lasts
some minutes: exchange the refresh token for the next one with `POST /api/v1/auth/refresh`. What
needs no sign-in says so; with one, staff see more. No token is 401 `NOT_AUTHENTICATED`; one that is
worth nothing, or no more, is 401 `AUTHENTICATION_FAILED`: refresh once, else sign in anew.

**Figures**: money, prices and ratios are strings such as `"100000.00"`, instants RFC 3339 in UTC,
and an unknown figure is `null`. Send instants with their offset.

**Lists** are paged in one of two ways. Numbered pages (`page`, `page_size`) come with a `count`.
Lists that only grow go by `cursor`, the newest first: follow `next` to older rows. A parameter or a
value that is not documented is refused with 400 `INVALID_FILTER`, which names it. Filters of a few
words take several, joined by commas; an empty filter is none.

**Caching**: shared reads carry an `ETag`; send it as `If-None-Match` and get 304.

**Repeating**: send an `Idempotency-Key` with a POST that creates something and repeat it as often
as you like.

**Failures** all have the shape of `Error`. Tell a person `message`, let a program decide by
`error`, mark the fields of `details`, and quote `X-Request-ID` to support. After 429 and 503 wait
for `Retry-After` seconds. An address or headers beyond 8 kB are refused with 414 and 431.
"""
SUMMARIES = {"list": "List {many}", "retrieve": "Show one of the {many}"}


class Schema(AutoSchema):
    """Describes an operation with its failures and headers."""

    @override
    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        """Add the failures that can occur, and the headers of every answer."""
        operation = super().get_operation(*args, **kwargs)
        if not operation:
            return operation
        answers = operation["responses"]
        for answer in answers.values():
            header = {"$ref": "#/components/headers/X-Request-ID"}
            answer.setdefault("headers", {})["X-Request-ID"] = header
        if "201" in answers:
            answers["201"]["headers"]["Location"] = {"schema": {"type": "string"}}
        if self._is_shared():
            answers["200"]["headers"]["ETag"] = {"schema": {"type": "string"}}
            answers["304"] = {"description": "Not modified"}
        filters = getattr(getattr(self.view, "filterset_class", None), "base_filters", ())
        for parameter in operation.get("parameters", []):
            if parameter["in"] == "query" and parameter["name"] in filters:
                parameter["allowEmptyValue"] = True
        for status in sorted(self._failures(operation)):
            name, _, _ = FAILURES[status]
            answers.setdefault(str(status), {"$ref": f"#/components/responses/{name}"})
        return operation

    def _failures(self, operation: Any) -> set[int]:
        found = {406, 500, 503, *getattr(self.view, "failures", ())}
        if any(operation.get("security", [])):
            found.add(401)
        if not self._is_open() and self._permissions() != {IsAuthenticated}:
            found.add(403)
        if "{" in self.path:
            found.add(404)
        if any(parameter["in"] == "query" for parameter in operation.get("parameters", [])):
            found.add(400)
        if self.method not in SAFE_METHODS:
            found.add(429)
        if "requestBody" in operation:
            found |= {400, 409, 413, 415}
        if self._is_idempotent():
            found |= {400, 409, 422}
        return found - {*getattr(self.view, "never", ())}

    def _permissions(self) -> set[type]:
        return {type(permission) for permission in self.view.get_permissions()}

    def _is_open(self) -> bool:
        """Tell whether nobody has to sign in."""
        reads = {AdminOrReadOnly, ModeratorOrReadOnly} if self.method in SAFE_METHODS else set()
        return self._permissions() <= {AllowAny, *reads}

    def _is_shared(self) -> bool:
        return self.method == "GET" and getattr(self.view, "shared", False)

    def _is_idempotent(self) -> bool:
        handler = getattr(self.view, getattr(self.view, "action", None) or self.method.lower())
        return getattr(handler, "idempotent", False)

    @override
    def get_auth(self) -> Any:
        """Leave the choice to sign in where reading is free."""
        schemes = super().get_auth()
        return [*schemes, {}] if self._is_open() and {} not in schemes else schemes

    @override
    def get_override_parameters(self) -> list[Any]:
        """Document the headers of a request."""
        headers = [REQUEST_ID]
        if self._is_shared():
            headers.append(IF_NONE_MATCH)
        if self._is_idempotent():
            headers.append(IDEMPOTENCY_KEY)
        return headers

    @override
    def get_summary(self) -> str | None:
        """Say what the operation does in a few words."""
        view: Any = self.view
        action = getattr(view, "action", "")
        if action in SUMMARIES and view.queryset is not None:
            return SUMMARIES[action].format(many=view.queryset.model._meta.verbose_name_plural)
        lines = self.get_description().splitlines()
        return lines[0].rstrip(".") if lines else None


class StaffOnlyFields(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]  # theirs
    """Marks the fields of an Output that only staff get as such, and as not always there."""

    target_class = "dayrade.api.serializers.Output"
    match_subclasses = True

    @override
    def map_serializer(self, auto_schema: AutoSchema, direction: str) -> Any:
        """Describe the serializer as drf-spectacular would, but for those fields."""
        described: Any = auto_schema._map_serializer  # noqa: SLF001  # its way for extensions
        schema = described(self.target, direction, bypass_extensions=True)
        for name in self.target.staff_only:
            schema["required"].remove(name)
            found = schema["properties"][name]
            schema["properties"][name] = found | {"description": "For moderators and admins."}
        return schema


def describe_failures(result: Any, generator: Any, request: Any, public: bool) -> Any:
    """Be the hook that adds the introduction and the shared components."""
    result["info"]["description"] = DESCRIPTION
    components = result["components"]
    # An answer may fit two of its shapes, when one is the other with something added.
    for schema in components["schemas"].values():
        if "oneOf" in schema:
            schema["anyOf"] = schema.pop("oneOf")
    components["schemas"]["Error"] = ERROR
    text = {"schema": {"type": "string"}}
    components["headers"] = {
        "X-Request-ID": text | {"description": "The id of the request; name it to support."},
        RETRY_AFTER: {"schema": {"type": "integer"}, "description": "Seconds to wait."},
        "WWW-Authenticate": text | {"description": "The scheme to use."},
    }
    components["responses"] = {
        name: {
            "description": message,
            "headers": _headers(status),
            "content": {
                "application/json": {
                    "schema": {"$ref": "#/components/schemas/Error"},
                    "example": {"success": False, "message": message, "error": code},
                }
            },
        }
        for status, (name, code, message) in FAILURES.items()
    }
    return result


def _headers(status: int) -> dict[str, Any]:
    names = ["X-Request-ID"]
    if status in WAITING:
        names.append(RETRY_AFTER)
    if status == CHALLENGED:
        names.append("WWW-Authenticate")
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}
