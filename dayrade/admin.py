"""What every page of the back office has in common: who may, how it writes, how it pages."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.contrib.admin import ShowFacets
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import DatabaseError
from django.db.models import ForeignKey, JSONField, Model, Q, QuerySet
from django.forms import JSONField as JSONFormField
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import formats
from django.utils.functional import cached_property
from django.utils.html import format_html
from unfold.admin import ModelAdmin
from unfold.decorators import display

from dayrade.db import sqlstates
from dayrade.errors import ConflictError, DomainError

if TYPE_CHECKING:
    from accounts.models import User

type Column = Callable[[Any], Any]

COUNTED = 10_000
INTERNAL_SERVER_ERROR = 500


class StaffRequest(HttpRequest):
    """A request that the back office has let in; `refusal` is why its first attempt failed."""

    user: "User"
    refusal: ValidationError | None


# Columns


def figure(name: str, description: str = "", *, places: int | None = None) -> Column:
    """Show a number to the right, with separators."""

    @display(description=description or human(name), ordering=name, formatting="price")  # type: ignore[untyped-decorator]
    def cell(row: Any) -> str | None:
        value = getattr(row, name)
        return None if value is None else formats.number_format(value, places)

    return named(cell, name)


def badge(name: str, colours: Mapping[Any, str], description: str = "") -> Column:
    """Show a choice as a label; a colour is info, success, warning, danger or primary."""

    @display(description=description or human(name), ordering=name, label=dict(colours))  # type: ignore[untyped-decorator]
    def cell(row: Any) -> Any:
        value = getattr(row, name)
        if value not in colours:
            return getattr(row, f"get_{name}_display")() if value else None
        return value, getattr(row, f"get_{name}_display")()

    return named(cell, name)


def flag(name: str, words: tuple[str, str], colour: str, description: str = "") -> Column:
    """Show a boolean as one of two words (true, false); the true one in colour."""

    @display(description=description or human(name), label={words[0]: colour})  # type: ignore[untyped-decorator]
    def cell(row: Any) -> str:
        return words[0] if getattr(row, name) else words[1]

    return named(cell, name)


def link(name: str, description: str = "", *, text: str = "") -> Column:
    """Lead to the row that a foreign key points at; `text` names what is shown instead of it.

    With `text` the row itself is never read, so the list needs no join for it.
    """

    @display(description=description or human(name))  # type: ignore[untyped-decorator]
    def cell(row: Any) -> str | None:
        key = getattr(row, f"{name}_id")
        if key is None:
            return None
        model = row._meta.get_field(name).related_model
        return format_html(
            '<a class="text-link" href="{}">{}</a>',
            address(model, "change", key),
            getattr(row, text or name),
        )

    return named(cell, name)


def named(cell: Column, name: str) -> Column:
    """Give a column the name that its CSS class and its ordering go by."""
    setattr(cell, "__name__", name)  # noqa: B010  # a Callable has no name to the type checker
    return cell


def address(model: type[Model], page: str, *key: Any) -> str:
    """Return where a page of a model's admin is."""
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=key)


def related(page: str, lookup: str, description: str) -> Column:
    """Lead from a row to the list of those that point at it; `page` is "app_model"."""

    @display(description=description)  # type: ignore[untyped-decorator]
    def cell(row: Any) -> str:
        return format_html(
            '<a class="text-link" href="{}?{}={}">Show {}</a>',
            reverse(f"admin:{page}_changelist"),
            lookup,
            row.pk,
            description.lower(),
        )

    return named(cell, f"{page}_list")


# Lists


class BoundedPaginator(Paginator):  # type: ignore[type-arg]  # not generic when run
    """Counts no further than COUNTED rows: a list of a million is narrowed, not leafed through."""

    template_name = "admin/bounded_pagination.html"

    @cached_property
    def found(self) -> int:
        """How many rows match, one more than COUNTED standing for any more."""
        rows: Any = self.object_list
        if isinstance(rows, QuerySet):
            return rows.order_by().values("pk")[: COUNTED + 1].count()
        return len(rows)

    @cached_property
    def count(self) -> int:
        """How many rows can be leafed through."""
        return min(self.found, COUNTED)

    @property
    def said(self) -> str:
        """The count in words for a person."""
        return f"{COUNTED:,}+" if self.found > COUNTED else f"{self.found:,}"


# Forms


class BoundedJSONField(JSONFormField):
    """JSON that cannot be nested so deep that reading it fails."""

    def to_python(self, value: Any) -> Any:
        """Read the text.

        Raises:
            ValidationError: it is no JSON, or nested too deep.

        """
        try:
            return super().to_python(value)
        except RecursionError:
            raise ValidationError("This is nested too deep.") from None


class ServiceForm(ModelForm):  # type: ignore[type-arg]  # not generic when run
    """A form that shows what the service has refused."""

    refusal: ValidationError | None = None

    def full_clean(self) -> None:
        """Check the fields, and add the refusal where nothing else is wrong."""
        super().full_clean()
        if self.refusal is None or self.errors:
            return
        named_fields = set(getattr(self.refusal, "error_dict", {})) - {"__all__"}
        if named_fields <= set(self.fields):
            self.add_error(None, self.refusal)
        else:
            self.add_error(None, self.refusal.messages)


