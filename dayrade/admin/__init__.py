"""What every table of the back office has in common: who may, and how it writes."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.apps import apps
from django.contrib import messages
from django.contrib.admin import ShowFacets
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied, SuspiciousOperation, ValidationError
from django.db.models import ForeignKey, JSONField, Model, Q, QuerySet, URLField
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from unfold.admin import ModelAdmin
from unfold.views import ChangeList

from dayrade.admin.behind import expect_current
from dayrade.admin.columns import address, human, to_the_web
from dayrade.admin.forms import REFUSED, BoundedJSONField, ServiceForm, refusal
from dayrade.admin.lists import BoundedChangeList, BoundedPaginator
from dayrade.db import words

if TYPE_CHECKING:
    from accounts.models import User


class StaffRequest(HttpRequest):
    """A request that the back office has let in; `refusal` is why its first attempt failed."""

    user: "User"
    refusal: ValidationError | None


def may(request: StaffRequest, action: str, model: type[Model]) -> bool:
    """Ask the table of roles; has_perm() would let an admin past it."""
    wanted = f"{model._meta.app_label}.{action}_{model._meta.model_name}"
    return wanted in request.user.get_all_permissions()


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
    actions: Sequence[str] | None = None
    formfield_overrides = {JSONField: {"form_class": BoundedJSONField}}
    #: Foreign keys by which other pages link to this list, beside the filters.
    linked: tuple[str, ...] = ()
    #: Whether changes of this table are in the audit log.
    audited = False

    @property
    def readonly_preprocess_fields(self) -> dict[str, Callable[[str | None], str]]:
        """Say how the theme's links to addresses are written."""
        return {field.name: to_the_web for field in self.opts.fields if isinstance(field, URLField)}

    def may(self, request: StaffRequest, action: str) -> bool:
        """Ask the table of roles about this table."""
        return may(request, action, self.model)

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

    def get_changelist_instance(self, request: StaffRequest) -> ChangeList:
        """Read the list; where the address asks for what there is not, say so above all of it.

        Raises:
            IncorrectLookupParameters: the framework then leads to the list without filters.

        """
        if not any("\0" in value for _, values in request.GET.lists() for value in values):
            with suppress(IncorrectLookupParameters, SuspiciousOperation):
                return super().get_changelist_instance(request)
        said = "The address asked for a filter that this list does not have, or not so."
        self.message_user(request, f"{said} This is all of it.", messages.WARNING)
        raise IncorrectLookupParameters

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
        return self.audited and may(request, "view", apps.get_model("administration.AuditLog"))

    def get_changelist(self, request: StaffRequest, **kwargs: Any) -> type[ChangeList]:
        """Count to a bound."""
        return BoundedChangeList

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


def is_id(term: str) -> bool:
    """Tell whether what was typed is an id."""
    try:
        UUID(term)
    except ValueError:
        return False
    return True


class LargeAdmin(ReadOnlyAdmin):
    """A table of millions: it is searched by what has an index, never by parts of a value."""

    #: Columns, beside the ids, whose whole value is looked for.
    exact: tuple[str, ...] = ()
    #: Foreign keys to people, who are found by username, e-mail address or Zimtra id.
    people: tuple[str, ...] = ("user",)
    #: Columns of an index of words, which are looked for where nothing else is meant.
    words: tuple[str, ...] = ()

    def get_search_fields(self, request: StaffRequest) -> Sequence[str]:
        """Show the search field."""
        return ("id", *self.exact)

    def get_search_results(
        self, request: StaffRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Look for an id, else for a person, else for a whole value, else for words."""
        term = search_term.strip()
        if not term:
            return queryset, False
        meant = self.meant_by(term)
        if not self.words or self.model._default_manager.filter(meant).exists():
            return queryset.filter(meant), False
        said = queryset.alias(words_in=words.words(*self.words))
        return said.filter(words_in=words.beginning(term)), False

    def meant_by(self, term: str) -> Q:
        """Translate what was typed into a condition on indexed columns."""
        if not is_id(term):
            found = get_user_model().objects.called(term).values_list("pk", flat=True)
            if people := list(found[:10]):
                return either({f"{name}__in": people} for name in self.people)
            return either({f"{name}__in": {term, term.upper()}} for name in self.exact)
        keys = [field.attname for field in self.opts.fields if isinstance(field, ForeignKey)]
        return either({name: UUID(term)} for name in ("pk", *keys))


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
        if seen := request.POST.get("_version", ""):
            expect_current(form, obj, seen)
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
