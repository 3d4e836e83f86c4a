"""Two ways through a list: numbered pages, and cursors for lists that only grow."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self, override
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import AutoField, Model
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

from dayrade.api.errors import InvalidFilter
from dayrade.api.fields import INTEGER_MAX

if TYPE_CHECKING:
    from rest_framework.views import APIView

PAGE_SIZE = 50
PAGE_SIZE_MAX = 500
CURSOR_MAX = 200
DIGITS_MAX = 9
NO_CURSOR = {"cursor": ["This is no cursor of this list."]}

PAGE_SIZE_PARAMETER = {
    "name": "page_size",
    "in": "query",
    "required": False,
    "description": "Rows of one page.",
    "schema": {
        "type": "integer",
        "minimum": 1,
        "maximum": PAGE_SIZE_MAX,
        "default": PAGE_SIZE,
    },
}
LINK = {"type": "string", "nullable": True, "format": "uri"}


def number(request: Request, name: str, default: int, high: int) -> int:
    """Read a number from 1 to `high` from the query.

    Raises:
        InvalidFilter: it is none.

    """
    text = request.query_params.get(name)
    if text is None:
        return default
    plain = text.isascii() and text.isdigit() and len(text) <= DIGITS_MAX
    if not plain or not 1 <= int(text) <= high:
        raise InvalidFilter({name: [f"Must be a whole number from 1 to {high}."]})
    return int(text)


class Pages(BasePagination):
    """Numbered pages with the number of all rows; for lists that people leaf through."""

    parameters = ("page", "page_size")

    @override
    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """Return the rows of the page that the query names."""
        pages = Paginator(queryset, number(request, "page_size", PAGE_SIZE, PAGE_SIZE_MAX))
        page = number(request, "page", 1, pages.num_pages)
        self.url = request.build_absolute_uri()
        self.page = pages.page(page)
        return list(self.page.object_list)

    @override
    def get_paginated_response(self, data: Any) -> Response:
        """Wrap the rows."""
        page = self.page
        return Response(
            {
                "count": page.paginator.count,
                "next": self._link(page.number + 1) if page.has_next() else None,
                "previous": self._link(page.number - 1) if page.has_previous() else None,
                "results": data,
            }
        )

    def _link(self, page: int) -> str:
        return replace_query_param(self.url, "page", page)

    @override
    def get_paginated_response_schema(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        """Describe the wrapping."""
        return {
            "type": "object",
            "required": ["count", "next", "previous", "results"],
            "properties": {
                "count": {"type": "integer", "example": 123},
                "next": LINK,
                "previous": LINK,
                "results": schema,
            },
        }

    @override
    def get_schema_operation_parameters(self, view: "APIView") -> list[dict[str, Any]]:
        """Describe the query."""
        page = {
            "name": "page",
            "in": "query",
            "required": False,
            "description": "Number of the page, from 1.",
            "schema": {"type": "integer", "minimum": 1, "default": 1},
        }
        return [page, PAGE_SIZE_PARAMETER]


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place between two rows: that of a row's instant and id, and the way to go from it."""

    backwards: bool
    at: datetime
    pk: UUID | int

    def __str__(self) -> str:
        """Encode for a URL."""
        text = f"{'p' if self.backwards else 'n'} {self.at.astimezone(UTC).isoformat()} {self.pk}"
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def parse(cls, text: str, model: type[Model]) -> Self:
        """Decode.

        Raises:
            InvalidFilter: it is no cursor of this list.

        """
        try:
            padded = (text[:CURSOR_MAX] + "=" * (-len(text) % 4)).encode("ascii")
            raw = base64.b64decode(padded, altchars=b"-_", validate=True)
            way, at, pk = raw.decode("ascii").split(" ")
            cursor = cls(way == "p", datetime.fromisoformat(at), _primary_key(pk, model))
        except ValueError as error:
            raise InvalidFilter(NO_CURSOR) from error
        # Whatever else decodes was not written by us.
        if cursor.at.tzinfo != UTC or str(cursor) != text:
            raise InvalidFilter(NO_CURSOR)
        return cursor


def _primary_key(text: str, model: type[Model]) -> UUID | int:
    if not isinstance(model._meta.pk, AutoField):
        return UUID(text)
    if not text.isdigit() or int(text) > INTEGER_MAX:
        raise ValueError("out of range")
    return int(text)


class Keyset(BasePagination):
    """The newest first, by an instant and the id; for lists that only grow.

    The view names the instant in `keyset`. PostgreSQL compares the pair as one, so rows of equal
    instants are neither skipped nor repeated, and an index on the pair gives any page at the
    price of the first. DRF's own cursor steps over ties by an offset instead.
    """

    parameters = ("cursor", "page_size")

    @override
    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """Return the rows on the cursor's side; one more row tells whether there is more."""
        self.instant: str = view.keyset
        self.url = remove_query_param(request.build_absolute_uri(), "cursor")
        size = number(request, "page_size", PAGE_SIZE, PAGE_SIZE_MAX)
        text = request.query_params.get("cursor")
        cursor = Cursor.parse(text, queryset.model) if text is not None else None
        backwards = cursor is not None and cursor.backwards
        place = Tuple(self.instant, "pk")
        if cursor is not None:
            beyond = TupleGreaterThan if backwards else TupleLessThan
            queryset = queryset.filter(beyond(place, (cursor.at, cursor.pk)))
        order = (self.instant, "pk") if backwards else (f"-{self.instant}", "-pk")
        rows = list(queryset.order_by(*order)[: size + 1])
        more = len(rows) > size
        rows = rows[:size][::-1] if backwards else rows[:size]
        # On the side it comes from, a cursor stands beside a row.
        has_older, has_newer = (True, more) if backwards else (more, cursor is not None)
        self.older = self._link(rows[-1], backwards=False) if rows and has_older else None
        self.newer = self._link(rows[0], backwards=True) if rows and has_newer else None
        return rows

    def _link(self, row: Model, *, backwards: bool) -> str:
        cursor = Cursor(backwards, getattr(row, self.instant), row.pk)
        return replace_query_param(self.url, "cursor", str(cursor))

    @override
    def get_paginated_response(self, data: Any) -> Response:
        """Wrap the rows; `next` goes to older ones."""
        return Response({"next": self.older, "previous": self.newer, "results": data})

    @override
    def get_paginated_response_schema(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        """Describe the wrapping."""
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": LINK, "previous": LINK, "results": schema},
        }

    @override
    def get_schema_operation_parameters(self, view: "APIView") -> list[dict[str, Any]]:
        """Describe the query."""
        cursor = {
            "name": "cursor",
            "in": "query",
            "required": False,
            "description": "Where to go on: take it from `next` or `previous`.",
            "schema": {"type": "string"},
        }
        return [cursor, PAGE_SIZE_PARAMETER]