def refusal(error: Exception, model: type[Model]) -> ValidationError:
    """Say in a form's words what a service or the database has refused.

    Raises the error again where it is not the caller's doing.
    """
    if isinstance(error, ValidationError):
        return error
    if isinstance(error, DomainError):
        return ValidationError(error.message)
    answer = sqlstates.answer(error) if isinstance(error, DatabaseError) else None
    if answer is None or answer.status >= INTERNAL_SERVER_ERROR:
        raise error
    diagnostics = getattr(error.__cause__, "diag", None)
    violated = getattr(diagnostics, "constraint_name", None)
    for constraint in model._meta.constraints:
        if constraint.name == violated:
            fields: Sequence[str] = getattr(constraint, "fields", ())
            message = constraint.get_violation_error_message()
            return ValidationError({fields[0]: message} if len(fields) == 1 else message)
    return ValidationError(f"{answer.message}.")


NAMES = {
    "getstream": "GetStream",
    "id": "ID",
    "ip": "IP",
    "kyc": "KYC",
    "pnl": "P&L",
    "ticketsource": "TicketSource",
    "url": "URL",
    "usd": "USD",
    "zimtra": "Zimtra",
}


def human(label: str) -> str:
    """Spell the short forms in a column's name as a person would."""
    words = " ".join(NAMES.get(word, word) for word in label.replace("_", " ").split())
    return words[:1].upper() + words[1:]


REFUSED = (DomainError, ValidationError, DatabaseError)


