"""Filters that refuse what they do not know, instead of leaving it out."""

from datetime import UTC, datetime
from typing import Any, ClassVar

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_datetime
from django_filters.fields import BaseCSVField
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.request import Request

from dayrade.api.errors import InvalidFilter
from dayrade.api.fields import readable

SEARCH_MAX = 100
UNKNOWN_SHOWN = 20


class InstantField(forms.CharField):
    """An RFC 3339 instant in a query."""

    def to_python(self, value: Any) -> datetime | None:  # type: ignore[override]  # as forms do
        """Return it in UTC.

        Raises:
            ValidationError: it is none, has no offset, or lies beyond the calendar.

        """
        text = super().to_python(value)
        if not text:
            return None
        try:
            instant = parse_datetime(text)
            if instant is not None and instant.tzinfo is not None:
                return instant.astimezone(UTC)
        except (ValueError, OverflowError):
            pass
        raise ValidationError("Write an instant with its offset, such as 2026-01-31T12:00:00Z.")


class InstantFilter(django_filters.IsoDateTimeFilter):  # type: ignore[misc]  # untyped library
    """Compares with an instant."""

    field_class = InstantField


class FlagField(forms.CharField):
    """A word for true or false in a query."""

    def to_python(self, value: Any) -> bool | None:  # type: ignore[override]  # as forms do
        """Read the word, in any case: languages write their own.

        Raises:
            ValidationError: it is neither.

        """
        word = (super().to_python(value) or "").lower()
        if word not in ("", "true", "false"):
            raise ValidationError("Must be true or false.")
        return word == "true" if word else None


class FlagFilter(django_filters.BooleanFilter):  # type: ignore[misc]  # untyped library
    """Keeps rows whose flag is as given; the library's own passes over what it cannot read."""

    field_class = FlagField


class WordsField(BaseCSVField):  # type: ignore[misc]  # untyped library
    """Words joined by commas."""

    def clean(self, value: Any) -> Any:
        """Check each word.

        Raises:
            ValidationError: one is not allowed, or is missing beside a comma.

        """
        if value and "" in value:
            raise ValidationError("Give a word on both sides of a comma.")
        return super().clean(value)


class AnyOf(django_filters.BaseInFilter, django_filters.ChoiceFilter):  # type: ignore[misc]
    """Keeps rows with any of the given words: `?status=active,completed`."""

    base_field_class = WordsField


class Ordering(django_filters.OrderingFilter):  # type: ignore[misc]
    """Sorts by the named fields, `-` for descending, and ends on the id."""

    base_field_class = WordsField

    def __init__(self, **fields: str) -> None:
        """Map the names of the query to lookups."""
        super().__init__(
            fields={lookup: name for name, lookup in fields.items()},
            help_text="Fields to sort by, joined by commas; `-` before one reverses it.",
        )

    def filter(self, qs: "QuerySet[Any]", value: Any) -> "QuerySet[Any]":
        """Sort, so that rows of equal fields have one order."""
        if not value:
            return qs
        return qs.order_by(*(self.get_ordering_value(name) for name in value), "pk")


class Search(django_filters.CharFilter):  # type: ignore[misc]
    """Keeps rows that have the words in any of the fields, regardless of case."""

    def __init__(self, *fields: str) -> None:
        """Name the fields."""
        self.fields = fields
        super().__init__(max_length=SEARCH_MAX, help_text=f"Text in {' or '.join(fields)}.")

    def filter(self, qs: "QuerySet[Any]", value: str) -> "QuerySet[Any]":
        """Look for the text."""
        found = Q()
        for field in self.fields:
            found |= Q(**{f"{field}__icontains": value})
        return qs.filter(found) if value else qs


class FilterSet(django_filters.FilterSet):  # type: ignore[misc]
    """Declared filters; `period` names the instant that `from` and `to` bound."""

    period: ClassVar[str] = ""

    @classmethod
    def get_filters(cls) -> dict[str, Any]:
        """Add `from`, which is a word of Python, and `to`."""
        filters: dict[str, Any] = super().get_filters()
        if cls.period:
            said = f"`{cls.period}` at or after this instant."
            filters["from"] = InstantFilter(
                field_name=cls.period, lookup_expr="gte", help_text=said
            )
            said = f"`{cls.period}` before this instant."
            filters["to"] = InstantFilter(field_name=cls.period, lookup_expr="lt", help_text=said)
        return filters


class StrictFilterBackend(DjangoFilterBackend):  # type: ignore[misc]
    """Filters a list, and answers 400 to a parameter or value that it does not know."""

    def filter_queryset(
        self, request: Request, queryset: "QuerySet[Any]", view: Any
    ) -> "QuerySet[Any]":
        """Apply the view's filters.

        Raises:
            InvalidFilter: names each parameter that is unknown, repeated or wrong.

        """
        filters = self.get_filterset_class(view, queryset)
        names = set(filters.base_filters) if filters else set()
        # Filters are built from forms, at the price of a small list: only for who uses one.
        used = not names.isdisjoint(request.query_params)
        filterset = self.get_filterset(request, queryset, view) if used else None
        known = {*names, *view.paginator.parameters}
        wrong: dict[str, Any] = {}
        for name, values in list(request.query_params.lists()):
            if name not in known:
                wrong[readable(name)] = ["Unknown parameter."]
            elif len(values) > 1:
                wrong[name] = ["Give it once."]
        if filterset and not filterset.is_valid():
            wrong |= {name: list(errors) for name, errors in filterset.errors.items()}
        if wrong:
            raise InvalidFilter(dict(list(wrong.items())[:UNKNOWN_SHOWN]))
        return filterset.qs if filterset else queryset
