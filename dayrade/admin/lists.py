"""Lists that stay fast when they are long."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest
from django.utils.functional import cached_property
from unfold.views import ChangeList

COUNTED = 1_000


class BoundedPaginator(Paginator):  # type: ignore[type-arg]  # not generic when run
    """Counts no further than COUNTED rows: a list of a million is narrowed, not leafed through."""

    template_name = "admin/bounded_pagination.html"

    @cached_property
    def found(self) -> int:
        """How many rows match, one more than COUNTED standing for any more."""
        rows: Any = self.object_list
        return int(rows.order_by().values("pk")[: COUNTED + 1].count())

    @cached_property
    def count(self) -> int:
        """How many rows can be leafed through."""
        return min(self.found, COUNTED)

    def page(self, number: Any) -> Page[Any]:
        """Read a page; what lies before a later one is passed over without its joins."""
        number = self.validate_number(number)
        bottom = (number - 1) * self.per_page
        top = min(bottom + self.per_page, self.count)
        rows: Any = self.object_list
        if bottom:
            keys = list(rows.values_list("pk", flat=True)[bottom:top])
            return Page(rows.filter(pk__in=keys), number, self)
        return Page(rows[bottom:top], number, self)

    @property
    def said(self) -> str:
        """The count in words for a person."""
        return f"{COUNTED:,}+" if self.found > COUNTED else f"{self.found:,}"


class BoundedChangeList(ChangeList):  # type: ignore[misc]  # the theme has no types
    """A list whose count stands beneath it alone, where it can say that there are more."""

    def get_results(self, request: HttpRequest) -> None:
        """Read the page; what was counted as none is not looked for again."""
        super().get_results(request)
        self.full_result_count = self.result_count
        if not self.result_count:
            self.result_list = self.queryset.none()