class ReadOnlyAdmin(ModelAdmin):  # type: ignore[misc]  # the theme has no types
    """A table that staff read; the roles of accounts.backends decide who.

    The audit log is the one record of what staff do, so Django's own is not written.
    """

    list_per_page = 50
    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    list_fullwidth = True
    empty_value_display = "-"
    actions = None
    formfield_overrides = {JSONField: {"form_class": BoundedJSONField}}
    #: Foreign keys by which other pages link to this list, beside the filters.
    linked: tuple[str, ...] = ()
    #: Whether changes of this table are in the audit log.
    audited = False

    def may(self, request: StaffRequest, action: str) -> bool:
        """Ask the table of roles; has_perm() would let an admin past it."""
        wanted = f"{self.opts.app_label}.{action}_{self.opts.model_name}"
        return wanted in request.user.get_all_permissions()

    def has_view_permission(self, request: StaffRequest, obj: Any = None) -> bool:
        """Ask the table of roles."""
        return self.may(request, "view")

    def has_module_permission(self, request: StaffRequest) -> bool:
        """Show it to whoever may view it."""
        return self.may(request, "view")

    def has_add_permission(self, request: StaffRequest, obj: Any = None) -> bool:
        """Refuse: nothing adds rows here."""
        return False

    def has_change_permission(self, request: StaffRequest, obj: Any = None) -> bool:
        """Refuse: nothing changes rows here."""
        return False

    def has_delete_permission(self, request: StaffRequest, obj: Any = None) -> bool:
        """Refuse: nothing deletes rows here."""
        return False

    def lookup_allowed(self, lookup: str, value: str, request: StaffRequest) -> bool:
        """Allow filters that the page offers: any other column could be probed for its value."""
        offered = {"pk", "id", *self.linked}
        for item in self.get_list_filter(request):
            name = item[0] if isinstance(item, tuple) else item
            offered.add(str(getattr(name, "parameter_name", name)))
        return lookup.split("__", maxsplit=1)[0] in offered and super().lookup_allowed(
            lookup, value, request
        )

    def history_view(
        self, request: StaffRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponseBase:
        """Lead to the audit log's rows of this one."""
        if not self.has_history(request):
            raise PermissionDenied
        try:
            key = UUID(object_id)
        except ValueError:
            raise Http404 from None
        log = reverse("admin:administration_auditlog_changelist")
        return HttpResponseRedirect(f"{log}?entity_id={key}")

    def has_history(self, request: StaffRequest) -> bool:
        """Tell whether this person may read what the audit log says of a row."""
        return self.audited and (
            "administration.view_auditlog" in request.user.get_all_permissions()
        )

    def get_form(self, request: StaffRequest, *args: Any, **kwargs: Any) -> type[ServiceForm]:
        """Label every field for a person."""
        labels = {field.name: human(str(field.verbose_name)) for field in self.opts.fields}
        form: type[ServiceForm] = super().get_form(request, *args, labels=labels, **kwargs)
        return form

    def render_change_form(
        self, request: StaffRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        """Offer the history where there is one."""
        context["show_history"] = self.has_history(request)
        return super().render_change_form(request, context, *args, **kwargs)

    def log_addition(self, request: StaffRequest, obj: Any, message: Any) -> None:
        """Write nothing: the audit log has it."""

    def log_change(self, request: StaffRequest, obj: Any, message: Any) -> None:
        """Write nothing: the audit log has it."""

    def log_deletions(self, request: StaffRequest, queryset: Any) -> None:
        """Write nothing: the audit log has it."""


class LargeAdmin(ReadOnlyAdmin):
    """A table of millions: it is searched by whole values that have an index, never by parts."""

    #: Columns, beside the ids, whose whole value is looked for.
    exact: tuple[str, ...] = ()
    #: Foreign keys to people, who are found by username, e-mail address or Zimtra id.
    people: tuple[str, ...] = ("user",)

    def get_search_fields(self, request: StaffRequest) -> Sequence[str]:
        """Show the search field."""
        return ("id", *self.exact)

    def get_search_results(
        self, request: StaffRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Look for an id, else for a person, else for a whole value."""
        term = search_term.strip()
        if not term:
            return queryset, False
        return queryset.filter(self.meant_by(term)), False

    def meant_by(self, term: str) -> Q:
        """Translate what was typed into a condition on indexed columns."""
        try:
            key = UUID(term)
        except ValueError:
            found = get_user_model().objects.called(term).values_list("pk", flat=True)
            if people := list(found[:10]):
                return either({f"{name}__in": people} for name in self.people)
            return either({f"{name}__in": {term, term.upper()}} for name in self.exact)
        keys = [field.attname for field in self.opts.fields if isinstance(field, ForeignKey)]
        return either({name: key} for name in ("pk", *keys))


def either(conditions: Iterable[Mapping[str, Any]]) -> Q:
    """Join conditions with OR; none of them matches nothing."""
    found = Q(pk__in=[])
    for condition in conditions:
        found |= Q(**condition)
    return found


class ServiceAdmin(ReadOnlyAdmin):
    """A table that staff write, each change through the service that owns it.

    Subclasses say which by `create`, `update` and `remove`; the table of roles says who may.
    What a service or the database refuses comes back on the form, with everything typed.
    """

    form = ServiceForm
    audited = True
    change_form_before_template = "admin/version.html"

    def create(self, request: StaffRequest, fields: dict[str, Any]) -> Model:
        """Add a row in the name of `request.user` and return it as stored."""
        raise PermissionDenied

    def update(self, request: StaffRequest, obj: Any, changes: dict[str, Any]) -> None:
        """Change a row in the name of `request.user`."""
        raise PermissionDenied

    def remove(self, request: StaffRequest, obj: Any) -> None:
        """Delete a row in the name of `request.user`."""
        raise PermissionDenied

    def has_add_permission(self, request: StaffRequest, obj: Any = None) -> bool:
        """Ask the table of roles."""
        return self.may(request, "add")

    def has_change_permission(self, request: StaffRequest, obj: Any = None) -> bool:
        """Ask the table of roles."""
        return self.may(request, "change")

    def has_delete_permission(self, request: StaffRequest, obj: Any = None) -> bool:
        """Ask the table of roles."""
        return self.may(request, "delete")

    def get_form(self, request: StaffRequest, *args: Any, **kwargs: Any) -> type[ServiceForm]:
        """Hand the form what the first attempt was refused for."""
        form = super().get_form(request, *args, **kwargs)
        form.refusal = getattr(request, "refusal", None)
        return form

    def changeform_view(self, request: StaffRequest, *args: Any, **kwargs: Any) -> Any:
        """Save; where that is refused, show the form again with the reason."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except REFUSED as error:
            request.refusal = refusal(error, self.model)
        return super().changeform_view(request, *args, **kwargs)

    def delete_view(self, request: StaffRequest, *args: Any, **kwargs: Any) -> Any:
        """Delete; where that is refused, say why on the list."""
        try:
            return super().delete_view(request, *args, **kwargs)
        except REFUSED as error:
            for message in refusal(error, self.model).messages:
                self.message_user(request, message, messages.ERROR)
        return HttpResponseRedirect(address(self.model, "changelist"))

    def save_model(self, request: StaffRequest, obj: Any, form: ServiceForm, change: bool) -> None:
        """Call the service with what the form has changed."""
        if not change:
            obj.pk = self.create(request, dict(form.cleaned_data)).pk
            return
        seen = request.POST.get("_version")
        if seen and seen != obj.updated_at.isoformat():
            raise ConflictError(
                "Somebody else has changed this since you opened it."
                " Compare your values with theirs; saving again overwrites them."
            )
        if changes := {name: form.cleaned_data[name] for name in form.changed_data}:
            self.update(request, obj, changes)

    def delete_model(self, request: StaffRequest, obj: Any) -> None:
        """Call the service."""
        self.remove(request, obj)

    def get_deleted_objects(
        self, objs: Iterable[Any], request: StaffRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """Name what goes; no table that can be deleted from has anything hanging on it."""
        going = [str(obj) for obj in objs]
        return going, {str(self.opts.verbose_name_plural): len(going)}, set(), []
